"""``--self-test``: the real window goes the whole way on a queue in memory, driven by real key presses."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QTableView, QWidget

from kmp_desktop.core.decision import Counts
from kmp_desktop.core.profile import ConnectionProfile, Environment, Queue
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.practice.broker import PracticeBroker, StoredRecord
from kmp_desktop.qt.main_window import MainWindow
from kmp_desktop.qt.queue_session import QueueSession, open_sessions
from kmp_desktop.qt.runner import running_threads

Seen = TypeVar("Seen", bound=QWidget)

_LIMIT_S = 60.0
_QUEUE = Queue(
    "orders", "Canceled orders", "orders.events.dlq", "orders.events.retry", "kmp-orders.events.dlq"
)
PRACTICE = ConnectionProfile(
    "practice", "Practice", "practice:9092", Environment.PRACTICE, person="self-test", queues=(_QUEUE,)
)
"""The connection that the practice queue is shown under."""


class _FailedError(Exception):
    """A check did not hold; the message says what was seen instead."""


class SelfTest:
    """Runs once, on the GUI thread. ``open_window`` starts the program's window on ``broker``."""

    def __init__(
        self, application: QApplication, broker: PracticeBroker, open_window: Callable[[], MainWindow]
    ) -> None:
        self._application = application
        self._broker = broker
        self._open_window = open_window
        self._window: MainWindow | None = None
        self._ended = True
        self._unexpected: list[str] = []

    def run(self) -> int:
        """Print ``ok`` or ``FAILED`` and what was checked, line by line; 0 or 1."""
        with self._watching():
            for what, check in self._checks():
                try:
                    check()
                    self._must_be_without_errors()
                except Exception as failure:  # noqa: BLE001 - whatever it is, the check did not hold
                    _say(f"FAILED {what}: {_words(failure)}")
                    self._give_up()
                    return 1
                _say(f"ok {what}")
        return 0

    def _checks(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """In this order; each goes on where the one before ended."""
        yield "the window opens and lists the queue", self._open
        yield "the queue is read: three records", self._read
        yield "M, P, M decide retry, discard, retry", self._decide
        yield "the review shows two retries and one discard, nothing is sent yet", self._review
        yield "the commit succeeds and says so", self._commit
        yield "the retried records are the originals, byte for byte", self._compare
        yield "each decided record has its tombstone", self._tombstones
        yield "everything ends when the window is closed", self._close
        yield "opened again, the queue is empty", self._reopen
        yield "everything ends again", self._close

    # The way

    def _open(self) -> None:
        self._ended = False
        self._window = self._open_window()
        self._window.closed.connect(self._on_closed)
        self._click(f"openQueueButton_{PRACTICE.id}_{_QUEUE.id}")

    def _read(self) -> None:
        self._wait_for_ready()
        self._wait(lambda: self._rows() == 3, f"{self._rows()} rows are shown")

    def _decide(self) -> None:
        table = self._seen("recordTable", QTableView)
        table.setFocus()
        QTest.keyClick(table, Qt.Key.Key_Home)
        for key in (Qt.Key.Key_M, Qt.Key.Key_P, Qt.Key.Key_M):
            before = self._session().book.total
            QTest.keyClick(table, key)
            self._must(self._session().book.total == before + 1, f"key {before + 1} decided nothing")
        self._must(
            self._session().book.counts() == Counts(merge=2, purge=1), str(self._session().book.counts())
        )

    def _review(self) -> None:
        table = self._seen("recordTable", QTableView)
        QTest.keyClick(table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        self._seen("reviewPage", QWidget)
        self._must(not self._broker.retried() and not self._broker.tombstones(), "something was written")

    def _commit(self) -> None:
        self._click("commitButton")
        title = self._seen("resultTitle", QLabel)
        self._wait(lambda: title.text().startswith("Done."), f"the page says “{title.text()}”")

    def _compare(self) -> None:
        result = self._session().last_result
        assert result is not None
        merged = {(each.partition, each.offset) for each in result.merged}
        expected = sorted(
            _content(record)
            for partition in (0, 1)
            for record in self._broker.queued(partition)
            if (partition, record.offset) in merged
        )
        self._must(len(expected) == 2, f"{len(expected)} records were retried")
        self._must(expected == sorted(map(_content, self._broker.retried())), "the copies differ")

    def _tombstones(self) -> None:
        found = len(self._broker.tombstones())
        self._must(found == 3, f"{found} tombstones")

    def _close(self) -> None:
        self._shown.close()
        self._wait(lambda: self._ended and not open_sessions() and not running_threads(), "threads still run")

    def _reopen(self) -> None:
        self._open()
        self._wait_for_ready()
        self._must(self._session().row_count == 0, f"{self._session().row_count} records are shown")

    def _give_up(self) -> None:
        """Leave nothing running; what went wrong was said before."""
        self._unexpected.clear()
        if self._window is not None and not self._ended:
            with suppress(_FailedError):
                self._close()

    def _on_closed(self) -> None:
        self._ended = True

    # Eyes and hands

    @property
    def _shown(self) -> MainWindow:
        assert self._window is not None
        return self._window

    def _session(self) -> QueueSession:
        session = self._shown.session
        if session is None:
            raise _FailedError("no queue is open")
        return session

    def _wait_for_ready(self) -> None:
        self._wait(
            lambda: self._shown.session is not None and self._session().state.phase is SessionPhase.READY,
            "the queue was not read",
        )

    def _rows(self) -> int:
        return self._seen("recordTable", QTableView).model().rowCount()

    def _seen(self, name: str, kind: type[Seen]) -> Seen:
        """A widget that can be seen, waited for."""
        found: list[Seen] = []

        def look() -> bool:
            found[:] = [each for each in self._shown.findChildren(kind, name) if each.isVisible()]
            return bool(found)

        self._wait(look, f"{name} is not shown")
        return found[0]

    def _click(self, name: str) -> None:
        button = self._seen(name, QAbstractButton)
        self._wait(button.isEnabled, f"{name} cannot be pressed")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def _wait(self, fact: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + _LIMIT_S
        while not fact():
            self._must_be_without_errors()
            if time.monotonic() > deadline:
                raise _FailedError(otherwise)
            self._application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)

    def _must(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise _FailedError(otherwise)

    def _must_be_without_errors(self) -> None:
        self._must(not self._unexpected, "; ".join(self._unexpected))

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """Keep exceptions that nobody caught and complaints of Qt, wherever they happen."""
        before, sys.excepthook = sys.excepthook, self._on_unexpected
        qt_before = qInstallMessageHandler(self._on_qt_message)
        try:
            yield
        finally:
            sys.excepthook = before
            qInstallMessageHandler(qt_before)

    def _on_unexpected(
        self, kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        self._unexpected.append(f"{kind.__name__}: {error}")

    def _on_qt_message(self, kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        # What the platform without a screen cannot do is no fault.
        if kind is not QtMsgType.QtDebugMsg and "propagateSizeHints" not in message:
            self._unexpected.append(message)


def _content(record: StoredRecord) -> tuple[bytes, bytes, str, int]:
    return record.key or b"", record.value or b"", repr(record.headers), record.timestamp


def _words(failure: Exception) -> str:
    return str(failure) if isinstance(failure, _FailedError) else f"{type(failure).__name__}: {failure}"


def _say(line: str) -> None:
    # Without a locale standard output may be ASCII only.
    plain = line.encode(sys.stdout.encoding or "ascii", "backslashreplace")
    sys.stdout.write(f"{plain.decode(sys.stdout.encoding or 'ascii')}\n")
    sys.stdout.flush()
