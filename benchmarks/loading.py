"""Reads a queue in a process of its own, so that its memory is its own, too.

    python -m benchmarks.loading bare|rows|columns BOOTSTRAP NAME FOLDER

prints one line of JSON: seconds from the first record to the last, records, peak memory in MB, and for
``columns`` how long the engine's answers took.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from benchmarks.place import OneSchema, Place
from benchmarks.queries import answers
from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.core.record import DeadLetter
from kmp_desktop.core.view import Reply
from kmp_desktop.engine.engine import Engine


def measured(kind: str, place: Place, folder: Path) -> dict[str, Any]:
    """What a process of its own tells."""
    command = [sys.executable, "-m", "benchmarks.loading", kind, place.bootstrap, place.name, str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


class _Reading:
    """Follows a load; hands the batches on to an engine if there is one."""

    def __init__(self, engine: Engine | None) -> None:
        self._engine = engine
        self.first = 0.0

    def records(self, batch: Sequence[DeadLetter]) -> None:
        """Let the engine have them, as the program does."""
        self.first = self.first or time.perf_counter()
        if self._engine is not None:
            self._engine.add(batch)

    def progress(self, progress: ReadProgress) -> None:
        """Show nothing."""

    def stopped(self) -> bool:
        """Read to the end."""
        return False


def _bare(place: Place) -> dict[str, Any]:
    """The least that any client has to do: keep key, value and headers."""
    consumer = Consumer(
        {
            "bootstrap.servers": place.bootstrap,
            "group.id": f"bare-{uuid.uuid4().hex}",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
        }
    )
    topic = place.queue.queue_topic
    partitions = set(consumer.list_topics(topic, timeout=10).topics[topic].partitions)
    consumer.assign([TopicPartition(topic, each, 0) for each in sorted(partitions)])
    kept: list[tuple[object, object, object]] = []
    first = 0.0
    while partitions:
        for message in consumer.consume(5000, 0.1):
            if message.error() is None:
                first = first or time.perf_counter()
                kept.append((message.key(), message.value(), message.headers()))
            else:
                partitions.discard(message.partition() or 0)
    seconds = time.perf_counter() - first
    consumer.close()
    return {"seconds": seconds, "records": len(kept)}


def _ours(place: Place, engine: Engine | None) -> dict[str, Any]:
    reading, source = _Reading(engine), place.source()
    start = time.perf_counter()
    loaded = source.load(reading)
    rows = time.perf_counter()
    if engine is not None:
        engine.finish(loaded)
    end = time.perf_counter()
    source.close()
    told: dict[str, Any] = {
        "seconds": end - reading.first,
        "records": len(loaded.records),
        "until_first": reading.first - start,
        "finish": end - rows,
    }
    if engine is not None:
        told["memory"] = _peak_mb()
        told["answers"] = answers(engine, loaded)
    return told


def _peak_mb() -> float:
    """The most memory this process has had; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _ignore(reply: Reply) -> None:
    """Nobody looks at the engine's pushes here."""


def main() -> None:
    """Read once and print what it took."""
    kind, bootstrap, name, folder = sys.argv[1:]
    gc.disable()  # as while the program reads
    place = Place(bootstrap, name, Path(folder))
    kinds: dict[str, Callable[[], dict[str, Any]]] = {
        "bare": lambda: _bare(place),
        "rows": lambda: _ours(place, None),
        "columns": lambda: _ours(place, Engine(OneSchema(), _ignore, place.letters())),
    }
    print(json.dumps({"memory": 0.0, **(told := kinds[kind]()), "peak": told.get("memory", _peak_mb())}))


if __name__ == "__main__":
    main()
