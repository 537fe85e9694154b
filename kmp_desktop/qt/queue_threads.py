"""The three threads behind an open queue, started and ended together."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from kmp_desktop.core.ports import Clock, QueueAdapters
from kmp_desktop.core.queue_state import LoadedQueue
from kmp_desktop.core.view import Request
from kmp_desktop.qt.broker_worker import BrokerWorker, CommitOrder, ReadOrder
from kmp_desktop.qt.draft_keeper import DraftKeeper
from kmp_desktop.qt.engine_worker import EngineWorker
from kmp_desktop.qt.runner import WorkerThread

_THREADS = 3


class QueueThreads(QObject):
    """Owns broker worker, engine worker and their threads. Lives on the GUI thread.

    ``broker`` and ``engine`` are there for their signals alone; what they shall do goes through
    the methods here, in order, each in its own thread.

    Signals:
        ended(): all three threads are over.
    """

    ended = Signal()

    _read = Signal(object)
    _commit = Signal(object)
    _resolve = Signal()
    _finish_cluster_work = Signal()
    _look = Signal()
    _close_broker = Signal()
    _ask = Signal(object)
    _finish = Signal(object)
    _try_registry = Signal()
    _close_engine = Signal()

    def __init__(
        self, adapters: Callable[[], QueueAdapters], clock: Clock, drafts: DraftKeeper, parent: QObject
    ) -> None:
        """``adapters`` is called in the broker's thread and may block."""
        super().__init__(parent)
        self.broker = BrokerWorker(adapters, clock)
        self.engine = EngineWorker()
        self._drafts = drafts
        self._ended = 0
        self._broker_thread = WorkerThread(self.broker, "kmp-broker", self)
        self._engine_thread = WorkerThread(self.engine, "kmp-engine", self)
        self._connect_broker()
        self._connect_engine()
        drafts.ended.connect(self._on_thread_ended)

    @property
    def stop_reading(self) -> Event:
        """Set: the running load ends soon with what it has."""
        return self.broker.stop_reading

    @property
    def stop_commit(self) -> Event:
        """Set: the running commit ends before anything (more) becomes final."""
        return self.broker.stop_commit

    def start(self) -> None:
        """Start all threads."""
        self._drafts.start()
        self._broker_thread.start()
        self._engine_thread.start()

    def close(self) -> None:
        """End all threads once what they do now is over; what is asked for later is not done."""
        self.stop_reading.set()
        self._close_broker.emit()

    def read(self, order: ReadOrder) -> None:
        """Read the queue."""
        self._read.emit(order)

    def commit(self, order: CommitOrder) -> None:
        """Commit."""
        self._commit.emit(order)

    def resolve(self) -> None:
        """Ask what became of an unfinished commit."""
        self._resolve.emit()

    def finish_cluster_work(self) -> None:
        """End what the cluster has not finished."""
        self._finish_cluster_work.emit()

    @Slot()
    def look(self) -> None:
        """See whether new records have come."""
        self._look.emit()

    def ask(self, request: Request) -> None:
        """Ask the engine."""
        self._ask.emit(request)

    def finish(self, loaded: LoadedQueue) -> None:
        """Tell the engine what reading or a commit found out; ``loaded`` is a copy."""
        self._finish.emit(loaded)

    def try_registry_again(self) -> None:
        """Let the engine ask the registry again."""
        self._try_registry.emit()

    @Slot()
    def _on_broker_closed(self) -> None:
        self._broker_thread.end()
        self._close_engine.emit()
        self._drafts.close()

    @Slot()
    def _on_engine_closed(self) -> None:
        self._engine_thread.end()

    @Slot()
    def _on_thread_ended(self) -> None:
        self._ended += 1
        if self._ended == _THREADS:
            self.ended.emit()

    def _connect_broker(self) -> None:
        broker = self.broker
        self._read.connect(broker.read)
        self._commit.connect(broker.commit)
        self._resolve.connect(broker.resolve)
        self._finish_cluster_work.connect(broker.finish_cluster_work)
        self._look.connect(broker.look)
        self._close_broker.connect(broker.close)
        # Records go from thread to thread without a stop at the window's.
        broker.connected.connect(self.engine.begin)
        broker.records_read.connect(self.engine.add)
        broker.begun_anew.connect(self.engine.begin_anew)
        broker.closed.connect(self._on_broker_closed)
        self._broker_thread.ended.connect(self._on_thread_ended)

    def _connect_engine(self) -> None:
        engine = self.engine
        self._ask.connect(engine.ask)
        self._finish.connect(engine.finish)
        self._try_registry.connect(engine.try_registry_again)
        self._close_engine.connect(engine.close)
        engine.closed.connect(self._on_engine_closed)
        self._engine_thread.ended.connect(self._on_thread_ended)
