"""Types that every Protobuf schema may use without a registry knowing them, and how they are shown."""

from __future__ import annotations

from collections.abc import Callable

from kmp_desktop.core.payload import Node, NodeKind
from kmp_desktop.decoding.avro_logical import decimal_text
from kmp_desktop.decoding.proto_schema import ProtoFile
from kmp_desktop.decoding.proto_text import read_proto
from kmp_desktop.decoding.times import epoch_ms, moment

_WRAPPERS = {
    "DoubleValue": "double",
    "FloatValue": "float",
    "Int64Value": "int64",
    "UInt64Value": "uint64",
    "Int32Value": "int32",
    "UInt32Value": "uint32",
    "BoolValue": "bool",
    "StringValue": "string",
    "BytesValue": "bytes",
}
_DEFAULTS = {"bool": "false", "string": "", "bytes": ""}
_GOOGLE = """package google.protobuf;
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message Duration { int64 seconds = 1; int32 nanos = 2; }
message Empty {}
message Any { string type_url = 1; bytes value = 2; }
message FieldMask { repeated string paths = 1; }
message Struct { map<string, Value> fields = 1; }
message ListValue { repeated Value values = 1; }
enum NullValue { NULL_VALUE = 0; }
message Value {
  NullValue null_value = 1; double number_value = 2; string string_value = 3; bool bool_value = 4;
  Struct struct_value = 5; ListValue list_value = 6;
}
"""
_COMMON = """package google.type;
message Date { int32 year = 1; int32 month = 2; int32 day = 3; }
message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; }
message Money { string currency_code = 1; int64 units = 2; int32 nanos = 3; }
message LatLng { double latitude = 1; double longitude = 2; }
message Decimal { string value = 1; }
"""
_CONFLUENT = (
    "package confluent.type; message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }"
)

_NANOS = 1_000_000_000


def well_known_files() -> list[ProtoFile]:
    """The schemas of these types."""
    wrappers = "".join(f"message {name} {{ {kind} value = 1; }}\n" for name, kind in _WRAPPERS.items())
    return [read_proto(source) for source in (_GOOGLE + wrappers, _COMMON, _CONFLUENT)]


def shown_as(type_name: str) -> Callable[[Node], Node] | None:
    """What makes a message of this type readable as a single value; ``None`` for other types."""
    if type_name.startswith("google.protobuf."):
        simple = type_name.removeprefix("google.protobuf.")
        if simple in _WRAPPERS:
            return lambda node: _wrapped(node, _WRAPPERS[simple])
        return _SPECIAL.get(simple)
    return _decimal if type_name == "confluent.type.Decimal" else None


def _member(node: Node, name: str) -> Node | None:
    return next((child for child in node.children if child.name == name), None)


def _number(node: Node, name: str) -> int:
    member = _member(node, name)
    return int(member.value) if member is not None else 0


def _timestamp(node: Node) -> Node:
    seconds, nanos = _number(node, "seconds"), _number(node, "nanos")
    if not 0 <= nanos < _NANOS or not (shown := moment(seconds * _NANOS + nanos, _NANOS)):
        return node
    whole, _, fraction = shown.removesuffix("Z").partition(".")
    while fraction.endswith("000"):
        fraction = fraction[:-3]
    written = f"{whole}.{fraction}Z" if fraction else f"{whole}Z"
    at = epoch_ms(seconds * _NANOS + nanos, _NANOS)
    return Node(node.name, NodeKind.STRING, written, logical=written, logical_ms=at)


def _duration(node: Node) -> Node:
    seconds, nanos = _number(node, "seconds"), _number(node, "nanos")
    if abs(nanos) >= _NANOS or seconds * nanos < 0:
        return node
    sign = "-" if seconds < 0 or nanos < 0 else ""
    fraction = f".{abs(nanos):09}".rstrip("0").rstrip(".")
    return Node(node.name, NodeKind.STRING, f"{sign}{abs(seconds)}{fraction}s")


def _wrapped(node: Node, kind: str) -> Node:
    value = _member(node, "value")
    if value is not None:
        return Node(node.name, value.kind, value.value)
    kinds = {"bool": NodeKind.BOOLEAN, "string": NodeKind.STRING, "bytes": NodeKind.BYTES}
    return Node(node.name, kinds.get(kind, NodeKind.NUMBER), _DEFAULTS.get(kind, "0"))


def _value(node: Node) -> Node:
    if not node.children:
        return Node(node.name, NodeKind.NULL, "null")
    chosen = node.children[-1]
    if chosen.name == "nullValue":
        return Node(node.name, NodeKind.NULL, "null")
    return Node(node.name, chosen.kind, chosen.value, chosen.children)


def _struct(node: Node) -> Node:
    fields = _member(node, "fields")
    return Node(node.name, NodeKind.OBJECT, children=fields.children if fields else ())


def _list(node: Node) -> Node:
    values = _member(node, "values")
    return Node(node.name, NodeKind.LIST, children=values.children if values else ())


def _mask(node: Node) -> Node:
    paths = _member(node, "paths")
    listed = ",".join(child.value for child in paths.children) if paths else ""
    return Node(node.name, NodeKind.STRING, listed)


def _decimal(node: Node) -> Node:
    value = _member(node, "value")
    scale = _number(node, "scale")
    if value is None or not 0 <= scale <= 1000:
        return node
    written = decimal_text(bytes.fromhex(value.value), scale)
    return Node(node.name, NodeKind.BYTES, value.value, logical=written) if written else node


_SPECIAL: dict[str, Callable[[Node], Node]] = {
    "Timestamp": _timestamp,
    "Duration": _duration,
    "Value": _value,
    "Struct": _struct,
    "ListValue": _list,
    "FieldMask": _mask,
}
