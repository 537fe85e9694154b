"""Reading ranges of offsets to their end, whatever lies in them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from kmp_desktop.core.record import DeadLetter, Header, RecordId, TimestampType
from kmp_desktop.kafka.offsets import watermarks

BATCH = 2000
_POLL_S = 0.1
_IDLE_S = 60.0
_LOST = (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE)  # noqa: SLF001


class RangeLost(Exception):  # noqa: N818 - a state of the log, told to people by the caller
    """The log start moved past an offset that was to be read."""


class ReadStalled(Exception):  # noqa: N818 - see RangeLost
    """Nothing came for a minute although the end is not reached; ``cause`` is the last client error."""

    def __init__(self, cause: KafkaError | None) -> None:
        super().__init__(str(cause) if cause else "nothing came")
        self.cause = cause


Ranges = Mapping[int, tuple[int, int]]
"""Partition -> (first offset, first offset not wanted)."""


def read_ranges(
    consumer: Consumer,
    topic: str,
    ranges: Ranges,
    take: Callable[[Sequence[DeadLetter]], None],
    stopped: Callable[[], bool],
    idle_s: float = _IDLE_S,
) -> dict[int, int]:
    """Hand all records of the ranges to ``take``, in batches, in order within a partition.

    A partition is done by position: at the first message at or behind its last offset, or where the
    client says that its end is behind it (control records, aborted and compacted ones give no
    message). Returns the position reached of each partition; less than wanted only when stopped.
    Raises RangeLost, ReadStalled, KafkaException.
    """
    reached = {partition: first for partition, (first, _) in ranges.items()}
    open_ranges = {partition: each for partition, each in ranges.items() if each[0] < each[1]}
    if not open_ranges:
        return reached
    consumer.assign([TopicPartition(topic, part, first) for part, (first, _) in open_ranges.items()])
    last_sign = time.monotonic()
    cause: KafkaError | None = None
    try:
        while open_ranges and not stopped():
            batch: list[DeadLetter] = []
            for message in consumer.consume(BATCH, _POLL_S):
                error = message.error()
                if error is not None and error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001
                    cause = _judged(error)
                    continue
                last_sign = time.monotonic()
                _take(message, open_ranges, reached, batch)
            if batch:
                take(batch)
            if last_sign + idle_s < time.monotonic():
                raise ReadStalled(cause)
    finally:
        consumer.unassign()
    return reached


def _take(
    message: Message,
    open_ranges: dict[int, tuple[int, int]],
    reached: dict[int, int],
    batch: list[DeadLetter],
) -> None:
    partition, offset = message.partition() or 0, message.offset() or 0
    if partition not in open_ranges:
        return
    end = open_ranges[partition][1]
    is_record = message.error() is None
    if is_record and offset < end:
        batch.append(dead_letter(message))
    reached[partition] = min(end, offset + 1 if is_record else offset)
    if reached[partition] >= end:
        del open_ranges[partition]


def _judged(error: KafkaError) -> KafkaError:
    if error.code() in _LOST:
        raise RangeLost(str(error))
    if error.code() in (KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError._AUTHENTICATION):  # noqa: SLF001
        raise KafkaException(error)
    return error


def read_at(
    consumer: Consumer, topic: str, places: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], DeadLetter]:
    """The records at these (partition, offset) places, as far as this consumer can see them."""
    wanted = set(places)
    by_partition: dict[int, list[int]] = {}
    for partition, offset in wanted:
        by_partition.setdefault(partition, []).append(offset)
    ranges = {}
    for partition, offsets in by_partition.items():
        low, high = watermarks(consumer, topic, partition)
        ranges[partition] = (max(min(offsets), low), min(max(offsets) + 1, high))
    found: dict[tuple[int, int], DeadLetter] = {}

    def take(batch: Sequence[DeadLetter]) -> None:
        found.update({(*each.id,): each for each in batch if (*each.id,) in wanted})

    read_ranges(consumer, topic, ranges, take, lambda: False, idle_s=20.0)
    return found


def dead_letter(message: Message) -> DeadLetter:
    """A message as the program keeps it, byte for byte."""
    kind, timestamp = message.timestamp()
    headers, unfaithful = _headers(message)
    return DeadLetter(
        RecordId(message.partition() or 0, message.offset() or 0),
        message.key(),
        message.value(),
        headers,
        timestamp,
        TimestampType(kind),
        unfaithful,
    )


def _headers(message: Message) -> tuple[tuple[Header, ...], str | None]:
    # For a name that is not UTF-8 the client library returns a result with the exception set. Called
    # directly that shows up in some later call; a call from inside ``map`` is checked at once.
    try:
        found = cast("list[tuple[str, bytes | None]] | None", next(map(Message.headers, [message])))
    except (UnicodeDecodeError, SystemError):
        return (), "header name is not readable text"
    return tuple(found or ()), None
