"""CBOR as a tree. Only objects, and lists that hold some, are taken for it, as with MessagePack."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from decimal import Decimal

from kmp_desktop.core.payload import Node, NodeKind
from kmp_desktop.core.text import text, text_n
from kmp_desktop.decoding.avro_bytes import AvroBytes
from kmp_desktop.decoding.floats import double_text, float_text
from kmp_desktop.decoding.message_pack import holds_an_object
from kmp_desktop.decoding.refusal import NotThisFormat
from kmp_desktop.decoding.times import epoch_ms, guessed_moment, moment

_STARTS = frozenset((*range(0x81, 0x9C), 0x9F, *range(0xA1, 0xBC), 0xBF))
_SELF_DESCRIBED = b"\xd9\xd9\xf7"
_BYTES, _TEXT, _LIST, _OBJECT, _SIMPLE = 2, 3, 4, 5, 7
_INDEFINITE = 31
_BREAK = 0xFF
_DATE_TEXT, _DATE_NUMBER, _BIG, _BIG_NEGATIVE, _DECIMAL = 0, 1, 2, 3, 4
_LONGEST_NUMBER = 1_000  # bytes
_LARGEST_EXPONENT = 1_000


def may_be_cbor(value: bytes) -> bool:
    """Whether a value begins like an object or a list of CBOR."""
    return value[0] in _STARTS or value.startswith(_SELF_DESCRIBED)


def read_cbor(value: bytes) -> Node:
    """The tree of data that fills ``value`` to its last byte; raises NotThisFormat."""
    source = AvroBytes(value, len(_SELF_DESCRIBED) if value.startswith(_SELF_DESCRIBED) else 0)
    root = _value(source, "")
    if left := len(value) - source.at:
        raise NotThisFormat(text_n(left, "{n} byte is left over.", "{n} bytes are left over."))
    if not holds_an_object(root):
        raise NotThisFormat(text("It holds no names, so it may be anything."))
    return root


def _value(source: AvroBytes, name: str) -> Node:
    source.count()
    first = source.take(1)[0]
    kind, size = first >> 5, first & 31
    if kind == _SIMPLE:
        return _simple(source, name, size)
    if size == _INDEFINITE:
        return _indefinite(source, name, kind)
    return _READERS[kind](source, name, _argument(source, size))


def _unsigned(_source: AvroBytes, name: str, number: int) -> Node:
    return Node(name, NodeKind.NUMBER, str(number))


def _negative(_source: AvroBytes, name: str, number: int) -> Node:
    return Node(name, NodeKind.NUMBER, str(-1 - number))


def _bytes(source: AvroBytes, name: str, size: int) -> Node:
    return Node(name, NodeKind.BYTES, source.take(size).hex())


def _string(source: AvroBytes, name: str, size: int) -> Node:
    try:
        return Node(name, NodeKind.STRING, source.take(size).decode())
    except UnicodeDecodeError:
        raise source.mismatch() from None


def _list(source: AvroBytes, name: str, size: int) -> Node:
    source.enter()
    entries = tuple([_value(source, str(index)) for index in range(size)])
    source.leave()
    return Node(name, NodeKind.LIST, children=entries)


def _object(source: AvroBytes, name: str, size: int) -> Node:
    source.enter()
    members = tuple([_member(source) for _ in range(size)])
    source.leave()
    return Node(name, NodeKind.OBJECT, children=members)


def _argument(source: AvroBytes, size: int) -> int:
    """The number in the first byte, or in the 1 to 8 bytes behind it."""
    if size < 24:
        return size
    if size > 27:
        raise source.mismatch()
    return int.from_bytes(source.take(1 << (size - 24)), "big")


def _member(source: AvroBytes) -> Node:
    key = _value(source, "")
    if key.kind in (NodeKind.OBJECT, NodeKind.LIST):
        raise source.mismatch()
    return _value(source, key.value)


def _ends(source: AvroBytes) -> bool:
    """Whether something of indefinite length ends here."""
    byte = source.take(1)[0]
    if byte != _BREAK:
        source.at -= 1
    return byte == _BREAK


def _indefinite(source: AvroBytes, name: str, kind: int) -> Node:
    if kind in (_BYTES, _TEXT):
        pieces = list(_pieces(source, kind))
        if kind == _TEXT:
            return Node(name, NodeKind.STRING, "".join(each.value for each in pieces))
        return Node(name, NodeKind.BYTES, "".join(each.value for each in pieces))
    if kind not in (_LIST, _OBJECT):
        raise source.mismatch()
    source.enter()
    children: list[Node] = []
    while not _ends(source):
        children.append(_value(source, str(len(children))) if kind == _LIST else _member(source))
    source.leave()
    return Node(name, NodeKind.LIST if kind == _LIST else NodeKind.OBJECT, children=tuple(children))


def _pieces(source: AvroBytes, kind: int) -> Iterator[Node]:
    while not _ends(source):
        first = source.take(1)[0]
        if first >> 5 != kind or first & 31 == _INDEFINITE:
            raise source.mismatch()
        source.at -= 1
        yield _value(source, "")


def _simple(source: AvroBytes, name: str, size: int) -> Node:
    match size:
        case 20 | 21:
            return Node(name, NodeKind.BOOLEAN, "true" if size == 21 else "false")
        case 22 | 23:
            return Node(name, NodeKind.NULL, "null")
        case 25:
            return Node(name, NodeKind.NUMBER, double_text(struct.unpack(">e", source.take(2))[0]))
        case 26:
            raw = source.take(4)
            return Node(name, NodeKind.NUMBER, float_text(struct.unpack(">f", raw)[0], raw[::-1]))
        case 27:
            return Node(name, NodeKind.NUMBER, double_text(struct.unpack(">d", source.take(8))[0]))
        case _:
            raise source.mismatch()


def _tagged(source: AvroBytes, name: str, tag: int) -> Node:
    source.enter()
    inner = _value(source, name)
    source.leave()
    if tag in (_BIG, _BIG_NEGATIVE) and inner.kind is NodeKind.BYTES and len(inner.value) <= _LONGEST_NUMBER:
        number = int(inner.value or "0", 16)
        return Node(name, NodeKind.NUMBER, str(number if tag == _BIG else -1 - number))
    if tag == _DATE_NUMBER and inner.kind is NodeKind.NUMBER and inner.value.lstrip("-").isdigit():
        at = int(inner.value)
        if shown := moment(at, 1).replace(".0Z", "Z"):
            return Node(name, NodeKind.NUMBER, inner.value, logical=shown, logical_ms=epoch_ms(at, 1))
    if tag == _DATE_TEXT and inner.kind is NodeKind.STRING:
        at_ms = guessed_moment("time", inner.value)
        if at_ms is not None:
            return Node(name, NodeKind.STRING, inner.value, logical=moment(at_ms, 1000), logical_ms=at_ms)
    if tag == _DECIMAL and (exact := _decimal(inner)):
        return Node(name, NodeKind.NUMBER, exact)
    return Node(
        name, inner.kind, inner.value, inner.children, inner.logical, inner.logical_ms, branch=f"tag {tag}"
    )


def _decimal(node: Node) -> str:
    """[exponent, digits] as an exact decimal, or ""."""
    if node.kind is not NodeKind.LIST or len(node.children) != 2:
        return ""
    exponent, digits = (child.value for child in node.children)
    if any(child.kind is not NodeKind.NUMBER for child in node.children):
        return ""
    if not exponent.lstrip("-").isdigit() or abs(int(exponent)) > _LARGEST_EXPONENT:
        return ""
    if not digits.lstrip("-").isdigit():  # a fraction or no number, which no such decimal holds
        return ""
    sign, figures, _ = Decimal(digits).as_tuple()
    return f"{Decimal((sign, figures, int(exponent))):f}"


_READERS = (_unsigned, _negative, _bytes, _string, _list, _object, _tagged)
