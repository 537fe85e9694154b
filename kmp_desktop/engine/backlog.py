"""What was read but not looked at yet: reading is ten times as fast as decoding, and answers come first."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from kmp_desktop.core.ports import Letters
from kmp_desktop.core.queue_state import LoadedQueue
from kmp_desktop.core.record import DeadLetter
from kmp_desktop.engine.engine import Engine

_AT_ONCE = 100
"""Records looked at between two answers: some ten milliseconds."""

_FIRST = 20_000
"""So many are looked at as fast as can be; then reading goes first, until its end."""

_PAUSES = 4  # as long as the work before, while reading goes on


class Backlog:
    """Feeds an engine in small pieces. For the engine's thread, which answers between two of them."""

    def __init__(self, engine: Engine, waiting: Letters) -> None:
        """``waiting`` keeps the records meanwhile, empty so far."""
        self._engine = engine
        self._waiting = waiting
        self._added = 0
        self._done = 0
        self._end: LoadedQueue | None = None
        self._then: list[Callable[[], None]] = []

    def add(self, batch: Sequence[DeadLetter]) -> None:
        """Keep records that were read until there is time for them."""
        for record in batch:
            self._waiting.append(record)
        self._added += len(batch)

    def finish(self, loaded: LoadedQueue, then: Callable[[], None]) -> None:
        """Let the engine ``finish`` once it knows all records, then call ``then``.

        Of two in a row the second counts; both are told.
        """
        self._end = loaded
        self._then.append(then)

    def work(self) -> float | None:
        """Do a little; in how many seconds there is more to do, ``None`` = nothing is left.

        Raises what the engine raises: the records of this piece are left out then.
        """
        start = time.perf_counter()
        if self._done < self._added:
            rows = range(self._done, min(self._added, self._done + _AT_ONCE))
            self._done = rows.stop
            self._engine.add([self._waiting[row] for row in rows])
            reading_first = self._end is None and self._done > _FIRST
            return (time.perf_counter() - start) * _PAUSES if reading_first else 0.0
        if self._end is None:
            return None
        loaded, self._end = self._end, None
        waiting, self._then = self._then, []
        try:
            self._engine.finish(loaded)
        finally:
            for then in waiting:  # whoever waits for it must not wait for ever
                then()
        return None
