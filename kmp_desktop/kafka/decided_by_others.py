"""What somebody else decided about records of ours: their tombstones tell who, when and what."""

from __future__ import annotations

from collections.abc import Sequence

from kmp_desktop.core.queue_state import LoadedQueue, TheirDecision
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.tombstone import decision_of, is_tombstone, tombstone_of
from kmp_desktop.kafka import offsets
from kmp_desktop.kafka.clients import READ_COMMITTED
from kmp_desktop.kafka.desk import Desk
from kmp_desktop.kafka.scan import read_ranges

_Key = tuple[int, bytes | None]


def decided_by_others(
    desk: Desk, loaded: LoadedQueue, decided: Sequence[RecordId]
) -> tuple[TheirDecision, ...]:
    """Each of these records as others decided it since the load, as far as a tombstone tells."""
    keys = {_key_of(loaded, each) for each in decided}
    found: dict[_Key, list[DeadLetter]] = {}
    ranges = {each: (loaded.end[each], _stable_end(desk, each)) for each in {part for part, _ in keys}}

    def take(batch: Sequence[DeadLetter]) -> None:
        for record in batch:
            key = record.id.partition, record.key
            if key in keys and is_tombstone(record.value, record.headers):
                found.setdefault(key, []).append(record)

    consumer = desk.clients.consumer(desk.queue.group, READ_COMMITTED)
    read_ranges(consumer, desk.queue.queue_topic, ranges, take, lambda: False, idle_s=20.0)
    return tuple(_told(each, found.get(_key_of(loaded, each), [])) for each in decided)


def _stable_end(desk: Desk, partition: int) -> int:
    place = desk.queue.queue_topic, partition
    return offsets.read_ends(desk.clients, [place])[place].stable


def _key_of(loaded: LoadedQueue, record: RecordId) -> _Key:
    return record.partition, loaded.records[record].key


def _told(record: RecordId, tombstones: Sequence[DeadLetter]) -> TheirDecision:
    """What the first tombstone above a record tells about it."""
    for each in tombstones:
        if record.offset < each.id.offset:
            told = tombstone_of(each.id.offset, each.headers)
            return TheirDecision(record, decision_of(told, record.offset), told.by, told.at)
    return TheirDecision(record, "", "", 0)
