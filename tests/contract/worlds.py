"""A queue to hold adapters against, in memory and on a real broker: the same few things for both."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from kmp_desktop.core.ports import DeadLetterSource, DecisionSink
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.core.queue_state import CleanupPolicy
from kmp_desktop.core.record import DeadLetter, Header, RecordId
from kmp_desktop.core.tombstone import is_tombstone
from kmp_desktop.kafka.committer import KafkaSink
from kmp_desktop.kafka.reader import KafkaSource
from kmp_desktop.kafka.settings import client_settings
from kmp_desktop.practice.broker import PracticeBroker, UnfinishedWork
from kmp_desktop.practice.computer import PracticeComputer
from kmp_desktop.practice.sink import PracticeSink
from kmp_desktop.practice.source import PracticeSource
from kmp_desktop.store.journal import FileJournal
from kmp_desktop.store.queue_lock import FileLock
from kmp_desktop.store.seen_states import FileSeenStates
from kmp_desktop.store.wall_clock import WallClock

PARTITIONS = 2
NOW = time.time_ns() // 1_000_000 - 3_600_000
"""Timestamps of records, epoch ms: old ones would be removed by retention at once."""

Copy = tuple[bytes | None, bytes | None, tuple[Header, ...], int]
"""What a consumer gets of a retried record: key, value, headers, timestamp."""


def copy_of(record: DeadLetter) -> Copy:
    """What must come out when this record is merged."""
    return record.key, record.value, record.headers, record.timestamp


class Window(Protocol):
    """Source and sink of one window."""

    source: DeadLetterSource
    sink: DecisionSink


class World(Protocol):
    """One queue; ``group`` is what ``window`` uses unless told otherwise."""

    group: str

    def write(
        self,
        partition: int,
        key: bytes | None,
        value: bytes | None = b"value",
        headers: Sequence[Header] = (("why", b"broken"),),
        timestamp: int = NOW,
    ) -> RecordId:
        """Write a dead letter."""

    def write_many(self, count: int) -> None:
        """Write so many dead letters with keys of their own to partition 0."""

    def window(self, desktop: str = "a", person: str = "desk-03", group: str = "") -> Window:
        """A new window on a desktop; windows of one desktop share journal, lock and memory."""

    def put_offset(self, partition: int, offset: int) -> None:
        """Another program leaves its position."""

    def forget_offsets(self) -> None:
        """The group's offsets expire."""

    def hold_equal_copy(self, record: DeadLetter) -> AbstractContextManager[None]:
        """Another program has a record open in the retry topic that looks like a copy of ours."""

    def retried(self) -> list[Copy]:
        """What a read_committed consumer finds in the retry topic."""

    def tombstone_keys(self) -> list[tuple[int, bytes | None]]:
        """Partition and key of every tombstone of ours in the queue, in order."""

    def close(self) -> None:
        """Give everything back."""


@dataclass(slots=True)
class _Window:
    source: DeadLetterSource
    sink: DecisionSink


class PracticeQueue:
    """In memory."""

    def __init__(self, policy: CleanupPolicy) -> None:
        self.group = "kmp-practice"
        self._broker = PracticeBroker(partitions=PARTITIONS, policy=policy)
        self._computers: dict[str, PracticeComputer] = {}

    def write(
        self,
        partition: int,
        key: bytes | None,
        value: bytes | None = b"value",
        headers: Sequence[Header] = (("why", b"broken"),),
        timestamp: int = NOW,
    ) -> RecordId:
        """Write a dead letter."""
        return self._broker.write(key, value, headers, timestamp, partition)

    def write_many(self, count: int) -> None:
        """Write so many dead letters."""
        for number in range(count):
            self._broker.write(b"K%d" % number, b"value", (), NOW, 0)

    def window(self, desktop: str = "a", person: str = "desk-03", group: str = "") -> Window:
        """A new window on a desktop."""
        computer = self._computers.setdefault(desktop, PracticeComputer())
        broker = self._broker
        queue = Queue("q", "q", broker.queue.name, broker.retry.name, group or self.group)
        clock = WallClock()
        return _Window(
            PracticeSource(broker, computer, queue, clock, batch=10),
            PracticeSink(broker, computer, queue, person, clock),
        )

    def put_offset(self, partition: int, offset: int) -> None:
        """Another program leaves its position."""
        self._broker.put_offset(self.group, partition, offset)

    def forget_offsets(self) -> None:
        """The group's offsets expire."""
        self._broker.forget_offsets(self.group)

    @contextmanager
    def hold_equal_copy(self, record: DeadLetter) -> Iterator[None]:
        """The practice cluster holds something, whatever it looks like."""
        self._broker.unfinished = UnfinishedWork.NOT_OURS
        yield
        self._broker.unfinished = UnfinishedWork.NOTHING

    def retried(self) -> list[Copy]:
        """What is in the retry topic."""
        return [
            (record.key, record.value, record.headers, record.timestamp) for record in self._broker.retried()
        ]

    def tombstone_keys(self) -> list[tuple[int, bytes | None]]:
        """Partition and key of every tombstone of ours."""
        return [
            (partition, record.key)
            for partition in range(PARTITIONS)
            for record in self._broker.queued(partition)
            if is_tombstone(record.value, record.headers)
        ]

    def close(self) -> None:
        """Nothing to give back."""


