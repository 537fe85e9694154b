"""Step 11 of the commit protocol: the copies are read back and compared with the records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from confluent_kafka import KafkaException

from kmp_desktop.core.copies import Copy
from kmp_desktop.core.outcome import Compared
from kmp_desktop.core.queue_state import LoadedQueue
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.kafka import offsets
from kmp_desktop.kafka.clients import READ_COMMITTED
from kmp_desktop.kafka.desk import Desk
from kmp_desktop.kafka.scan import RangeLost, ReadStalled, read_at

Copies = Mapping[RecordId, tuple[int, int]]
"""Source record -> (partition, offset) of its copy in the retry topic."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What the comparison showed; ``different`` also holds copies that are not there at all."""

    compared: Compared
    different: tuple[RecordId, ...] = ()


def read_back(
    desk: Desk, loaded: LoadedQueue, copies: Copies, written: Callable[[DeadLetter], Copy]
) -> ReadBack:
    """Compare bytes, headers and times; what cannot be read is not compared, and said so.

    ``written`` says which headers and time the copy of a record was sent with.
    """
    consumer = desk.clients.consumer(desk.queue.group, READ_COMMITTED)
    retry = desk.queue.retry_topic
    try:
        found = read_at(consumer, retry, copies.values())
        lows = offsets.read_lows(consumer, retry, sorted({part for part, _ in copies.values()}))
    except (KafkaException, ReadStalled, RangeLost):
        return ReadBack(Compared.NOT_COMPARED)  # no right to read there, or gone already
    missing = [source for source, place in copies.items() if place not in found]
    # What the broker has cleaned away by now, as its topic tells it to, cannot be compared.
    cleaned = {
        each for each in missing if loaded.limits.retry_compacts or copies[each][1] < lows[copies[each][0]]
    }
    differing = [source for source in missing if source not in cleaned]
    differing += [
        source
        for source, place in copies.items()
        if place in found
        and not _equal(loaded.records[source], written(loaded.records[source]), found[place], loaded)
    ]
    if differing:
        return ReadBack(Compared.DIFFERENT, tuple(sorted(differing)))
    return ReadBack(Compared.NOT_COMPARED if cleaned else Compared.IDENTICAL)


def _equal(record: DeadLetter, written: Copy, found: DeadLetter, loaded: LoadedQueue) -> bool:
    if (record.key, record.value, written.headers) != (found.key, found.value, found.headers):
        return False
    stamped_anew = loaded.limits.retry_log_append_time or written.timestamp == 0
    return stamped_anew or written.timestamp == found.timestamp
