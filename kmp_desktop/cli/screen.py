"""What goes to stdout (results) and to stderr (messages for people)."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from typing import TextIO

from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.text import text
from kmp_desktop.store.disk import disk_error

PROGRAM = "kmp-desktop"
# Characters that make a terminal do something, that turn writing around or hide in it, or that cannot
# be written at all.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


class Screen:
    """Writes lines. When nobody reads a stream any more, its lines are dropped from then on."""

    def __init__(self) -> None:
        self._closed: set[TextIO] = set()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")

    def has_reader(self) -> bool:
        """Whether somebody still reads stdout."""
        return sys.stdout not in self._closed

    def out(self, line: str) -> None:
        """One line of the result; many may wait for ``flush``. Raises UserFacingError DISK."""
        self._write(sys.stdout, line + "\n")

    def flush(self) -> None:
        """Hand over what waits; raises UserFacingError DISK."""
        self._write(sys.stdout, "", flush=True)

    def say(self, line: object) -> None:
        """One line for people."""
        self._tell(f"{PROGRAM}: {safe(str(line))}\n")

    def show(self, error: UserFacingError) -> None:
        """An error as it is."""
        happened = error.happened if error.more is None else f"{error.happened} {error.more}"
        self.explain(happened, error.unchanged, error.advice, details=error.details, request=error.request)

    def explain(
        self, happened: object, unchanged: object, advice: object, *, details: str = "", request: str = ""
    ) -> None:
        """What happened, what was not changed, what to do; the rest for whoever can help."""
        self.say(happened)
        for name, part in (
            ("Not changed", str(unchanged)),
            ("What to do", str(advice)),
            ("For your administrator", request),
            ("Details", details),
        ):
            if part:
                further_lines = safe(part).replace("\n", "\n    ")
                self._tell(f"  {name}: {further_lines}\n")

    def _tell(self, content: str) -> None:
        with contextlib.suppress(UserFacingError):  # there is no other place to say it
            self._write(sys.stderr, content, flush=True)

    def _write(self, stream: TextIO, content: str, *, flush: bool = False) -> None:
        if stream in self._closed:
            return
        try:
            stream.write(content)
            if flush:
                stream.flush()
        except OSError as error:
            self._closed.add(stream)
            _let_go(stream)
            if not isinstance(error, BrokenPipeError):
                raise disk_error(
                    error, text("The output could not be written."), text("This has no effect on the queue.")
                ) from error


def safe(content: str) -> str:
    """Text from elsewhere without characters that would steer the terminal."""
    return _UNSAFE.sub(_escape, content)


def one_line(content: str) -> str:
    """The same on one line: text from elsewhere can forge no line of ours."""
    return safe(content).replace("\n", r"\n").replace("\t", r"\t")


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\u{code:04x}" if code > 0xFF else f"\\x{code:02x}"


def _let_go(stream: TextIO) -> None:
    """Keep Python from trying to write the rest at its end, with a message of its own."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    finally:
        os.close(nowhere)
