"""Protobuf binary data as a tree, read along its schema.

Fields that the schema does not know are shown under their number; fields that are not there are not
made up. Names are those of Protobuf's own JSON form.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Callable
from dataclasses import replace
from functools import reduce

from kmp_desktop.core.payload import Node, NodeKind, Tree
from kmp_desktop.core.ports import RegisteredSchema
from kmp_desktop.core.text import text
from kmp_desktop.decoding.floats import double_text, float_text
from kmp_desktop.decoding.proto_binary import read_descriptor
from kmp_desktop.decoding.proto_bytes import (
    BEGIN_GROUP,
    EIGHT_BYTES,
    END_GROUP,
    FOUR_BYTES,
    SIZED,
    VARINT,
    ProtoBytes,
)
from kmp_desktop.decoding.proto_schema import ProtoEnum, ProtoField, ProtoFile, ProtoMessage, ProtoTypes
from kmp_desktop.decoding.proto_text import NotProto, read_proto
from kmp_desktop.decoding.proto_well_known import shown_as, well_known_files
from kmp_desktop.decoding.refusal import NotThisFormat
from kmp_desktop.decoding.rendering import rendered

_MAX_INDEXES = 100  # how deep a message may be declared
_WIRES = {
    **dict.fromkeys(("double", "fixed64", "sfixed64"), EIGHT_BYTES),
    **dict.fromkeys(("float", "fixed32", "sfixed32"), FOUR_BYTES),
    **dict.fromkeys(("string", "bytes"), SIZED),
}


class ProtobufSchemas:
    """Reads values along registered schemas; each schema is parsed once."""

    def __init__(self) -> None:
        self._readers: dict[int, ProtobufReader | NotThisFormat] = {}

    def read(self, schema: RegisteredSchema, value: bytes, start: int) -> Tree:
        """The tree of what ``value`` holds from ``start`` on, the message's index first.

        Raises NotThisFormat, also when the schema itself cannot be read.
        """
        reader = self._readers.get(schema.id)
        if reader is None:
            reader = self._readers[schema.id] = _parsed(schema)
        if isinstance(reader, NotThisFormat):
            raise reader
        return reader.read(value, start)


def _parsed(schema: RegisteredSchema) -> ProtobufReader | NotThisFormat:
    try:
        return ProtobufReader(schema)
    except (NotProto, RecursionError):
        return NotThisFormat(text("The registry's description of this format cannot be read."))


def _file(schema: str) -> ProtoFile:
    """A schema as text, or as some serializers register it: binary, written as base64."""
    try:
        return read_descriptor(base64.b64decode(schema, validate=True))
    except (binascii.Error, ValueError, NotProto):
        return read_proto(schema)


class ProtobufReader:
    """Reads the values of one schema."""

    def __init__(self, schema: RegisteredSchema) -> None:
        self._main = _file(schema.schema)
        others = [_file(each) for _, each in schema.references]
        self._types = ProtoTypes([*well_known_files(), *others, self._main])

    def read(self, value: bytes, start: int = 0) -> Tree:
        """The tree of data that fills ``value`` from ``start`` to its last byte."""
        source = ProtoBytes(value, start)
        message = self._chosen(source)
        found = self._message(source, message, "", len(value))
        if source.at != len(value):  # a group ended that had not begun
            raise source.mismatch()
        root = _shown(found, message)
        return Tree(root, rendered(root), "Protobuf", message.name)

    def _chosen(self, source: ProtoBytes) -> ProtoMessage:
        """The message that the indexes before the data choose; 0 alone stands for the first."""
        count = source.long()
        if not 0 <= count <= _MAX_INDEXES:
            raise source.mismatch()
        indexes = [source.long() for _ in range(count)] or [0]
        messages, chosen = self._main.messages, None
        for index in indexes:
            if not 0 <= index < len(messages):
                raise NotThisFormat(text("It names a message that this format does not have."))
            chosen = messages[index]
            messages = chosen.nested
        assert chosen is not None
        return chosen

    def _message(self, source: ProtoBytes, message: ProtoMessage, name: str, end: int) -> Node:
        """The fields up to ``end``, those that occur again together, in the order they came."""
        source.enter()
        found: dict[int, list[Node]] = {}
        for number, wire in source.tags(end):
            if wire == END_GROUP:
                break
            declared = message.fields.get(number)
            nodes = found.setdefault(number, [])
            if declared is None:
                nodes.append(_unknown(source, str(number), wire, end))
            else:
                nodes.extend(self._field(source, declared, message.name, wire, end))
        source.leave()
        children: list[Node] = []
        for number, nodes in found.items():
            children += _together(message.fields.get(number), nodes)
        return Node(name, NodeKind.OBJECT, children=tuple(children))

    def _field(self, source: ProtoBytes, declared: ProtoField, scope: str, wire: int, end: int) -> list[Node]:
        name = declared.shown_name()
        if declared.map_key:
            return [self._map_entry(source, declared, scope, wire, end)]
        kind = self._types.find(declared.kind, scope) if declared.named else None
        if isinstance(kind, ProtoMessage):
            return [self._inner(source, kind, name, wire, end)]
        if declared.named and kind is None and wire != VARINT:  # an import that the registry does not give
            return [_unknown(source, name, wire, end)]
        read = self._scalar_reader(declared, kind)
        own_wire = VARINT if declared.named else _WIRES.get(declared.kind, VARINT)
        if wire == SIZED and own_wire != SIZED:  # packed: many values behind one size
            stop = source.sized(end)
            packed: list[Node] = []
            while source.at < stop:
                packed.append(read(source, name, stop))
            if source.at > stop:
                raise source.mismatch()
            return packed
        if wire != own_wire:
            raise source.mismatch()
        return [read(source, name, end)]

    def _inner(self, source: ProtoBytes, kind: ProtoMessage, name: str, wire: int, end: int) -> Node:
        if wire == BEGIN_GROUP:
            return _shown(self._message(source, kind, name, end), kind)
        if wire != SIZED:
            raise source.mismatch()
        stop = source.sized(end)
        node = self._message(source, kind, name, stop)
        if source.at != stop:
            raise source.mismatch()
        return _shown(node, kind)

    def _map_entry(self, source: ProtoBytes, declared: ProtoField, scope: str, wire: int, end: int) -> Node:
        """An entry of a map: its value under its key."""
        entry = ProtoMessage(
            scope,
            {
                1: ProtoField("key", 1, declared.map_key),
                2: ProtoField("value", 2, declared.kind, declared.named),
            },
        )
        if wire != SIZED:
            raise source.mismatch()
        stop = source.sized(end)
        node = self._message(source, entry, "", stop)
        if source.at != stop:
            raise source.mismatch()
        members = {child.name: child for child in node.children}
        key = (
            members["key"].value
            if "key" in members
            else {"string": "", "bool": "false"}.get(declared.map_key, "0")
        )
        value = members.get("value") or self._default(declared, scope)
        return replace(value, name=key)

    def _default(self, declared: ProtoField, scope: str) -> Node:
        """The value of a map entry without one: what is not there is the default."""
        kind = self._types.find(declared.kind, scope) if declared.named else None
        if isinstance(kind, ProtoEnum):
            return Node("", NodeKind.STRING, kind.symbols.get(0, "0"))
        if declared.named:
            node = Node("", NodeKind.OBJECT)
            return _shown(node, kind) if isinstance(kind, ProtoMessage) else node
        return _EMPTY.get(declared.kind, Node("", NodeKind.NUMBER, "0"))

    def _scalar_reader(
        self, declared: ProtoField, kind: ProtoMessage | ProtoEnum | None
    ) -> Callable[[ProtoBytes, str, int], Node]:
        if isinstance(kind, ProtoEnum):
            symbols = kind.symbols
            return lambda source, name, _end: _enum(source, name, symbols)
        return _SCALARS.get(declared.kind, _integer)


def _shown(node: Node, kind: ProtoMessage) -> Node:
    readable = shown_as(kind.name)
    try:
        return readable(node) if readable else node
    except ValueError:  # a message of somebody else's with this name
        return node


def _together(declared: ProtoField | None, nodes: list[Node]) -> list[Node]:
    """Entries of a list or a map under one name; of a single field that occurs again, the last counts.

    A message that occurs again is put together with the one before, as the format's rules want it.
    """
    if declared is None:
        return nodes
    name = declared.shown_name()
    if declared.map_key:
        return [Node(name, NodeKind.OBJECT, children=tuple(nodes))]
    if declared.repeated:
        entries = tuple([replace(node, name=str(index)) for index, node in enumerate(nodes)])
        return [Node(name, NodeKind.LIST, children=entries)]
    return [reduce(_joined, nodes)] if nodes else []


def _joined(first: Node, second: Node) -> Node:
    if first.kind is not second.kind or second.logical:
        return second
    if second.kind is NodeKind.LIST:
        entries = (*first.children, *second.children)
        return replace(
            second, children=tuple(replace(each, name=str(nth)) for nth, each in enumerate(entries))
        )
    if second.kind is not NodeKind.OBJECT:
        return second
    members = {each.name: each for each in first.children}
    for each in second.children:
        members[each.name] = _joined(members[each.name], each) if each.name in members else each
    return replace(second, children=tuple(members.values()))


def _unknown(source: ProtoBytes, name: str, wire: int, end: int) -> Node:
    """A field that the schema does not tell about."""
    source.count()
    match wire:
        case _ if wire == VARINT:
            return Node(name, NodeKind.NUMBER, str(source.varint()))
        case _ if wire == EIGHT_BYTES:
            return Node(name, NodeKind.BYTES, source.take(8).hex())
        case _ if wire == FOUR_BYTES:
            return Node(name, NodeKind.BYTES, source.take(4).hex())
        case _ if wire == SIZED:
            stop = source.sized(end)
            return Node(name, NodeKind.BYTES, source.take(stop - source.at).hex())
        case _ if wire == BEGIN_GROUP:
            source.enter()
            children: list[Node] = []
            for number, inner in source.tags(end):
                if inner == END_GROUP:
                    break
                children.append(_unknown(source, str(number), inner, end))
            source.leave()
            return Node(name, NodeKind.OBJECT, children=tuple(children))
        case _:
            raise source.mismatch()


def _enum(source: ProtoBytes, name: str, symbols: dict[int, str]) -> Node:
    source.count()
    number = _signed(source.varint(), 64)
    if number in symbols:
        return Node(name, NodeKind.STRING, symbols[number])
    return Node(name, NodeKind.NUMBER, str(number))


def _signed(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def _integer(source: ProtoBytes, name: str, _end: int) -> Node:
    source.count()
    return Node(name, NodeKind.NUMBER, str(_signed(source.varint(), 64)))


def _int32(source: ProtoBytes, name: str, _end: int) -> Node:
    source.count()
    return Node(name, NodeKind.NUMBER, str(_signed(source.varint(), 32)))


def _uint32(source: ProtoBytes, name: str, _end: int) -> Node:
    source.count()
    return Node(name, NodeKind.NUMBER, str(source.varint() & 0xFFFF_FFFF))


def _uint64(source: ProtoBytes, name: str, _end: int) -> Node:
    source.count()
    return Node(name, NodeKind.NUMBER, str(source.varint()))


def _zigzag(source: ProtoBytes, name: str, _end: int) -> Node:
    source.count()
    return Node(name, NodeKind.NUMBER, str(source.long()))


def _fixed(layout: str) -> Callable[[ProtoBytes, str, int], Node]:
    size = struct.calcsize(layout)

    def read(source: ProtoBytes, name: str, _end: int) -> Node:
        source.count()
        return Node(name, NodeKind.NUMBER, str(struct.unpack(layout, source.take(size))[0]))

    return read


def _float(source: ProtoBytes, name: str, _end: int) -> Node:
    source.count()
    raw = source.take(4)
    return Node(name, NodeKind.NUMBER, float_text(struct.unpack("<f", raw)[0], raw))


def _double(source: ProtoBytes, name: str, _end: int) -> Node:
    source.count()
    return Node(name, NodeKind.NUMBER, double_text(struct.unpack("<d", source.take(8))[0]))


def _bool(source: ProtoBytes, name: str, _end: int) -> Node:
    source.count()
    return Node(name, NodeKind.BOOLEAN, "true" if source.varint() else "false")


def _string(source: ProtoBytes, name: str, end: int) -> Node:
    source.count()
    stop = source.sized(end)
    return Node(name, NodeKind.STRING, source.take(stop - source.at).decode("utf-8", "replace"))


def _bytes(source: ProtoBytes, name: str, end: int) -> Node:
    source.count()
    stop = source.sized(end)
    return Node(name, NodeKind.BYTES, source.take(stop - source.at).hex())


_SCALARS: dict[str, Callable[[ProtoBytes, str, int], Node]] = {
    "double": _double,
    "float": _float,
    "int32": _int32,
    "int64": _integer,
    "uint32": _uint32,
    "uint64": _uint64,
    "sint32": _zigzag,
    "sint64": _zigzag,
    "fixed32": _fixed("<I"),
    "fixed64": _fixed("<Q"),
    "sfixed32": _fixed("<i"),
    "sfixed64": _fixed("<q"),
    "bool": _bool,
    "string": _string,
    "bytes": _bytes,
}
_EMPTY = {
    "bool": Node("", NodeKind.BOOLEAN, "false"),
    "string": Node("", NodeKind.STRING),
    "bytes": Node("", NodeKind.BYTES),
}
