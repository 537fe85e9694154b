"""The program's log: a file that only its owner may read, and that never holds a secret."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from threading import Lock
from typing import TextIO
from urllib.parse import quote

from kmp_desktop.store.disk import private_folder

FILE_NAME = "kmp-desktop.log"
_LARGEST = 1_000_000  # bytes
_OLDER_FILES = 3
_FORMAT = "%(asctime)s %(process)d %(threadName)s %(levelname)s %(name)s: %(message)s"


class LogFile:
    """Where the log is, and what must not appear in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard = Lock()
        self._secrets: tuple[str, ...] = ()  # the longest first; replaced as a whole: any thread logs

    def hide(self, *secrets: str) -> None:
        """From now on write dots instead of these; to be called before they are used."""
        forms = (form for each in secrets if each for form in _forms(each))
        with self._guard:
            known = {*self._secrets, *forms}
            self._secrets = tuple(sorted(known, key=len, reverse=True))

    def without_secrets(self, line: str) -> str:
        """``line`` with dots in place of every secret."""
        for each in self._secrets:
            line = line.replace(each, "•••")
        return line


def _forms(secret: str) -> set[str]:
    """As it is, and as it stands in the repr of a value, in JSON and in a URL."""
    return {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret, safe="")}


@contextmanager
def logging_to(folder: Path) -> Iterator[LogFile]:
    """Log into ``folder`` until the block ends; nothing is logged where that is not possible.

    Everything that any library logs goes there, too, instead of onto the terminal.
    """
    log = LogFile(folder / FILE_NAME)
    handler = _handler(log)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield log
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
        handler.close()


class _Formatter(logging.Formatter):
    def __init__(self, log: LogFile) -> None:
        super().__init__(_FORMAT)
        self._log = log

    def format(self, record: logging.LogRecord) -> str:
        return self._log.without_secrets(super().format(record))


class _PrivateFile(RotatingFileHandler):
    """Several processes may write to it; each line is written at once."""

    def _open(self) -> TextIO:  # type: ignore[override]
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A full disk must not put tracebacks onto the terminal."""


def _handler(log: LogFile) -> logging.Handler:
    try:
        private_folder(log.path.parent)
        handler: logging.Handler = _PrivateFile(log.path, maxBytes=_LARGEST, backupCount=_OLDER_FILES)
    except OSError:
        return logging.NullHandler()
    handler.setFormatter(_Formatter(log))
    return handler
