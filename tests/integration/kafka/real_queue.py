"""A queue on a real broker, with what other programs do to it and what plain clients see of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

from kmp_desktop.app.commit import commit
from kmp_desktop.app.open_queue import open_queue
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import CommitProgress, CommitResult, Step
from kmp_desktop.core.plan import MAX_RECORDS
from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets, Security
from kmp_desktop.core.queue_state import FindingCode, LoadedQueue, TakeOver
from kmp_desktop.core.record import DeadLetter, Header, RecordId
from kmp_desktop.core.tombstone import is_tombstone
from kmp_desktop.kafka.committer import KafkaSink
from kmp_desktop.kafka.reader import KafkaSource
from kmp_desktop.kafka.settings import client_settings
from kmp_desktop.store.journal import FileJournal
from kmp_desktop.store.queue_lock import FileLock
from kmp_desktop.store.seen_states import FileSeenStates
from kmp_desktop.store.spool import Spool, SpooledRecords
from kmp_desktop.store.wall_clock import WallClock

NOW = time.time_ns() // 1_000_000 - 3_600_000
"""Timestamps of records, epoch ms; older than seven days and retention takes the copies."""

SEGMENT_MS = 1000
CLEANED_AT_ONCE = {
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0.01",
    "segment.ms": str(SEGMENT_MS),
    "delete.retention.ms": "0",
}
"""A queue whose cleaner is always at work."""

Right = tuple[ResourceType, str, AclOperation]
"""What an ACL allows: kind and name of a resource, operation."""

WHY: tuple[Header, ...] = (("why", b"broken"),)


class Reading:
    """Follows a load; stops when ``stop_after`` records were seen."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.seen: list[DeadLetter] = []
        self.last: ReadProgress | None = None
        self._stop_after = stop_after

    def records(self, batch: Sequence[DeadLetter]) -> None:
        """Keep what came."""
        self.seen.extend(batch)

    def progress(self, progress: ReadProgress) -> None:
        """Keep how far it is."""
        self.last = progress

    def stopped(self) -> bool:
        """Stop when enough was seen."""
        return self._stop_after is not None and len(self.seen) >= self._stop_after


class Committing:
    """Follows a commit; acts once when a step is done."""

    def __init__(self, after: Mapping[Step, Callable[[], object]] | None = None) -> None:
        self.steps: list[Step] = []
        self.notes: list[str] = []
        self._after = dict(after or {})

    def step(self, progress: CommitProgress) -> None:
        """Keep the step, and let the test act."""
        self.steps.append(progress.step)
        if progress.note is not None:
            self.notes.append(str(progress.note))
        act = self._after.pop(progress.step, None)
        if act is not None:
            act()

    def stopped(self) -> bool:
        """Go on to the end."""
        return False


@dataclass(slots=True)
class Desktop:
    """A program with files of its own, as a person has it open."""

    source: KafkaSource
    sink: KafkaSink

    def load(self, take_over: TakeOver | None = None) -> LoadedQueue:
        """Open the queue and read it to its end."""
        loaded = open_queue(self.source, self.sink, Reading(), take_over).loaded
        assert loaded is not None
        return loaded

    def commit(
        self,
        loaded: LoadedQueue,
        staged: Mapping[RecordId, Decision],
        after: Mapping[Step, Callable[[], object]] | None = None,
        max_records: int = MAX_RECORDS,
    ) -> CommitResult:
        """Commit; ``after`` acts in the middle of it."""
        observer = Committing(after)
        return commit(self.sink, loaded, staged, observer, WallClock(), max_records=max_records)


