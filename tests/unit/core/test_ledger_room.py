"""Whether the ledger has room for a plan, and which records make room."""

from __future__ import annotations

import random

import pytest

from kmp_desktop.core.ledger import LedgerTooLarge, encode
from kmp_desktop.core.ledger_room import decide_first, ledger_room
from kmp_desktop.core.queue_state import LoadedQueue, PartitionKind, PartitionState, PlannedDecision
from kmp_desktop.core.record import RecordId
from tests.unit.records import IDENTITY, limits, loaded, record

MERGE = PlannedDecision.MERGE


def queue(count: int, *, metadata_max: int = 4096, partition: int = 0) -> LoadedQueue:
    """A queue of so many records, all undecided, with eight commits behind it."""
    held = loaded(
        [record(offset, partition=partition) for offset in range(count)],
        limits=limits(metadata_max=metadata_max),
    )
    nonces = tuple(bytes((n,) * 4) for n in range(8))
    held.state[partition] = PartitionState(0, frozenset(), nonces, PartitionKind.OURS)
    return held


def scattered(count: int, *, partition: int = 0) -> dict[RecordId, PlannedDecision]:
    """Every record or not, as a coin falls: what packs worst."""
    coin = random.Random(count)
    return {RecordId(partition, offset): MERGE for offset in range(1, count) if coin.random() < 0.5}


def fits(held: LoadedQueue, decided: set[int], metadata_max: int = 4096) -> bool:
    """Whether a ledger with these decisions can be sent."""
    still_open = [each.offset for each in held.records if each.offset not in decided]
    base = min(still_open, default=held.end[0])
    try:
        text = encode(base, decided, IDENTITY.queue_topic_id, bytes(8), held.state[0].nonces)
    except LedgerTooLarge:
        return False
    return len(text) < metadata_max


def test_a_plan_with_few_gaps_has_room() -> None:
    assert () == decide_first(queue(50_000), {RecordId(0, offset): MERGE for offset in range(100, 40_000)})


def test_an_empty_plan_has_room() -> None:
    assert () == decide_first(queue(10), {})


@pytest.mark.parametrize("metadata_max", [4096, 500])
def test_the_named_records_are_the_oldest_and_just_enough(metadata_max: int) -> None:
    held, plan = queue(40_000, metadata_max=metadata_max), scattered(40_000)
    first = decide_first(held, plan)
    still_open = [each for each in held.records if each not in plan]
    assert tuple(still_open[: len(first)]) == first
    planned = {each.offset for each in plan}
    assert fits(held, planned | {each.offset for each in first}, metadata_max)
    assert not fits(held, planned | {each.offset for each in first[:-1]}, metadata_max)


def test_what_was_decided_before_counts_too() -> None:
    held, plan = queue(40_000), scattered(40_000)
    held.state[0] = PartitionState(
        0, frozenset(each.offset for each in plan), held.state[0].nonces, PartitionKind.OURS
    )
    last = RecordId(0, next(o for o in range(39_999, 0, -1) if RecordId(0, o) not in plan))
    assert decide_first(held, {last: MERGE})


def test_the_named_records_are_enough_also_when_deciding_them_takes_commits_of_its_own() -> None:
    held, plan = queue(40_000), scattered(40_000)
    eight = held.state[0].nonces
    held.state[0] = PartitionState(0, frozenset(), (), PartitionKind.FRESH)
    first = decide_first(held, plan)
    held.state[0] = PartitionState(0, frozenset(), eight, PartitionKind.OURS)
    assert fits(held, {each.offset for each in (*plan, *first)})


def test_the_fullest_ledger_says_how_full_it_is() -> None:
    none, some, half = (ledger_room(queue(16_000), scattered(count)) for count in (0, 2_000, 16_000))
    assert 0 == none.percent
    assert 0 < some.percent < half.percent < 100
    assert [(), (), ()] == [none.first, some.first, half.first]
    assert {0} == {each.partition for each in half.gaps}


def test_a_ledger_that_does_not_fit_is_full() -> None:
    assert 100 == ledger_room(queue(40_000), scattered(40_000)).percent


def test_every_partition_has_a_ledger_of_its_own() -> None:
    held = queue(40_000, partition=1)
    assert {1} == {each.partition for each in decide_first(held, scattered(40_000, partition=1))}


def test_records_decided_in_another_group_are_no_gaps() -> None:
    held, plan = queue(40_000), scattered(40_000)
    held.decided_in_other_group.update({each: "other" for each in held.records if each not in plan})
    assert () == decide_first(held, plan)
