"""Values that were compressed before they were sent: gzip, zlib, Zstandard and Snappy.

What is inside is unpacked up to ``MAX_UNPACKED`` bytes and not a byte further, whatever it claims.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import zstandard

from kmp_desktop.core.text import Text, text
from kmp_desktop.decoding.refusal import NotThisFormat

MAX_UNPACKED = 16_000_000  # bytes
_LARGEST_WINDOW = 2**27  # bytes that unpacking may remember; what Zstandard's own program allows
_MOST_STREAMS = 100  # one after another; each costs going through what follows
_PIECE = 256  # bytes; they can stand for 8 MB at most
_XERIAL = b"\x82SNAPPY\0"
_XERIAL_HEADER = 16
_SNAPPY_STREAM = b"\xff\x06\0\0sNaPpY"


def packing_of(value: bytes) -> tuple[str, Callable[[bytes], bytes]] | None:
    """(name, how to unpack) of the packing that a value begins like; unpacking raises NotThisFormat."""
    for name, magic, unpack in _PACKINGS:
        if value.startswith(magic):
            return name, unpack
    return None


def inflate(value: bytes, window: int = zlib.MAX_WBITS) -> bytes:
    """What a zlib stream holds; ``window`` as zlib takes it."""
    out = bytearray()
    rest, streams = value, 0
    while rest:
        stream = zlib.decompressobj(window)
        streams += 1
        try:
            out += stream.decompress(rest, MAX_UNPACKED + 1 - len(out))
        except zlib.error:
            raise _damaged() from None
        if len(out) > MAX_UNPACKED:
            raise _too_large()
        if not stream.eof:
            raise _damaged()
        rest = stream.unused_data
        # Only gzip may hold several streams one after another.
        if rest and (window <= zlib.MAX_WBITS or streams == _MOST_STREAMS):
            raise _damaged()
    return bytes(out)


def _gzip(value: bytes) -> bytes:
    return inflate(value, zlib.MAX_WBITS | 16)


def _zstandard(value: bytes) -> bytes:
    """Fed in small pieces: what one of them makes of itself cannot be bounded, only what many make."""
    out = bytearray()
    unpacking = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
    at = frames = 0
    while at < len(value):  # frames may follow one another
        frames += 1
        frame = unpacking.decompressobj()
        while at < len(value) and not frame.eof:
            piece = value[at : at + _PIECE]
            try:
                out += frame.decompress(piece)
            except zstandard.ZstdError:
                raise _damaged() from None
            if len(out) > MAX_UNPACKED:
                raise _too_large()
            at += len(piece)
        if not frame.eof or frames > _MOST_STREAMS:
            raise _damaged()
        at -= len(frame.unused_data)
    return bytes(out)


def _xerial(value: bytes) -> bytes:
    """Snappy as Java's streams write it: blocks, each behind its size."""
    out = bytearray()
    at = _XERIAL_HEADER
    while at < len(value):
        size = int.from_bytes(value[at : at + 4], "big")
        block = value[at + 4 : at + 4 + size]
        if len(block) < size or not size:
            raise _damaged()
        out += _snappy_block(block, MAX_UNPACKED - len(out))
        at += 4 + size
    if at < _XERIAL_HEADER or at > len(value):
        raise _damaged()
    return bytes(out)


def _snappy_stream(value: bytes) -> bytes:
    """Snappy's own stream: chunks, each behind its kind and size; checksums are not looked at."""
    out = bytearray()
    at = len(_SNAPPY_STREAM)
    while at < len(value):
        kind, size = value[at], int.from_bytes(value[at + 1 : at + 4], "little")
        chunk = value[at + 4 : at + 4 + size]
        if len(chunk) < size or (kind < 2 and size < 4):
            raise _damaged()
        if kind == 0:
            out += _snappy_block(chunk[4:], MAX_UNPACKED - len(out))
        elif kind == 1:
            out += chunk[4:]
        elif kind < 0x80:  # a kind that must not be passed over
            raise _damaged()
        if len(out) > MAX_UNPACKED:
            raise _too_large()
        at += 4 + size
    return bytes(out)


def _snappy_block(block: bytes, room: int) -> bytes:
    """One compressed block: its size, then pieces as they are and copies of what came before."""
    size, at = _size(block)
    if size > room:
        raise _too_large()
    out = bytearray()
    while at < len(block) and len(out) <= size:
        tag = block[at]
        at += 1
        if tag & 3 == 0:
            length = tag >> 2
            if length >= 60:
                extra = length - 59
                length = int.from_bytes(block[at : at + extra], "little")
                at += extra
            length += 1
            if at + length > len(block):
                raise _damaged()
            out += block[at : at + length]
            at += length
            continue
        wide = (0, 1, 2, 4)[tag & 3]
        distance = int.from_bytes(block[at : at + wide], "little")
        if tag & 3 == 1:
            distance |= (tag >> 5) << 8
        length = (tag >> 2 & 7) + 4 if tag & 3 == 1 else (tag >> 2) + 1
        at += wide
        if not 0 < distance <= len(out):
            raise _damaged()
        _copy(out, distance, length)
    if len(out) != size or at > len(block):
        raise _damaged()
    return bytes(out)


def _copy(out: bytearray, distance: int, length: int) -> None:
    start = len(out) - distance
    piece = bytes(out[start : start + length])
    while len(piece) < length:  # a copy may reach into what it writes
        piece += piece
    out += piece[:length]


def _size(block: bytes) -> tuple[int, int]:
    size = shift = 0
    for at, byte in enumerate(block[:5]):
        size |= (byte & 0x7F) << shift
        if byte < 0x80:
            return size, at + 1
        shift += 7
    raise _damaged()


def _damaged() -> NotThisFormat:
    return NotThisFormat(text("It is damaged or breaks off."))


def _too_large() -> NotThisFormat:
    return NotThisFormat(_TOO_LARGE)


_TOO_LARGE: Text = text("It is larger than {n} bytes when it is unpacked.", n=MAX_UNPACKED)
_PACKINGS: tuple[tuple[str, bytes, Callable[[bytes], bytes]], ...] = (
    ("gzip", b"\x1f\x8b\x08", _gzip),
    ("Zstandard", b"\x28\xb5\x2f\xfd", _zstandard),
    ("Snappy", _XERIAL, _xerial),
    ("Snappy", _SNAPPY_STREAM, _snappy_stream),
    *(("zlib", b"\x78" + level, inflate) for level in (b"\x01", b"\x5e", b"\x9c", b"\xda")),
)
