"""The engine in a lane of its own: requests in, replies out, pushes at most ten times a second."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Sequence

from kmp_desktop.core.ports import QueueAdapters
from kmp_desktop.core.queue_state import LoadedQueue
from kmp_desktop.core.record import DeadLetter
from kmp_desktop.core.view import RecordsArrived, RecordsRemoved, Reply, Request
from kmp_desktop.engine.backlog import Backlog
from kmp_desktop.engine.engine import Engine
from kmp_desktop.process.messages import BegunAnew, Broke, BroughtUpToDate, News, Replied

PUSH_EVERY_S = 0.1


class EngineDesk:
    """Owns the engine; everything runs in the engine's lane. Goes on after a bug."""

    def __init__(self, say: Callable[[News], None]) -> None:
        self._say = say
        self._adapters: QueueAdapters | None = None
        self._engine: Engine | None = None
        self._backlog: Backlog | None = None
        self._is_empty = True
        self._early: list[Request] = []  # asked before the engine was there
        self._pushes: list[Reply] = []
        self._pushed_at = 0.0

    def begin(self, adapters: QueueAdapters) -> None:
        """Make an engine, unless there is one with records, with a registry client and room for records."""
        self._adapters = adapters
        if self._is_empty:
            self._guarded(self._make_engine)

    def begin_anew(self) -> None:
        """Forget every row: the queue was set up anew."""
        self._pushes.clear()
        self._say(BegunAnew())
        self._guarded(self._make_engine)

    def add(self, records: Sequence[DeadLetter]) -> None:
        """Take records that were read, in the order of reading."""
        backlog = self._backlog
        if backlog is not None:
            self._is_empty = False
            self._guarded(lambda: backlog.add(records))

    def finish(self, loaded: LoadedQueue) -> None:
        """Take what reading to the end found out, or a commit changed; ``loaded`` is a copy."""
        if self._backlog is None:
            self._on_finished()
        else:
            self._backlog.finish(loaded, self._on_finished)

    def work_due(self) -> float | None:
        """Look at some of what was read, push what has waited long enough; in how many seconds again."""
        waits = (self._work(), self.push_due())
        return min((each for each in waits if each is not None), default=None)

    def ask(self, request: Request) -> None:
        """Answer a request, after everything that was pushed before."""
        engine = self._engine
        if engine is None:
            self._early.append(request)
            return
        self._guarded(lambda: self._answer(engine, request))

    def try_registry_again(self) -> None:
        """Decode again what could not be decoded because the registry did not answer."""
        if self._engine is not None:
            self._guarded(self._engine.try_registry_again)

    def push_due(self) -> float | None:
        """Push what has waited long enough; in how many seconds there may be more, None: nothing waits."""
        if not self._pushes:
            return None
        left = self._pushed_at + PUSH_EVERY_S - time.monotonic()
        if left > 0:
            return left
        self._flush()
        return None

    def _work(self) -> float | None:
        try:
            return self._backlog.work() if self._backlog is not None else None
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self._say(Broke(error))
            return 0.0

    def _on_finished(self) -> None:
        self._flush()
        self._say(BroughtUpToDate())

    def _make_engine(self) -> None:
        adapters = self._adapters
        assert adapters is not None
        self._engine = Engine(
            adapters.schemas(),
            self._push,
            adapters.letters(),
            failures=adapters.failures,
            columns=adapters.columns,
        )
        self._backlog = Backlog(self._engine, adapters.letters())
        early, self._early = self._early, []
        for request in early:
            self._answer(self._engine, request)

    def _answer(self, engine: Engine, request: Request) -> None:
        reply = engine.answer(request)
        # An answer may name rows that the window must know first.
        self._flush()
        if reply is not None:
            self._say(Replied(reply))

    def _push(self, reply: Reply) -> None:
        last = self._pushes[-1] if self._pushes else None
        joined = _joined(last, reply)
        if joined is None:
            self._pushes.append(reply)
        else:
            self._pushes[-1] = joined
        self.push_due()

    def _flush(self) -> None:
        pushes, self._pushes = self._pushes, []
        if pushes:
            self._pushed_at = time.monotonic()
        for push in pushes:
            self._say(Replied(push))

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self._say(Broke(error))


def _joined(last: Reply | None, new: Reply) -> Reply | None:
    """Two pushes of one kind as one, or None."""
    if isinstance(last, RecordsArrived) and isinstance(new, RecordsArrived):
        return RecordsArrived(
            last.first, _plus(last.partitions, new.partitions), _plus(last.offsets, new.offsets)
        )
    if isinstance(last, RecordsRemoved) and isinstance(new, RecordsRemoved):
        return RecordsRemoved(last.rows + new.rows)
    return None


def _plus(first: array[int], second: array[int]) -> array[int]:
    return first + second
