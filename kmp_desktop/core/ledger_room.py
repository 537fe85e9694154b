"""Whether the ledger has room for a plan, and what would make room."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kmp_desktop.core.ledger import MAX_CHARACTERS, NONCE_BYTES, LedgerTooLarge, encode
from kmp_desktop.core.queue_state import LoadedQueue, Plan
from kmp_desktop.core.record import RecordId

_ANY_NONCE = bytes(NONCE_BYTES)


def decide_first(loaded: LoadedQueue, plan: Plan) -> tuple[RecordId, ...]:
    """The oldest undecided records that must be decided, too, before this plan fits; () = it fits.

    Every undecided record below a decided one is a gap in the ledger. Parts of a commit go up in
    offset order, so a ledger on the way is never longer than the one at the end.
    """
    touched = sorted(_touched(loaded, plan))
    return tuple(each for partition in touched for each in _gaps(loaded, plan, partition))


def _touched(loaded: LoadedQueue, plan: Plan) -> set[int]:
    """Whose ledger a commit of the plan sends: also those with keys left over."""
    left = {partition for partition, _ in loaded.left} if loaded.limits.queue_policy.compacts else set()
    return left | {each.partition for each in plan}


def _gaps(loaded: LoadedQueue, plan: Plan, partition: int) -> list[RecordId]:
    still_open = sorted(
        each for each in loaded.records if each.partition == partition and _stays_open(loaded, plan, each)
    )
    marked = loaded.state[partition].decided | {each.offset for each in plan if each.partition == partition}
    if _fits(loaded, partition, marked, still_open):
        return []
    too_few, enough = 0, len(still_open)
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        decided_too = marked.union(each.offset for each in still_open[:middle])
        if _fits(loaded, partition, decided_too, still_open[middle:]):
            enough = middle
        else:
            too_few = middle
    return still_open[:enough]


def _stays_open(loaded: LoadedQueue, plan: Plan, record: RecordId) -> bool:
    return record not in plan and loaded.is_open(record)


def _fits(
    loaded: LoadedQueue, partition: int, marked: Collection[int], still_open: Sequence[RecordId]
) -> bool:
    state = loaded.state[partition]
    lowest = still_open[0].offset if still_open else loaded.end[partition]
    base = max(state.base, lowest)
    try:
        written = encode(base, marked, loaded.identity.queue_topic_id, _ANY_NONCE, state.nonces)
    except LedgerTooLarge:
        return False
    return len(written) <= min(MAX_CHARACTERS, loaded.limits.metadata_max - 1)
