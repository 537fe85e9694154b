"""A thread that does one thing after another, in the order in which they were asked for."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread


def _nothing() -> None:
    """The time is up, and nothing was asked for."""


class Lane:
    """Runs from ``start`` until everything asked for before ``end`` is done.

    ``between`` runs in the lane after each piece of work and tells after how many seconds without
    any it wants to run again (None: not before the next).
    """

    def __init__(self, name: str, between: Callable[[], float | None] = lambda: None) -> None:
        self._between = between
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin with what was asked for so far."""
        self._thread.start()

    def put(self, work: Callable[[], None]) -> None:
        """Ask for something; any thread."""
        self._work.put(work)

    def end(self) -> None:
        """Do nothing that is asked for after this; any thread."""
        self._work.put(None)

    def join(self) -> None:
        """Wait for the end."""
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        wait: float | None = None
        while True:
            try:
                work = self._work.get(timeout=wait)
            except Empty:
                work = _nothing
            if work is None:
                return
            work()
            wait = self._between()
