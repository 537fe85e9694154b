"""What the triage page says about the queue as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kmp_desktop.app.may_decide import why_not_decide, why_not_retry
from kmp_desktop.app.triage_banners import Act, Situation, StateBanner, banners
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.core.profile import Queue
from kmp_desktop.core.queue_state import (
    CleanupPolicy,
    Finding,
    FindingCode,
    QueueIdentity,
    Severity,
    TopicLimits,
)
from kmp_desktop.core.session import QueueSummary, RestoredDraft, SessionPhase, SessionState
from kmp_desktop.core.text import text

SUMMARY = QueueSummary(
    identity=QueueIdentity("c", "orders.dlq", bytes(16), "orders.retry", bytes(16), "kmp-orders"),
    limits=TopicLimits(CleanupPolicy.COMPACT, False, 1_000_000, 1_000_000, 2, 2),
    findings=(),
    undecided=20,
    held_offsets=0,
    removed_offsets=0,
    left=0,
    foreign_offsets={},
    complete=True,
    read_at=1,
    may_decide=True,
)
READY = SessionState(phase=SessionPhase.READY, summary=SUMMARY)


def shown(state: SessionState, staged: int = 0, elsewhere: int = 0) -> tuple[StateBanner, ...]:
    records = state.summary.undecided if state.summary is not None else 0
    return banners(Situation(state, records, staged, elsewhere, lambda _: "14:44", lambda _: "22 Nov"))


def words(state: SessionState, staged: int = 0, elsewhere: int = 0) -> list[str]:
    found = shown(state, staged, elsewhere)
    return [f"{each.title} {each.detail or ''}".strip() for each in found]


def found(code: FindingCode, n: int = 0, value: str = "", request: str = "") -> SessionState:
    stop = code.value.startswith("may_not")
    severity = Severity.STOP if stop else Severity.WARNING
    finding = Finding(code, severity, text("A title"), text("A detail."), n, value, request)
    return replace(READY, summary=replace(SUMMARY, findings=(finding,), may_decide=not stop))


def test_a_full_disk_is_told_instead_of_a_stop() -> None:
    full = found(FindingCode.DISK_FULL)
    assert full.summary is not None
    state = replace(full, summary=replace(full.summary, complete=False))
    (banner,) = shown(state)
    assert ("disk full", "warn", "A title") == (banner.key, banner.kind, str(banner.title))
    assert [Act.CONTINUE_READING] == [act for act, _ in banner.acts]


def test_nothing_special_needs_no_banner() -> None:
    assert [] == words(READY)


def test_no_connection_says_since_when_and_what_still_works() -> None:
    state = replace(READY, offline_since=5)
    expected = "No connection since 14:44. You can go on deciding. To commit, the connection is needed."
    assert [expected] == words(state)
    assert [Act.TRY_NOW] == [act for act, _ in shown(state)[0].acts]


def test_a_draft_that_came_back_says_what_no_longer_applies() -> None:
    state = replace(READY, restored=RestoredDraft(139, 4, 7))
    expected = (
        "Your 139 decisions of 22 Nov are back. "
        "4 of them no longer apply: someone else decided those records."
    )
    assert [expected] == words(state, staged=7)


def test_a_draft_is_no_news_once_nothing_of_it_is_staged() -> None:
    assert [] == words(replace(READY, restored=RestoredDraft(139, 0, 7)), staged=0)


def test_everything_decided_leads_to_the_review() -> None:
    banner = shown(READY, staged=20)[0]
    assert ("ok", "All 20 records are decided.") == (banner.kind, str(banner.title))
    assert [(Act.REVIEW, "Review 20 decisions")] == [(act, str(name)) for act, name in banner.acts]


def test_records_decided_by_others_can_be_shown_or_removed() -> None:
    banner = shown(READY, elsewhere=12)[0]
    assert "12 records were decided by someone else." == str(banner.title)
    assert ["Show the 12", "Remove them from the list"] == [str(name) for _, name in banner.acts]


def test_stopped_reading_can_go_on() -> None:
    state = replace(
        READY, summary=replace(SUMMARY, complete=False), progress=ReadProgress(412_000, 412_000, 1_000_000)
    )
    assert ["You stopped after 412,000 of 1,000,000 records."] == words(state)
    assert [Act.CONTINUE_READING] == [act for act, _ in shown(state)[0].acts]


@pytest.mark.parametrize(
    ("state", "kind", "expected"),
    [
        (
            found(FindingCode.GROUP_ACTIVE),
            "warn",
            (
                "Another program is working on this queue right now. "
                "You can decide, but committing has to wait until it stops."
            ),
        ),
        (
            found(FindingCode.OTHER_GROUP, value="kmp-bills"),
            "warn",
            (
                "This queue is worked on with another setup (group “kmp-bills”). "
                "You can look at it. To decide, use the same setup."
            ),
        ),
        (
            found(FindingCode.LEFT_OVER, n=6),
            "info",
            "6 earlier discards still have to be finished. They go along with your next commit.",
        ),
        (
            found(FindingCode.MAY_NOT_WRITE_RETRY),
            "info",
            "You can look at this queue, but not retry or discard. A detail.",
        ),
        (found(FindingCode.REMOVED_BEFORE_DECIDED, n=23), "info", "A title A detail."),
        (found(FindingCode.RETRY_MISSING), "warn", "A title A detail."),
        (
            replace(READY, committed_elsewhere=True),
            "warn",
            "Another window on this computer is committing to this queue right now. You can go on deciding.",
        ),
    ],
)
def test_what_was_found_is_said(state: SessionState, kind: str, expected: str) -> None:
    assert [expected] == words(state)
    assert kind == shown(state)[0].kind


def test_missing_rights_come_with_a_request_for_the_administrator() -> None:
    banner = shown(found(FindingCode.MAY_NOT_COMMIT, request="allow svc to ..."))[0]
    assert [Act.COPY_REQUEST] == [act for act, _ in banner.acts]
    assert "allow svc to ..." == banner.request


def test_a_commit_that_the_cluster_has_not_finished_can_be_ended_from_the_list() -> None:
    banner = shown(found(FindingCode.CLUSTER_UNFINISHED, request="please"))[0]
    assert [Act.READ_AGAIN, Act.END_CLUSTER_WORK, Act.COPY_REQUEST] == [act for act, _ in banner.acts]
    assert "please" == banner.request


def test_reading_that_broke_off_says_that_decisions_are_kept() -> None:
    error = UserFacingError(
        ErrorCode.READ_BROKE_OFF, text("Reading stopped."), text("Nothing was written."), text("Read again.")
    )
    state = replace(READY, phase=SessionPhase.FAILED, error=error)
    assert ["Reading stopped. Your 3 decisions are saved."] == words(state, staged=3)
    assert ["Reading stopped. Nothing was changed."] == words(state)


def test_the_worst_comes_first() -> None:
    state = replace(found(FindingCode.LEFT_OVER, n=1), offline_since=5)
    assert ["warn", "info"] == [banner.kind for banner in shown(state)]


def test_a_missing_right_comes_before_any_warning() -> None:
    state = replace(found(FindingCode.MAY_NOT_COMMIT), offline_since=5)
    assert ["denied", "offline"] == [banner.key for banner in shown(state)]


def test_deciding_is_impossible_without_the_right_to_write() -> None:
    assert why_not_decide(READY) is None
    reason = why_not_decide(found(FindingCode.MAY_NOT_WRITE_QUEUE))
    assert "Your account may look at this queue but not write to it" == str(reason)


def test_deciding_waits_for_a_commit_to_end() -> None:
    assert why_not_decide(replace(READY, phase=SessionPhase.LOCKED)) is not None
    assert why_not_decide(replace(READY, phase=SessionPhase.READING)) is None


def test_without_a_retry_topic_nothing_can_be_retried() -> None:
    queue = Queue("q", "Orders", "orders.dlq", "", "kmp")
    assert "There is no retry topic for this queue" == str(why_not_retry(READY, queue))
    assert why_not_retry(READY, replace(queue, retry_topic="orders.retry")) is None
