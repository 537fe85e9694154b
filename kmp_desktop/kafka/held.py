"""Looks for transactions of ours that the cluster has not finished.

A broker can forget a transaction's markers. Then the partition's last stable offset stays where that
transaction began, and the next commit of ours would publish what it left. Open transactions of other
programs look the same and are normal: what lies at the last stable offset tells them apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from confluent_kafka import KafkaError, KafkaException

from kmp_desktop.core.copies import Origin, origin_of
from kmp_desktop.core.journal import JournalEntry
from kmp_desktop.core.queue_state import PlannedDecision
from kmp_desktop.core.record import DeadLetter
from kmp_desktop.core.tombstone import is_tombstone, tombstone_of
from kmp_desktop.kafka.clients import READ_UNCOMMITTED, Clients
from kmp_desktop.kafka.offsets import Partition, read_ends
from kmp_desktop.kafka.scan import read_at

_MOVES_WITHIN_S = 2.0
_LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Held:
    """A partition that a transaction of ours holds at ``offset``, its last stable offset.

    ``known``: an unfinished commit of this computer explains it; else it is another desktop's, or
    nobody remembers it.
    """

    place: Partition
    offset: int
    known: bool


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
        known: Callable[[], Collection[DeadLetter]],
        wait_s: float = _MOVES_WITHIN_S,
    ) -> tuple[Held, ...]:
        """The partitions held by a transaction of ours.

        ``entry``: our own unfinished commit, whose offsets are known; ``known``: gives the queue's
        records, since a copy can be told only by being equal to one. Waits ``wait_s`` for an offset to move,
        but only for those not judged before.
        """
        images: dict[Origin, bool] | None = None
        ours = []
        for place, stable in self._unmoved(list(partitions), wait_s).items():
            if entry is not None and _is_of(entry, place, stable):
                ours.append(Held(place, stable, known=True))
                continue
            record = self._record_at(*place, stable)
            if record is None:
                continue
            images = _images(known(), entry) if images is None else images
            found = self._judged(record, place, entry, images)
            if found is not None:
                ours.append(found)
            elif images:  # before anything was read a copy of ours cannot be told from a foreign record
                self._foreign[place] = stable
        return tuple(ours)

    def _judged(
        self, record: DeadLetter, place: Partition, entry: JournalEntry | None, images: dict[Origin, bool]
    ) -> Held | None:
        """Whether this record, at the last stable offset, was written by this tool."""
        if place[0] != self._queue_topic:
            image = origin_of(record)
            return Held(place, record.id.offset, images[image]) if image in images else None
        if not is_tombstone(record.value, record.headers):
            return None
        nonce = tombstone_of(record.id.offset, record.headers).nonce
        return Held(place, record.id.offset, entry is not None and nonce == entry.nonce.hex())

    def _record_at(self, topic: str, partition: int, offset: int) -> DeadLetter | None:
        """What lies there; None also where this account may not look: it passes for others' work then."""
        consumer = self._clients.consumer(self._group, READ_UNCOMMITTED)
        try:
            return read_at(consumer, topic, [(partition, offset)]).get((partition, offset))
        except KafkaException as failure:
            if failure.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                self._foreign[topic, partition] = offset
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


def _is_of(entry: JournalEntry, place: Partition, offset: int) -> bool:
    topic, partition = place
    written = entry.tombstones if topic == entry.identity.queue_topic else entry.copies
    return any((each.partition, each.offset) == (partition, offset) for each in written)


def _images(known: Collection[DeadLetter], entry: JournalEntry | None) -> dict[Origin, bool]:
    """What copies look like, and whether the unfinished commit was to write one that looks so.

    A copy whose answer was lost is in no journal by its place.
    """
    merged = {each.id for each in entry.plan if each.decision is PlannedDecision.MERGE} if entry else set()
    images: dict[Origin, bool] = {}
    for each in known:
        image = origin_of(each)
        images[image] = images.get(image, False) or each.id in merged
    return images
