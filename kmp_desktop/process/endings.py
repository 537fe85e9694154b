"""What must not stay behind, however the process ends (but for a kill, which nobody can outlive)."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

_at_end: list[Callable[[], None]] = []


def at_end(undo: Callable[[], None]) -> None:
    """Have this done before the process ends: quickly, in any thread, it may be amid anything."""
    _at_end.append(undo)


def end_now(code: int) -> None:
    """End the process, whatever its other threads do."""
    for undo in reversed(_at_end):
        with suppress(Exception):
            undo()
    os._exit(code)
