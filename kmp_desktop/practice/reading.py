"""What the ledger and the tombstones of a practice queue say; rules over what was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kmp_desktop.core.ledger import NotOurs, decode
from kmp_desktop.core.queue_state import (
    CommittedOffset,
    LoadedQueue,
    PartitionKind,
    PartitionState,
    TakeOver,
    Tombstone,
)
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.tombstone import is_tombstone, tombstone_of
from kmp_desktop.practice.broker import StoredRecord

NO_OFFSET = CommittedOffset(-1, "")


def state_of(
    committed: CommittedOffset, topic_id: bytes, low: int, *, forgotten: bool, take_over: TakeOver | None
) -> PartitionState:
    """Whose a committed offset is, and what it says. ``forgotten``: a ledger was seen here before."""
    if committed.offset < 0 and not committed.metadata:
        kind = PartitionKind.FRESH
        if forgotten:
            kind = PartitionKind.TAKEN if take_over else PartitionKind.LOST
        return PartitionState(low, frozenset(), (), kind)
    try:
        ledger = decode(committed.metadata, committed.offset, topic_id)
    except NotOurs:
        kind = PartitionKind.FOREIGN if take_over is None else PartitionKind.TAKEN
        base = committed.offset if take_over is TakeOver.OFFSET else low
        return PartitionState(base, frozenset(), (), kind)
    return PartitionState(ledger.base, ledger.decided, ledger.nonces, PartitionKind.OURS)


def dead_letter(partition: int, stored: StoredRecord) -> DeadLetter:
    """A stored record as everybody else knows it."""
    return DeadLetter(
        RecordId(partition, stored.offset), stored.key, stored.value, stored.headers, stored.timestamp
    )


def sort_in(loaded: LoadedQueue, partition: int, stored: Iterable[StoredRecord]) -> list[DeadLetter]:
    """Put what was read into its place; the records among it that are undecided so far."""
    fresh: list[DeadLetter] = []
    for each in stored:
        if is_tombstone(each.value, each.headers):
            found = tombstone_of(each.offset, each.headers)
            loaded.tombstones.setdefault((partition, each.key), []).append(found)
        elif each.value is not None or each.headers or not loaded.limits.queue_policy.compacts:
            # A bare tombstone of another program is nothing that failed.
            record = dead_letter(partition, each)
            loaded.records[record.id] = record
            if not loaded.is_decided(record.id):
                fresh.append(record)
    return fresh


def apply_tombstones(loaded: LoadedQueue) -> None:
    """Everything below one of our tombstones of its key is decided; below another group's, by them."""
    decided: dict[int, set[int]] = {}
    for record in loaded.records.values():
        for tombstone in _above(loaded, record):
            if tombstone.group == loaded.identity.group:
                decided.setdefault(record.id.partition, set()).add(record.id.offset)
            elif not loaded.is_decided(record.id):
                loaded.decided_in_other_group[record.id] = tombstone.group
    for partition, offsets in decided.items():
        state = loaded.state[partition]
        loaded.state[partition] = replace(
            state, decided=state.decided | {each for each in offsets if each >= state.base}
        )


def left_over(loaded: LoadedQueue) -> set[tuple[int, bytes]]:
    """Keys whose records read are all decided, the last one above every tombstone of the key."""
    if not loaded.limits.queue_policy.compacts:
        return set()
    return {
        key
        for key, records in by_key(loaded).items()
        if all(loaded.is_decided(each) for each in records) and not covered(loaded, key, max(records))
    }


def by_key(loaded: LoadedQueue) -> dict[tuple[int, bytes], list[RecordId]]:
    """The records read, by partition and key, without those that have no key."""
    keys: dict[tuple[int, bytes], list[RecordId]] = {}
    for record in loaded.records.values():
        if record.key is not None:
            keys.setdefault((record.id.partition, record.key), []).append(record.id)
    return keys


def covered(loaded: LoadedQueue, key: tuple[int, bytes], record: RecordId) -> bool:
    """Whether a tombstone of the key lies above a record."""
    return any(each.offset > record.offset for each in loaded.tombstones.get(key, ()))


def missing_offsets(loaded: LoadedQueue, present: Mapping[int, set[int]]) -> int:
    """How many offsets that were read are not there any more, though nobody decided them."""
    return sum(
        offset not in present[partition] and not loaded.state[partition].is_decided(offset)
        for partition in loaded.partitions
        for offset in range(loaded.read_from[partition], loaded.end[partition])
    )


def _above(loaded: LoadedQueue, record: DeadLetter) -> list[Tombstone]:
    found = loaded.tombstones.get((record.id.partition, record.key), [])
    return [each for each in found if each.offset > record.id.offset]
