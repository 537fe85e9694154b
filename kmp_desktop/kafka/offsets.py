"""Committed offsets read stable, the MARK, the ends of partitions, and whether a group is in use."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from confluent_kafka import (
    Consumer,
    ConsumerGroupState,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, OffsetSpec

from kmp_desktop.core.ports import never
from kmp_desktop.core.queue_state import CommittedOffset
from kmp_desktop.kafka.clients import REQUEST_S, Clients, retrying

MARK_PREFIX = "KG1 "
MARK_END = "\x1f"
_CALL_S = 3.0
_SECONDS_DIGITS = 12
_CAUSES_LOOKED_AT = 3
NO_OFFSET = CommittedOffset(-1, "")

Partition = tuple[str, int]
"""Topic and partition."""

_FREE = (ConsumerGroupState.EMPTY, ConsumerGroupState.DEAD)


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a partition ends: for read_committed readers (LSO), and for all (high watermark)."""

    stable: int
    high: int


def transactional_id(queue_topic: str) -> str:
    """One id per queue topic: whoever decides it is serialised. Also the group of the MARK."""
    return f"kmp-desktop.v1.{queue_topic}"


def is_unstable(error: BaseException) -> bool:
    """Whether a stable read ran into its time limit: a transaction holds the offsets."""
    codes = (KafkaError._TIMED_OUT, KafkaError.UNSTABLE_OFFSET_COMMIT)  # noqa: SLF001
    return isinstance(error, KafkaException) and error.args[0].code() in codes


class GroupDenied(KafkaException):
    """This account has no right on ``group``."""

    def __init__(self, error: KafkaError, group: str) -> None:
        super().__init__(error)
        self.group = group


@contextmanager
def naming(group: str) -> Iterator[None]:
    """Within this block a missing right on a group names that group."""
    try:
        yield
    except KafkaException as failure:
        if failure.args[0].code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
            raise GroupDenied(failure.args[0], group) from failure
        raise


def read_stable(
    consumer: Consumer,
    topic: str,
    partitions: Sequence[int],
    timeout_s: float,
    stopped: Callable[[], bool] = never,
) -> dict[int, CommittedOffset]:
    """The committed offset of each partition, only when no transaction holds it; raises KafkaException.

    ``consumer`` belongs to the group and is read_committed: only then does the broker wait for open
    transactions. An error of one partition is an error of all: "no offset" must never be a guess.
    """
    deadline = time.monotonic() + timeout_s

    def ask() -> dict[int, CommittedOffset]:
        left = max(0.1, min(_CALL_S, deadline - time.monotonic()))
        try:
            answers = consumer.committed([TopicPartition(topic, each) for each in partitions], left)
        except KafkaException as failure:
            _raise_if_denied(consumer, failure)
            raise
        for answer in answers:
            if answer.error is not None:
                raise KafkaException(answer.error)
        try:
            return {each.partition: _committed(each) for each in answers}
        except UnicodeDecodeError:
            # Metadata that another client wrote without a NUL is read past its end; one partition a
            # call is read right.
            if len(partitions) == 1:
                raise KafkaException(KafkaError(KafkaError._BAD_MSG)) from None  # noqa: SLF001
            return {
                each: read_stable(consumer, topic, [each], max(1.0, deadline - time.monotonic()))[each]
                for each in partitions
            }

    return retrying(ask, timeout_s, stopped)


def _raise_if_denied(consumer: Consumer, failure: KafkaException) -> None:
    """A missing right on the group looks like a time-out; the cause waits in the consumer's queue."""
    for _ in range(_CAUSES_LOOKED_AT if is_unstable(failure) else 0):
        message = consumer.poll(0.05)
        error = None if message is None else message.error()
        if error is not None and error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
            raise KafkaException(error) from failure


def _committed(answer: TopicPartition) -> CommittedOffset:
    return CommittedOffset(answer.offset, answer.metadata or "") if answer.offset >= 0 else NO_OFFSET


