"""Looks for transactions of ours that the cluster has not finished.

A broker can forget a transaction's markers. Then the partition's last stable offset stays where that
transaction began, and the next commit of ours would publish what it left. Open transactions of other
programs look the same and are normal: what lies at the last stable offset tells them apart.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable

from confluent_kafka import KafkaError, KafkaException

from kmp_desktop.core.journal import JournalEntry
from kmp_desktop.core.record import DeadLetter
from kmp_desktop.core.tombstone import is_tombstone
from kmp_desktop.kafka.clients import READ_UNCOMMITTED, Clients
from kmp_desktop.kafka.offsets import Partition, read_ends
from kmp_desktop.kafka.scan import read_at

_MOVES_WITHIN_S = 2.0
_LOOK_EVERY_S = 0.2
_Image = tuple[bytes | None, bytes | None, object, int]


class HeldPartitions:
    """Remembers which last stable offsets were judged to be another program's."""

    def __init__(self, clients: Clients, group: str, queue_topic: str) -> None:
        self._clients = clients
        self._group = group
        self._queue_topic = queue_topic
        self._foreign: dict[Partition, int] = {}

    def held_by_others(self) -> tuple[Partition, ...]:
        """Partitions whose last stable offset another program held when they were looked at last."""
        return tuple(sorted(self._foreign))

    def held_by_us(
        self,
        partitions: Iterable[Partition],
        entry: JournalEntry | None,
        known: Collection[DeadLetter],
        wait_s: float = _MOVES_WITHIN_S,
    ) -> tuple[Partition, ...]:
        """The partitions held by a transaction of ours.

        ``entry``: our own unfinished commit, whose offsets are known; ``known``: the queue's records,
        since a copy can be told only by being equal to one. Waits ``wait_s`` for an offset to move,
        but only for those not judged before.
        """
        held = self._unmoved(list(partitions), wait_s)
        images: set[_Image] | None = None
        ours = []
        for (topic, partition), stable in held.items():
            if entry is not None and _is_of(entry, topic, partition, stable):
                ours.append((topic, partition))
                continue
            record = self._record_at(topic, partition, stable)
            if record is None:
                continue
            if topic == self._queue_topic:
                is_ours = is_tombstone(record.value, record.headers)
            else:
                images = {_image(each) for each in known} if images is None else images
                is_ours = _image(record) in images
            if is_ours:
                ours.append((topic, partition))
            elif known:  # before anything was read a copy of ours cannot be told from a foreign record
                self._foreign[topic, partition] = stable
        return tuple(ours)

    def _record_at(self, topic: str, partition: int, offset: int) -> DeadLetter | None:
        """What lies there; None also where this account may not look: others have open work, too."""
        consumer = self._clients.consumer(self._group, READ_UNCOMMITTED)
        try:
            return read_at(consumer, topic, [(partition, offset)]).get((partition, offset))
        except KafkaException as failure:
            if failure.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                return None
            raise

    def _unmoved(self, partitions: list[Partition], wait_s: float) -> dict[Partition, int]:
        ends = read_ends(self._clients, partitions)
        held = {each: end.stable for each, end in ends.items() if end.stable < end.high}
        self._foreign = {each: stable for each, stable in self._foreign.items() if held.get(each) == stable}
        held = {each: stable for each, stable in held.items() if each not in self._foreign}
        deadline = time.monotonic() + wait_s
        while held and time.monotonic() < deadline:
            time.sleep(_LOOK_EVERY_S)
            now = read_ends(self._clients, list(held))
            held = {each: stable for each, stable in held.items() if now[each].stable == stable}
        return held


def _is_of(entry: JournalEntry, topic: str, partition: int, offset: int) -> bool:
    if topic == entry.identity.queue_topic:
        return any((each.partition, each.offset) == (partition, offset) for each in entry.tombstones)
    return any((each.partition, each.offset) == (partition, offset) for each in entry.copies)


def _image(record: DeadLetter) -> _Image:
    return record.key, record.value, record.headers, record.timestamp
