"""Records on disk instead of in memory, for as long as a queue is open.

The file has no name (on Windows: goes with its last handle), so that nothing stays behind however
the program ends, and nobody else can open it.
"""

from __future__ import annotations

import marshal
import tempfile
import weakref
import zlib
from array import array
from collections.abc import Iterator, MutableMapping
from copy import copy
from pathlib import Path
from threading import Lock
from typing import IO

from kmp_desktop.core.id_index import IdIndex
from kmp_desktop.core.record import DeadLetter, RecordId, TimestampType
from kmp_desktop.store.disk import private_folder

_WRITTEN_AT_ONCE = 1 << 20  # bytes
_KEPT = 128 << 20  # bytes of records read last: what a commit writes is looked at a dozen times
_OVERHEAD = 700  # bytes of a record in memory besides its content, about
_KINDS = tuple(TimestampType)


class Spool:
    """Records by number, in the order in which they were put. For several threads.

    A record that is there already, byte for byte, keeps its number: a queue is read again and again.
    """

    def __init__(self, folder: Path) -> None:
        """``folder`` is made when the first record does not fit into memory any more."""
        self._folder = folder
        self._guard = Lock()
        self._file: IO[bytes] | None = None
        self._written = 0  # bytes in the file
        self._waiting = bytearray()  # behind them
        self._starts = array("Q", (0,))
        self._sums = array("I")
        self._numbers = IdIndex()

    def __len__(self) -> int:
        return len(self._sums)

    def put(self, record: DeadLetter) -> int:
        """Keep a record; its number. Raises OSError where the disk is full: it is not kept then."""
        content = marshal.dumps(
            (
                tuple(record.id),
                record.key,
                record.value,
                record.headers,
                record.timestamp,
                int(record.timestamp_type),
                record.unfaithful,
            )
        )
        total = zlib.crc32(content)
        with self._guard:
            known = self._numbers.get(record.id)
            if known is not None and self._is(known, total, len(content)):
                return known
            if len(self._waiting) >= _WRITTEN_AT_ONCE:
                self._write()
            number = len(self._sums)
            self._waiting += content
            self._starts.append(self._starts[-1] + len(content))
            self._sums.append(total)
            self._numbers.put(record.id, number)
            return number

    def get(self, number: int) -> DeadLetter:
        """The record with this number."""
        with self._guard:
            content = self._read(self._starts[number], self._starts[number + 1])
        place, key, value, headers, moment, kind, odd = marshal.loads(content)  # noqa: S302 - our own bytes
        return DeadLetter(RecordId(*place), key, value, headers, moment, _KINDS[kind], odd)

    def _is(self, number: int, total: int, size: int) -> bool:
        return self._sums[number] == total and self._starts[number + 1] - self._starts[number] == size

    def _write(self) -> None:
        if self._file is None:
            self._file = _nameless(self._folder)
            # Who drops the last reference gives the space back.
            weakref.finalize(self, self._file.close)
        # What an attempt on a full disk has left is written over.
        self._file.seek(self._written)
        rest = memoryview(bytes(self._waiting))
        while rest:
            rest = rest[self._file.write(rest) :]
        self._written += len(self._waiting)
        self._waiting.clear()

    def _read(self, start: int, end: int) -> bytes:
        if start >= self._written:
            return bytes(self._waiting[start - self._written : end - self._written])
        assert self._file is not None
        self._file.seek(start)
        return self._file.read(end - start)


def _nameless(folder: Path) -> IO[bytes]:
    """A file in our own folder; where nothing may be written there, in the system's for such files."""
    try:
        return tempfile.TemporaryFile(dir=private_folder(folder), buffering=0)
    except OSError:
        return tempfile.TemporaryFile(buffering=0)


class SpooledRecords(MutableMapping[RecordId, DeadLetter]):
    """What one reading of a queue found, in a spool. Iterates in the order of the ids."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._numbers = IdIndex()
        self._kept: dict[RecordId, DeadLetter] = {}
        self._kept_bytes = 0

    def __getitem__(self, record: RecordId) -> DeadLetter:
        kept = self._kept.get(record)
        if kept is not None:
            return kept
        number = self._numbers.get(record)
        if number is None:
            raise KeyError(record)
        letter = self._spool.get(number)
        if self._kept_bytes > _KEPT:
            self._kept, self._kept_bytes = {}, 0
        self._kept[record] = letter
        self._kept_bytes += len(letter.value or b"") + _OVERHEAD
        return letter

    def __setitem__(self, record: RecordId, letter: DeadLetter) -> None:
        self._numbers.put(record, self._spool.put(letter))
        self._kept.pop(record, None)

    def __delitem__(self, record: RecordId) -> None:
        self._numbers.remove(record)
        self._kept.pop(record, None)

    def __contains__(self, record: object) -> bool:
        return isinstance(record, tuple) and self._numbers.get(record) is not None

    def __iter__(self) -> Iterator[RecordId]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def __copy__(self) -> SpooledRecords:
        """The same records, which then go ways of their own; the spool is shared."""
        other = SpooledRecords(self._spool)
        other._numbers = copy(self._numbers)
        return other

    def offsets(self) -> dict[int, array[int]]:
        """The offsets of each partition, ascending; not to be changed."""
        return self._numbers.offsets()


class SpooledLetters:
    """Records one after the other, as an engine has its rows, in a spool."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._numbers = array("I")

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, row: int) -> DeadLetter:
        return self._spool.get(self._numbers[row])

    def append(self, letter: DeadLetter) -> None:
        """The next row. Raises OSError where the disk is full."""
        self._numbers.append(self._spool.put(letter))
