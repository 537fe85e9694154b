"""One commit at a time for each queue on this computer."""

from __future__ import annotations

import os
from pathlib import Path

from kmp_desktop.core.text import text
from kmp_desktop.store.disk import disk_errors, file_name
from kmp_desktop.store.file_lock import lock_now, open_lock_file


class FileLock:
    """Implements ``QueueLock``: a locked file per (cluster, queue topic), held by one instance.

    Two instances exclude each other, in one process as well as in two. The file stays: removing
    it could give the lock to two at once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: tuple[Path, int] | None = None

    def take(self, cluster_id: str, queue_topic: str) -> bool:
        """Take it without waiting; True as well when this instance has it already."""
        path = self._folder / f"{file_name(queue_topic, cluster_id, queue_topic)}.lock"
        if self._held is not None:
            if self._held[0] != path:
                raise ValueError("one queue at a time")
            return True
        with disk_errors(
            text("This computer could not mark the queue as being committed."), text("Nothing was committed.")
        ):
            descriptor = open_lock_file(path)
            try:
                locked = lock_now(descriptor)
            except OSError:
                os.close(descriptor)
                raise
        if not locked:
            os.close(descriptor)
            return False
        self._held = (path, descriptor)
        return True

    def release(self) -> None:
        """Give it back; not held = fine."""
        if self._held is not None:
            os.close(self._held[1])
            self._held = None
