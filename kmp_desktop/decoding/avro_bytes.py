"""A position in Avro binary data that counts what is taken from it."""

from __future__ import annotations

from collections.abc import Iterator

from kmp_desktop.core.text import text
from kmp_desktop.decoding.refusal import MAX_DEPTH, MAX_NODES, NotThisFormat, TooMuch

_LONGEST_VARINT = 10  # bytes


class AvroBytes:
    """Reads Avro's building blocks; raises NotThisFormat where the data cannot be meant.

    Sizes and counts in the data are never believed: a size is held against the bytes that are
    there, and every value (also one without size) uses up a share of ``MAX_NODES``.
    """

    __slots__ = ("_data", "_depth", "_left", "at")

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data = data
        self._left = MAX_NODES
        self._depth = 0
        self.at = at

    def count(self) -> None:
        """One more value."""
        self._left -= 1
        if self._left < 0:
            raise TooMuch(text("It has more than {n} values.", n=MAX_NODES))

    def enter(self) -> None:
        """One more level, which is a value, too."""
        self.count()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooMuch(text("It is nested more than {n} levels deep.", n=MAX_DEPTH))

    def leave(self) -> None:
        """Back from a level."""
        self._depth -= 1

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        start, end = self.at, self.at + size
        if size < 0:
            raise self.mismatch()
        if end > len(self._data):
            raise self._broken_off()
        self.at = end
        return self._data[start:end]

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(len(self._data) - self.at)

    def long(self) -> int:
        """A zig-zag variable-length number of at most 64 bits."""
        at = self.at
        if at < len(self._data) and (value := self._data[at]) < 0x80:  # by far the most common
            self.at = at + 1
            return (value >> 1) ^ -(value & 1)
        shift = value = 0
        for byte in self._data[self.at : self.at + _LONGEST_VARINT]:
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                value &= 0xFFFF_FFFF_FFFF_FFFF
                return (value >> 1) ^ -(value & 1)
            shift += 7
        if shift < 7 * _LONGEST_VARINT:
            raise self._broken_off()
        raise self.mismatch()

    def text(self) -> str:
        """A string; bytes that are no UTF-8 are shown as replacement characters."""
        return self.take(self.long()).decode("utf-8", "replace")

    def blocks(self) -> Iterator[int]:
        """The sizes of the blocks of an array or a map, up to the empty one that ends it."""
        while count := self.long():
            if count < 0:
                self.long()  # the block's size in bytes, for readers that skip it
                count = -count
            yield count

    def mismatch(self) -> NotThisFormat:
        """What to raise when the data contradicts the schema before the current position."""
        return NotThisFormat(text("At byte {n} it stops fitting this format.", n=self.at))

    def _broken_off(self) -> NotThisFormat:
        return NotThisFormat(text("It breaks off: more should follow after its last byte."))
