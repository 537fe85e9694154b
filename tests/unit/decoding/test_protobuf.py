"""Protobuf values along schemas as text and in binary; the protobuf library is the yardstick."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

import pytest
from google.protobuf import (  # noqa: F401 - fill the pool
    descriptor_pb2,
    descriptor_pool,
    duration_pb2,
    json_format,
    message_factory,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.payload import NodeKind, Tree
from kmp_desktop.core.ports import RegisteredSchema
from kmp_desktop.decoding.plain_data import to_plain
from kmp_desktop.decoding.proto_text import NotProto, read_proto
from kmp_desktop.decoding.protobuf import ProtobufReader
from kmp_desktop.decoding.refusal import MAX_DEPTH, NotThisFormat
from tests.unit.decoding.trees import at

ORDER = """
// An order, with everything that schemas are made of.
syntax = "proto3";
package com.shop.orders;

import "google/protobuf/timestamp.proto";
import public 'money.proto';
option java_package = "com.shop";

message First { reserved 2, 15, 9 to 11; reserved "foo"; }
message Order {
  option deprecated = true;
  string order_number = 1 [json_name = "orderNo", deprecated = true];
  int64 serial = 2; sint32 delta = 3; fixed32 crc = 4; sfixed64 shift = 5; uint64 big = 6;
  double weight = 7; float ratio = 8; bool paid = 9; bytes token = 10;
  /* nested */ Status status = 11;
  repeated int32 counts = 12 [packed = true];
  repeated Line lines = 13;
  map<string, Line> by_sku = 14;
  map<int32, string> names = 15;
  oneof payment { string card = 16; .com.shop.Money cash = 17; }
  google.protobuf.Timestamp created_at = 18;
  google.protobuf.Duration took = 19;
  google.protobuf.StringValue note = 20;
  google.protobuf.Struct extra = 21;
  optional string message = 22;
  enum Status { option allow_alias = true; NEW = 0; OPEN = 1; STARTED = 1; GONE = -1; }
  message Line { string sku = 1; Order.Status status = 2; Line parent = 3; }
}
service Shop { rpc Get (Order) returns (stream Order) { option (http) = { get: "/x" }; } }
"""
MONEY = 'syntax = "proto3"; package com.shop; message Money { int64 cents = 1; }'


def _field(name: str, number: int, kind: int, **more: Any) -> descriptor_pb2.FieldDescriptorProto:
    label = more.pop("label", descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL)
    return descriptor_pb2.FieldDescriptorProto(name=name, number=number, type=kind, label=label, **more)  # type: ignore[arg-type]


def _map(message: descriptor_pb2.DescriptorProto, name: str, key: int, **value: Any) -> str:
    entry = message.nested_type.add(name=name)
    entry.options.map_entry = True
    entry.field.extend([_field("key", 1, key), _field("value", 2, value.pop("kind"), **value)])
    return f".com.shop.orders.Order.{name}"


def order_descriptor() -> descriptor_pb2.FileDescriptorProto:
    """``ORDER`` as a compiler makes it."""
    kind = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="order.proto",
        package="com.shop.orders",
        syntax="proto3",
        dependency=[
            "money.proto",
            *(f"google/protobuf/{each}.proto" for each in ("timestamp", "duration", "wrappers", "struct")),
        ],
    )
    file.message_type.add(name="First")
    order = file.message_type.add(name="Order")
    status = order.enum_type.add(name="Status")
    status.options.allow_alias = True
    for name, number in (("NEW", 0), ("OPEN", 1), ("STARTED", 1), ("GONE", -1)):
        status.value.add(name=name, number=number)
    line = order.nested_type.add(name="Line")
    own = ".com.shop.orders.Order"
    line.field.extend(
        [
            _field("sku", 1, kind.TYPE_STRING),
            _field("status", 2, kind.TYPE_ENUM, type_name=f"{own}.Status"),
            _field("parent", 3, kind.TYPE_MESSAGE, type_name=f"{own}.Line"),
        ]
    )
    by_sku = _map(order, "BySkuEntry", kind.TYPE_STRING, kind=kind.TYPE_MESSAGE, type_name=f"{own}.Line")
    names = _map(order, "NamesEntry", kind.TYPE_INT32, kind=kind.TYPE_STRING)
    order.oneof_decl.add(name="payment")
    many = kind.LABEL_REPEATED
    order.field.extend(
        [
            _field("order_number", 1, kind.TYPE_STRING, json_name="orderNo"),
            _field("serial", 2, kind.TYPE_INT64),
            _field("delta", 3, kind.TYPE_SINT32),
            _field("crc", 4, kind.TYPE_FIXED32),
            _field("shift", 5, kind.TYPE_SFIXED64),
            _field("big", 6, kind.TYPE_UINT64),
            _field("weight", 7, kind.TYPE_DOUBLE),
            _field("ratio", 8, kind.TYPE_FLOAT),
            _field("paid", 9, kind.TYPE_BOOL),
            _field("token", 10, kind.TYPE_BYTES),
            _field("status", 11, kind.TYPE_ENUM, type_name=f"{own}.Status"),
            _field("counts", 12, kind.TYPE_INT32, label=many),
            _field("lines", 13, kind.TYPE_MESSAGE, label=many, type_name=f"{own}.Line"),
            _field("by_sku", 14, kind.TYPE_MESSAGE, label=many, type_name=by_sku),
            _field("names", 15, kind.TYPE_MESSAGE, label=many, type_name=names),
            _field("card", 16, kind.TYPE_STRING, oneof_index=0),
            _field("cash", 17, kind.TYPE_MESSAGE, type_name=".com.shop.Money", oneof_index=0),
            _field("created_at", 18, kind.TYPE_MESSAGE, type_name=".google.protobuf.Timestamp"),
            _field("took", 19, kind.TYPE_MESSAGE, type_name=".google.protobuf.Duration"),
            _field("note", 20, kind.TYPE_MESSAGE, type_name=".google.protobuf.StringValue"),
            _field("extra", 21, kind.TYPE_MESSAGE, type_name=".google.protobuf.Struct"),
            _field("message", 22, kind.TYPE_STRING),
        ]
    )
    return file


def money_descriptor() -> descriptor_pb2.FileDescriptorProto:
    """``MONEY`` as a compiler makes it."""
    file = descriptor_pb2.FileDescriptorProto(name="money.proto", package="com.shop", syntax="proto3")
    file.message_type.add(name="Money").field.append(
        _field("cents", 1, descriptor_pb2.FieldDescriptorProto.TYPE_INT64)
    )
    return file


def binary(file: descriptor_pb2.FileDescriptorProto) -> str:
    """A schema as some serializers register it."""
    return base64.b64encode(file.SerializeToString()).decode()


POOL = descriptor_pool.Default()
for each in (money_descriptor(), order_descriptor()):
    POOL.AddSerializedFile(each.SerializeToString())
Order = message_factory.GetMessageClass(POOL.FindMessageTypeByName("com.shop.orders.Order"))
AS_TEXT = ProtobufReader(RegisteredSchema(1, "PROTOBUF", ORDER, (("money.proto", MONEY),)))
AS_BINARY = ProtobufReader(
    RegisteredSchema(
        2, "PROTOBUF", binary(order_descriptor()), (("money.proto", binary(money_descriptor())),)
    )
)
SECOND = b"\x02\x02"  # index of the second message
FULL = {
    "orderNo": "4500318719",
    "serial": "9007199254740993",
    "delta": -7,
    "crc": 4294967295,
    "shift": "-3",
    "big": "18446744073709551615",
    "weight": 1.25,
    "ratio": 0.1,
    "paid": True,
    "token": "AAE=",
    "status": "OPEN",
    "counts": [1, -2, 300],
    "lines": [{"sku": "A-1", "status": "GONE"}, {"parent": {"sku": "B"}}, {}],
    "bySku": {"a": {"sku": "A"}, "b": {}},
    "names": {"-1": "x", "7": ""},
    "cash": {"cents": "5"},
    "createdAt": "2026-11-23T12:38:03.221Z",
    "took": "-1.500s",
    "note": "",
    "extra": {"n": 1.5, "t": "x", "l": [None, True, {}]},
    "message": "Größe",
}


def normal(value: Any) -> Any:
    """Numbers as written, bytes as they are told here and there."""
    if isinstance(value, dict):
        return {name: normal(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [normal(inner) for inner in value]
    return (
        {"AAE=": "0001", "-1.500s": "-1.5s"}.get(value, str(value)) if not isinstance(value, bool) else value
    )


@pytest.mark.parametrize("reader", [AS_TEXT, AS_BINARY], ids=["text", "binary"])
def test_a_message_is_what_the_protobuf_library_makes_of_it(reader: ProtobufReader) -> None:
    data = json_format.ParseDict(FULL, Order()).SerializeToString()
    read = reader.read(SECOND + data)
    assert ("Protobuf", "com.shop.orders.Order") == (read.format, read.type_name)
    assert normal(FULL) == normal(to_plain(read))
    assert 1_795_437_483_221 == at(read.root, "createdAt").logical_ms


def test_an_index_of_nothing_is_the_first_message() -> None:
    assert ("com.shop.orders.First", NodeKind.OBJECT, ()) == (
        (read := AS_TEXT.read(b"\0")).type_name,
        read.root.kind,
        read.root.children,
    )


def test_an_index_chooses_a_message_within_a_message() -> None:
    read = AS_TEXT.read(b"\x04\x02\x00\x0a\x01x")
    assert ("com.shop.orders.Order.Line", {"sku": "x"}) == (read.type_name, to_plain(read))


def test_a_message_that_the_format_does_not_have_is_refused() -> None:
    with pytest.raises(NotThisFormat) as refused:
        AS_TEXT.read(b"\x02\x0a")
    assert str(refused.value.reason) == "It names a message that this format does not have."


def test_fields_that_the_schema_does_not_know_are_shown_under_their_number() -> None:
    data = b"\xf8\x07\x05" + b"\xfa\x07\x01x" + b"\xfd\x07abcd" + b"\xfb\x07\x08\x01\xfc\x07"
    assert {"127": 5, "127 (2nd)": "78", "127 (3rd)": "61626364", "127 (4th)": {"1": 1}} == to_plain(
        AS_TEXT.read(SECOND + data)
    )


def test_types_that_the_registry_does_not_give_are_shown_as_bytes() -> None:
    reader = ProtobufReader(RegisteredSchema(1, "PROTOBUF", "message M { other.Thing t = 1; Kind k = 2; }"))
    assert {"t": "0801", "k": 3} == to_plain(reader.read(b"\0\x0a\x02\x08\x01\x10\x03"))


def test_an_unknown_number_of_an_enum_stays_a_number() -> None:
    assert {"status": 9} == to_plain(AS_TEXT.read(SECOND + b"\x58\x09"))


def test_a_packed_list_may_come_one_by_one_and_a_single_field_twice() -> None:
    assert {"counts": [1, 2, 3], "paid": False} == to_plain(
        AS_TEXT.read(SECOND + b"\x60\x01\x48\x01\x62\x02\x02\x03\x48\x00")
    )


def test_groups_and_extensions_of_proto2_are_read() -> None:
    source = """syntax = "proto2"; package p;
    message M { optional group Item = 1 { required string sku = 1 [default = "a;}b"]; }
      extensions 100 to max; }
    extend M { optional int32 rank = 100; }
    """
    reader = ProtobufReader(RegisteredSchema(1, "PROTOBUF", source))
    assert {"item": {"sku": "x"}, "[p.rank]": 7} == to_plain(reader.read(b"\0\x0b\x0a\x01x\x0c\xa0\x06\x07"))


def test_an_exact_decimal_is_shown_with_its_point() -> None:
    source = 'import "confluent/type/decimal.proto"; message M { confluent.type.Decimal price = 1; }'
    reader = ProtobufReader(RegisteredSchema(1, "PROTOBUF", source))
    assert {"price": "129.90"} == to_plain(reader.read(b"\0\x0a\x06\x0a\x02\x32\xbe\x18\x02"))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x0a\x05ab", "At byte 4 it stops fitting this format."),
        (b"\x0a", "It breaks off: more should follow after its last byte."),
        (b"\x08\x01", "At byte 3 it stops fitting this format."),  # a number where text is declared
        (b"\x00\x00", "At byte 3 it stops fitting this format."),  # no field has number 0
        (b"\xff" * 11, "At byte 12 it stops fitting this format."),
        (b"\x6a\x02\x0a\x05abcde", "At byte 6 it stops fitting this format."),  # larger than what holds it
    ],
)
def test_what_does_not_fit_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(NotThisFormat) as refused:
        AS_TEXT.read(SECOND + data)
    assert why == str(refused.value.reason)


def test_messages_within_messages_end_at_the_limit() -> None:
    data = b""
    for _ in range(MAX_DEPTH + 1):
        data = b"\x1a" + _varint(len(data)) + data
    with pytest.raises(NotThisFormat):
        AS_TEXT.read(b"\x04\x02\x00" + data)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


@pytest.mark.parametrize(
    "source",
    [
        "no schema",
        "message M {",
        "message M { string a = x; }",
        "message { }",
        "{}",
        '"',
        "message M { map<int32> m = 1; }",
    ],
)
def test_what_is_no_schema_is_refused(source: str) -> None:
    with pytest.raises(NotProto):
        read_proto(source)


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read = AS_TEXT.read(data)
    except NotThisFormat:
        return
    assert isinstance(read, Tree)
    json.dumps(to_plain(read), allow_nan=False)


@given(
    st.text(max_size=60) | st.lists(st.sampled_from([*ORDER.split(), "{", "}"]), max_size=30).map(" ".join)
)
def test_any_schema_is_read_or_refused(source: str) -> None:
    try:
        ProtobufReader(RegisteredSchema(1, "PROTOBUF", source))
    except NotProto:
        return


@given(st.floats(width=32, allow_nan=False), st.floats())
def test_numbers_keep_every_digit_that_counts(small: float, large: float) -> None:
    data = b"\x45" + struct.pack("<f", small) + b"\x39" + struct.pack("<d", large)
    read = AS_TEXT.read(SECOND + data)
    ratio = struct.pack("<f", float(at(read.root, "ratio").value))
    assert (struct.pack("<f", small), repr(large)) == (ratio, repr(float(at(read.root, "weight").value)))


def test_the_end_of_a_group_that_never_began_does_not_hide_what_follows() -> None:
    reader = ProtobufReader(RegisteredSchema(1, "PROTOBUF", "message M { int32 n = 1; string s = 2; }"))
    with pytest.raises(NotThisFormat):
        reader.read(b"\0\x08\x05\x0c\x12\x03abc")


def test_a_message_that_is_sent_in_two_pieces_is_put_together() -> None:
    own = (
        "message L { string sku = 1; int32 n = 2; repeated int32 r = 3; L in = 4; } message M { L line = 1; }"
    )
    reader = ProtobufReader(RegisteredSchema(1, "PROTOBUF", own))
    pieces = (b"\x0a\x01A\x18\x01\x22\x02\x10\x07", b"\x10\x05\x18\x02\x0a\x01B\x22\x03\x0a\x01C")
    read = reader.read(b"\x02\x02" + b"".join(b"\x0a" + bytes([len(each)]) + each for each in pieces))
    line = {"sku": "B", "r": [1, 2], "in": {"n": 7, "sku": "C"}, "n": 5}
    assert {"line": line} == to_plain(read)


@pytest.mark.parametrize("name", ["Timestamp", "Duration"])
def test_an_own_message_with_the_name_of_a_known_one_is_shown_as_it_is(name: str) -> None:
    own = f'syntax = "proto3"; package google.protobuf; message {name} {{ string seconds = 1; }}'
    reader = ProtobufReader(RegisteredSchema(1, "PROTOBUF", own + f" message M {{ {name} at = 1; }}"))
    assert {"at": {"seconds": "soon"}} == to_plain(reader.read(b"\x02\x02\x0a\x06\x0a\x04soon"))