@dataclass(frozen=True, slots=True)
class Mark:
    """The MARK: which group decides the queue, and since when (epoch ms, 0 = not told) all ledgers are kept.

    In the metadata of its offset: ``KG1 <group>``, U+001F, then seconds in decimal and U+001F again.
    """

    group: str
    ledgers_since: int = 0

    @classmethod
    def of(cls, metadata: str) -> Mark | None:
        """Read one, also one without the time; None = it is none."""
        if not metadata.startswith(MARK_PREFIX) or MARK_END not in metadata:
            return None
        group, *rest = metadata[len(MARK_PREFIX) :].split(MARK_END)
        seconds = rest[0] if len(rest) > 1 else ""  # without an end mark it may be anything
        is_time = seconds.isascii() and seconds.isdigit() and len(seconds) < _SECONDS_DIGITS
        return cls(group, int(seconds) * 1000 if is_time else 0)

    def at(self, topic: str, partition: int, offset: int) -> TopicPartition:
        """The offset to send."""
        since = f"{self.ledgers_since // 1000}{MARK_END}" if self.ledgers_since else ""
        return TopicPartition(topic, partition, offset, f"{MARK_PREFIX}{self.group}{MARK_END}{since}")


def read_mark(
    consumer: Consumer,
    topic: str,
    first_partition: int,
    timeout_s: float,
    stopped: Callable[[], bool] = never,
) -> Mark | None:
    """The MARK, None = nobody has begun. ``consumer``: of the MARK's group."""
    found = read_stable(consumer, topic, [first_partition], timeout_s, stopped)
    return Mark.of(found[first_partition].metadata)


def read_ends(
    clients: Clients, partitions: Iterable[Partition], timeout_s: float = 30.0
) -> dict[Partition, Ends]:
    """Where each partition ends."""
    wanted = list(partitions)

    def ask(admin: AdminClient) -> dict[Partition, Ends]:
        stable, high = (
            _latest(admin, wanted, level)
            for level in (IsolationLevel.READ_COMMITTED, IsolationLevel.READ_UNCOMMITTED)
        )
        return {each: Ends(stable[each], high[each]) for each in wanted}

    return clients.asked(ask, timeout_s)


def _latest(admin: AdminClient, wanted: Sequence[Partition], level: IsolationLevel) -> dict[Partition, int]:
    latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
    request = {TopicPartition(topic, partition): latest for topic, partition in wanted}
    futures = admin.list_offsets(request, isolation_level=level, request_timeout=REQUEST_S)
    return {
        (each.topic, each.partition): _answered(future.result(REQUEST_S + 5).offset)
        for each, future in futures.items()
    }


def _answered(offset: int) -> int:
    """An offset of a log as the broker tells it, never negative.

    When an answer does not come, the client gives OFFSET_INVALID (-1001) without any error; taken for an
    end, the partition would look empty.
    """
    if offset < 0:
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT))  # noqa: SLF001
    return offset


def read_lows(consumer: Consumer, topic: str, partitions: Sequence[int]) -> dict[int, int]:
    """Log start offset of each partition."""
    return {each: watermarks(consumer, topic, each)[0] for each in partitions}


def watermarks(consumer: Consumer, topic: str, partition: int) -> tuple[int, int]:
    """(log start offset, end as this consumer's isolation level sees it)."""

    def ask() -> tuple[int, int]:
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), REQUEST_S)
        return _answered(low), _answered(high)

    return retrying(ask, 30.0)


def group_is_free(clients: Clients, group: str) -> bool:
    """Whether nobody is a member of the group.

    By listing all groups: describing one can abort the process when a connection drops.
    """

    def ask(admin: AdminClient) -> bool:
        listing = admin.list_consumer_groups(request_timeout=REQUEST_S).result(REQUEST_S + 5)
        if listing.errors:
            raise KafkaException(listing.errors[0])
        return all(each.state in _FREE for each in listing.valid if each.group_id == group)

    return clients.asked(ask)
