"""A program that commits a plan like ``apply`` does, and meets a fault at one step of the protocol.

Run as ``python -m tests.faults.actor ORDER`` (JSON). ``fault`` is ``""``, ``kill:STEP`` (SIGKILL right
after the step was done), ``stop:STEP`` (SIGSTOP, once) or ``kill:between`` (when the part is over);
``broker:STEP`` (SIGKILL to the process ``broker``, ``after_ms`` later) or ``both:STEP``.
``fill:STEP`` leaves no room on the disk from there on, and ``clock_ms`` is how wrong the clock is.
``without`` names a rule of ``rules`` that is switched off, ``work_s`` is when an attempt is given up,
``verify_s`` how long a commit is looked for, and ``then`` a plan that is committed when ``plan`` was not.
Prints one line like ``apply --json`` does, with what became of an unfinished commit (``resolved``), what
the commit waits for, how many copies were said to differ, and why a part was not committed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from threading import Timer
from typing import Any

from kmp_desktop.app.commit import commit
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.outcome import CommitProgress, CommitResult, Outcome, Resolution, Step
from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets, Security
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.kafka.committer import KafkaSink
from kmp_desktop.kafka.reader import KafkaSource
from kmp_desktop.kafka.settings import client_settings
from kmp_desktop.store.journal import FileJournal
from kmp_desktop.store.queue_lock import FileLock
from kmp_desktop.store.seen_states import FileSeenStates
from tests.faults.broken_computer import fill_disk, set_clock_wrong
from tests.faults.rules import switch_off, verify_for, work_for

_EXIT = {Outcome.COMMITTED: 0, Outcome.CONFLICT: 3, Outcome.NOT_COMMITTED: 4, Outcome.UNKNOWN: 5}


class Reading:
    """Follows the load and does nothing with it."""

    def records(self, batch: object) -> None:
        """Keep nothing: the loaded queue holds all records."""

    def progress(self, progress: ReadProgress) -> None:
        """Say nothing."""

    def stopped(self) -> bool:
        """Read to the end."""
        return False


class Faulty:
    """Follows the commit and hits when its step is done."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._what, _, self._step = str(order["fault"]).partition(":")
        self._part = int(order.get("part", 1))
        self._broker = int(order.get("broker", 0))
        self._after_s = int(order.get("after_ms", 0)) / 1000
        self._done = False
        self._is_over = False

    def step(self, progress: CommitProgress) -> None:
        """Be struck right after the step."""
        self._is_over = (progress.step, progress.part) == (Step.READ_BACK, self._part)
        if self._done or (progress.step, progress.part) != (self._step, self._part):
            return
        if progress.step in (Step.TOMBSTONES, Step.COPIES) and progress.done < progress.total:
            return
        self._strike()

    def stopped(self) -> bool:
        """Go on to the end. Asked before each part: there the part before is over and forgotten."""
        if self._is_over and self._step == "between" and not self._done:
            self._strike()
        return False

    def _strike(self) -> None:
        self._done = True
        match self._what:
            case "broker" if self._after_s:
                Timer(self._after_s, os.kill, (self._broker, signal.SIGKILL)).start()
            case "broker":
                os.kill(self._broker, signal.SIGKILL)
            case "fill":
                fill_disk()
            case "both":
                os.kill(self._broker, signal.SIGKILL)
                os.kill(os.getpid(), signal.SIGKILL)
            case _:
                os.kill(os.getpid(), signal.SIGKILL if self._what == "kill" else signal.SIGSTOP)


class WallClock:
    """The computer's clock."""

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        return time.time_ns() // 1_000_000


def main(order: dict[str, Any]) -> int:
    """Resolve, load, commit; print the result."""
    switch_off(str(order.get("without", "")))
    if "clock_ms" in order:
        set_clock_wrong(int(order["clock_ms"]))
    if order["fault"] == "fill:start":
        fill_disk()
    if "work_s" in order:
        work_for(float(order["work_s"]))
    if "verify_s" in order:
        verify_for(float(order["verify_s"]))
    folder = Path(str(order["folder"]))
    queue = Queue("q", "q", str(order["queue_topic"]), str(order["retry_topic"]), str(order["group"]))
    user = str(order.get("user", ""))
    profile = ConnectionProfile(
        *("p", "p", str(order["bootstrap"])),
        security=Security.SASL_PLAINTEXT if user else Security.PLAINTEXT,
        user=user,
        queues=(queue,),
    )
    settings = {
        **client_settings(profile, Secrets(str(order.get("password", ""))), "actor"),
        **order.get("settings", {}),
    }
    seen = FileSeenStates(folder / "seen")
    source = KafkaSource(settings, queue, seen)
    sink = KafkaSink(
        *(settings, queue, FileJournal(folder / "journal"), FileLock(folder / "locks"), seen),
        "actor",
        WallClock(),
    )
    try:
        resolution = sink.resolve()
        loaded = source.load(Reading())
        offered: dict[RecordId, DeadLetter] = {each.id: each for each in loaded.undecided()}
        faulty = Faulty(order)
        for plan in (order["plan"], order.get("then", "")):
            wanted = _plan(Path(str(plan)))
            staged = {each: decision for each, decision in wanted.items() if each in offered}
            most = int(order.get("max_records", 5000))
            result = commit(sink, loaded, staged, faulty, WallClock(), max_records=most)
            decided = [list(each) for each in wanted if each not in offered or each in _settled(result)]
            print(json.dumps(_told(result, decided, resolution)))
            if "then" not in order or result.outcome is not Outcome.NOT_COMMITTED:
                break
        return _EXIT[result.outcome]
    except UserFacingError as failure:  # nothing could be tried
        print(failure.happened, failure.details, file=sys.stderr)
        print(json.dumps({"outcome": Outcome.NOT_COMMITTED, "decided": [], "conflicts": []}))
        return _EXIT[Outcome.NOT_COMMITTED]
    finally:
        source.close()
        sink.close()


def _told(result: CommitResult, decided: list[list[int]], resolution: Resolution | None) -> dict[str, object]:
    return {
        "outcome": result.outcome,
        "decided": decided,
        "conflicts": [list(each.id) for each in result.conflicts],
        "refused": [[*each.id, str(each.reason)] for each in result.refused],
        "resolved": resolution.outcome if resolution else "",
        "waiting_for": [place for chunk in result.chunks for place in chunk.waiting_for],
        "different": sum(len(chunk.different) for chunk in result.chunks),
        "details": [chunk.details for chunk in result.chunks if chunk.details],
        "messages": [str(chunk.message) for chunk in result.chunks if chunk.message],
    }


def _settled(result: CommitResult) -> set[RecordId]:
    return {*result.merged, *result.purged, *(each.id for each in result.conflicts)}


def _plan(path: Path) -> dict[RecordId, Decision]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {RecordId(each["partition"], each["offset"]): Decision(each["decision"]) for each in lines}


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
