"""The checks before a commit, in words."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from kmp_desktop.core.checks import review
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.plan import MAX_RECORDS
from kmp_desktop.core.queue_state import (
    CleanupPolicy,
    CopyTimes,
    Finding,
    FindingCode,
    LoadedQueue,
    PartitionKind,
    Severity,
    Tombstone,
)
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.review import Check, CheckCode, Review
from kmp_desktop.core.text import text
from tests.unit.records import DAY, IDENTITY, NOW, limits, loaded, noise, record

MERGE, PURGE, SKIP = Decision.MERGE, Decision.PURGE, Decision.SKIP


def reviewed(
    queue: LoadedQueue | Iterable[DeadLetter],
    staged: Mapping[int, Decision],
    came_back: Mapping[int, int] | None = None,
    by_others: Collection[int] = (),
) -> Review:
    """The review of decisions about records of partition 0."""
    return review(
        queue if isinstance(queue, LoadedQueue) else loaded(queue),
        {RecordId(0, each): decision for each, decision in staged.items()},
        {RecordId(0, each): times for each, times in (came_back or {}).items()},
        {RecordId(0, each) for each in by_others},
    )


def of(found: Review, code: CheckCode) -> list[Check]:
    """The checks of one kind."""
    return [check for check in found.checks if check.code is code]


def only(found: Review, code: CheckCode) -> Check:
    """The one check of a kind."""
    (check,) = of(found, code)
    return check


def words(check: Check) -> tuple[str, str]:
    """Title and detail as they are shown."""
    return str(check.title), str(check.detail)


def offsets(ids: Iterable[RecordId]) -> list[int]:
    """Where records lie."""
    return [each.offset for each in ids]


def test_an_ordinary_commit_passes_everything() -> None:
    found = reviewed([record(0, "A"), record(1, "B"), record(2, "C")], {0: MERGE, 1: PURGE, 2: SKIP})
    assert (1, 1, 1, 0, 1) == (found.retry, found.discard, found.skip, found.deferred, found.parts)
    assert not found.stops
    assert [
        "Nobody else has changed these records",
        "You may write to both topics",
        "The retry fits the size limit",
    ] == [str(check.title) for check in found.checks]
    assert {Severity.PASSED} == {check.severity for check in found.checks}


def test_many_retries_that_fit_are_counted() -> None:
    found = reviewed([record(n, f"K{n}") for n in range(1200)], dict.fromkeys(range(1200), MERGE))
    assert "All 1,200 retries fit the size limit" == str(only(found, CheckCode.SIZE).title)


def test_a_discard_before_a_newer_undecided_record_takes_effect_later() -> None:
    found = reviewed([record(0, "A"), record(1, "A"), record(2, "B")], {0: PURGE, 2: PURGE})
    check = only(found, CheckCode.DISCARD_BEFORE_NEWER)
    assert (
        "1 discard takes effect later",
        (
            "A newer record with the same key is still undecided. "
            "Removing now would remove it too, so we wait until you decide it."
        ),
    ) == words(check)
    assert (Severity.WARNING, True) == (check.severity, check.may_take_out)
    assert ([0], [1]) == (offsets(check.ids), offsets(check.show))
    assert (2, 1) == (found.discard, found.deferred)


def test_a_skipped_record_is_undecided_for_a_discard() -> None:
    found = reviewed([record(0, "A"), record(1, "A"), record(2, "A")], {0: PURGE, 1: PURGE, 2: SKIP})
    check = only(found, CheckCode.DISCARD_BEFORE_NEWER)
    assert "2 discards take effect later" == str(check.title)
    assert ([0, 1], [2]) == (offsets(check.ids), offsets(check.show))


def test_a_discard_after_an_older_undecided_record_does_not_call_it_newer() -> None:
    check = only(reviewed([record(0, "A"), record(1, "A")], {1: PURGE}), CheckCode.DISCARD_BEFORE_NEWER)
    assert words(check)[1].startswith("Another record with the same key is still undecided.")
    assert [0] == offsets(check.show)


def test_a_discard_waits_for_nothing_when_the_other_record_is_decided_too() -> None:
    found = reviewed([record(0, "A"), record(1, "A")], {0: PURGE, 1: MERGE})
    assert [] == of(found, CheckCode.DISCARD_BEFORE_NEWER)


def test_a_retry_older_than_a_waiting_record_is_warned_about() -> None:
    queue = [record(0, "A"), record(1, "A"), record(2, "A"), record(3, "B")]
    found = reviewed(queue, {0: MERGE, 1: MERGE, 2: SKIP, 3: MERGE})
    check = only(found, CheckCode.RETRY_BEFORE_NEWER)
    assert (
        "2 retries are older than another record with the same key",
        "If the newer one was processed already, these could undo it.",
    ) == words(check)
    assert ([0, 1], [2]) == (offsets(check.ids), offsets(check.show))
    assert (Severity.WARNING, True) == (check.severity, check.may_take_out)


def test_a_retry_newer_than_a_waiting_record_is_fine() -> None:
    assert [] == of(reviewed([record(0, "A"), record(1, "A")], {1: MERGE}), CheckCode.RETRY_BEFORE_NEWER)


def test_one_retry_older_than_another_record_is_said_in_the_singular() -> None:
    check = only(reviewed([record(0, "A"), record(1, "A")], {0: MERGE}), CheckCode.RETRY_BEFORE_NEWER)
    assert "1 retry is older than another record with the same key" == str(check.title)


def test_retries_with_the_same_key_are_sent_oldest_first() -> None:
    found = reviewed([record(0, "A"), record(1, "A"), record(2, "B")], dict.fromkeys(range(3), MERGE))
    check = only(found, CheckCode.RETRY_ORDER)
    assert ("2 records with the same key are retried", "They are sent oldest first.") == words(check)
    assert (Severity.PASSED, [0, 1]) == (check.severity, offsets(check.ids))


def test_retries_of_several_keys_are_not_called_one_key() -> None:
    queue = [record(n, "AB"[n % 2]) for n in range(4)]
    check = only(reviewed(queue, dict.fromkeys(range(4), MERGE)), CheckCode.RETRY_ORDER)
    assert "4 records share a key with another one that is retried" == str(check.title)


def test_retries_without_key_have_no_order_to_speak_of() -> None:
    found = reviewed([record(0, None), record(1, None)], {0: MERGE, 1: MERGE})
    assert [] == of(found, CheckCode.RETRY_ORDER)


def test_retries_that_came_back_before_are_named() -> None:
    queue = [record(n, f"K{n}") for n in range(4)]
    found = reviewed(queue, {0: MERGE, 1: MERGE, 2: PURGE, 3: MERGE}, came_back={0: 2, 1: 1, 2: 1, 3: 0})
    check = only(found, CheckCode.CAME_BACK)
    assert ("2 retries came back before", "They were retried before and failed again.") == words(check)
    assert (Severity.WARNING, [0, 1]) == (check.severity, offsets(check.show))


def test_discards_without_key_are_explained_with_the_day_their_copies_expire() -> None:
    records = [record(n, None, timestamp=NOW) for n in range(7)]
    queue = loaded(
        records, limits=limits(queue_policy=CleanupPolicy.COMPACT_DELETE, queue_retention_ms=6 * DAY)
    )
    check = only(reviewed(queue, dict.fromkeys(range(7), PURGE)), CheckCode.NO_KEY)
    assert (
        "7 discards have no key",
        "They are marked as done and not shown again; the stored copies expire on 30 Nov.",
    ) == words(check)
    assert (Severity.INFO, False) == (check.severity, check.may_take_out)


@pytest.mark.parametrize(
    ("policy", "retention"),
    [
        (CleanupPolicy.COMPACT_DELETE, None),
        (CleanupPolicy.COMPACT_DELETE, -1),
        (CleanupPolicy.COMPACT, 7 * DAY),
    ],
)
def test_no_day_is_named_where_nothing_expires_or_nobody_may_look(
    policy: CleanupPolicy, retention: int | None
) -> None:
    queue = loaded([record(0, None)], limits=limits(queue_policy=policy, queue_retention_ms=retention))
    expected = ("1 discard has no key", "They are marked as done and not shown again.")
    assert expected == words(only(reviewed(queue, {0: PURGE}), CheckCode.NO_KEY))


def test_where_every_discard_is_only_marked_a_missing_key_needs_no_word() -> None:
    queue = loaded([record(0, None)], limits=limits(queue_policy=CleanupPolicy.DELETE))
    assert [] == of(reviewed(queue, {0: PURGE}), CheckCode.NO_KEY)


def test_one_retry_that_is_too_large_stops_with_its_size() -> None:
    queue = [record(0, value=noise(1_468_006)), record(1, "B")]
    found = reviewed(queue, {0: MERGE, 1: MERGE})
    check = only(found, CheckCode.REFUSED)
    assert "1 retry is larger than the retry queue accepts (1.4 MB of 1 MB)" == str(check.title)
    assert (Severity.STOP, True, [0]) == (check.severity, check.may_take_out, offsets(check.ids))
    assert found.stops
    assert [] == of(found, CheckCode.SIZE)
    assert ([0], 1) == (offsets(each.id for each in found.refused), found.parts)


def test_a_retry_that_fits_only_compressed_is_told_and_does_not_stop() -> None:
    found = reviewed([record(0, value=b"x" * 2_000_000), record(1, "B")], {0: MERGE, 1: MERGE})
    check = only(found, CheckCode.SIZE)
    assert (Severity.INFO, [0], False) == (check.severity, offsets(check.ids), found.stops)
    assert (
        "1 retry fits the retry queue only compressed, if at all",
        "The server decides when you commit. What it does not take stays in the queue.",
    ) == words(check)


def test_records_that_cannot_be_retried_stop_with_every_reason() -> None:
    odd = "header name is not readable text"
    queue = [
        record(0, "A", unfaithful=odd),
        record(1, "B", noise(2_000_000)),
        record(2, "C", unfaithful=odd),
    ]
    check = only(reviewed(queue, dict.fromkeys(range(3), MERGE)), CheckCode.REFUSED)
    assert (
        "3 records cannot be retried",
        (
            "The reasons: header name is not readable text; "
            "larger than the retry queue accepts (1.9 MB of 1 MB)."
        ),
    ) == words(check)


def test_one_record_that_cannot_be_retried_stops_with_its_reason() -> None:
    queue = [record(0, unfaithful="header name is not readable text")]
    check = only(reviewed(queue, {0: MERGE}), CheckCode.REFUSED)
    assert ("1 record cannot be retried", "The reason: header name is not readable text.") == words(check)


def test_retries_whose_time_would_not_be_kept_get_another_one_and_it_is_said() -> None:
    records = [record(0, "A", timestamp=NOW - 8 * DAY), record(1, "B", timestamp=NOW - 6 * DAY)]
    found = reviewed(loaded(records, limits=limits(retry_retention_ms=7 * DAY)), {0: MERGE, 1: MERGE})
    check = only(found, CheckCode.NEW_TIME)
    assert (
        "1 retry gets the time of the commit",
        (
            "With its own time the retry queue would refuse it or delete it too soon. "
            "The original time goes along in the header “x-dlq-original-timestamp”."
        ),
    ) == words(check)
    assert (Severity.INFO, [0], True) == (check.severity, offsets(check.ids), check.may_take_out)
    assert (1, [], []) == (found.new_times, of(found, CheckCode.TOO_OLD), of(found, CheckCode.EXACT_TIME))


def test_retries_that_keep_a_time_which_is_refused_stop_and_the_choice_is_said() -> None:
    queue = loaded([record(0, timestamp=NOW + DAY)], limits=limits(retry_timestamp_after_ms=1))
    found = review(queue, {RecordId(0, 0): MERGE}, {}, times=CopyTimes.EXACT)
    assert found.stops
    check = only(found, CheckCode.EXACT_TIME)
    assert (
        "1 retry keeps its own time, as you chose",
        "The retry queue refuses such a time, or deletes the copy too soon.",
    ) == words(check)


def test_retries_older_than_the_retry_queue_keeps_are_warned_about_when_they_keep_their_time() -> None:
    records = [record(0, "A", timestamp=NOW - 8 * DAY), record(1, "B", timestamp=NOW - 6 * DAY)]
    staged = {RecordId(0, 0): MERGE, RecordId(0, 1): MERGE}
    queue = loaded(records, limits=limits(retry_retention_ms=7 * DAY))
    found = review(queue, staged, {}, times=CopyTimes.EXACT)
    check = only(found, CheckCode.TOO_OLD)
    assert 0 == found.new_times
    assert "1 retry is older than the retry queue keeps (7 days)" == str(check.title)
    assert (Severity.WARNING, [0], True) == (check.severity, offsets(check.ids), check.may_take_out)


@pytest.mark.parametrize(
    "changes",
    [{"retry_retention_ms": None}, {"retry_retention_ms": -1}, {"retry_log_append_time": True}],
)
def test_age_does_not_matter_where_the_retry_queue_does_not_remove_by_it(changes: dict[str, Any]) -> None:
    settings = {"retry_retention_ms": DAY, **changes}
    queue = loaded([record(0, timestamp=1)], limits=limits(**settings))
    exact = review(queue, {RecordId(0, 0): MERGE}, {}, times=CopyTimes.EXACT)
    assert ([], 0) == (of(exact, CheckCode.TOO_OLD), reviewed(queue, {0: MERGE}).new_times)


def test_a_retry_without_a_time_gets_that_of_the_commit() -> None:
    check = only(reviewed([record(0, timestamp=0)], {0: MERGE}), CheckCode.NO_TIME)
    assert ("1 retry has no time of its own", "The copy gets the time of the commit.") == words(check)
    assert Severity.INFO is check.severity


def test_different_partition_counts_are_explained_when_something_is_retried() -> None:
    queue = loaded([record(0)], limits=limits(retry_partitions=6))
    check = only(reviewed(queue, {0: MERGE}), CheckCode.PARTITIONS)
    assert (
        "The retry queue is divided differently.",
        "Records with one key stay together.",
    ) == words(check)
    assert Severity.INFO is check.severity
    assert [] == of(reviewed(queue, {0: PURGE}), CheckCode.PARTITIONS)


def test_records_decided_by_someone_else_stop_and_can_be_taken_out() -> None:
    records = [record(n, f"K{n}") for n in range(4)]
    queue = loaded(records, decided=[RecordId(0, 0)], elsewhere={RecordId(0, 1): "kmp-other"})
    found = reviewed(queue, dict.fromkeys(range(4), MERGE), by_others={2})
    check = only(found, CheckCode.OTHERS)
    assert "3 records were decided by someone else" == str(check.title)
    assert (Severity.STOP, [0, 1, 2]) == (check.severity, offsets(check.ids))
    assert (4, 1) == (found.retry, found.parts)


def test_records_that_are_not_there_any_more_stop_and_can_be_taken_out() -> None:
    staged = {RecordId(0, 5): MERGE, RecordId(9, 0): PURGE}
    check = only(review(loaded([record(0)]), staged, {}), CheckCode.OTHERS)
    assert "2 records are not in the queue any more" == str(check.title)
    assert (Severity.STOP, True) == (check.severity, check.may_take_out)


def test_a_missing_right_found_while_reading_stops_and_no_right_is_claimed() -> None:
    queue = loaded([record(0)])
    queue.findings = (
        Finding(
            FindingCode.MAY_NOT_WRITE_RETRY, Severity.STOP, text("You may not write."), text("Ask for it.")
        ),
    )
    found = reviewed(queue, {0: MERGE})
    assert ("You may not write.", "Ask for it.") == words(only(found, CheckCode.FINDING))
    assert [] == of(found, CheckCode.RIGHTS)
    assert found.stops


def test_findings_that_do_not_concern_a_commit_are_left_out() -> None:
    queue = loaded([record(0)])
    queue.findings = (
        Finding(FindingCode.REMOVED_BEFORE_DECIDED, Severity.INFO, text("gone"), text("")),
        Finding(FindingCode.OK, Severity.PASSED, text("fine"), text("")),
        Finding(FindingCode.OPEN_TRANSACTIONS, Severity.WARNING, text("open"), text("")),
        Finding(FindingCode.POLICY_DELETE, Severity.STOP, text("stop"), text("")),
    )
    found = reviewed(queue, {0: MERGE})
    assert ["stop", "open"] == [str(check.title) for check in of(found, CheckCode.FINDING)]


def test_stops_come_first_then_warnings_then_what_is_only_told_then_what_passed() -> None:
    records = [record(0, "A", unfaithful="odd"), record(1, "B"), record(2, "B"), record(3, None)]
    found = reviewed(records, {0: MERGE, 1: PURGE, 3: PURGE})
    severities = [check.severity for check in found.checks]
    order = [Severity.STOP, Severity.WARNING, Severity.INFO, Severity.PASSED]
    assert sorted(severities, key=order.index) == severities
    assert set(order) == set(severities)


def test_a_ledger_without_room_stops_and_names_the_older_records() -> None:
    coin = random.Random(1)
    queue = loaded([record(n, None) for n in range(40_000)])
    staged = {n: PURGE for n in range(1, 40_000) if coin.random() < 0.5}
    check = only(reviewed(queue, staged), CheckCode.LEDGER)
    n = len(check.show)
    assert (
        "Too many gaps.",
        f"Decide these {n:,} older records first, then this commit fits.",
    ) == words(check)
    assert n > 1
    assert (Severity.STOP, [0]) == (check.severity, offsets(check.show)[:1])


def test_a_ledger_that_is_nearly_full_warns_and_shows_the_gaps() -> None:
    coin = random.Random(1)
    queue = loaded([record(n, None) for n in range(24_000)])
    staged = {n: PURGE for n in range(1, 24_000) if coin.random() < 0.5}
    check = only(reviewed(queue, staged), CheckCode.LEDGER)
    gaps = [n for n in range(max(staged)) if n not in staged]
    assert (Severity.WARNING, gaps) == (check.severity, offsets(check.show))
    detail = "undecided records lie between decided ones. Decide the oldest soon: a full note stops commits."
    assert ("The server's note of what is decided is 93 % full", f"{len(gaps):,} {detail}") == words(check)


def test_parts_are_counted_without_what_cannot_be_written() -> None:
    most = 2 * MAX_RECORDS
    records = [record(n, f"K{n}") for n in range(most)] + [record(most, "X", unfaithful="odd")]
    assert 2 == reviewed(records, dict.fromkeys(range(most + 1), MERGE)).parts


def test_skips_alone_write_nothing() -> None:
    found = reviewed([record(0)], {0: SKIP})
    assert (0, 0, 1, 0) == (found.retry, found.discard, found.skip, found.parts)
    assert [] == of(found, CheckCode.SIZE)


def test_without_a_retry_topic_only_the_queue_is_written_to() -> None:
    queue = loaded([record(0)], identity=replace(IDENTITY, retry_topic=""))
    assert "You may write to this queue" == str(only(reviewed(queue, {0: PURGE}), CheckCode.RIGHTS).title)


def test_what_cannot_be_retried_at_all_is_not_said_to_fit() -> None:
    queue = loaded([record(0)], identity=replace(IDENTITY, retry_topic=""), limits=limits(retry_partitions=0))
    found = reviewed(queue, {0: MERGE})
    assert "The reason: there is no retry topic for this queue." == words(only(found, CheckCode.REFUSED))[1]
    assert [] == of(found, CheckCode.SIZE) + of(found, CheckCode.PARTITIONS)


def _untouched(records: Iterable[DeadLetter]) -> LoadedQueue:
    queue = loaded(records)
    queue.state = {each: replace(state, kind=PartitionKind.FRESH) for each, state in queue.state.items()}
    return queue


def test_at_the_first_retry_of_a_queue_it_is_told_how_its_readers_must_be_set() -> None:
    check = only(reviewed(_untouched([record(0)]), {0: MERGE}), CheckCode.READERS)
    assert Severity.INFO is check.severity
    assert "isolation.level=read_committed" in words(check)[1]


def test_how_readers_must_be_set_is_told_neither_for_discards_nor_once_somebody_has_committed() -> None:
    untouched = _untouched([record(0), record(1)])
    assert [] == of(reviewed(untouched, {0: PURGE, 1: SKIP}), CheckCode.READERS)
    untouched.state[1] = replace(untouched.state[1], kind=PartitionKind.OURS)
    assert [] == of(reviewed(untouched, {0: MERGE}), CheckCode.READERS)


@pytest.mark.parametrize(
    ("actions", "told"), [(("p", "p,p"), 1), (("p", "p,m"), 0), (("p", "?"), 0), (("",), 0)]
)
def test_how_readers_must_be_set_is_told_after_commits_that_only_discarded(
    actions: tuple[str, ...], told: int
) -> None:
    queue = loaded([record(0)])
    for offset, action in enumerate(actions, 100):
        queue.tombstones[0, b"%d" % offset] = [Tombstone(offset, "g", "00", "7,9", action, "someone", 1)]
    assert told == len(of(reviewed(queue, {0: MERGE}), CheckCode.READERS))
