"""What happens to an exception that nobody expected: a dialog (D14) and a report without secrets."""

from __future__ import annotations

import logging
import platform
import re
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from kmp_desktop import __version__
from kmp_desktop.qt.dialogs.error_dialog import ErrorContent
from kmp_desktop.qt.dialogs.verbs import Verb
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.prompts import Prompts

_log = logging.getLogger(__name__)

# Whatever is named like a secret loses its value: key=value, key: value, "key": "value", JAAS, URLs.
_NAMED = re.compile(
    r"""(?ix) ( [\w.-]* (?:password|passwd|passphrase|secret|token|credential|api[_-]?key|jaas) [\w.-]*
        ['"]? \s* [=:] \s* ) (?: '[^']*' | "[^"]*" | [^\s,;)}\]]+ )"""
)
_IN_URL = re.compile(r"(?i)(\b[a-z][a-z0-9+.-]*://)[^\s/@]+@")
_QUOTED_BYTES = re.compile(r"""\bb(['"])(?:\\.|(?!\1).){9,}\1""")


def redacted(report: str) -> str:
    """A report without values of secrets, user names in URLs, or bytes that could be a payload."""
    without = _NAMED.sub(r"\1‹hidden›", report)
    without = _IN_URL.sub(r"\1‹hidden›@", without)
    return _QUOTED_BYTES.sub("b‹hidden›", without)


def crash_report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    """The traceback with its surroundings, redacted; messages of foreign exceptions are left out."""
    head = (
        f"KMP Desktop {__version__}, Python {platform.python_version()}, {platform.system()}\n"
        f"Thread: {threading.current_thread().name}\n"
    )
    lines = traceback.format_exception(kind, error, trace, limit=-30)
    return redacted(head + "".join(lines))


class CrashReporter(QObject):
    """Takes over ``sys.excepthook`` and ``threading.excepthook``; shows what happened once.

    A second unexpected exception while the dialog is open is only logged: a fault in a repaint would
    otherwise open dialogs without end. ``install`` and ``remove`` belong to the GUI thread.
    ``without_secrets`` takes the passwords that are in use out of a report (any thread).
    """

    _happened = Signal(str)

    def __init__(
        self, prompts: Prompts, without_secrets: Callable[[str], str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._prompts = prompts
        self._without_secrets = without_secrets
        self._shown = False
        self._before = (sys.excepthook, threading.excepthook)
        self._happened.connect(self._on_happened, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take over from now on."""
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def remove(self) -> None:
        """Give back what was there before."""
        sys.excepthook, threading.excepthook = self._before

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            self._before[0](kind, error, trace)
            return
        report = self._without_secrets(crash_report(kind, error, trace))
        _log.error("unexpected exception\n%s", report)
        self._happened.emit(report)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        error = args.exc_value or args.exc_type()
        self._on_exception(args.exc_type, error, args.exc_traceback)

    @Slot(str)
    def _on_happened(self, report: str) -> None:
        window = QApplication.activeWindow() or _any_window()
        if self._shown or window is None:
            return
        self._shown = True
        content = ErrorContent(
            icon_name="x-circle",
            title=tr("Something went wrong in the program."),
            sentence="",
            unchanged=tr("Nothing was sent because of this. Your decisions are saved."),
            advice=tr("Send the report to your developers."),
            verbs=(Verb.CONTINUE,),
            escape=Verb.CONTINUE,
            details=report,
            report=report,
        )
        self._prompts.show(window, content, self._on_answer)

    @Slot(object)
    def _on_answer(self, verb: Verb) -> None:  # noqa: ARG002 - there is only one
        self._shown = False


def _any_window() -> QWidget | None:
    return next((each for each in QApplication.topLevelWidgets() if each.isVisible()), None)
