"""A desk in a process of its own: started, told, heard and survived by one thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal, Slot

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.ports import SecretStore
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.process.frames import framed, taken_from
from kmp_desktop.process.messages import (
    AskOrder,
    Begin,
    Broke,
    Closed,
    CloseOrder,
    CommitOrder,
    Died,
    LendKey,
    Logged,
    Order,
    ReadFailed,
    ReadOrder,
    ResolveFailed,
    ResolveOrder,
)
from kmp_desktop.qt.far_side import FarSide
from kmp_desktop.qt.runner import WorkerThread
from kmp_desktop.store.backups import made_key

_log = logging.getLogger(__name__)

_LAST_WORDS = 4_000  # characters


@dataclass(frozen=True, slots=True)
class EngineProgram:
    """How to start the process behind a queue.

    ``secrets`` keeps the key of the backups; ``hide``: passwords that must never reach the log.
    """

    command: tuple[str, ...]
    data_dir: Path | None
    secrets: SecretStore
    hide: Callable[[Secrets], None]


class EngineProcess(FarSide):
    """The window's side; lives on the GUI thread."""

    _wanted = Signal(object)

    def __init__(
        self,
        program: EngineProgram,
        profile: ConnectionProfile,
        queue: Queue,
        secrets: Callable[[], Secrets],
        parent: QObject,
    ) -> None:
        """``secrets`` is called in another thread and may block."""
        super().__init__(parent)
        self._pipe = _Pipe(program, profile, queue, secrets)
        self._thread = WorkerThread(self._pipe, "kmp-pipe", self)
        self._wanted.connect(self._pipe.tell)
        self._pipe.said.connect(self.said)
        self._pipe.ended.connect(self._on_pipe_ended)
        self._thread.ended.connect(self.ended)

    def start(self) -> None:
        """Start the thread; it starts the process."""
        self._thread.start()

    def tell(self, order: Order) -> None:
        """Send it."""
        self._wanted.emit(order)

    @Slot()
    def _on_pipe_ended(self) -> None:
        self._thread.end()


class _Pipe(QObject):
    """Owns the process and its pipes. All slots run in the thread of the pipe.

    Signals:
        said(News): without ``Logged``, which goes to the log.
        ended(): the process is gone; the last signal.
    """

    said = Signal(object)
    ended = Signal()

    def __init__(
        self,
        program: EngineProgram,
        profile: ConnectionProfile,
        queue: Queue,
        secrets: Callable[[], Secrets],
    ) -> None:
        super().__init__()
        self._program = program
        self._profile, self._queue, self._secrets = profile, queue, secrets
        self._process: QProcess | None = None
        self._has_begun = False  # this process knows which queue it is
        self._is_closing = False
        self._has_closed = False
        self._incoming = bytearray()
        self._last_words = ""

    @Slot(object)
    def tell(self, order: Order) -> None:
        """Send an order, after what must be known for it."""
        if self._is_closing and self._process is None:
            return  # nothing is started any more for what is asked for after the end
        if isinstance(order, CloseOrder):
            self._close()
        elif isinstance(order, ReadOrder | ResolveOrder):
            anew = isinstance(order, ReadOrder) and order.connect_anew
            if (self._has_begun and not anew) or self._begin(order):
                self._send(order)
        elif isinstance(order, CommitOrder):
            if self._has_begun:
                self._send(self._lent_key(order))
                self._send(order)
        elif self._has_begun or isinstance(order, AskOrder):
            self._send(order)
        # Else it is about what a process knew that has died; that is told already.

    def _begin(self, order: ReadOrder | ResolveOrder) -> bool:
        """Tell which queue it is, with the passwords as they are now; False: they could not be had."""
        try:
            secrets = self._secrets()
            keeps = self._program.secrets.keeps()
        except UserFacingError as error:
            self.said.emit(ReadFailed(error) if isinstance(order, ReadOrder) else ResolveFailed(error))
            return False
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self.said.emit(Broke(error))
            return False
        self._program.hide(secrets)
        self._send(Begin(self._profile, self._queue, secrets, self._program.data_dir))
        self._send(LendKey(keeps))
        self._has_begun = True
        return True

    def _lent_key(self, order: CommitOrder) -> LendKey:
        store = self._program.secrets
        try:
            keeps = store.keeps()
            wanted = keeps and self._profile.backup_days and Decision.PURGE in order.staged.values()
            return LendKey(keeps, made_key(store) if wanted else "")
        except UserFacingError as error:
            return LendKey(keeps=True, refused=error)

    def _send(self, message: Order | Begin | LendKey) -> None:
        if self._process is None:
            self._start()
        assert self._process is not None
        self._process.write(framed(message))

    def _start(self) -> None:
        process = QProcess(self)
        process.readyReadStandardOutput.connect(self._on_output)
        process.readyReadStandardError.connect(self._on_errors)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        self._process = process
        self._incoming.clear()
        self._last_words = ""
        process.start(self._program.command[0], list(self._program.command[1:]))

    def _close(self) -> None:
        self._is_closing = True
        if self._process is None:
            self._say_closed()
        elif self._has_begun:
            self._send(CloseOrder())
        else:
            self._has_closed = True
            self._process.closeWriteChannel()

    @Slot()
    def _on_output(self) -> None:
        assert self._process is not None
        self._incoming += self._process.readAllStandardOutput().data()
        for news in taken_from(self._incoming):
            if isinstance(news, Logged):
                _hand_on(news)
            elif isinstance(news, Closed):
                self._has_closed = True
                self._process.closeWriteChannel()
            else:
                self.said.emit(news)

    @Slot()
    def _on_errors(self) -> None:
        """What a library writes past the log, e.g. why it ends the process."""
        assert self._process is not None
        words = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        self._last_words = (self._last_words + words)[-_LAST_WORDS:]
        for line in filter(None, words.splitlines()):
            _log.warning("the process behind the queue: %s", line)

    @Slot(QProcess.ProcessError)
    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            self._over(self._process.errorString(), could_start=False)

    @Slot(int, QProcess.ExitStatus)
    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._on_output()
        self._on_errors()
        how = "ended" if status is QProcess.ExitStatus.NormalExit else "was ended by signal"
        self._over(f"{how} {code}\n{self._last_words}".strip(), could_start=True)

    def _over(self, details: str, *, could_start: bool) -> None:
        assert self._process is not None
        self._process.deleteLater()
        self._process = None
        self._has_begun = False
        if not self._has_closed:
            _log.warning("the process behind the queue is gone: %s", details)
            self.said.emit(Died(details, could_start))
        if self._is_closing:
            self._say_closed()

    def _say_closed(self) -> None:
        self.said.emit(Closed())
        self.ended.emit()


def _hand_on(news: Logged) -> None:
    """Log it here as it was logged there."""
    logger = logging.getLogger(news.logger)
    if logger.isEnabledFor(news.level):
        record = logger.makeRecord(news.logger, news.level, "", 0, news.line, (), None)
        record.threadName, record.process = news.thread, news.process
        logger.handle(record)
