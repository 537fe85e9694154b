"""The engine in a thread of its own: requests in, replies out, pushes at most ten times a second."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from kmp_desktop.core.ports import QueueAdapters
from kmp_desktop.core.queue_state import LoadedQueue
from kmp_desktop.core.record import DeadLetter
from kmp_desktop.core.view import RecordsArrived, RecordsRemoved, Reply, Request
from kmp_desktop.engine.engine import Engine

PUSH_EVERY_MS = 100


@dataclass(frozen=True, slots=True)
class Batch:
    """Records for the engine, in the order of reading."""

    records: tuple[DeadLetter, ...]


class EngineWorker(QObject):
    """Owns the engine. All slots run in the engine's thread.

    Signals:
        replied(Reply): an answer, or a push.
        begun_anew(): the rows replied so far mean nothing any more.
        finished(): the engine has taken what a read or a commit found out, and pushed it.
        broke(BaseException): a bug; the worker goes on with the next request.
        closed(): no timer runs any more; the thread may end.
    """

    replied = Signal(object)
    begun_anew = Signal()
    finished = Signal()
    broke = Signal(object)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._adapters: QueueAdapters | None = None
        self._engine: Engine | None = None
        self._is_empty = True
        self._early: list[Request] = []  # asked before the engine was there
        self._pushes: list[Reply] = []
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PUSH_EVERY_MS)
        self._pause.timeout.connect(self._on_pause_over)

    @Slot(object)
    def begin(self, adapters: QueueAdapters) -> None:
        """Make an engine, unless there is one with records."""
        self._adapters = adapters
        if self._is_empty:
            self._guarded(self._make_engine)

    @Slot()
    def begin_anew(self) -> None:
        """Forget every row: the queue was set up anew."""
        self._pushes.clear()
        self.begun_anew.emit()
        self._guarded(self._make_engine)

    @Slot(object)
    def add(self, batch: Batch) -> None:
        """Take records that were read."""
        engine = self._engine
        if engine is not None:
            self._is_empty = False
            self._guarded(lambda: engine.add(batch.records))

    @Slot(object)
    def finish(self, loaded: LoadedQueue) -> None:
        """Take what reading to the end found out, or a commit changed; ``loaded`` is a copy."""
        engine = self._engine
        if engine is not None:
            self._guarded(lambda: engine.finish(loaded))
        self._flush()
        self.finished.emit()

    @Slot(object)
    def ask(self, request: Request) -> None:
        """Answer a request, after everything that was pushed before."""
        engine = self._engine
        if engine is None:
            self._early.append(request)
            return
        self._guarded(lambda: self._answer(engine, request))

    @Slot()
    def try_registry_again(self) -> None:
        """Decode again what could not be decoded because the registry did not answer."""
        if self._engine is not None:
            self._guarded(self._engine.try_registry_again)

    @Slot()
    def close(self) -> None:
        """Stop the timer; the last slot of this thread."""
        self._pause.stop()
        self._engine = None
        self.closed.emit()

    def _make_engine(self) -> None:
        adapters = self._adapters
        assert adapters is not None
        self._engine = Engine(adapters.schemas(), self._push, failures=adapters.failures)
        early, self._early = self._early, []
        for request in early:
            self._answer(self._engine, request)

    def _answer(self, engine: Engine, request: Request) -> None:
        reply = engine.answer(request)
        # An answer may name rows that the window must know first.
        self._flush()
        if reply is not None:
            self.replied.emit(reply)

    def _push(self, reply: Reply) -> None:
        last = self._pushes[-1] if self._pushes else None
        joined = _joined(last, reply)
        if joined is None:
            self._pushes.append(reply)
        else:
            self._pushes[-1] = joined
        if not self._pause.isActive():
            self._flush()
            self._pause.start()

    @Slot()
    def _on_pause_over(self) -> None:
        if self._pushes:
            self._flush()
            self._pause.start()

    def _flush(self) -> None:
        pushes, self._pushes = self._pushes, []
        for push in pushes:
            self.replied.emit(push)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self.broke.emit(error)


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
