"""``make bench``: the program beside a bare client doing the same work in the same run.

    python -m benchmarks [--records 1000000] [--commit 100000] [--bytes 1024] [--rounds 5] [--to build/bench]

Every round does the bare client's work and ours one after the other; what counts are the medians of the
rounds' ratios. Writes ``result.json``, ``table.md`` and ``picture.svg``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.committing import committed
from benchmarks.loading import measured
from benchmarks.place import Place, avro_values, json_values, place_name
from benchmarks.report import Measure, picture, table
from benchmarks.window import load_and_commit
from benchmarks.window import table as window_table
from tests.cluster.running import cluster

_FEW = 10_000
_WINDOW_RECORDS = 20_000
_OVERHEAD_MB = 400


def load_measures(
    bootstrap: str, records: int, size: int, rounds: int, folder: Path
) -> tuple[list[Measure], list[dict[str, Any]]]:
    """Reading, answering and memory; and everything that was measured."""
    place, few = (Place(bootstrap, place_name(), folder) for _ in range(2))
    raw = place.seed(avro_values(records, size))
    few.seed(avro_values(_FEW, size))
    found: list[dict[str, Any]] = []
    for nth in range(rounds):
        print(f"reading, round {nth + 1} of {rounds}", flush=True)
        found.append({kind: measured(kind, place, folder) for kind in ("bare", "rows", "columns")})
        found[-1]["few"] = measured("columns", few, folder)
    measures = [
        _ratio("load until all rows are there", found, "bare", "rows", 0.8),
        _ratio("load until all columns are complete", found, "bare", "columns", 0.25),
        Measure(
            f"cost per record, {_FEW:,} to {records:,}",
            tuple(_each(one["columns"]) / _each(one["few"]) for one in found),
            1.2,
            "x",
            at_least=False,
        ),
        _worst("sort", found, 0.5),
        _worst("filter", found, 0.5),
        _worst("search", found, 0.5),
        _worst("group", found, 0.5),
        _worst("decide all", found, 0.2),
        _worst("undo", found, 0.2),
        Measure(
            "memory of engine and reader",
            tuple(one["columns"]["peak"] for one in found),
            1.3 * raw / (1 << 20) + _OVERHEAD_MB,
            "MB",
            at_least=False,
        ),
    ]
    return measures, found


def commit_measures(bootstrap: str, records: int, size: int, rounds: int, folder: Path) -> list[Measure]:
    """Writing what was decided."""
    found = []
    for nth in range(rounds):
        print(f"committing, round {nth + 1} of {rounds}", flush=True)
        found.append(committed(bootstrap, records, size, folder / f"commit {nth}"))
    return [
        Measure(
            f"commit {records:,} merges, beside a bare client",
            tuple(one["bare"] / one["ours"] for one in found),
            0.8,
            "x",
            at_least=True,
        ),
        Measure(
            f"commit {records:,} merges, beside one record in flight",
            tuple(one["one in flight"] / one["ours"] for one in found),
            15,
            "x",
            at_least=True,
        ),
    ]


def _each(one: dict[str, Any]) -> float:
    return float(one["seconds"]) / float(one["records"])


def _ratio(name: str, found: list[dict[str, Any]], bare: str, ours: str, target: float) -> Measure:
    values = tuple(one[bare]["seconds"] / one[ours]["seconds"] for one in found)
    return Measure(name, values, target, "x", at_least=True)


def _worst(kind: str, found: list[dict[str, Any]], target: float) -> Measure:
    """The slowest answer of a kind in each round."""
    values = tuple(
        max(seconds for name, seconds in one["columns"]["answers"].items() if name.startswith(kind))
        for one in found
    )
    return Measure(f"{kind}, the slowest", values, target, "s", at_least=False)


def _window(bootstrap: str, size: int, folder: Path) -> list[str]:
    place = Place(bootstrap, place_name(), folder)
    place.seed(json_values(_WINDOW_RECORDS, size))
    phases = [load_and_commit(bootstrap, place.queue, _WINDOW_RECORDS, folder / "window")]
    return list(window_table(phases, _WINDOW_RECORDS))


def main() -> None:
    """Run the rounds, write the files and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--commit", type=int, default=100_000)
    parser.add_argument("--bytes", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--to", type=Path, default=Path("build/bench"))
    told = parser.parse_args()
    told.to.mkdir(parents=True, exist_ok=True)
    with cluster() as running, tempfile.TemporaryDirectory() as name:
        folder, where = Path(name), running.bootstrap
        measures, rounds = load_measures(where, told.records, told.bytes, told.rounds, folder)
        measures += commit_measures(where, told.commit, told.bytes, told.rounds, folder)
        shown = _window(where, told.bytes, folder)
    document = {
        "records": told.records,
        "commit": told.commit,
        "bytes": told.bytes,
        "rounds": told.rounds,
        "processors": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "reading": rounds,
        "measures": [each.as_json() for each in measures],
    }
    (told.to / "result.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    (told.to / "table.md").write_text(table(measures) + "\n", encoding="utf-8")
    (told.to / "picture.svg").write_text(picture(measures), encoding="utf-8")
    print(table(measures))
    print()
    for line in shown:
        print(line)


if __name__ == "__main__":
    main()
