"""How many bytes something takes: in words for people, and as the broker counts it."""

from __future__ import annotations

import zlib

from kmp_desktop.core.record import DeadLetter
from kmp_desktop.core.text import Text, text, text_n

_BATCH_HEADER = 61  # record batch format 2, before the first record
_UNITS = ("KB", "MB", "GB")
_PIECE = 65_536


def size_text(size: int) -> Text:
    """A size in words: "312 bytes", "1.2 KB", "1.4 MB" (1 KB is 1,024 bytes)."""
    if size < 1024:
        return text_n(size, "{n} byte", "{n} bytes")
    amount, unit = size / 1024, 0
    while amount >= 1023.95 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    shown = f"{amount:.1f}".removesuffix(".0")
    return text("{amount} {unit}", amount=shown, unit=_UNITS[unit])


def batch_bytes(record: DeadLetter) -> int:
    """Bytes of a batch that holds nothing but a copy of this record, not compressed.

    This is what ``max.message.bytes`` of a topic is compared with. A client that compresses falls
    back to the plain form when that is smaller, so the number is an upper bound.
    """
    body = 3 + _with_length(record.key) + _with_length(record.value)  # attributes, two deltas of zero
    body += _varint(len(record.headers))
    for name, value in record.headers:
        body += _with_length(name.encode()) + _with_length(value)
    return _BATCH_HEADER + _varint(body) + body


def packed_size_exceeds(record: DeadLetter, limit: int) -> bool:
    """Whether the content alone is larger than ``limit`` bytes, however the client compresses it.

    Copies are sent with LZ4, which packs less than the fastest deflate; so "no" means perhaps.
    """
    deflate = zlib.compressobj(1)
    size = 0
    for part in (record.value or b"", record.key or b""):
        for at in range(0, len(part), _PIECE):
            size += len(deflate.compress(part[at : at + _PIECE]))
            if size > limit:
                return True
    return size + len(deflate.flush()) > limit


def _with_length(part: bytes | None) -> int:
    return 1 if part is None else _varint(len(part)) + len(part)


def _varint(value: int) -> int:
    """Bytes of a non-negative number in zigzag base-128 form."""
    return max(1, ((value << 1).bit_length() + 6) // 7)
