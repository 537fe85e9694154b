"""Writing files that only their owner may read and that survive a power cut."""

from __future__ import annotations

import contextlib
import hashlib
import os
import string
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.text import Text, text

_OWNER_ONLY = 0o600
_OWNER_FOLDER = 0o700
_NAME_LENGTH = 60
_READABLE = frozenset(string.ascii_letters + string.digits + "._-")
_BINARY: int = getattr(os, "O_BINARY", 0)  # Windows would write \r\n


def private_folder(folder: Path) -> Path:
    """Make ``folder`` (and what is above it) so that only its owner may look into it."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=_OWNER_FOLDER, exist_ok=True)
    return folder


def replace_file(path: Path, content: bytes) -> None:
    """Put ``content`` into ``path`` as a whole: on disk when this returns, never half of it.

    Raises OSError; the old content is untouched then.
    """
    replace_file_by(path, (content,))


def replace_file_by(path: Path, pieces: Iterable[bytes]) -> None:
    """As ``replace_file``, for what is too large to be held at once."""
    private_folder(path.parent)
    # mkstemp makes the file with mode 0600 and a name nobody else uses.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:_NAME_LENGTH]}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def append_to_file(path: Path, content: bytes) -> None:
    """Add ``content`` at the end, on disk when this returns; raises OSError.

    What could not be written as a whole is taken back, so that the file never ends in half a line.
    """
    new = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _BINARY, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                file.truncate(size)
            raise
    if new:
        sync_folder(path.parent)


def remove_file(path: Path) -> None:
    """Remove ``path`` for good; not there = fine. Raises OSError."""
    try:
        path.unlink()
    except FileNotFoundError:
        return
    sync_folder(path.parent)


def move_aside(path: Path, folder: Path, reason: str) -> Path:
    """Move ``path`` into ``folder`` under a name that says why and that nothing has yet."""
    private_folder(folder)
    target = folder / f"{path.stem}.{reason}{path.suffix}"
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem}.{reason}-{number}{path.suffix}"
    path.replace(target)
    sync_folder(folder)
    sync_folder(path.parent)
    return target


def sync_folder(folder: Path) -> None:
    """Put a new, renamed or removed name on disk. Windows can't and needn't."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_name(topic: str, *identity: str) -> str:
    """A file name for a topic: a hash of ``identity`` in front, the topic behind for people.

    The hash comes first, because names that begin with a device name are refused on Windows, and
    because topics that differ only in case must not share a file there.
    """
    digest = hashlib.sha256("\0".join(identity).encode()).hexdigest()[:20]
    readable = "".join(each if each in _READABLE else "_" for each in topic[:_NAME_LENGTH])
    return f"{digest}-{readable}" if readable else digest


@contextlib.contextmanager
def disk_errors(happened: Text, unchanged: Text) -> Iterator[None]:
    """Turn an OSError of the block into a UserFacingError DISK that says which and where."""
    try:
        yield
    except OSError as error:
        raise disk_error(error, happened, unchanged) from error


def disk_error(error: OSError, happened: Text, unchanged: Text) -> UserFacingError:
    """What to say when this computer does not let us read or write."""
    reason = error.strerror or type(error).__name__
    place = str(error.filename or "")
    more = text("{reason}: {file}", reason=reason, file=place) if place else text("{reason}.", reason=reason)
    return UserFacingError(
        ErrorCode.DISK,
        happened,
        unchanged,
        text("Free some space, or make sure that you may write to this folder. Then try again."),
        more=more,
        details=f"{type(error).__name__}: {error}",
    )
