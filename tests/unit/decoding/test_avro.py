"""Avro data read along its schema, with fastavro's writer and reader as the yardstick."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmp_desktop.core.payload import Node, NodeKind
from kmp_desktop.decoding.avro import AvroSchemas
from kmp_desktop.decoding.refusal import MAX_DEPTH, MAX_NODES, NotThisFormat, TooMuch
from tests.unit.decoding.avro_data import read, read_by_fastavro, refusal, written
from tests.unit.decoding.given_schemas import avro
from tests.unit.decoding.trees import at, shown, size

ORDER = {
    "type": "record",
    "name": "Order",
    "namespace": "com.shop",
    "fields": [
        {"name": "number", "type": "string"},
        {"name": "paid", "type": "boolean"},
        {"name": "lines", "type": "int"},
        {"name": "serial", "type": "long"},
        {"name": "weight", "type": "float"},
        {"name": "volume", "type": "double"},
        {"name": "photo", "type": "bytes"},
        {"name": "checksum", "type": {"type": "fixed", "name": "Md5", "size": 4}},
        {"name": "channel", "type": {"type": "enum", "name": "Channel", "symbols": ["WEB", "PHONE"]}},
        {"name": "second", "type": "Channel"},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "counts", "type": {"type": "map", "values": "long"}},
        {"name": "note", "type": ["null", "string"]},
        {
            "name": "buyer",
            "type": {
                "type": "record",
                "name": "Buyer",
                "fields": [{"name": "id", "type": ["int", "string"]}, {"name": "of", "type": "com.shop.Md5"}],
            },
        },
        {"name": "split", "type": ["null", {"type": "array", "items": "Order"}]},
    ],
}


BROKEN_OFF = "It breaks off: more should follow after its last byte."


def order(**changes: Any) -> dict[str, Any]:
    """A value of ORDER."""
    return {
        "number": "4500318719",
        "paid": True,
        "lines": -3,
        "serial": 9007199254740993,
        "weight": 0.1,
        "volume": 1e300,
        "photo": b"\x00\xff",
        "checksum": b"abcd",
        "channel": "PHONE",
        "second": "WEB",
        "tags": ["a", ""],
        "counts": {"x": 1, "y": -(2**63)},
        "note": None,
        "buyer": {"id": "C-1", "of": b"\0\0\0\1"},
        "split": None,
    } | changes


def test_a_record_is_shown_with_every_value_as_exact_as_it_is() -> None:
    tree = read(ORDER, written(ORDER, order()))
    assert ("Avro", "com.shop.Order") == (tree.format, tree.type_name)
    assert [
        ("number", "4500318719"),
        ("paid", "true"),
        ("lines", "-3"),
        ("serial", "9007199254740993"),
        ("weight", "0.1"),
        ("volume", "1e+300"),
        ("photo", "00ff"),
        ("checksum", "61626364"),
        ("channel", "PHONE"),
        ("second", "WEB"),
        ("tags", ["a", ""]),
        ("counts", [("x", "1"), ("y", "-9223372036854775808")]),
        ("note", None),
        ("buyer", [("id", "C-1"), ("of", "00000001")]),
        ("split", None),
    ] == shown(tree.root)


def test_kinds_and_branches_are_told() -> None:
    root = read(ORDER, written(ORDER, order(note="hi"))).root
    assert Node("photo", NodeKind.BYTES, "00ff") == at(root, "photo")
    assert Node("channel", NodeKind.STRING, "PHONE") == at(root, "channel")
    assert Node("note", NodeKind.STRING, "hi", branch="string") == at(root, "note")
    assert Node("id", NodeKind.STRING, "C-1", branch="string") == at(root, "buyer", "id")
    assert Node("split", NodeKind.NULL, "null", branch="null") == at(root, "split")


def test_a_branch_that_is_a_named_type_has_its_full_name() -> None:
    schema = ["null", {"type": "record", "name": "a.B", "fields": []}, {"type": "array", "items": "int"}]
    assert "a.B" == read(schema, written(schema, {})).root.branch
    assert "array" == read(schema, written(schema, [1])).root.branch


def test_a_type_may_contain_itself() -> None:
    inner = order(number="2")
    root = read(ORDER, written(ORDER, order(split=[inner, order(number="3")]))).root
    assert ["2", "3"] == [at(each, "number").value for each in at(root, "split").children]


def test_types_of_other_schemas_are_found_among_the_references() -> None:
    money = {"type": "record", "name": "com.shop.Money", "fields": [{"name": "cents", "type": "long"}]}
    price = {
        "type": "record",
        "name": "com.shop.Price",
        "fields": [{"name": "net", "type": "com.shop.Money"}],
    }
    schema = {
        "type": "record",
        "name": "com.shop.Line",
        "fields": [{"name": "price", "type": "Price"}, {"name": "tax", "type": "com.shop.Money"}],
    }
    assert [("price", [("net", [("cents", "5")])]), ("tax", [("cents", "7")])] == shown(
        read(schema, b"\x0a\x0e", money, price).root
    )


@pytest.mark.parametrize(
    ("kind", "packed", "spelled"),
    [
        ("float", struct.pack("<f", 0.1), "0.1"),
        ("float", struct.pack("<f", 16777216.0), "16777216.0"),
        ("float", b"\xff\xff\x7f\x7f", "3.4028235e+38"),
        ("float", b"\x01\x00\x00\x00", "1e-45"),
        ("float", struct.pack("<f", math.inf), "Infinity"),
        ("double", struct.pack("<d", 0.1), "0.1"),
        ("double", struct.pack("<d", math.nan), "NaN"),
        ("double", struct.pack("<d", -math.inf), "-Infinity"),
        ("double", struct.pack("<d", -0.0), "-0.0"),
    ],
)
def test_a_fraction_is_spelled_as_short_as_it_is_exact(kind: str, packed: bytes, spelled: str) -> None:
    assert spelled == read(kind, packed).root.value


@given(st.floats(width=32, allow_nan=False))
def test_every_4_byte_fraction_reads_back_as_itself(value: float) -> None:
    packed = struct.pack("<f", value)
    assert packed == struct.pack("<f", float(read("float", packed).root.value))


def test_a_schema_of_bytes_alone_is_written_without_a_length() -> None:
    assert Node("", NodeKind.BYTES, "00ff") == read("bytes", b"\x00\xff").root
    assert Node("", NodeKind.BYTES, "") == read("bytes", b"").root
    assert Node("", NodeKind.BYTES, "00ff") == read({"type": "bytes"}, b"\x00\xff").root


def test_data_cut_off_anywhere_is_refused() -> None:
    data = written(ORDER, order(split=[order()]))
    for end in range(len(data)):
        assert refusal(ORDER, data[:end])


def test_bytes_left_over_are_refused() -> None:
    assert "1 byte is left over." == refusal("int", b"\x02\x00")
    assert "1,500 bytes are left over." == refusal("null", bytes(1500))


@pytest.mark.parametrize(
    ("schema", "data", "reason"),
    [
        ("boolean", b"\x02", "At byte 1 it stops fitting this format."),
        (["null", "int"], b"\x04", "At byte 1 it stops fitting this format."),
        (["null", "int"], b"\x01", "At byte 1 it stops fitting this format."),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, b"\x02", "At byte 1 it stops fitting this format."),
        ("string", b"\x01", "At byte 1 it stops fitting this format."),
        ("long", b"\xff" * 11, "At byte 10 it stops fitting this format."),
        ("string", b"\x06ab", BROKEN_OFF),
        ("double", b"1234567", BROKEN_OFF),
        ("string", b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", BROKEN_OFF),
    ],
)
def test_data_that_contradicts_its_schema_is_refused_in_words(schema: Any, data: bytes, reason: str) -> None:
    assert reason == refusal(schema, data)


def test_text_that_is_no_utf8_is_shown_with_marks() -> None:
    assert "a\ufffdb" == read("string", b"\x06a\xffb").root.value


HUGE = b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"  # a count of 2**62 - 1


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        ({"type": "array", "items": "null"}, HUGE + b"\0"),
        ({"type": "array", "items": {"type": "fixed", "name": "F", "size": 0}}, HUGE + b"\0"),
        ({"type": "array", "items": {"type": "record", "name": "R", "fields": []}}, HUGE + b"\0"),
        ({"type": "array", "items": {"type": "array", "items": "null"}}, b"\x02" + HUGE),
        ({"type": "map", "values": "null"}, b"\x80\x89\x7a" + bytes(2_000_000)),
    ],
)
def test_crafted_counts_of_values_without_size_are_given_up_soon(schema: Any, data: bytes) -> None:
    assert f"It has more than {MAX_NODES:,} values." == refusal(schema, data)


@pytest.mark.parametrize("items", ["long", "string", "boolean", "double"])
def test_a_crafted_count_of_values_with_size_ends_with_the_data(items: str) -> None:
    assert BROKEN_OFF == refusal({"type": "array", "items": items}, HUGE + bytes(8))


def test_a_block_may_be_preceded_by_its_size() -> None:
    assert ["1", "2"] == shown(read({"type": "array", "items": "int"}, b"\x03\x04\x02\x04\x00").root)


def test_blocks_follow_each_other_and_entries_are_numbered_on() -> None:
    root = read({"type": "array", "items": "int"}, b"\x02\x02\x04\x04\x06\x00").root
    assert [("0", "1"), ("1", "2"), ("2", "3")] == [(each.name, each.value) for each in root.children]


def test_deep_nesting_is_given_up_and_does_not_crash() -> None:
    schema = {
        "type": "record",
        "name": "Chain",
        "fields": [{"name": "next", "type": ["null", "Chain"]}],
    }
    fitting = read(schema, b"\x02" * 50 + b"\0").root
    assert 52 == size(fitting)
    with pytest.raises(TooMuch) as raised:
        read(schema, b"\x02" * 100_000 + b"\0")
    assert f"It is nested more than {MAX_DEPTH} levels deep." == str(raised.value.reason)


@pytest.mark.parametrize(
    "schema",
    [
        "no json",
        "5",
        "null",
        '{"type":"record"}',
        '{"type":"record","name":"R","fields":[{"name":"x","type":"Missing"}]}',
        '{"type":"array"}',
        '{"type":{}}',
        '{"type":"record","name":"R","fields":7}',
        "[" * 100_000,
        '{"type":"array","items":' * 5_000 + '"int"' + "}" * 5_000,
    ],
)
def test_a_schema_that_cannot_be_read_is_said_so_every_time(schema: str) -> None:
    schemas = AvroSchemas()
    for _ in range(2):
        with pytest.raises(NotThisFormat) as raised:
            schemas.read(avro(1, schema), b"\0\0", 0)
        assert "The registry's description of this format cannot be read." == str(raised.value.reason)


_TEXT = st.text(max_size=6)
_LONG = st.integers(-(2**63), 2**63 - 1)
_BUYER = st.fixed_dictionaries(
    {"id": st.integers(-(2**31), 2**31 - 1) | _TEXT, "of": st.binary(min_size=4, max_size=4)}
)
_LEAF = {
    "number": _TEXT,
    "paid": st.booleans(),
    "lines": st.integers(-(2**31), 2**31 - 1),
    "serial": _LONG,
    "weight": st.floats(width=32, allow_nan=False),
    "volume": st.floats(allow_nan=False),
    "photo": st.binary(max_size=6),
    "checksum": st.binary(min_size=4, max_size=4),
    "channel": st.sampled_from(["WEB", "PHONE"]),
    "second": st.sampled_from(["WEB", "PHONE"]),
    "tags": st.lists(_TEXT, max_size=4),
    "counts": st.dictionaries(_TEXT, _LONG, max_size=4),
    "note": st.none() | _TEXT,
    "buyer": _BUYER,
}
_ORDERS = st.recursive(
    st.fixed_dictionaries(_LEAF | {"split": st.none()}),
    lambda inner: st.fixed_dictionaries(_LEAF | {"split": st.lists(inner, max_size=2)}),
    max_leaves=4,
)


@given(_ORDERS)
@settings(max_examples=50)
def test_every_record_has_the_tree_that_fastavro_reads(value: dict[str, Any]) -> None:
    data = written(ORDER, value)
    assert _expected(read_by_fastavro(ORDER, data)) == shown(read(ORDER, data).root)


def _expected(value: Any) -> Any:
    """A value in the spelling of ``shown``."""
    if isinstance(value, dict):
        return [(name, _expected(inner)) for name, inner in value.items()]
    if isinstance(value, list):
        return [_expected(inner) for inner in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float):
        return _Close(value)
    return value if value is None else str(value)


class _Close:
    """Equal to every spelling of a number; a 4-byte one has fewer digits than Python writes."""

    def __init__(self, value: float) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        return math.isclose(float(str(other)), self._value, rel_tol=1e-7, abs_tol=1e-44)

    __hash__ = None  # type: ignore[assignment]


@given(st.binary(max_size=60))
def test_any_bytes_are_a_tree_or_refused(data: bytes) -> None:
    try:
        tree = read(ORDER, data)
    except NotThisFormat:
        return
    assert json.loads(tree.source)
