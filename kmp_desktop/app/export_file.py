"""Writing a list to a file that somebody chose."""

from __future__ import annotations

from pathlib import Path

from kmp_desktop.core.text import text
from kmp_desktop.store.disk import disk_errors, replace_file


def write_export(path: Path, content: str) -> Path:
    """Write it as UTF-8, as a whole or not at all; raises UserFacingError DISK."""
    with disk_errors(text("The file could not be written."), text("Nothing else was changed.")):
        replace_file(path, content.encode("utf-8", "replace"))
    return path
