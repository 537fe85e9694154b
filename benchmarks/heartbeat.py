"""How late the ticks of a 5 ms timer come: of the window's thread, and of a bystander beside it.

    python -m benchmarks.heartbeat

run so, it is the bystander: a process that does nothing but tick, until its input ends. How late its
ticks come is what this machine costs any program at that moment, with broker and clients running on
the same processors; what the window adds to that is the window's own.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from PySide6.QtCore import QObject, Qt, QTimer, Slot

TICK_MS = 5

Tick = tuple[float, float, float]
"""(when, in seconds of the monotonic clock, which all processes share; how late, in ms; for how many ms
its thread worked since the tick before: that does not grow when others need the processors, too)."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late ticks came, in ms."""

    usual: float  # 99 of 100 came earlier
    longest: float
    worked: float  # longest work of the thread itself between two of them


def lateness(ticks: Sequence[Tick], start: float, end: float) -> Lateness:
    """Of the ticks between two moments; a moment in which none came counts as late until its end."""
    between = [each for each in ticks if start <= each[0] <= end]
    if not between:
        return Lateness(0.0, (end - start) * 1000, 0.0)
    late = sorted(each for _, each, _ in between)
    return Lateness(late[int(len(late) * 0.99)], late[-1], max(worked for _, _, worked in between))


class Heartbeat(QObject):
    """Ticks on the thread that made it, and keeps every tick."""

    def __init__(self) -> None:
        super().__init__()
        self.ticks: list[Tick] = []
        self._last, self._worked = time.monotonic(), time.thread_time()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    @Slot()
    def _tick(self) -> None:
        now, worked = time.monotonic(), time.thread_time()
        self.ticks.append((now, (now - self._last) * 1000 - TICK_MS, (worked - self._worked) * 1000))
        self._last, self._worked = now, worked

    def stop(self) -> None:
        """Tick no more."""
        self._timer.stop()


class Bystander:
    """A process that ticks as long as the block lasts; ``ticks`` are there afterwards."""

    def __init__(self) -> None:
        self.ticks: list[Tick] = []

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "benchmarks.heartbeat"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        told, _ = self._process.communicate()
        self.ticks = [(moment, late, 0.0) for moment, late in json.loads(told)]


def _stand_by() -> None:
    ticks: list[tuple[float, float]] = []
    last = time.monotonic()
    while not select.select([sys.stdin], [], [], TICK_MS / 1000)[0]:
        now = time.monotonic()
        ticks.append((now, (now - last) * 1000 - TICK_MS))
        last = now
    print(json.dumps(ticks))


if __name__ == "__main__":
    _stand_by()
