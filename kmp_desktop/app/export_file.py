"""Writing a list to a file that somebody chose."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from kmp_desktop.core.text import text
from kmp_desktop.store.disk import disk_errors, replace_file, replace_file_by

_PIECE = 1 << 20
_HAPPENED = text("The file could not be written.")
_UNCHANGED = text("Nothing else was changed.")


def write_export(path: Path, content: str) -> Path:
    """Write it as UTF-8, as a whole or not at all; raises UserFacingError DISK."""
    with disk_errors(_HAPPENED, _UNCHANGED):
        replace_file(path, content.encode("utf-8", "replace"))
    return path


class LongExport:
    """A file that is written piece by piece and is there only when it is whole.

    Until then it has no name, so that nothing is left of one that is given up, nor after a crash.
    One thread at a time. ``add`` and ``finish`` raise UserFacingError DISK.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._given_up = False

    def give_up(self) -> None:
        """Let ``finish`` put nothing into its place any more; may be called in any thread."""
        self._given_up = True

    def add(self, content: str) -> None:
        """Write more, as UTF-8."""
        with disk_errors(_HAPPENED, _UNCHANGED):
            if self._file is None:
                # Beside the file it becomes: what is confidential is put on no other disk.
                self._file = tempfile.TemporaryFile(dir=self._path.parent)  # noqa: SIM115 - lives for long
            self._file.write(content.encode("utf-8", "replace"))

    def finish(self) -> Path | None:
        """Put what was added into its place; ``None``: it was given up."""
        try:
            with disk_errors(_HAPPENED, _UNCHANGED):
                replace_file_by(self._path, self._pieces())
        except _GivenUpError:
            return None
        finally:
            self.drop()
        return self._path

    def drop(self) -> None:
        """Forget what was written and is not in its place."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _pieces(self) -> Iterator[bytes]:
        if self._file is not None:
            self._file.seek(0)
            while piece := self._file.read(_PIECE):
                if self._given_up:
                    raise _GivenUpError
                yield piece


class _GivenUpError(Exception):
    """Nobody wants the file any more."""
