"""Ctrl-C and a polite kill: noted here, obeyed where nothing is lost by it."""

from __future__ import annotations

import signal
import time
from types import FrameType, TracebackType
from typing import Any, Self

_GLANCE_S = 0.1


class Stopping:
    """While the block runs, the first SIGINT or SIGTERM asks to stop instead of ending the process.

    The second one is the system's own again, for whoever does not want to wait. Main thread only.
    """

    def __init__(self) -> None:
        # A plain flag: taking a lock in a signal handler could wait for the very code it interrupted.
        self._asked = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()

    def asked(self) -> bool:
        """Whether somebody wants to stop."""
        return self._asked

    def wait(self, seconds: float) -> None:
        """Wait; returns at once when somebody wants to stop."""
        end = time.monotonic() + seconds
        while not self._asked and (rest := end - time.monotonic()) > 0:
            time.sleep(min(rest, _GLANCE_S))

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        self._give_back()

    def _give_back(self) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
        self._before = {}
