"""The process behind an open queue: ``kmp-desktop --engine``, started by a window and by nobody else.

It obeys the frames on its standard input and answers on its standard output. When the input ends, the
window is gone or has no use for it any more, and it ends at once, whatever its threads do.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from types import TracebackType
from typing import Any, BinaryIO

from kmp_desktop.core.ports import QueueAdapters
from kmp_desktop.process.connector import recording_connector
from kmp_desktop.process.desk import Desk
from kmp_desktop.process.endings import end_now
from kmp_desktop.process.far_fault import far_fault
from kmp_desktop.process.frames import framed, read_frame
from kmp_desktop.process.lent_key import LentKey
from kmp_desktop.process.messages import Begin, Broke, LendKey, Logged, News
from kmp_desktop.store.backups import SealedBackups
from kmp_desktop.store.folders import Folders
from kmp_desktop.store.history import SqliteHistory
from kmp_desktop.store.wall_clock import WallClock

OPTION = "--engine"

_IGNORED = ("SIGINT", "SIGTERM", "SIGHUP")
"""A terminal, or the end of a session, sends these to every process: the window says when it is over."""


def serve() -> int:
    """Obey until the input ends; does not return."""
    for name in _IGNORED:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    incoming, outgoing = _pipes()
    teller = _Teller(outgoing)
    _log_to(teller)
    _tell_of_bugs_to(teller)
    queue = _Queue()
    desk = Desk(queue.adapters, WallClock(), teller.say)
    desk.start()
    with suppress(EOFError):
        while True:
            order: Any = read_frame(incoming)
            if isinstance(order, Begin):
                queue.begin(order)
            elif isinstance(order, LendKey):
                queue.key.lend(order)
            else:
                desk.tell(order)
    end_now(0)
    return 0


class _Queue:
    """Which queue it is, as soon as the window has told."""

    def __init__(self) -> None:
        self.key = LentKey()
        self._begun: Begin | None = None

    def begin(self, order: Begin) -> None:
        """From now on this one."""
        self._begun = order

    def adapters(self) -> QueueAdapters:
        """Its adapters; raises UserFacingError where the password is missing."""
        begun = self._begun
        assert begun is not None
        folders = Folders(begun.data_dir)
        history, backups = SqliteHistory(folders.history), SealedBackups(folders.history, self.key)
        connector = recording_connector(folders, history, backups)
        return connector(begun.profile, begun.queue, begun.secrets)


class _Teller:
    """Writes news, from any thread, each at once and whole."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._guard = threading.Lock()

    def say(self, news: News) -> None:
        """Tell the window; without one there is nothing left to do."""
        if isinstance(news, Broke):
            news = Broke(far_fault(news.error))
        frame = framed(news)
        try:
            with self._guard:
                self._pipe.write(frame)
                self._pipe.flush()
        except OSError:
            end_now(0)


class _ToWindow(logging.Handler):
    """The window's log is the only one, and hides the passwords."""

    def __init__(self, teller: _Teller) -> None:
        super().__init__()
        self._teller = teller

    def emit(self, record: logging.LogRecord) -> None:
        """Tell it as one text."""
        line = record.getMessage()
        if record.exc_info:
            line += "\n" + "".join(traceback.format_exception(*record.exc_info))
        thread = record.threadName or ""
        self._teller.say(Logged(record.name, record.levelno, thread, os.getpid(), line))


def _log_to(teller: _Teller) -> None:
    root = logging.getLogger()
    root.addHandler(_ToWindow(teller))
    root.setLevel(logging.INFO)


def _tell_of_bugs_to(teller: _Teller) -> None:
    def of_a_thread(args: threading.ExceptHookArgs) -> None:
        teller.say(Broke(args.exc_value or args.exc_type()))

    def of_the_reader(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        teller.say(Broke(error))
        end_now(1)

    threading.excepthook = of_a_thread
    sys.excepthook = of_the_reader


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output for frames alone; whatever a library prints goes where errors go."""
    outgoing = os.dup(1)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - there is none elsewhere

        for descriptor in (0, outgoing):
            msvcrt.setmode(descriptor, os.O_BINARY)
    return open(0, "rb", closefd=False), open(outgoing, "wb")  # noqa: PTH123 - for ever
