"""``make bench``: load and commit rates as ratios to a bare client in the same run.

    python -m benchmarks [--records 20000] [--bytes 1024] [--rounds 3]

Each round makes new topics and does the bare client's work and ours one after the other; printed are
the medians and the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from benchmarks.bare import read_all, write_in_transactions
from benchmarks.window import Phase, load_and_commit, table
from kmp_desktop.app.commit import commit
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import CommitProgress, CommitResult, Outcome
from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.core.queue_state import LoadedQueue
from kmp_desktop.core.record import DeadLetter
from kmp_desktop.core.view import Reply
from kmp_desktop.engine.engine import Engine
from kmp_desktop.kafka.committer import KafkaSink
from kmp_desktop.kafka.reader import KafkaSource
from kmp_desktop.kafka.settings import client_settings
from kmp_desktop.store.journal import FileJournal
from kmp_desktop.store.queue_lock import FileLock
from kmp_desktop.store.seen_states import FileSeenStates
from kmp_desktop.store.wall_clock import WallClock
from tests.cluster.running import cluster

CHUNK = 5000  # of the bare client


class _Reading:
    """Follows a load; hands the batches on to an engine if there is one."""

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine

    def records(self, batch: Sequence[DeadLetter]) -> None:
        """Let the engine have them, as the window does."""
        if self._engine is not None:
            self._engine.add(batch)

    def progress(self, progress: ReadProgress) -> None:
        """Show nothing."""

    def stopped(self) -> bool:
        """Read to the end."""
        return False


class _Committing:
    def step(self, progress: CommitProgress) -> None:
        """Show nothing."""

    def stopped(self) -> bool:
        """Commit everything."""
        return False


class Place:
    """A queue and a retry topic with equal records for one round."""

    def __init__(self, bootstrap: str, records: int, size: int, folder: Path) -> None:
        name = f"bench-{uuid.uuid4().hex[:8]}"
        self.bootstrap = bootstrap
        self.queue = Queue("q", "q", f"{name}-dlq", f"{name}-retry", f"kmp-{name}-dlq")
        self.profile = ConnectionProfile("p", "p", bootstrap, queues=(self.queue,))
        self._folder = folder
        admin = AdminClient({"bootstrap.servers": bootstrap})
        topics = [
            NewTopic(self.queue.queue_topic, 3, 1, config={"cleanup.policy": "compact"}),
            NewTopic(self.queue.retry_topic, 3, 1),
        ]
        for future in admin.create_topics(topics).values():
            future.result(30)
        choice = random.Random(7)
        producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 20})
        for number in range(records):
            order = {"orderNumber": str(4_500_000_000 + number), "reason": "CUSTOMER_REQUEST", "fill": ""}
            order["fill"] = choice.randbytes((size - len(json.dumps(order))) // 2).hex()
            producer.produce(
                self.queue.queue_topic,
                key=order["orderNumber"].encode(),
                value=json.dumps(order).encode(),
                headers=[
                    ("kafka_dlt-exception-fqcn", b"com.example.webshop.billing.CustomerNotFoundException"),
                    ("kafka_dlt-exception-message", f"Customer C-{number % 997} does not exist".encode()),
                    ("__TypeId__", b"com.example.webshop.OrderCanceled"),
                ],
            )
            producer.poll(0)
        producer.flush(120)

    def load(self, engine: Engine | None = None) -> LoadedQueue:
        """Load as the program does."""
        settings = client_settings(self.profile, Secrets(), "bench")
        source = KafkaSource(settings, self.queue, FileSeenStates(self._folder / "seen"))
        try:
            return source.load(_Reading(engine))
        finally:
            source.close()

    def commit(self, loaded: LoadedQueue) -> CommitResult:
        """Retry everything, as the program does."""
        settings = client_settings(self.profile, Secrets(), "bench")
        journal, lock = FileJournal(self._folder / "journal"), FileLock(self._folder / "lock")
        seen = FileSeenStates(self._folder / "seen")
        sink = KafkaSink(settings, self.queue, journal, lock, seen, "bench", WallClock())
        try:
            staged = dict.fromkeys(loaded.records, Decision.MERGE)
            return commit(sink, loaded, staged, _Committing(), WallClock())
        finally:
            sink.close()


def _ignore(reply: Reply) -> None:
    """Nobody looks at the engine's pushes here."""


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def one_round(bootstrap: str, records: int, size: int, folder: Path) -> dict[str, float]:
    """Seconds of each kind of work on topics of its own."""
    place, other = (Place(bootstrap, records, size, folder) for _ in range(2))
    taken: dict[str, float] = {}
    taken["bare read"] = _seconds(lambda: read_all(bootstrap, place.queue.queue_topic))
    taken["load"] = _seconds(place.load)
    taken["load and columns"] = _seconds(lambda: place.load(Engine(None, _ignore)))
    messages = read_all(bootstrap, other.queue.queue_topic)
    bare_topics = other.queue.queue_topic, other.queue.retry_topic
    taken["bare write"] = _seconds(lambda: write_in_transactions(bootstrap, *bare_topics, messages, CHUNK))
    loaded = place.load()
    start = time.perf_counter()
    result = place.commit(loaded)
    taken["commit"] = time.perf_counter() - start
    if result.outcome is not Outcome.COMMITTED or len(result.merged) != records:
        message = f"not everything was committed: {result.outcome} {len(result.merged)}"
        raise RuntimeError(message)
    return taken


def _in_the_window(bootstrap: str, records: int, size: int, folder: Path) -> list[Phase]:
    place = Place(bootstrap, records, size, folder)
    return load_and_commit(bootstrap, place.queue, records, folder)


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--bytes", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    told = parser.parse_args()
    with cluster() as running, tempfile.TemporaryDirectory() as folder:
        rounds = [
            one_round(running.bootstrap, told.records, told.bytes, Path(folder)) for _ in range(told.rounds)
        ]
        shown = [
            _in_the_window(running.bootstrap, told.records, told.bytes, Path(folder) / f"window {nth}")
            for nth in range(told.rounds)
        ]
    print(f"{told.records:,} records of {told.bytes} bytes, {told.rounds} rounds, medians\n")
    print(f"{'':<18} {'seconds':>8} {'records/s':>10}  beside the bare client")
    bare_of = {"load": "bare read", "load and columns": "bare read", "commit": "bare write"}
    for name in ("bare read", "load", "load and columns", "bare write", "commit"):
        seconds = statistics.median(each[name] for each in rounds)
        ratio = ""
        if name in bare_of:
            factor = statistics.median(each[name] / each[bare_of[name]] for each in rounds)
            ratio = f"{factor:.2f} x the time"
        print(f"{name:<18} {seconds:>8.2f} {told.records / seconds:>10,.0f}  {ratio}")
    print()
    for line in table(shown, told.records):
        print(line)


if __name__ == "__main__":
    main()
