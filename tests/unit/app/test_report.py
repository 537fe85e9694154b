"""What a report holds: coordinates and reasons, nothing of the records' contents."""

from __future__ import annotations

from kmp_desktop.app.decisions_file import plan_lines
from kmp_desktop.app.report import commit_report, resolution_report
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import NotCommittedReason, Outcome
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import text
from tests.unit.app.results import AROUND, failed, final, ids, resolution, result, theirs


def test_a_report_tells_outcome_parts_topics_and_what_the_client_said() -> None:
    refused = failed(
        NotCommittedReason.REFUSED,
        message=text("The server refused."),
        details="KafkaError TOPIC_AUTHORIZATION_FAILED",
        nonce="00ff",
        conflicts=theirs(2),
    )

    report = commit_report(result(final(2, 1), refused, parts=2, not_sent=ids(40, 3)), AROUND)

    assert "Queue topic: orders.events.dlq" in report
    assert "Part 1: committed, number a1b2c3d4e5f60718" in report
    assert "Part 2: not_committed (refused), number 00ff" in report
    assert "  KafkaError TOPIC_AUTHORIZATION_FAILED" in report
    assert "Not sent (3): 0/40 0/41 0/42" in report
    assert "Decided by others (2): 0/0 0/1" in report


def test_a_long_list_is_cut_but_its_count_stays() -> None:
    report = commit_report(result(final(), not_sent=ids(0, 1000)), AROUND)

    line = next(each for each in report.splitlines() if each.startswith("Not sent"))
    assert "Not sent (1000):" in line
    assert line.endswith("0/199 …")


def test_a_report_of_a_torn_commit_names_both_sides() -> None:
    torn = resolution(Outcome.UNKNOWN, present=ids(0, 1), missing=ids(1, 1))

    report = resolution_report(torn, AROUND)

    assert "There (1): 0/0" in report
    assert "Missing (1): 0/1" in report


def test_decisions_are_saved_in_the_form_that_the_command_line_applies() -> None:
    staged = {RecordId(1, 5): Decision.SKIP, RecordId(0, 12): Decision.MERGE}

    assert [
        '{"partition": 0, "offset": 12, "decision": "merge"}\n',
        '{"partition": 1, "offset": 5, "decision": "skip"}\n',
    ] == list(plan_lines(staged))
