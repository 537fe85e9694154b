"""A queue on the real broker and the program as a process, seen only from outside."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

_OUR_LINES = ("kmp-desktop", "usage: kmp-desktop", "  ")
Place = tuple[int, int]
Header = tuple[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Done:
    """A run of the program that has ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Stdout as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def last(self) -> dict[str, Any]:
        """The last line of ``apply --json``."""
        return self.lines[-1]

    @property
    def chunks(self) -> list[dict[str, Any]]:
        """The lines before."""
        return self.lines[:-1]


@dataclass(frozen=True, slots=True)
class Held:
    """A record as a plain consumer finds it."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...]
    timestamp: int

    @property
    def content(self) -> tuple[bytes | None, bytes | None, tuple[Header, ...], int]:
        """What a copy must have, too."""
        return self.key, self.value, self.headers, self.timestamp


@dataclass(slots=True)
class CliQueue:
    """A queue topic with its retry topic, made for one test. ``folder`` is the test's own."""

    bootstrap: str
    folder: Path
    queue_topic: str = ""
    retry_topic: str = ""
    group: str = ""
    partitions: int = 1
    records: list[Held] = field(default_factory=list)

    def __post_init__(self) -> None:
        name = uuid.uuid4().hex[:10]
        self.queue_topic, self.retry_topic = f"cli-{name}-dlq", f"cli-{name}-retry"
        self.group = f"kmp-{self.queue_topic}"

    def create(
        self, config: Mapping[str, str] | None = None, retry_config: Mapping[str, str] | None = None
    ) -> None:
        """Make both topics. The records' own times are old: nothing may expire while a test looks."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        topics = [
            NewTopic(
                self.queue_topic,
                self.partitions,
                1,
                config={"retention.ms": "-1", "cleanup.policy": "compact", **(config or {})},
            ),
            NewTopic(
                self.retry_topic, self.partitions, 1, config={"retention.ms": "-1", **(retry_config or {})}
            ),
        ]
        for future in admin.create_topics(topics).values():
            future.result(30)

    def write(self, *records: tuple[bytes | None, bytes | None], partition: int = 0) -> list[Place]:
        """Write (key, value) pairs with telling headers; where they lie."""
        producer = Producer({"bootstrap.servers": self.bootstrap, "log_level": 0})
        places: list[Place] = []

        def written(error: object, message: Message) -> None:
            assert error is None
            places.append((message.partition() or 0, message.offset() or 0))

        for number, (key, value) in enumerate(records):
            producer.produce(
                self.queue_topic,
                value,
                key,
                partition,
                on_delivery=written,
                timestamp=1_790_000_000_000 + number,
                headers=[("a", b"1"), ("a", None), ("b", b""), ("n", b"\xff\x00")],
            )
        assert producer.flush(30) == 0
        return places

    def held(self, topic: str = "", *, committed: bool = True) -> list[Held]:
        """Everything in a topic (the queue's, if none is named) up to its end."""
        return held(self.bootstrap, topic or self.queue_topic, committed=committed)

    def retried(self) -> list[Held]:
        """Everything in the retry topic."""
        return self.held(self.retry_topic)

    def tombstones(self) -> list[Held]:
        """The tombstones in the queue."""
        return [
            each for each in self.held() if each.value is None and any(h[0] == "kmp-v" for h in each.headers)
        ]

    def committed(self) -> int | None:
        """The group's committed offset of partition 0, None = there is none."""
        return committed(self.bootstrap, self.group, self.queue_topic)

    def plan(self, decisions: Mapping[Place, str], name: str = "plan") -> Path:
        """A plan file."""
        lines = [
            json.dumps({"partition": place[0], "offset": place[1], "decision": decision})
            for place, decision in decisions.items()
        ]
        return self.file(f"{name}.jsonl", "".join(f"{line}\n" for line in lines))

    def file(self, name: str, content: str) -> Path:
        """A file of this test."""
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return path

    def data_folder(self, who: str = "desk") -> Path:
        """All files of the program as one desktop has them."""
        return self.folder / who

    def print_command(self, *extra: str, who: str = "desk", bootstrap: str = "") -> list[str]:
        """The command line of print."""
        return [*self._command("print", who, bootstrap, extra), self.queue_topic]

    def apply_command(self, plan: Path, *extra: str, who: str = "desk", bootstrap: str = "") -> list[str]:
        """The command line of apply."""
        options = ("--plan", str(plan), *extra)
        return [*self._command("apply", who, bootstrap, options), self.queue_topic, self.retry_topic]

    def print(self, *extra: str, who: str = "desk", bootstrap: str = "") -> Done:
        """Run print --json to its end."""
        return run(self.print_command("--json", *extra, who=who, bootstrap=bootstrap))

    def apply(
        self, decisions: Mapping[Place, str], *extra: str, who: str = "desk", bootstrap: str = ""
    ) -> Done:
        """Run apply --json with these decisions to its end."""
        plan = self.plan(decisions, f"plan-{who}")
        return run(self.apply_command(plan, "--json", *extra, who=who, bootstrap=bootstrap))

    def history(self, *words: str, who: str = "desk") -> Done:
        """Run history --json to its end."""
        folder = ("--data-dir", str(self.data_folder(who)))
        return run([sys.executable, "-m", "kmp_desktop", *folder, "history", *words, "--json"])

    def undecided(self, who: str = "desk") -> list[Place]:
        """What print shows."""
        return places(self.print(who=who))

    def _command(self, what: str, who: str, bootstrap: str, extra: Iterable[str]) -> list[str]:
        servers = bootstrap or self.bootstrap
        return [
            *(sys.executable, "-m", "kmp_desktop", "--data-dir", str(self.data_folder(who)), what),
            *("-b", servers, "-g", self.group, *extra),
        ]


def run(command: list[str], timeout_s: float = 200, folder: Path | None = None) -> Done:
    """Run a program to its end; whatever happens, it alone speaks: no traceback, no library's own lines."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        env=environment(),
        cwd=folder,
    )
    foreign = [line for line in done.stderr.splitlines() if not line.startswith(_OUR_LINES)]
    assert [] == foreign, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def environment() -> dict[str, str]:
    """No display, and no way to one: the commands need none."""
    return {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "QT_QPA_PLATFORM")}


def places(done: Done) -> list[Place]:
    """Where the printed records lie."""
    assert 0 == done.code, done.err
    return [(each["partition"], each["offset"]) for each in done.lines]


def held(bootstrap: str, topic: str, *, committed: bool = True) -> list[Held]:
    """Everything in a topic up to its end, read by a plain consumer."""
    consumer = _consumer(bootstrap, f"oracle-{uuid.uuid4().hex}", committed=committed)
    try:
        unread = set(consumer.list_topics(topic, 30).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, each, 0) for each in unread])
        found: list[Held] = []
        while unread:
            messages = consumer.consume(1_000, 0.2)
            found += [_held(each) for each in messages if each.error() is None]
            unread -= {each.partition() for each in messages if _is_end(each)}
        return sorted(found, key=lambda each: (each.partition, each.offset))
    finally:
        consumer.close()


def committed(bootstrap: str, group: str, topic: str) -> int | None:
    """A group's committed offset of partition 0."""
    consumer = _consumer(bootstrap, group, committed=True)
    try:
        (found,) = consumer.committed([TopicPartition(topic, 0)], 30)
        return found.offset if found.offset >= 0 else None
    finally:
        consumer.close()


def decoded(text: str | None) -> bytes | None:
    """The bytes behind a field of ``print --json``."""
    return None if text is None else base64.b64decode(text, validate=True)


def _consumer(bootstrap: str, group: str, *, committed: bool) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed" if committed else "read_uncommitted",
            "log_level": 0,
        }
    )


def _is_end(message: Message) -> bool:
    error = message.error()
    return error is not None and error.code() == KafkaError._PARTITION_EOF


def _held(message: Message) -> Held:
    headers: Callable[[], Any] = message.headers
    return Held(
        message.partition() or 0,
        message.offset() or 0,
        message.key() if isinstance(message.key(), bytes) else None,
        message.value() if isinstance(message.value(), bytes) else None,
        tuple(headers() or ()),
        message.timestamp()[1],
    )
