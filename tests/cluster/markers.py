"""The answer to WriteTxnMarkers: the coordinator is told that the end of a transaction was written.

Brokers were seen to lose it: the transaction is logged as complete, and no partition has its marker.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_NO_TAGS = b"\0"
_NO_ERROR = 0


def all_written(request: bytes) -> bytes:
    """From a whole request (versions 1 and 2, header included) to the answer that says yes to everything."""
    reader = _Reader(request)
    api, version, correlation = reader.take(">hhi")
    assert (api, version in (1, 2)) == (27, True), (api, version)
    reader.skip(reader.take(">h")[0])  # the client's id
    reader.tags()
    markers = [_marker(reader, version) for _ in range(reader.count())]
    return struct.pack(">i", correlation) + _NO_TAGS + _array(markers) + _NO_TAGS


def _marker(reader: _Reader, version: int) -> bytes:
    producer, _, _ = reader.take(">qhb")
    topics = [_topic(reader) for _ in range(reader.count())]
    reader.take(">i")
    if version > 1:
        reader.take(">b")
    reader.tags()
    return struct.pack(">q", producer) + _array(topics) + _NO_TAGS


def _topic(reader: _Reader) -> bytes:
    name = reader.skip(reader.count())
    partitions = [reader.take(">i")[0] for _ in range(reader.count())]
    reader.tags()
    told = [struct.pack(">ih", each, _NO_ERROR) + _NO_TAGS for each in partitions]
    return _varint(len(name) + 1) + name + _array(told) + _NO_TAGS


def _array(items: list[bytes]) -> bytes:
    return _varint(len(items) + 1) + b"".join(items)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


@dataclass(slots=True)
class _Reader:
    """Takes one field after the other."""

    data: bytes
    at: int = 0

    def take(self, form: str) -> tuple[int, ...]:
        """Numbers of fixed length."""
        found: tuple[int, ...] = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return found

    def skip(self, count: int) -> bytes:
        """So many bytes."""
        self.at += count
        return self.data[self.at - count : self.at]

    def count(self) -> int:
        """The length of a compact array or text, which is written one higher."""
        number = shift = 0
        while True:
            (byte,) = self.skip(1)
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number - 1

    def tags(self) -> None:
        """None are expected."""
        assert self.skip(1) == _NO_TAGS
