"""MessagePack and CBOR; their libraries are the yardstick."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import cbor2
import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.payload import Tree, Undecodable
from kmp_desktop.decoding.cbor import read_cbor
from kmp_desktop.decoding.content import ContentDecoder
from kmp_desktop.decoding.message_pack import read_message_pack
from kmp_desktop.decoding.plain_data import to_plain
from kmp_desktop.decoding.refusal import NotThisFormat

DECODER = ContentDecoder(None)
NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=8)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=4)


def spelled(value: Any) -> Any:
    """Numbers as exact as they were given."""
    if isinstance(value, dict):
        return {name: spelled(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [spelled(inner) for inner in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(repr(value))
    return value


def read(data: bytes, form: str) -> Any:
    """What is shown, with numbers that were kept as text made numbers again."""
    shown = DECODER.decode(data)
    assert isinstance(shown, Tree), shown
    assert shown.format == form
    return json.loads(shown.source, parse_int=Decimal, parse_float=Decimal)


@given(OBJECTS)
def test_objects_of_message_pack_are_read(value: dict[str, Any]) -> None:
    assert spelled(value) == read(msgpack.packb(value), "MessagePack")


@given(OBJECTS)
def test_objects_of_cbor_are_read(value: dict[str, Any]) -> None:
    assert spelled(value) == read(cbor2.dumps(value), "CBOR")


def test_times_bytes_and_numbers_for_names_of_message_pack_are_read() -> None:
    data = b"\x84\xa1t\xd6\xff\x69\x22\xfd\xeb\xa1b\xc4\x02\x00\xff\x07\xc0\xa1f\xca\x3d\xcc\xcc\xcd"
    assert {"t": "2025-11-23T12:28:27.000000000Z", "b": "00ff", "7": None, "f": 0.1} == to_plain(
        DECODER.decode(data)
    )


def test_large_numbers_decimals_and_times_of_cbor_are_exact() -> None:
    value = {"big": 2**70, "less": -(2**70), "price": Decimal("129.90"), "s": [0.1, 1.5]}
    shown = DECODER.decode(cbor2.dumps(value))
    assert isinstance(shown, Tree)
    assert [str(2**70), str(-(2**70)), "129.90"] == [each.value for each in shown.root.children[:3]]
    time = DECODER.decode(b"\xa1\x61t\xc1\x1a\x69\x22\xfd\xeb")
    assert isinstance(time, Tree)
    assert 1_763_900_907_000 == time.root.children[0].logical_ms


def test_parts_of_unknown_length_and_the_mark_of_cbor_are_read() -> None:
    data = b"\xd9\xd9\xf7\xbf\x61a\x9f\x01\xf9\x3c\x00\xff\x61b\x7f\x61x\x61y\xff\xff"
    assert {"a": [1, 1.0], "b": "xy"} == to_plain(DECODER.decode(data))


@pytest.mark.parametrize(
    "data",
    [
        b"\x00",
        b"\x80",
        b"\x90",
        b"\xa0",
        b"\x93\x01\x02\x03",
        b"\x83\x01\x02\x03",
        b"\xdc\x00\x01\xc0",
        b"\xf6",
    ],
)
def test_what_holds_no_names_may_be_anything(data: bytes) -> None:
    assert isinstance(DECODER.decode(data), Undecodable)


@pytest.mark.parametrize(
    "data", [b"\x81\xa1a", b"\x81\xa1a\x01\x00", b"\xdf\xff\xff\xff\xff\xa1a\x01", b"\x81\xa1a\xc1"]
)
def test_message_pack_that_breaks_off_goes_on_or_claims_too_much_is_refused(data: bytes) -> None:
    with pytest.raises(NotThisFormat):
        read_message_pack(data)


@pytest.mark.parametrize(
    "data", [b"\xa1\x61a", b"\xa1\x61a\x01\x00", b"\xbb" + b"\xff" * 8 + b"\x61a\x01", b"\xbf\x61a\x01"]
)
def test_cbor_that_breaks_off_goes_on_or_claims_too_much_is_refused(data: bytes) -> None:
    with pytest.raises(NotThisFormat):
        read_cbor(data)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read_one in (read_message_pack, read_cbor):
        for begin in (b"", b"\x82\xa1a", b"\xa2\x61a", b"\x91", b"\x9f"):
            if begin + data:
                try:
                    root = read_one(begin + data)
                except NotThisFormat:
                    continue
                json.dumps(to_plain(Tree(root, "", "")), allow_nan=False)


def test_a_text_does_not_grow_with_the_depth_of_many_values() -> None:
    data = b"\x9f" * 190 + b"\xa1\x61a\x01" + b"\x01" * 5_000 + b"\xff" * 190
    shown = DECODER.decode(data)
    assert isinstance(shown, Tree)
    assert len(shown.source) < 100 * len(data)


@pytest.mark.parametrize(("digits", "shown_as"), [(1.5, "1.5"), (math.nan, "NaN"), (math.inf, "Infinity")])
def test_a_decimal_whose_digits_are_no_whole_number_is_shown_as_it_is(digits: float, shown_as: str) -> None:
    shown = DECODER.decode(cbor2.dumps({"a": cbor2.CBORTag(4, [0, digits])}))
    assert isinstance(shown, Tree)
    assert ["0", shown_as] == [each.value for each in shown.root.children[0].children]
