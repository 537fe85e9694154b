"""Operating system locks on files: freed by the kernel when the process dies."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from kmp_desktop.store.disk import private_folder


def open_lock_file(path: Path) -> int:
    """Open (or make) a lock file; the descriptor is not inherited by programs that we start."""
    private_folder(path.parent)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


if sys.platform == "win32":
    import msvcrt

    def lock_now(descriptor: int) -> bool:
        """Lock without waiting; False: somebody else has it. Raises OSError."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def lock_waiting(descriptor: int) -> None:
        """Lock, waiting about ten seconds for whoever has it; raises OSError."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)

else:
    import fcntl

    # flock and not lockf: lockf belongs to the process, so that two windows of one process would
    # both get it, and any close() of the file would give it back.

    def lock_now(descriptor: int) -> bool:
        """Lock without waiting; False: somebody else has it. Raises OSError."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def lock_waiting(descriptor: int) -> None:
        """Lock, waiting for whoever has it; raises OSError."""
        fcntl.flock(descriptor, fcntl.LOCK_EX)


@contextlib.contextmanager
def changing(path: Path) -> Iterator[None]:
    """Hold the lock file ``path`` while files beside it are read and written anew.

    For moments only: whoever waits is kept waiting.
    """
    descriptor = open_lock_file(path)
    try:
        lock_waiting(descriptor)
        yield
    finally:
        os.close(descriptor)
