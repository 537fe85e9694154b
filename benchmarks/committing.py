"""Commits as the program makes them, beside a bare client that writes the same records."""

from __future__ import annotations

import time
from pathlib import Path

from confluent_kafka import Message, Producer

from benchmarks.bare import read_all, write_in_transactions
from benchmarks.place import Place, avro_values, place_name
from kmp_desktop.app.commit import commit
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import CommitProgress, Outcome
from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.store.wall_clock import WallClock

BARE_CHUNK = 5000
_ONE_BY_ONE = 300  # records; more would only take longer


class _Silent:
    """Follows a load or a commit, and shows nothing."""

    def records(self, batch: object) -> None:
        """Read on."""

    def progress(self, progress: ReadProgress) -> None:
        """Read on."""

    def step(self, progress: CommitProgress) -> None:
        """Go on."""

    def stopped(self) -> bool:
        """To the end."""
        return False


def committed(bootstrap: str, records: int, size: int, folder: Path) -> dict[str, float]:
    """Seconds of the bare client, of ours, and of one record in flight (for as many records)."""
    ours, other = Place(bootstrap, place_name(), folder), Place(bootstrap, place_name(), folder)
    for place in (ours, other):
        place.seed(avro_values(records, size))
    messages = read_all(bootstrap, other.queue.queue_topic)
    topics = other.queue.queue_topic, other.queue.retry_topic
    start = time.perf_counter()
    write_in_transactions(bootstrap, *topics, messages, BARE_CHUNK)
    bare = time.perf_counter() - start
    single = _one_in_flight(bootstrap, other.queue.retry_topic, messages[:_ONE_BY_ONE])
    del messages
    return {
        "bare": bare,
        "ours": _ours(ours, records),
        "one in flight": single * records / _ONE_BY_ONE,
    }


def _ours(place: Place, records: int) -> float:
    source, sink = place.source(), place.sink()
    try:
        loaded = source.load(_Silent())
        staged = dict.fromkeys(loaded.records, Decision.MERGE)
        start = time.perf_counter()
        result = commit(sink, loaded, staged, _Silent(), WallClock())
        seconds = time.perf_counter() - start
    finally:
        source.close()
        sink.close()
    if result.outcome is not Outcome.COMMITTED or len(result.merged) != records:
        message = f"not everything was committed: {result.outcome} {len(result.merged)}"
        raise RuntimeError(message)
    return seconds


def _one_in_flight(bootstrap: str, topic: str, messages: list[Message]) -> float:
    """What a simple program does: send one record, wait for it, send the next."""
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "enable.idempotence": True})
    start = time.perf_counter()
    for message in messages:
        producer.produce(topic, key=message.key(), value=message.value(), headers=message.headers() or [])
        producer.flush(30)
    return time.perf_counter() - start