@dataclass(slots=True)
class KafkaQueue:
    """On a real broker, in topics of its own."""

    bootstrap: str
    folder: Path
    policy: CleanupPolicy
    name: str = field(default_factory=lambda: f"contract-{uuid.uuid4().hex[:10]}")
    group: str = ""
    _windows: list[Window] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.group = f"kmp-{self.name}-dlq"
        config = {"cleanup.policy": self.policy.value}
        topics = [
            NewTopic(f"{self.name}-dlq", PARTITIONS, 1, config=config),
            NewTopic(f"{self.name}-retry", PARTITIONS, 1),
        ]
        admin = self._admin()  # its futures die with it
        for future in admin.create_topics(topics).values():
            future.result(30)

    def write(
        self,
        partition: int,
        key: bytes | None,
        value: bytes | None = b"value",
        headers: Sequence[Header] = (("why", b"broken"),),
        timestamp: int = NOW,
    ) -> RecordId:
        """Write a dead letter with a plain producer."""
        placed: list[RecordId] = []

        def place(error: KafkaError | None, message: Message) -> None:
            assert error is None
            placed.append(RecordId(partition, message.offset() or 0))

        producer = Producer({"bootstrap.servers": self.bootstrap, "log_level": 0})
        producer.produce(
            f"{self.name}-dlq",
            partition=partition,
            key=key,
            value=value,
            headers=list(headers),
            timestamp=timestamp,
            on_delivery=place,
        )
        assert producer.flush(30) == 0
        return placed[0]

    def write_many(self, count: int) -> None:
        """Write so many dead letters with one plain producer."""
        producer = Producer({"bootstrap.servers": self.bootstrap, "log_level": 0})
        for number in range(count):
            producer.produce(f"{self.name}-dlq", partition=0, key=b"K%d" % number, value=b"value")
        assert producer.flush(30) == 0

    def window(self, desktop: str = "a", person: str = "desk-03", group: str = "") -> Window:
        """A new window on a desktop."""
        queue = Queue("q", "q", f"{self.name}-dlq", f"{self.name}-retry", group or self.group)
        profile = ConnectionProfile("p", "p", self.bootstrap, person=person)
        settings = client_settings(profile, Secrets(), "contract")
        files = self.folder / desktop
        window = _Window(
            KafkaSource(settings, queue, FileSeenStates(files / "seen")),
            KafkaSink(
                settings,
                queue,
                FileJournal(files / "journal"),
                FileLock(files / "locks"),
                FileSeenStates(files / "seen"),
                person,
                WallClock(),
            ),
        )
        self._windows.append(window)
        return window

    def put_offset(self, partition: int, offset: int) -> None:
        """Another program leaves its position."""
        consumer = self._consumer(self.group)
        position = TopicPartition(f"{self.name}-dlq", partition, offset)
        consumer.commit(offsets=[position], asynchronous=False)
        consumer.close()

    def forget_offsets(self) -> None:
        """An administrator deletes the group."""
        admin = self._admin()
        for future in admin.delete_consumer_groups([self.group]).values():
            future.result(30)

    @contextmanager
    def hold_equal_copy(self, record: DeadLetter) -> Iterator[None]:
        """A transaction of another program, aborted in the end."""
        name = {"transactional.id": f"stranger-{self.name}"}
        producer = Producer({"bootstrap.servers": self.bootstrap, "log_level": 0, **name})
        producer.init_transactions(30)
        producer.begin_transaction()
        key, value, headers, timestamp = copy_of(record)
        topic = f"{self.name}-retry"
        producer.produce(topic, value, key, 0, headers=list(headers), timestamp=timestamp)
        assert producer.flush(30) == 0
        yield
        producer.abort_transaction(30)

    def retried(self) -> list[Copy]:
        """What a read_committed consumer finds in the retry topic."""
        return [copy for _partition, copy in self._read(f"{self.name}-retry")]

    def tombstone_keys(self) -> list[tuple[int, bytes | None]]:
        """Partition and key of every tombstone of ours."""
        return [
            (partition, key)
            for partition, (key, value, headers, _timestamp) in self._read(f"{self.name}-dlq")
            if is_tombstone(value, headers)
        ]

    def close(self) -> None:
        """Close the windows."""
        for window in self._windows:
            window.source.close()
            window.sink.close()

    def _read(self, topic: str) -> list[tuple[int, Copy]]:
        consumer = self._consumer(f"reader-{self.name}")
        found: list[tuple[int, Copy]] = []
        for partition in range(PARTITIONS):
            consumer.assign([TopicPartition(topic, partition, 0)])
            while (message := consumer.poll(30)) is not None:
                error = message.error()
                if error is not None:
                    assert error.code() == KafkaError._PARTITION_EOF
                    break
                headers = cast("tuple[Header, ...]", tuple(message.headers() or ()))
                found.append((partition, (message.key(), message.value(), headers, message.timestamp()[1])))
        consumer.close()
        return found

    def _consumer(self, group: str) -> Consumer:
        return Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": group,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
                "log_level": 0,
            }
        )

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
