"""Readers of Avro's values that contain no others."""

from __future__ import annotations

import struct
from collections.abc import Callable

from kmp_desktop.core.payload import Node, NodeKind
from kmp_desktop.decoding.avro_bytes import AvroBytes
from kmp_desktop.decoding.avro_logical import Logical
from kmp_desktop.decoding.floats import double_text, float_text

Reader = Callable[[AvroBytes, str, str], Node]
"""Reads the value of one schema: (bytes, name of the node, branch of the union it is in)."""


def _null(source: AvroBytes, name: str, branch: str) -> Node:
    source.count()
    return Node(name, NodeKind.NULL, "null", branch=branch)


def _boolean(source: AvroBytes, name: str, branch: str) -> Node:
    source.count()
    byte = source.take(1)[0]
    if byte > 1:
        raise source.mismatch()
    return Node(name, NodeKind.BOOLEAN, "true" if byte else "false", branch=branch)


def _integer(source: AvroBytes, name: str, branch: str) -> Node:
    source.count()
    return Node(name, NodeKind.NUMBER, str(source.long()), branch=branch)


def _float(source: AvroBytes, name: str, branch: str) -> Node:
    source.count()
    raw = source.take(4)
    value: float = struct.unpack("<f", raw)[0]
    return Node(name, NodeKind.NUMBER, float_text(value, raw), branch=branch)


def _double(source: AvroBytes, name: str, branch: str) -> Node:
    source.count()
    value: float = struct.unpack("<d", source.take(8))[0]
    return Node(name, NodeKind.NUMBER, double_text(value), branch=branch)


def _string(source: AvroBytes, name: str, branch: str) -> Node:
    source.count()
    return Node(name, NodeKind.STRING, source.text(), branch=branch)


def _plain_bytes(source: AvroBytes, name: str, branch: str) -> Node:
    source.count()
    return Node(name, NodeKind.BYTES, source.take(source.long()).hex(), branch=branch)


def raw_bytes(source: AvroBytes, name: str, branch: str) -> Node:
    """A schema that is nothing but "bytes": serializers write the bytes alone, without a length."""
    return Node(name, NodeKind.BYTES, source.rest().hex(), branch=branch)


def logical_number(logical: Logical) -> Reader:
    """An int or long with a logical type."""

    def read(source: AvroBytes, name: str, branch: str) -> Node:
        source.count()
        value = source.long()
        shown, at = logical(value)
        return Node(name, NodeKind.NUMBER, str(value), logical=shown, logical_ms=at, branch=branch)

    return read


def logical_bytes(logical: Logical) -> Reader:
    """Bytes with a logical type."""

    def read(source: AvroBytes, name: str, branch: str) -> Node:
        source.count()
        value = source.take(source.long())
        shown, at = logical(value)
        return Node(name, NodeKind.BYTES, value.hex(), logical=shown, logical_ms=at, branch=branch)

    return read


def fixed(size: int, logical: Logical | None) -> Reader:
    """So many bytes."""

    def read(source: AvroBytes, name: str, branch: str) -> Node:
        source.count()
        value = source.take(size)
        shown, at = logical(value) if logical else ("", None)
        return Node(name, NodeKind.BYTES, value.hex(), logical=shown, logical_ms=at, branch=branch)

    return read


def enum(symbols: list[str]) -> Reader:
    """One of the symbols, written as its number."""

    def read(source: AvroBytes, name: str, branch: str) -> Node:
        source.count()
        index = source.long()
        if not 0 <= index < len(symbols):
            raise source.mismatch()
        return Node(name, NodeKind.STRING, symbols[index], branch=branch)

    return read


PRIMITIVES: dict[str, Reader] = {
    "null": _null,
    "boolean": _boolean,
    "int": _integer,
    "long": _integer,
    "float": _float,
    "double": _double,
    "string": _string,
    "bytes": _plain_bytes,
}
