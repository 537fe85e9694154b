"""A queue to break things on: topics, seeded records, plans, and our program run as a process."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic

from tests.faults.oracle import Claim, Held, RecordKey, Verdict, held_records, judge

_OUTCOMES = {0, 3, 4, 5}
FAST_CLEANING = {
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0.01",
    "segment.ms": "1000",
    "delete.retention.ms": "600000",
}


@dataclass(slots=True)
class World:
    """One queue with its retry topic on a running broker. ``seed`` makes it all again.

    ``through``: where our program connects when it is not to be ``bootstrap``, which the oracle uses.
    """

    bootstrap: str
    folder: Path
    seed: int
    partitions: int = 2
    records: int = 30
    keys: int = 18
    framing: bytes = b""  # what every value begins with
    copies: int = 1  # how many nodes keep each record
    through: str = ""
    queue_topic: str = ""
    retry_topic: str = ""
    group: str = ""
    inputs: list[Held] = field(default_factory=list)

    def __post_init__(self) -> None:
        name = uuid.uuid4().hex[:10]
        self.queue_topic, self.retry_topic = f"faults-{name}-dlq", f"faults-{name}-retry"
        self.group = f"kmp-{self.queue_topic}"

    def create(
        self, queue_config: Mapping[str, str] | None = None, retry_config: Mapping[str, str] | None = None
    ) -> None:
        """Make both topics and write the records (plain, and a few in transactions)."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        topics = [
            NewTopic(
                self.queue_topic,
                self.partitions,
                self.copies,
                config=dict(queue_config or {"cleanup.policy": "compact"}),
            ),
            NewTopic(self.retry_topic, self.partitions, self.copies, config=dict(retry_config or {})),
        ]
        for future in admin.create_topics(topics).values():
            future.result(30)
        self.write(self.records)
        self.read_inputs()

    def read_inputs(self) -> None:
        """Take every record that lies in the queue now for an input, tombstones excepted."""
        held = held_records(self.bootstrap, self.queue_topic)
        self.inputs = [each for each in held if each.value is not None]

    def write(self, count: int, *, keys: int | None = None) -> None:
        """Write ``count`` more records with unique values; the random keys repeat."""
        choice = random.Random(self.seed)
        # Old ones would make the log roll, and compaction remove records before anybody decided them.
        recent = time.time_ns() // 1_000_000 - 100_000
        producer = Producer(
            {"bootstrap.servers": self.bootstrap, "partitioner": "murmur2_random", "log_level": 0}
        )
        for number in range(count):
            producer.produce(
                self.queue_topic,
                key=f"key-{choice.randrange(keys or self.keys)}".encode(),
                value=self.framing + f"{self.queue_topic} {number} ".encode() + choice.randbytes(20),
                headers=[("a", b"1"), ("a", None), ("b", b""), ("n", str(number).encode())],
                timestamp=recent + number,
            )
        assert producer.flush(30) == 0

    def plan(self, choice: random.Random, share: float = 1.0) -> dict[RecordKey, str]:
        """Random merges and purges for a share of the records."""
        chosen = choice.sample(self.inputs, round(len(self.inputs) * share))
        return {each.place: choice.choice(("merge", "purge")) for each in chosen}

    def plan_file(self, name: str, plan: Mapping[RecordKey, str]) -> Path:
        """Write the plan as ``apply`` reads it."""
        path = self.folder / f"{self.queue_topic}-{name}.jsonl"
        lines = [
            json.dumps({"partition": place[0], "offset": place[1], "decision": decision})
            for place, decision in sorted(plan.items())
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def data_folder(self, who: str) -> Path:
        """One desktop's data folder."""
        return self.folder / self.queue_topic / who

    def command(self, what: str, who: str, *extra: str) -> list[str]:
        """The command line of our program as desktop ``who``."""
        topics = [self.queue_topic] if what == "print" else [self.queue_topic, self.retry_topic]
        folder = str(self.data_folder(who))
        return [
            *(sys.executable, "-m", "kmp_desktop", "--data-dir", folder, what),
            *("-b", self.through or self.bootstrap),
            *("-g", self.group, "--json", *extra, *topics),
        ]

    def start_apply(self, who: str, plan: Mapping[RecordKey, str], *extra: str) -> Applying:
        """Start ``apply`` as a process of its own."""
        path = self.plan_file(who, plan)
        process = _start(self.command("apply", who, "--plan", str(path), *extra))
        return Applying(who, dict(plan), process)

    def start_actor(self, who: str, plan: Mapping[RecordKey, str], fault: str, **options: object) -> Applying:
        """Start the actor: the same use case, with a fault at a step of the protocol."""
        order = {
            "bootstrap": self.through or self.bootstrap,
            "queue_topic": self.queue_topic,
            "retry_topic": self.retry_topic,
            "group": self.group,
            "folder": str(self.data_folder(who)),
            "plan": str(self.plan_file(who, plan)),
            "fault": fault,
            **options,
        }
        process = _start([sys.executable, "-m", "tests.faults.actor", json.dumps(order)])
        return Applying(who, dict(plan), process)

    def configure(self, config: Mapping[str, str]) -> None:
        """Change settings of the queue's topic."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        entries = [
            ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
            for name, value in config.items()
        ]
        resource = ConfigResource(ConfigResource.Type.TOPIC, self.queue_topic, incremental_configs=entries)
        for future in admin.incremental_alter_configs([resource]).values():
            future.result(30)

    def compact(self) -> None:
        """Have the broker clean the queue (one partition), and wait until it has."""
        assert self.partitions == 1
        self.configure(FAST_CLEANING)
        producer = Producer({"bootstrap.servers": self.bootstrap, "log_level": 0})
        deadline, first = time.monotonic() + 60, 0
        # The first filler lies above all that matters: when it is gone, everything was cleaned.
        while not deadline < time.monotonic():
            producer.produce(self.queue_topic, key=b"filler", value=b"filler", partition=0)
            assert producer.flush(30) == 0
            held = held_records(self.bootstrap, self.queue_topic, "read_uncommitted")
            fillers = [each.offset for each in held if each.key == b"filler"]
            first = first or fillers[0]
            if first < fillers[0]:
                return
            time.sleep(0.3)
        raise TimeoutError(self.queue_topic)

    def undecided_shown(self, who: str) -> frozenset[RecordKey]:
        """What the next start of the program shows as undecided."""
        done = subprocess.run(
            self.command("print", who), capture_output=True, text=True, timeout=180, check=False
        )
        assert done.returncode == 0, (done.returncode, done.stdout[-2000:], done.stderr[-4000:])
        shown = [json.loads(line) for line in done.stdout.splitlines()]
        return frozenset((each["partition"], each["offset"]) for each in shown)

    def judge(
        self,
        claims: Iterable[Claim],
        *,
        settled: bool = True,
        compacts: bool = True,
        patience_s: float = 120,
    ) -> Verdict:
        """Ask the oracle. ``settled``: nobody has work left, so that every tombstone is due."""
        return judge(
            *(self.bootstrap, self.queue_topic, self.retry_topic, self.group, self.inputs, claims),
            queue_compacts=compacts,
            settled=settled,
            patience_s=patience_s,
        )


@dataclass(slots=True)
class Applying:
    """A running program with a plan."""

    who: str
    plan: dict[RecordKey, str]
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)  # every line, for people and for programs

    def wait_until_stopped(self) -> None:
        """Wait until the fault has stopped it (SIGSTOP)."""
        options = os.WSTOPPED | os.WEXITED | os.WNOWAIT
        ended = os.waitid(os.P_PID, self.process.pid, options)
        assert ended is not None
        assert ended.si_code == os.CLD_STOPPED, self.process.communicate()

    def go_on(self) -> None:
        """Let a stopped one go on."""
        self.process.send_signal(signal.SIGCONT)

    def claim(self, timeout_s: float = 240) -> Claim:
        """Wait for its end and read what it says; a killed one says nothing."""
        stdout, stderr = self.process.communicate(timeout=timeout_s)
        self.said = [*stdout.splitlines(), *stderr.splitlines()]
        if self.process.returncode == -9:
            return Claim(self.who, self.plan, "killed")
        assert self.process.returncode in _OUTCOMES, (self.process.returncode, stdout[-2000:], stderr[-6000:])
        last = json.loads(stdout.splitlines()[-1])
        # Refused ones are not claimed to be decided, nor are those that others decided.
        not_ours = [*last["conflicts"], *(each[:2] for each in last.get("refused", ()))]
        return Claim(self.who, self.plan, last["outcome"], _places(last["decided"]), _places(not_ours))


def _places(pairs: Sequence[Sequence[int]]) -> frozenset[RecordKey]:
    return frozenset((partition, offset) for partition, offset in pairs)


def _start(command: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
