"""From decisions to parts: what is written, in which order, what waits and what cannot go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.plan import chunks, deferred, is_large, is_too_large, planned, refused
from kmp_desktop.core.queue_state import CleanupPolicy, CopyTimes, Plan, PlannedDecision
from kmp_desktop.core.record import DeadLetter, RecordId, TimestampType
from kmp_desktop.core.sizes import batch_bytes
from tests.unit.records import DAY, IDENTITY, NOW, limits, loaded, noise, record

MERGE, PURGE = PlannedDecision.MERGE, PlannedDecision.PURGE


def plan(decision: PlannedDecision, *offsets: int) -> dict[RecordId, PlannedDecision]:
    """The same decision for records of partition 0."""
    return {RecordId(0, offset): decision for offset in offsets}


def offsets(parts: list[Plan]) -> list[list[int]]:
    """The offsets of each part."""
    return [[each.offset for each in part] for part in parts]


def reasons(queue_records: list[DeadLetter], planned_records: Plan, **changes: object) -> dict[int, str]:
    """Offset -> why it is refused."""
    queue = loaded(queue_records, limits=limits(**changes))
    return {each.id.offset: str(each.reason) for each in refused(queue, planned_records)}


def test_skips_are_not_planned_and_records_are_in_order() -> None:
    staged = {
        RecordId(1, 0): Decision.MERGE,
        RecordId(0, 9): Decision.SKIP,
        RecordId(0, 7): Decision.PURGE,
    }
    assert [(RecordId(0, 7), PURGE), (RecordId(1, 0), MERGE)] == list(planned(staged).items())


def test_an_empty_plan_has_no_parts() -> None:
    assert [] == chunks(loaded([]), {})


def test_parts_hold_at_most_so_many_records_in_offset_order() -> None:
    queue = loaded([record(offset) for offset in range(5)])
    assert [[0, 1], [2, 3], [4]] == offsets(chunks(queue, plan(MERGE, 4, 3, 2, 1, 0), max_records=2))


def test_parts_hold_at_most_so_many_bytes() -> None:
    queue = loaded([record(offset, value=b"x" * 4_000) for offset in range(4)])
    assert [[0, 1], [2, 3]] == offsets(chunks(queue, plan(MERGE, 0, 1, 2, 3), max_bytes=10_000))


def test_a_giant_record_gets_a_part_of_its_own() -> None:
    sizes = [10, 50_000, 10, 10]
    queue = loaded([record(offset, value=b"x" * size) for offset, size in enumerate(sizes)])
    assert [[0], [1], [2, 3]] == offsets(chunks(queue, plan(MERGE, 0, 1, 2, 3), max_bytes=10_000))


def test_the_content_of_a_discard_is_not_written_and_takes_no_room() -> None:
    queue = loaded([record(offset, value=b"x" * 50_000) for offset in range(3)])
    assert [[0, 1, 2]] == offsets(chunks(queue, plan(PURGE, 0, 1, 2), max_bytes=10_000))


@given(
    weights=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5_000), st.booleans()), max_size=40),
    max_records=st.integers(1, 7),
)
def test_parts_together_are_the_plan_once_and_in_order(
    weights: list[tuple[int, int, bool]], max_records: int
) -> None:
    records = [
        record(offset, value=b"x" * size, partition=partition)
        for offset, (partition, size, _) in enumerate(weights)
    ]
    whole = {each.id: MERGE if w[2] else PURGE for each, w in zip(records, weights, strict=True)}
    parts = chunks(loaded(records), whole, max_records=max_records, max_bytes=8_000)
    together = [item for part in parts for item in part.items()]
    assert sorted(whole.items()) == together
    assert all(1 <= len(part) <= max_records for part in parts)


def test_a_discard_waits_while_a_newer_record_of_its_key_is_undecided() -> None:
    queue = loaded([record(0, "A"), record(1, "A"), record(2, "B")])
    assert (RecordId(0, 0),) == deferred(queue, plan(PURGE, 0, 2))


def test_a_discard_waits_while_an_older_record_of_its_key_is_undecided() -> None:
    queue = loaded([record(0, "A"), record(1, "A")])
    assert (RecordId(0, 1),) == deferred(queue, plan(PURGE, 1))


def test_no_discard_waits_once_all_records_of_the_key_are_planned_or_decided() -> None:
    queue = loaded(
        [record(0, "A"), record(1, "A"), record(2, "A"), record(3, "A")],
        decided=[RecordId(0, 0)],
        elsewhere={RecordId(0, 3): "kmp-other"},
    )
    assert () == deferred(queue, {**plan(PURGE, 1), **plan(MERGE, 2)})


def test_the_same_key_in_another_partition_is_another_key() -> None:
    queue = loaded([record(0, "A"), record(0, "A", partition=1)])
    assert () == deferred(queue, plan(PURGE, 0))


def test_a_discard_without_key_waits_for_nothing() -> None:
    assert () == deferred(loaded([record(0, None), record(1, None)]), plan(PURGE, 0))


@pytest.mark.parametrize("policy", [CleanupPolicy.DELETE, CleanupPolicy.UNKNOWN])
def test_nothing_waits_where_nothing_is_removed_by_key(policy: CleanupPolicy) -> None:
    queue = loaded([record(0, "A"), record(1, "A")], limits=limits(queue_policy=policy))
    assert () == deferred(queue, plan(PURGE, 0))


def test_an_ordinary_record_is_not_refused() -> None:
    assert {} == reasons([record(0)], plan(MERGE, 0))


def test_a_record_larger_than_the_retry_queue_accepts_is_refused() -> None:
    big = record(0, value=noise(1_468_006))
    assert {0: "larger than the retry queue accepts (1.4 MB of 1 MB)"} == reasons([big], plan(MERGE, 0))


def test_the_limit_itself_is_accepted_and_one_byte_more_is_not() -> None:
    each = record(0, value=noise(500))
    assert not is_large(loaded([each], limits=limits(retry_max_bytes=batch_bytes(each))), each.id)
    assert is_large(loaded([each], limits=limits(retry_max_bytes=batch_bytes(each) - 1)), each.id)
    assert [0] == list(reasons([each], plan(MERGE, 0), retry_max_bytes=499))


def test_a_record_that_may_fit_compressed_is_left_to_the_server() -> None:
    packs = record(0, value=b"all the same " * 100_000)
    queue = loaded([packs], limits=limits(retry_max_bytes=100_000))
    assert ((), True, False) == (
        refused(queue, plan(MERGE, 0)),
        is_large(queue, packs.id),
        is_too_large(queue, packs.id),
    )


def test_a_discard_is_refused_for_nothing_that_only_a_copy_needs() -> None:
    big = record(0, None, b"x" * 5_000, unfaithful="header name is not readable text", timestamp=1)
    assert {} == reasons([big], plan(PURGE, 0), retry_max_bytes=10, retry_compacts=True)


def test_a_record_that_cannot_be_copied_byte_for_byte_is_refused_with_the_reason() -> None:
    odd = record(0, unfaithful="header name {0} is not readable text")
    assert {0: "header name {0} is not readable text"} == reasons([odd], plan(MERGE, 0))


def test_a_compacted_retry_queue_takes_no_record_without_key() -> None:
    expected = {0: "it has no key, and the retry queue takes only records with a key"}
    assert expected == reasons([record(0, None), record(1, b"")], plan(MERGE, 0, 1), retry_compacts=True)


def test_without_a_retry_topic_no_retry_is_possible() -> None:
    queue = loaded([record(0)], identity=replace(IDENTITY, retry_topic="", retry_topic_id=b""))
    assert ["there is no retry topic for this queue"] == [
        str(r.reason) for r in refused(queue, plan(MERGE, 0))
    ]


_TIMES: Mapping[str, tuple[DeadLetter, dict[str, object]]] = {
    "older than the retry queue accepts": (
        record(0, timestamp=NOW - 8 * DAY),
        {"retry_timestamp_before_ms": 7 * DAY},
    ),
    "its time lies further in the future than the retry queue accepts": (
        record(0, timestamp=NOW + 2 * DAY),
        {"retry_timestamp_after_ms": DAY},
    ),
}


@pytest.mark.parametrize("reason", list(_TIMES))
def test_a_time_that_the_retry_queue_does_not_accept_is_refused_when_it_is_to_be_kept(reason: str) -> None:
    each, changes = _TIMES[reason]
    queue = loaded([each], limits=limits(**changes))
    stamping = loaded([each], limits=limits(**changes, retry_log_append_time=True))
    assert [reason] == [str(r.reason) for r in refused(queue, plan(MERGE, 0), times=CopyTimes.EXACT)]
    assert () == refused(stamping, plan(MERGE, 0), times=CopyTimes.EXACT)
    assert () == refused(queue, plan(MERGE, 0)), "its copy gets the time of the commit"


@pytest.mark.parametrize(
    ("timestamp", "timestamp_type"),
    [(0, TimestampType.CREATE_TIME), (-1, TimestampType.CREATE_TIME), (5, TimestampType.NOT_AVAILABLE)],
)
def test_a_record_without_a_time_is_not_too_old(timestamp: int, timestamp_type: TimestampType) -> None:
    queue = loaded(
        [record(0, timestamp=timestamp, timestamp_type=timestamp_type)],
        limits=limits(retry_timestamp_before_ms=DAY),
    )
    assert () == refused(queue, plan(MERGE, 0), times=CopyTimes.EXACT)


def test_an_old_record_is_no_reason_where_the_limit_is_not_known() -> None:
    assert {} == reasons([record(0, timestamp=1)], plan(MERGE, 0))


def test_the_moment_of_the_commit_counts_when_it_is_given() -> None:
    queue = loaded([record(0, timestamp=NOW)], limits=limits(retry_timestamp_before_ms=DAY))
    assert () == refused(queue, plan(MERGE, 0), times=CopyTimes.EXACT)
    assert 1 == len(refused(queue, plan(MERGE, 0), now=NOW + 2 * DAY, times=CopyTimes.EXACT))
