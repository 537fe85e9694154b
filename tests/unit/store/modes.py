"""Who may read what was written."""

from __future__ import annotations

import os
import stat
from pathlib import Path

POSIX = os.name == "posix"


def readable_by_others(folder: Path) -> list[str]:
    """Files and folders below (and including) ``folder`` that not only their owner may read."""
    return [str(each) for each in (folder, *folder.rglob("*")) if stat.S_IMODE(each.stat().st_mode) & 0o077]
