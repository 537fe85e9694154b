"""Threads behind the window: one owner for a worker and its thread, and a lane for short errands.

The rules (measured, see the architecture page): a worker is a QObject that lives in its thread from
``start`` to ``end``; its signals carry one frozen value and are connected to slots of QObjects only;
a thread is asked to end and waited for, never terminated.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, QThread, Signal, Slot
from shiboken6 import isValid

from kmp_desktop.core.errors import UserFacingError

T = TypeVar("T")

_running: set[WorkerThread] = set()


def running_threads() -> int:
    """How many worker threads have not ended yet. At the end of the program it must become 0."""
    return len(_running)


class WorkerThread(QObject):
    """Owns a worker and the thread in which it lives. Made, started and ended on the GUI thread.

    Signals:
        ended(): the thread is over; the worker may be dropped.
    """

    ended = Signal()

    def __init__(self, worker: QObject, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._thread = QThread()
        self._thread.setObjectName(name)
        worker.moveToThread(self._thread)
        self._thread.finished.connect(self._on_finished)

    def start(self) -> None:
        """Let the worker's slots run from now on."""
        # Whatever happens to the owner, a running thread must not be collected: Qt aborts then.
        _running.add(self)
        self._thread.start()

    def end(self) -> None:
        """End the thread when the slot that runs now has returned. The worker has stopped its timers."""
        self._thread.quit()

    @Slot()
    def _on_finished(self) -> None:
        self._thread.wait()
        _running.discard(self)
        self.ended.emit()


@dataclass(frozen=True, slots=True)
class _Errand(Generic[T]):
    task: Callable[[], T]
    done: Callable[[T], None]
    failed: Callable[[UserFacingError], None]


@dataclass(frozen=True, slots=True)
class _Answer:
    value: object
    error: BaseException | None


class _Runner(QObject):
    """Takes one task for each ``run``, puts one answer for each ``answered``.

    Both go through queues instead of with the signals: a slot's argument is held until the slot has
    returned. Were that the last reference to a dialog (its method is to be called back, or is in the
    traceback), the dialog would be destroyed here, in the wrong thread.
    """

    answered = Signal()
    closed = Signal()

    def __init__(self, tasks: SimpleQueue[Callable[[], Any]], answers: SimpleQueue[_Answer]) -> None:
        super().__init__()
        self._tasks, self._answers = tasks, answers

    @Slot()
    def run(self) -> None:
        self._run_next()
        self.answered.emit()

    def _run_next(self) -> None:
        try:
            self._answers.put(_Answer(self._tasks.get_nowait()(), None))
        except Exception as error:  # noqa: BLE001 - the boundary of the thread; raised again in the window's
            self._answers.put(_Answer(None, error))

    @Slot()
    def close(self) -> None:
        self.closed.emit()


class BackgroundTasks(QObject):
    """Runs blocking work one after another off the GUI thread: files, the keyring, a connection test.

    One object is one lane: what must not wait for each other takes two. Lives on the GUI thread.

    Signals:
        closed(): everything asked for is over and the thread has ended.
    """

    closed = Signal()
    _wanted = Signal()
    _close_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stop = Event()
        self._errands: deque[_Errand[Any]] = deque()  # not answered yet, kept alive here
        self._tasks: SimpleQueue[Callable[[], Any]] = SimpleQueue()
        self._answers: SimpleQueue[_Answer] = SimpleQueue()
        self._worker = _Runner(self._tasks, self._answers)
        self._thread = WorkerThread(self._worker, "kmp-background", self)
        self._wanted.connect(self._worker.run)
        self._close_wanted.connect(self._worker.close)
        self._worker.answered.connect(self._on_answer)
        self._worker.closed.connect(self._on_worker_closed)
        self._thread.ended.connect(self.closed)
        self._thread.start()

    def run(
        self,
        task: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[UserFacingError], None],
    ) -> None:
        """Run ``task`` in the background; one of the two is then called on the GUI thread.

        ``failed`` gets what a person is meant to read; anything else is a bug and is raised on the
        GUI thread. Nothing is called any more after ``close``, nor on a QObject that is gone.
        """
        if not self._stop.is_set():
            self._errands.append(_Errand(task, done, failed))
            self._tasks.put(task)
            self._wanted.emit()

    def stopped(self) -> bool:
        """Whether a long task should give up; may be asked in any thread."""
        return self._stop.is_set()

    def close(self) -> None:
        """End the thread once all that was asked for is done, and say ``closed``; nobody is called back."""
        if not self._stop.is_set():
            self._stop.set()
            self._close_wanted.emit()

    @Slot()
    def _on_answer(self) -> None:
        errand, answer = self._errands.popleft(), self._answers.get_nowait()
        if self._stop.is_set():
            return
        if answer.error is None:
            _call(errand.done, answer.value)
        elif isinstance(answer.error, UserFacingError):
            _call(errand.failed, answer.error)
        else:
            raise answer.error

    @Slot()
    def _on_worker_closed(self) -> None:
        self._thread.end()


def _call(receiver: Callable[[Any], None], value: object) -> None:
    owner = getattr(receiver, "__self__", None)
    if isinstance(owner, QObject) and not isValid(owner):
        return
    receiver(value)
