"""MessagePack as a tree. Only objects, and lists that hold some, are taken for it.

Nearly every byte alone is valid MessagePack: a number, or an empty list.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from kmp_desktop.core.payload import Node, NodeKind
from kmp_desktop.core.text import text, text_n
from kmp_desktop.decoding.avro_bytes import AvroBytes
from kmp_desktop.decoding.floats import double_text, float_text
from kmp_desktop.decoding.refusal import NotThisFormat
from kmp_desktop.decoding.times import epoch_ms, moment

_STARTS = frozenset((*range(0x81, 0xA0), 0xDC, 0xDD, 0xDE, 0xDF))
_NUMBERS = {
    0xCC: ">B",
    0xCD: ">H",
    0xCE: ">I",
    0xCF: ">Q",
    0xD0: ">b",
    0xD1: ">h",
    0xD2: ">i",
    0xD3: ">q",
}
_TEXTS = {0xD9: 1, 0xDA: 2, 0xDB: 4}
_BYTES = {0xC4: 1, 0xC5: 2, 0xC6: 4}
_LISTS = {0xDC: 2, 0xDD: 4}
_OBJECTS = {0xDE: 2, 0xDF: 4}
_EXTENSIONS = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_FIXED_EXTENSIONS = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_TIMESTAMP = 0xFF  # type -1


def may_be_message_pack(value: bytes) -> bool:
    """Whether a value begins like an object or a list of MessagePack."""
    return value[0] in _STARTS


def read_message_pack(value: bytes) -> Node:
    """The tree of data that fills ``value`` to its last byte; raises NotThisFormat."""
    source = AvroBytes(value)
    root = _value(source, "")
    if left := len(value) - source.at:
        raise NotThisFormat(text_n(left, "{n} byte is left over.", "{n} bytes are left over."))
    if not holds_an_object(root):
        raise NotThisFormat(text("It holds no names, so it may be anything."))
    return root


def holds_an_object(root: Node) -> bool:
    """Whether a tree is an object with names, or a list with one in it."""
    if root.kind is NodeKind.OBJECT:
        return bool(root.children) and all(child.name.isprintable() for child in root.children)
    return root.kind is NodeKind.LIST and any(holds_an_object(child) for child in root.children)


def _value(source: AvroBytes, name: str) -> Node:
    source.count()
    first = source.take(1)[0]
    if first < 0x80 or first >= 0xE0:
        return Node(name, NodeKind.NUMBER, str(first if first < 0x80 else first - 0x100))
    if first < 0x90:
        return _object(source, name, first & 0x0F)
    if first < 0xA0:
        return _list(source, name, first & 0x0F)
    if first < 0xC0:
        return _text(source, name, first & 0x1F)
    return _wide(source, name, first)


def _wide(source: AvroBytes, name: str, first: int) -> Node:
    if layout := _NUMBERS.get(first):
        number = struct.unpack(layout, source.take(struct.calcsize(layout)))[0]
        return Node(name, NodeKind.NUMBER, str(number))
    for sizes, read in _SIZED:
        if wide := sizes.get(first):
            return read(source, name, int.from_bytes(source.take(wide), "big"))
    if size := _FIXED_EXTENSIONS.get(first):
        return _extension(source, name, size)
    return _single(source, name, first)


def _single(source: AvroBytes, name: str, first: int) -> Node:
    match first:
        case 0xC0:
            return Node(name, NodeKind.NULL, "null")
        case 0xC2 | 0xC3:
            return Node(name, NodeKind.BOOLEAN, "true" if first == 0xC3 else "false")
        case 0xCA:
            raw = source.take(4)
            return Node(name, NodeKind.NUMBER, float_text(struct.unpack(">f", raw)[0], raw[::-1]))
        case 0xCB:
            return Node(name, NodeKind.NUMBER, double_text(struct.unpack(">d", source.take(8))[0]))
        case _:
            raise source.mismatch()


def _text(source: AvroBytes, name: str, size: int) -> Node:
    raw = source.take(size)
    try:
        return Node(name, NodeKind.STRING, raw.decode())
    except UnicodeDecodeError:
        raise source.mismatch() from None


def _bytes(source: AvroBytes, name: str, size: int) -> Node:
    return Node(name, NodeKind.BYTES, source.take(size).hex())


def _list(source: AvroBytes, name: str, size: int) -> Node:
    source.enter()
    entries = tuple([_value(source, str(index)) for index in range(size)])
    source.leave()
    return Node(name, NodeKind.LIST, children=entries)


def _object(source: AvroBytes, name: str, size: int) -> Node:
    source.enter()
    members = tuple(_members(source, size))
    source.leave()
    return Node(name, NodeKind.OBJECT, children=members)


def _members(source: AvroBytes, size: int) -> Iterator[Node]:
    for _ in range(size):
        key = _value(source, "")
        if key.kind in (NodeKind.OBJECT, NodeKind.LIST):
            raise source.mismatch()
        yield _value(source, key.value)


def _extension(source: AvroBytes, name: str, size: int) -> Node:
    kind = source.take(1)[0]
    raw = source.take(size)
    if kind == _TIMESTAMP and (at := _nanoseconds(raw)) is not None and (shown := moment(at, 10**9)):
        return Node(name, NodeKind.BYTES, raw.hex(), logical=shown, logical_ms=epoch_ms(at, 10**9))
    return Node(name, NodeKind.BYTES, raw.hex(), branch=f"extension {kind - 0x100 if kind > 0x7F else kind}")


def _nanoseconds(raw: bytes) -> int | None:
    """A moment in nanoseconds since 1970, in one of its three forms."""
    number = int.from_bytes(raw[-8:], "big")
    match len(raw):
        case 4:
            return number * 10**9
        case 8:
            return (number & (2**34 - 1)) * 10**9 + (number >> 34)
        case 12:
            seconds = int.from_bytes(raw[4:], "big", signed=True)
            return seconds * 10**9 + int.from_bytes(raw[:4], "big")
        case _:
            return None


_SIZED = (
    (_TEXTS, _text),
    (_BYTES, _bytes),
    (_LISTS, _list),
    (_OBJECTS, _object),
    (_EXTENSIONS, _extension),
)