@dataclass(slots=True)
class RealQueue:
    """One queue topic with its retry topic. ``folder`` holds the desktops' files."""

    bootstrap: str
    folder: Path
    partitions: int = 1
    name: str = field(default_factory=lambda: f"queue-{uuid.uuid4().hex[:10]}")
    group: str = ""
    _closing: list[Callable[[], object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.group = f"kmp-{self.topic}"

    @property
    def topic(self) -> str:
        """The queue's topic."""
        return f"{self.name}-dlq"

    @property
    def retry_topic(self) -> str:
        """Where merged records go."""
        return f"{self.name}-retry"

    @property
    def mark_group(self) -> str:
        """The group of the MARK, which is also the transactional id."""
        return f"kmp-desktop.v1.{self.topic}"

    # What the program does

    def desktop(
        self,
        who: str = "a",
        group: str = "",
        *,
        servers: str = "",
        user: str = "",
        password: str = "",
    ) -> Desktop:
        """A program opened on a computer; programs of one computer share its files."""
        queue = Queue("q", "q", self.topic, self.retry_topic, group or self.group)
        security = Security.SASL_PLAINTEXT if user else Security.PLAINTEXT
        profile = ConnectionProfile(
            *("p", "p", servers or self.bootstrap), security=security, user=user, person=who
        )
        return self.desktop_of(profile, Secrets(kafka_password=password), queue)

    def desktop_of(self, profile: ConnectionProfile, secrets: Secrets, queue: Queue | None = None) -> Desktop:
        """One with a connection of any kind; its person's name tells computers apart."""
        who = profile.person
        queue = queue or Queue("q", "q", self.topic, self.retry_topic, self.group)
        settings = client_settings(profile, secrets, "tests")
        files = self.folder / who
        seen = FileSeenStates(files / "seen")
        spool = Spool(files / "spool")
        source = KafkaSource(settings, queue, seen, lambda: SpooledRecords(spool))
        journal, lock = FileJournal(files / "journal"), FileLock(files / "locks")
        sink = KafkaSink(settings, queue, journal, lock, seen, who, WallClock())
        self._closing += [source.close, sink.close]
        return Desktop(source, sink)

    def offered(self) -> list[RecordId]:
        """What somebody who comes new to the queue may decide."""
        return [each.id for each in self.desktop(f"new-{len(self._closing)}").load().undecided()]

    def close(self) -> None:
        """End all programs."""
        for each in self._closing:
            each()

    # What administrators do

    def create(
        self, config: Mapping[str, str] | None = None, retry_config: Mapping[str, str] | None = None
    ) -> None:
        """Make both topics."""
        self._make(self.topic, {"cleanup.policy": "compact", **(config or {})})
        self._make(self.retry_topic, retry_config or {})

    def remake(self, topic: str) -> None:
        """Delete a topic and make it anew."""
        self.drop_topic(topic)
        self._make(topic, {"cleanup.policy": "compact"} if topic == self.topic else {})

    def forget_offsets(self) -> None:
        """Delete the group."""
        admin = self.admin()
        for future in admin.delete_consumer_groups([self.group]).values():
            future.result(30)

    def allow(self, user: str, *rights: Right) -> None:
        """Give rights to a user."""
        admin = self.admin()
        for future in admin.create_acls([_binding(user, each) for each in rights]).values():
            future.result(30)

    def take_away(self, user: str, right: Right) -> None:
        """Take a right away again."""
        kind, name, operation = right
        admin = self.admin()
        one = AclBindingFilter(
            *(kind, name, ResourcePatternType.LITERAL, f"User:{user}", "*", operation),
            AclPermissionType.ALLOW,
        )
        for future in admin.delete_acls([one]).values():
            assert future.result(30)

    def drop_topic(self, topic: str) -> None:
        """Delete a topic."""
        admin = self.admin()
        for future in admin.delete_topics([topic], operation_timeout=20).values():
            future.result(30)
        until(lambda: topic not in admin.list_topics(timeout=10).topics)

    def configure(self, topic: str = "", **config: str) -> None:
        """Change settings of a topic (the queue's, if none is named); ``_`` stands for the dot."""
        admin = self.admin()
        resource = ConfigResource(
            ConfigResource.Type.TOPIC,
            topic or self.topic,
            incremental_configs=[
                ConfigEntry(name.replace("_", "."), value, incremental_operation=AlterConfigOpType.SET)
                for name, value in config.items()
            ],
        )
        for future in admin.incremental_alter_configs([resource]).values():
            future.result(30)

    def admin(self) -> AdminClient:
        """An administrator's client; its futures die with it."""
        return AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})

    def _make(self, topic: str, config: Mapping[str, str]) -> None:
        admin = self.admin()
        new = NewTopic(topic, self.partitions, 1, config=dict(config))
        for future in admin.create_topics([new]).values():
            future.result(30)
        until(lambda: topic in admin.list_topics(timeout=10).topics)

    # What other programs do

    def write(
        self,
        key: bytes | None,
        value: bytes | None = b"value",
        headers: Sequence[Header] = WHY,
        timestamp: int = NOW,
        partition: int = 0,
    ) -> RecordId:
        """A dead letter comes."""
        producer = Producer({"bootstrap.servers": self.bootstrap, "log_level": 0})
        return _produced(producer, self.topic, key, value, headers, timestamp, partition)

    def write_many(self, count: int) -> list[RecordId]:
        """As many small records, each with a key of its own."""
        producer = Producer({"bootstrap.servers": self.bootstrap, "log_level": 0, "linger.ms": 50})
        for number in range(count):
            while True:
                try:
                    producer.produce(self.topic, b"v", b"K%d" % number, 0, timestamp=NOW)
                    break
                except BufferError:
                    producer.poll(0.1)
        assert producer.flush(60) == 0
        return [RecordId(0, offset) for offset in range(count)]

    @contextmanager
    def transaction(self, topic: str = "") -> Iterator[Callable[..., RecordId]]:
        """Another program's open transaction; aborted unless the test says ``commit=True`` to ``end``."""
        producer = Producer(
            {
                "bootstrap.servers": self.bootstrap,
                "transactional.id": f"stranger-{uuid.uuid4().hex}",
                "log_level": 0,
            }
        )
        producer.init_transactions(30)
        producer.begin_transaction()

        def write(key: bytes, value: bytes = b"stranger", partition: int = 0) -> RecordId:
            return _produced(producer, topic or self.topic, key, value, WHY, NOW, partition)

        yield write
        producer.abort_transaction(30)

    def put_in_transaction(self, key: bytes, *, aborted: bool) -> RecordId:
        """A whole transaction of another program, with one record."""
        producer = Producer(
            {
                "bootstrap.servers": self.bootstrap,
                "transactional.id": f"stranger-{uuid.uuid4().hex}",
                "log_level": 0,
            }
        )
        producer.init_transactions(30)
        producer.begin_transaction()
        place = _produced(producer, self.topic, key, b"stranger", WHY, NOW, 0)
        if aborted:
            producer.abort_transaction(30)
        else:
            producer.commit_transaction(30)
        return place

    def put_offset(self, offset: int, metadata: str = "", group: str = "", partition: int = 0) -> None:
        """Somebody commits an offset by hand."""
        consumer = self.consumer(group or self.group)
        position = TopicPartition(self.topic, partition, offset, metadata)
        consumer.commit(offsets=[position], asynchronous=False)
        consumer.close()

    # What plain clients see

    def consumer(self, group: str = "", isolation: str = "read_committed") -> Consumer:
        """A plain consumer."""
        return Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": group or f"reader-{self.name}",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "enable.partition.eof": True,
                "isolation.level": isolation,
                "log_level": 0,
            }
        )

    def offset(self, group: str = "") -> tuple[int, str]:
        """The committed offset of partition 0 and its metadata."""
        consumer = self.consumer(group or self.group)
        (found,) = consumer.committed([TopicPartition(self.topic, 0)], 30)
        consumer.close()
        return found.offset, found.metadata or ""

    def held(self, topic: str = "") -> list[DeadLetter]:
        """Every committed record of a topic."""
        consumer = self.consumer()
        found: list[DeadLetter] = []
        for partition in range(self.partitions):
            consumer.assign([TopicPartition(topic or self.topic, partition, 0)])
            while (message := consumer.poll(30)) is not None:
                error = message.error()
                if error is not None:
                    assert error.code() == KafkaError._PARTITION_EOF
                    break
                headers = cast("tuple[Header, ...]", tuple(message.headers() or ()))
                place = RecordId(partition, message.offset() or 0)
                found.append(
                    DeadLetter(place, message.key(), message.value(), headers, message.timestamp()[1])
                )
        consumer.close()
        return found

    def tombstones(self) -> list[bytes | None]:
        """Keys of our tombstones."""
        return [each.key for each in self.held() if is_tombstone(each.value, each.headers)]

    def retried(self) -> list[bytes | None]:
        """Keys of the merged records."""
        return [each.key for each in self.held(self.retry_topic)]


def codes(loaded: LoadedQueue) -> set[FindingCode]:
    """What a load found."""
    return {finding.code for finding in loaded.findings}


def until(fact: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for a fact."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "the fact waited for did not come about"
        time.sleep(0.1)


def _binding(user: str, right: Right) -> AclBinding:
    kind, name, operation = right
    return AclBinding(
        *(kind, name, ResourcePatternType.LITERAL, f"User:{user}", "*", operation),
        AclPermissionType.ALLOW,
    )


def _produced(
    producer: Producer,
    topic: str,
    key: bytes | None,
    value: bytes | None,
    headers: Sequence[Header],
    timestamp: int,
    partition: int,
) -> RecordId:
    placed: list[RecordId] = []

    def place(error: KafkaError | None, message: Message) -> None:
        assert error is None
        placed.append(RecordId(partition, message.offset() or 0))

    producer.produce(
        topic, value, key, partition, headers=list(headers), timestamp=timestamp, on_delivery=place
    )
    assert producer.flush(30) == 0
    return placed[0]
