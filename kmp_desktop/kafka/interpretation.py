"""What a snapshot of committed offsets and the records read mean: rules, no I/O."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from kmp_desktop.core.ledger import NotOurs, decode
from kmp_desktop.core.queue_state import (
    CleanupPolicy,
    CommittedOffset,
    LoadedQueue,
    PartitionKind,
    PartitionState,
    TakeOver,
    Tombstone,
)
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.tombstone import is_tombstone

_NOTHING: frozenset[int] = frozenset()


def states_of(
    snapshot: Mapping[int, CommittedOffset],
    topic_id: bytes,
    *,
    seen: Collection[int] = (),
    all_lost: bool = False,
    take_over: TakeOver | None = None,
) -> dict[int, PartitionState]:
    """Whose each committed offset is, and what it says is decided.

    ``seen``: partitions in which this computer has ever seen a ledger; ``all_lost``: the MARK says
    that the queue was worked on, yet no partition has an offset.
    """
    lost = set(snapshot) if all_lost else set(seen)
    return {
        partition: _state_of(committed, topic_id, partition in lost, take_over)
        for partition, committed in snapshot.items()
    }


def _state_of(
    committed: CommittedOffset, topic_id: bytes, was_seen: bool, take_over: TakeOver | None
) -> PartitionState:
    if committed.offset < 0 and not committed.metadata:
        if not was_seen:
            return PartitionState(0, _NOTHING, (), PartitionKind.FRESH)
        return _unless_taken(PartitionKind.LOST, committed, take_over)
    try:
        ledger = decode(committed.metadata, committed.offset, topic_id)
    except NotOurs:
        is_damaged = committed.metadata.startswith("KD1")
        return _unless_taken(
            PartitionKind.LOST if is_damaged else PartitionKind.FOREIGN, committed, take_over
        )
    return PartitionState(ledger.base, ledger.decided, ledger.nonces, PartitionKind.OURS)


def _unless_taken(
    kind: PartitionKind, committed: CommittedOffset, take_over: TakeOver | None
) -> PartitionState:
    if take_over is None:
        return PartitionState(0, _NOTHING, (), kind)
    base = max(0, committed.offset) if take_over is TakeOver.OFFSET else 0
    return PartitionState(base, _NOTHING, (), PartitionKind.TAKEN)


def forgotten(take_over: TakeOver | None) -> PartitionState:
    """The state where decisions were made, and no offset tells of them any more."""
    return _unless_taken(PartitionKind.LOST, CommittedOffset(-1, ""), take_over)


def marked_without_ledger(loaded: LoadedQueue) -> list[int]:
    """Partitions without any offset that hold tombstones of this group."""
    group = loaded.identity.group
    marked = {
        partition
        for (partition, _), found in loaded.tombstones.items()
        if any(t.group == group for t in found)
    }
    return sorted(each for each in marked if loaded.state[each].kind is PartitionKind.FRESH)


def within(states: Mapping[int, PartitionState], ends: Mapping[int, int]) -> dict[int, PartitionState]:
    """States whose base does not lie above what can be read.

    A program that reads open transactions may have been further than that; what it saw is offered
    once it is there to see.
    """
    return {each: replace(state, base=min(state.base, ends[each])) for each, state in states.items()}


def read_from(state: PartitionState, low: int) -> int:
    """Where reading begins: a ledger of ours vouches for everything below its base."""
    return max(low, state.base) if state.kind is PartitionKind.OURS else low


def is_dead_letter(record: DeadLetter, policy: CleanupPolicy) -> bool:
    """Whether somebody has to decide this record: not a tombstone, ours or another program's.

    A null value with other headers than ours is a delete that failed.
    """
    if is_tombstone(record.value, record.headers):
        return False
    says_nothing = record.value is None and not record.headers and record.unfaithful is None
    return not (says_nothing and policy.compacts)


def apply_tombstones(
    records: Mapping[RecordId, DeadLetter],
    tombstones: Mapping[tuple[int, bytes | None], Sequence[Tombstone]],
    states: dict[int, PartitionState],
    group: str,
) -> dict[RecordId, str]:
    """Every record below a tombstone of its key is decided, listed in it or not.

    Those that the ledger does not mark are added to ``states``: offsets were lost, or another desktop
    committed after they were read. ``tombstones`` of a key are in the order of their offsets. Returns
    the records that another group decided, with that group.
    """
    if not tombstones:
        return {}  # a million records need not be looked at
    elsewhere: dict[RecordId, str] = {}
    rebuilt: dict[int, set[int]] = {}
    ours = {
        key: max((each.offset for each in found if each.group == group), default=-1)
        for key, found in tombstones.items()
    }
    for each, record in records.items():
        key = each.partition, record.key
        if key not in ours:
            continue
        if each.offset < ours[key]:
            rebuilt.setdefault(each.partition, set()).add(each.offset)
        elif each.offset < tombstones[key][-1].offset:
            above = bisect_right(tombstones[key], each.offset, key=lambda found: found.offset)
            elsewhere[each] = tombstones[key][above].group
    for partition, offsets in rebuilt.items():
        state = states[partition]
        new = {each for each in offsets if not state.is_decided(each)}
        if new:
            states[partition] = replace(state, decided=state.decided | new)
    return elsewhere


def keys_left(loaded: LoadedQueue) -> set[tuple[int, bytes]]:
    """Keys whose records are all decided, the last one above every tombstone: they still need one."""
    if not loaded.limits.queue_policy.compacts or not any(map(loaded.is_decided, loaded.records)):
        return set()
    last: dict[tuple[int, bytes], int] = {}
    unfinished: set[tuple[int, bytes]] = set()
    for each, record in loaded.records.items():
        if record.key is None or each in loaded.decided_in_other_group:
            continue
        key = each.partition, record.key
        last[key] = max(each.offset, last.get(key, -1))
        if not loaded.is_decided(each) or loaded.state[each.partition].kind is not PartitionKind.OURS:
            unfinished.add(key)
    return {
        key
        for key, offset in last.items()
        if key not in unfinished
        and offset > max((each.offset for each in loaded.tombstones.get(key, ())), default=-1)
    }
