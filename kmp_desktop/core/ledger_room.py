"""Whether the ledger has room for a plan, and what would make room."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kmp_desktop.core.ledger import MAX_ANCESTORS, MAX_CHARACTERS, NONCE_BYTES, LedgerTooLarge, encode
from kmp_desktop.core.queue_state import LoadedQueue, Plan
from kmp_desktop.core.record import RecordId

_ANY_NONCE = bytes(NONCE_BYTES)
# As many as there will be: each part of a commit, and each commit that makes room, adds one.
_ANCESTORS = (_ANY_NONCE,) * MAX_ANCESTORS


@dataclass(frozen=True, slots=True)
class LedgerRoom:
    """How full the fullest ledger would be with a plan, in percent of what the broker keeps.

    ``gaps``: the undecided records in it that lie below decided ones. ``first``: the oldest undecided
    records that must be decided, too, before the plan fits; () = it fits.
    """

    percent: int
    gaps: tuple[RecordId, ...]
    first: tuple[RecordId, ...]


def ledger_room(loaded: LoadedQueue, plan: Plan) -> LedgerRoom:
    """What a commit of the plan would make of the ledgers.

    Every undecided record below a decided one is a gap in a ledger. Parts of a commit go up in
    offset order, so a ledger on the way is never longer than the one at the end.
    """
    rooms = [_room(loaded, plan, partition) for partition in sorted(_touched(loaded, plan))]
    fullest = max(rooms, key=lambda room: room.percent, default=LedgerRoom(0, (), ()))
    return LedgerRoom(fullest.percent, fullest.gaps, tuple(each for room in rooms for each in room.first))


def decide_first(loaded: LoadedQueue, plan: Plan) -> tuple[RecordId, ...]:
    """The oldest undecided records that must be decided, too, before this plan fits; () = it fits."""
    return ledger_room(loaded, plan).first


def _touched(loaded: LoadedQueue, plan: Plan) -> set[int]:
    """Whose ledger a commit of the plan sends: also those with keys left over."""
    left = {partition for partition, _ in loaded.left} if loaded.limits.queue_policy.compacts else set()
    return left | {each.partition for each in plan}


def _room(loaded: LoadedQueue, plan: Plan, partition: int) -> LedgerRoom:
    still_open = sorted(
        each for each in loaded.records if each.partition == partition and _stays_open(loaded, plan, each)
    )
    marked = loaded.state[partition].decided | {each.offset for each in plan if each.partition == partition}
    gaps = still_open[: bisect_left(still_open, RecordId(partition, max(marked, default=0)))]
    characters = _characters(loaded, partition, marked, still_open)
    if characters <= _most(loaded):
        return LedgerRoom(100 * characters // _most(loaded), tuple(gaps), ())
    too_few, enough = 0, len(still_open)
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        decided_too = marked.union(each.offset for each in still_open[:middle])
        if _characters(loaded, partition, decided_too, still_open[middle:]) <= _most(loaded):
            enough = middle
        else:
            too_few = middle
    return LedgerRoom(100, tuple(gaps), tuple(still_open[:enough]))


def _stays_open(loaded: LoadedQueue, plan: Plan, record: RecordId) -> bool:
    return record not in plan and loaded.is_open(record)


def _most(loaded: LoadedQueue) -> int:
    return min(MAX_CHARACTERS, loaded.limits.metadata_max - 1)


def _characters(
    loaded: LoadedQueue, partition: int, marked: Collection[int], still_open: Sequence[RecordId]
) -> int:
    """How long the ledger would be; one more than there is room for when it does not fit at all."""
    state = loaded.state[partition]
    lowest = still_open[0].offset if still_open else loaded.end[partition]
    base = max(state.base, lowest)
    try:
        return len(encode(base, marked, loaded.identity.queue_topic_id, _ANY_NONCE, _ANCESTORS))
    except LedgerTooLarge:
        return MAX_CHARACTERS + 1
