"""Which offsets of a partition are decided, as a short text: the ledger, format KD1 version 2.

The text is kept in the metadata of the group's committed offset. The format, with test vectors for
other programs, is described in ``docs/ledger-format.md``.
"""

from __future__ import annotations

import zlib
from base64 import b85decode, b85encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_CHARACTERS = 4095
"""What a broker keeps: ``offset.metadata.max.bytes`` (4096) without the NUL that the client adds."""

MAX_ANCESTORS = 8
MAX_MARKED = 2_000_000
"""Marked offsets in one ledger; a few bytes may claim any number, and each takes some 150 in memory."""

NONCE_BYTES = 8
SHORT_NONCE_BYTES = 4
_TOPIC_BYTES = 4
_CRC_BYTES = 4

_MAGIC = "KD1"
_END = "."
_VERSION = 2
_EMPTY, _RUNS, _RUNS_DEFLATED, _BITS, _BITS_DEFLATED = range(5)
_RAW_DEFLATE = -zlib.MAX_WBITS
_MAX_PAYLOAD = 4_000_000  # bytes; 4,095 characters cannot inflate to more


class NotOurs(Exception):  # noqa: N818 - a finding about a text, not a fault of the program
    """A text is not the ledger of this topic; ``reason`` says why, for developers."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LedgerTooLarge(Exception):  # noqa: N818 - a person can help: decide the lowest offsets first
    """The decisions do not fit into ``MAX_CHARACTERS``; ``characters`` is what they would need."""

    def __init__(self, characters: int) -> None:
        super().__init__(f"a ledger of {characters} characters")
        self.characters = characters


@dataclass(frozen=True, slots=True)
class Ledger:
    """Decided = offsets below ``base`` and those in ``decided`` (all of them at or above ``base``).

    ``nonces`` are 4 bytes each: the commit that wrote the text, then those before it, newest first.
    """

    base: int
    decided: frozenset[int]
    nonces: tuple[bytes, ...]


def encode(
    base: int, decided: Iterable[int], topic_id: bytes, nonce: bytes, ancestors: Sequence[bytes] = ()
) -> str:
    """Write a ledger; raises LedgerTooLarge.

    ``decided`` may hold offsets below ``base``: they are left out. ``topic_id`` is the topic's
    16-byte id, ``nonce`` 8 random bytes, ``ancestors`` the ``nonces`` of the ledger before this one.
    """
    marked = sorted({offset for offset in decided if base <= offset})
    if len(marked) > MAX_MARKED:
        raise LedgerTooLarge(len(marked))
    older = [bytes(each[:SHORT_NONCE_BYTES]) for each in ancestors[:MAX_ANCESTORS]]
    encoding, payload = _shortest(base, marked)
    body = bytes([_VERSION, encoding]) + _varint(base) + topic_id[:_TOPIC_BYTES] + nonce
    body += bytes([len(older)]) + b"".join(older)
    body += _varint(marked[-1] + 1 - base if marked else 0) + payload
    body += zlib.crc32(body).to_bytes(_CRC_BYTES, "big")
    text = _MAGIC + b85encode(body).decode("ascii") + _END
    if len(text) > MAX_CHARACTERS:
        raise LedgerTooLarge(len(text))
    # Never send what would not come back: this text is the only memory of these decisions.
    expected = Ledger(base, frozenset(marked), (nonce[:SHORT_NONCE_BYTES], *older))
    if decode(text, base, topic_id) != expected:
        raise AssertionError("the ledger does not survive a round trip")
    return text


def decode(text: str, committed: int, topic_id: bytes) -> Ledger:
    """Read the ledger of a committed offset; raises NotOurs for everything else.

    What follows the end mark is ignored: a client library may hand over bytes behind it.
    """
    reader = _Reader(_body(text))
    reader.skip(1)
    encoding = reader.byte()
    base = reader.varint()
    if reader.take(_TOPIC_BYTES) != topic_id[:_TOPIC_BYTES]:
        raise NotOurs("the ledger of another topic: it was created anew")
    if base != committed:
        raise NotOurs(f"the ledger begins at {base}, the committed offset is {committed}")
    newest = reader.take(NONCE_BYTES)[:SHORT_NONCE_BYTES]
    count = reader.byte()
    if count > MAX_ANCESTORS:
        raise NotOurs(f"{count} ancestors")
    older = [reader.take(SHORT_NONCE_BYTES) for _ in range(count)]
    span = reader.varint()
    marked = frozenset(_marked(encoding, reader.rest(), base, span))
    return Ledger(base, marked, (newest, *older))


def _shortest(base: int, marked: Sequence[int]) -> tuple[int, bytes]:
    """The way of writing these offsets that takes the fewest bytes; of equals the first."""
    if not marked:
        return _EMPTY, b""
    runs, bits = _as_runs(base, marked), _as_bits(base, marked)
    ways = [
        (_RUNS, runs),
        (_RUNS_DEFLATED, _deflated(runs)),
        (_BITS, bits),
        (_BITS_DEFLATED, _deflated(bits)),
    ]
    return min(ways, key=lambda way: len(way[1]))


def _as_runs(base: int, marked: Sequence[int]) -> bytes:
    """Lengths of the runs from ``base`` on, undecided and decided by turns."""
    runs = bytearray()
    at = start = base
    for offset in marked:
        if offset != at:
            if start != at:
                runs += _varint(at - start)
            runs += _varint(offset - at)
            start = offset
        elif offset == base:
            runs += _varint(0)
        at = offset + 1
    return bytes(runs + _varint(at - start))


def _as_bits(base: int, marked: Sequence[int]) -> bytes:
    bits = bytearray((marked[-1] - base) // 8 + 1)
    for offset in marked:
        place = offset - base
        bits[place >> 3] |= 1 << (place & 7)
    return bytes(bits)


def _deflated(data: bytes) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, _RAW_DEFLATE)
    return deflater.compress(data) + deflater.flush()


def _varint(number: int) -> bytes:
    """LEB128: seven bits a byte, the lowest first, the high bit set on all but the last."""
    if number < 128:
        return bytes((number,))
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _body(text: str) -> bytes:
    end = text.find(_END)
    if not text.startswith(_MAGIC) or end < 0:
        raise NotOurs("no ledger")
    try:
        body = b85decode(text[len(_MAGIC) : end])
    except ValueError as error:
        raise NotOurs(f"not base85: {error}") from error
    if len(body) <= _CRC_BYTES:
        raise NotOurs("cut off")
    content, crc = body[:-_CRC_BYTES], body[-_CRC_BYTES:]
    if zlib.crc32(content).to_bytes(_CRC_BYTES, "big") != crc:
        raise NotOurs("the checksum is wrong")
    if content[0] != _VERSION:
        raise NotOurs(f"version {content[0]}")
    return content


def _marked(encoding: int, payload: bytes, base: int, span: int) -> Iterable[int]:
    if encoding in (_RUNS_DEFLATED, _BITS_DEFLATED):
        payload = _inflated(payload)
    if encoding == _EMPTY:
        return ()
    if encoding in (_RUNS, _RUNS_DEFLATED):
        return _from_runs(payload, base, span)
    if encoding in (_BITS, _BITS_DEFLATED):
        return _from_bits(payload, base, span)
    raise NotOurs(f"encoding {encoding}")


def _inflated(data: bytes) -> bytes:
    inflater = zlib.decompressobj(_RAW_DEFLATE)
    try:
        out = inflater.decompress(data, _MAX_PAYLOAD)
    except zlib.error as error:
        raise NotOurs(f"not deflated: {error}") from error
    if not inflater.eof:
        raise NotOurs("deflated data is cut off or too long")
    return out


def _from_runs(payload: bytes, base: int, span: int) -> list[int]:
    marked: list[int] = []
    reader = _Reader(payload)
    offset, end, is_decided = base, base + span, False
    while reader.more():
        length = reader.varint()
        if offset + length > end or (is_decided and len(marked) + length > MAX_MARKED):
            raise NotOurs("the runs are longer than the span, or too many")
        if is_decided:
            marked.extend(range(offset, offset + length))
        offset, is_decided = offset + length, not is_decided
    return marked


def _from_bits(payload: bytes, base: int, span: int) -> list[int]:
    if len(payload) != (span + 7) // 8:
        raise NotOurs("the bits do not match the span")
    if int.from_bytes(payload, "little").bit_count() > MAX_MARKED:
        raise NotOurs("too many bits")
    marked: list[int] = []
    for place, byte in enumerate(payload):
        if byte:
            first = base + place * 8
            marked.extend([first + bit for bit in _SET_BITS[byte]])
    return marked


_SET_BITS = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


class _Reader:
    """Takes one field after the other; running out of bytes is NotOurs."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def more(self) -> bool:
        return self._at < len(self._data)

    def skip(self, count: int) -> None:
        self._at += count

    def byte(self) -> int:
        return self.take(1)[0]

    def take(self, count: int) -> bytes:
        part = self._data[self._at : self._at + count]
        if len(part) < count:
            raise NotOurs("cut off")
        self._at += count
        return part

    def varint(self) -> int:
        number = shift = 0
        while True:
            byte = self.byte()
            number |= (byte & 127) << shift
            if byte < 128:
                return number
            shift += 7
            if shift > 63:
                raise NotOurs("a number of more than 64 bits")

    def rest(self) -> bytes:
        part = self._data[self._at :]
        self._at = len(self._data)
        return part
