"""Small makers of real-looking records and of queues as they are after reading."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import replace

from kmp_desktop.core.queue_state import (
    CleanupPolicy,
    CommittedOffset,
    LoadedQueue,
    PartitionKind,
    PartitionState,
    QueueIdentity,
    TopicLimits,
)
from kmp_desktop.core.record import DeadLetter, Header, RecordId, TimestampType

NOW = 1_795_500_000_000  # 24 Nov 2026, 08:00 UTC
MINUTE = 60_000
DAY = 86_400_000

IDENTITY = QueueIdentity(
    cluster_id="shop-cluster",
    queue_topic="orders.events.dlq",
    queue_topic_id=bytes(range(16)),
    retry_topic="orders.events.retry",
    retry_topic_id=bytes(range(16, 32)),
    group="kmp-orders.events.dlq",
)
LIMITS = TopicLimits(
    queue_policy=CleanupPolicy.COMPACT,
    retry_compacts=False,
    queue_max_bytes=1_048_588,
    retry_max_bytes=1_048_588,
    queue_partitions=2,
    retry_partitions=2,
)


def record(
    offset: int,
    key: str | bytes | None = "ORD001",
    value: object = "content",
    *,
    partition: int = 0,
    headers: Iterable[Header] = (),
    timestamp: int | None = None,
    timestamp_type: TimestampType = TimestampType.CREATE_TIME,
    unfaithful: str | None = None,
) -> DeadLetter:
    """A record; ``value`` may be bytes, ``None``, text, or anything that JSON can hold."""
    return DeadLetter(
        RecordId(partition, offset),
        key.encode() if isinstance(key, str) else key,
        value_bytes(value),
        tuple(headers),
        NOW - DAY + offset * MINUTE if timestamp is None else timestamp,
        timestamp_type,
        unfaithful,
    )


def value_bytes(value: object) -> bytes | None:
    """What a producer would have sent for ``value``."""
    if value is None or isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


def noise(size: int) -> bytes:
    """Bytes that no compression makes smaller, the same each time."""
    return random.Random(size).randbytes(size)


def spring(
    exception: str = "com.shop.billing.CustomerNotFoundException",
    message: str = "no customer 4711",
    *,
    group: str = "billing",
    topic: str = "orders.events",
    origin: tuple[int, int] = (0, 17),
    sent: int = NOW - 2 * DAY,
    message_type: str = "",
    stack: str = "",
) -> tuple[Header, ...]:
    """The headers that Spring's dead letter publisher adds (``origin`` is partition, offset)."""
    listener = "org.springframework.kafka.listener.ListenerExecutionFailedException"
    trace = (
        stack or f"{listener}: Listener failed\nCaused by: {exception}: {message}\n\tat {_frame(exception)}"
    )
    sent_with: tuple[Header, ...] = (("__TypeId__", message_type.encode()),) if message_type else ()
    return (
        *sent_with,
        ("kafka_dlt-exception-fqcn", listener.encode()),
        ("kafka_dlt-exception-cause-fqcn", exception.encode()),
        ("kafka_dlt-exception-message", f"Listener failed; {message}".encode()),
        ("kafka_dlt-exception-stacktrace", trace.encode()),
        ("kafka_dlt-original-topic", topic.encode()),
        ("kafka_dlt-original-partition", origin[0].to_bytes(4, "big")),
        ("kafka_dlt-original-offset", origin[1].to_bytes(8, "big")),
        ("kafka_dlt-original-timestamp", sent.to_bytes(8, "big")),
        ("kafka_dlt-original-timestamp-type", b"CreateTime"),
        ("kafka_dlt-original-consumer-group", group.encode()),
    )


def connect(
    stage: str = "VALUE_CONVERTER",
    message: str = "Converting byte[] to Kafka Connect data failed",
    *,
    connector: str = "payment-export",
) -> tuple[Header, ...]:
    """The headers that a Kafka Connect sink adds."""
    trace = f"org.apache.kafka.connect.errors.DataException: {message}\n"
    return (
        ("__connect.errors.topic", b"payment-captured"),
        ("__connect.errors.partition", b"0"),
        ("__connect.errors.offset", b"4"),
        ("__connect.errors.connector.name", connector.encode()),
        ("__connect.errors.task.id", b"0"),
        ("__connect.errors.stage", stage.encode()),
        ("__connect.errors.class.name", b"org.apache.kafka.connect.json.JsonConverter"),
        ("__connect.errors.exception.class.name", b"org.apache.kafka.connect.errors.DataException"),
        ("__connect.errors.exception.message", message.encode()),
        ("__connect.errors.exception.stacktrace", trace.encode()),
    )


def loaded(
    records: Iterable[DeadLetter],
    *,
    decided: Iterable[RecordId] = (),
    base: Mapping[int, int] | None = None,
    limits: TopicLimits = LIMITS,
    identity: QueueIdentity = IDENTITY,
    elsewhere: Mapping[RecordId, str] | None = None,
    partitions: tuple[int, ...] = (0, 1),
) -> LoadedQueue:
    """A queue read to its end that holds these records; ``decided`` are marked in the ledger."""
    held = {each.id: each for each in records}
    marked = set(decided)
    state = {
        each: PartitionState(
            (base or {}).get(each, 0),
            frozenset(offset for partition, offset in marked if partition == each),
            (),
            PartitionKind.OURS,
        )
        for each in partitions
    }
    ends = {each: 1 + max((o for p, o in held if p == each), default=-1) for each in partitions}
    return LoadedQueue(
        identity=identity,
        limits=limits,
        partitions=partitions,
        snapshot={each: CommittedOffset(state[each].base, "") for each in partitions},
        state=state,
        low=dict.fromkeys(partitions, 0),
        read_from=dict.fromkeys(partitions, 0),
        end=ends,
        high=dict(ends),
        records=held,
        decided_in_other_group=dict(elsewhere or {}),
        read_at=NOW,
    )


def limits(**changes: object) -> TopicLimits:
    """The usual limits with some changed."""
    return replace(LIMITS, **changes)  # type: ignore[arg-type]


def _frame(exception: str) -> str:
    return f"{exception.rpartition('.')[0]}.Handler.handle(Handler.java:42)"
