"""From bytes to what is shown: which format, and in which words it is said that none fits."""

from __future__ import annotations

import json
import struct
import zlib
from collections import Counter
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.payload import Nothing, Payload, Plain, Tree, Undecodable
from kmp_desktop.core.ports import RegisteredSchema
from kmp_desktop.decoding.content import ContentDecoder
from kmp_desktop.decoding.plain_data import to_plain
from kmp_desktop.decoding.refusal import MAX_DEPTH, MAX_NODES
from tests.real_dead_letters import SCENARIOS, scenario, schemas
from tests.unit.decoding.given_schemas import GivenSchemas, avro, framed

CUSTOMER = avro(7, '{"type":"record","name":"com.shop.Customer","fields":[{"name":"number","type":"long"}]}')
JSON_SCHEMA = RegisteredSchema(8, "JSON", '{"type":"object"}')
PROTOBUF = RegisteredSchema(9, "PROTOBUF", 'syntax = "proto3"; message M {}')
OTHER = RegisteredSchema(10, "CAPNPROTO", "")
BROKEN = avro(11, "no schema")
DECODER = ContentDecoder(GivenSchemas(CUSTOMER, JSON_SCHEMA, PROTOBUF, OTHER, BROKEN))


def why(payload: Payload) -> list[str]:
    """One line per format that was tried, as a person reads it."""
    assert isinstance(payload, Undecodable)
    return [f"{attempt.format}: {attempt.reason}" for attempt in payload.attempts]


def test_no_value_and_an_empty_one_are_nothing() -> None:
    assert Nothing(null=True) == DECODER.decode(None)
    assert Nothing(null=False) == DECODER.decode(b"")


def test_a_framed_avro_value_is_a_tree_with_the_name_of_its_type() -> None:
    shown = DECODER.decode(framed(7, b"\x0e"))
    assert isinstance(shown, Tree)
    assert ("Avro", "com.shop.Customer", '{\n  "number": 7\n}') == (
        shown.format,
        shown.type_name,
        shown.source,
    )


def test_a_framed_json_value_is_shown_as_json_without_its_frame() -> None:
    shown = DECODER.decode(framed(8, b'{"n": 1.0}'))
    assert isinstance(shown, Tree)
    assert ("JSON", '{"n": 1.0}') == (shown.format, shown.source)


def test_a_schema_that_a_header_names_is_used_for_the_whole_value() -> None:
    guid = UUID("0b6a4f0e-8d5b-4a57-9f0e-3f6b3a1c2d4e")
    message = RegisteredSchema(guid.int, "PROTOBUF", "message A {} message B { string n = 1; }")
    decoder = ContentDecoder(GivenSchemas(message, CUSTOMER))
    as_guid = (("__value_schema_id", b"\x01" + guid.bytes + b"\x02\x02"),)
    as_number = (("apicurio.value.globalId", (7).to_bytes(8, "big")),)
    assert {"n": "x"} == to_plain(decoder.decode(b"\x0a\x01x", as_guid))
    assert {"number": 7} == to_plain(decoder.decode(b"\x0e", as_number))
    assert {"number": 7} == to_plain(decoder.decode(b"\0" + (7).to_bytes(8, "big") + b"\x0e"))


def test_json_of_aws_glue_is_shown_and_other_formats_of_it_are_named() -> None:
    begin = UUID("0b6a4f0e-8d5b-4a57-9f0e-3f6b3a1c2d4e").bytes
    for value in (b"\x03\x00" + begin + b'{"a":1}', b"\x03\x05" + begin + zlib.compress(b'{"a":1}')):
        shown = DECODER.decode(value)
        assert ("JSON (AWS Glue)", {"a": 1}) == (getattr(shown, "format", ""), to_plain(shown))
    assert why(DECODER.decode(b"\x03\x00" + begin + b"\x0e"))[0] == (
        "AWS Glue format 0b6a4f0e-8d5b-4a57-9f0e-3f6b3a1c2d4e: "
        "Its description is kept by AWS Glue, which this program cannot ask."
    )


def test_json_and_text_need_no_registry() -> None:
    alone = ContentDecoder(None)
    json_value, text_value = (
        alone.decode(b'{"a":1}'),
        alone.decode("Größe passt nicht\r\n\t– zurück".encode()),
    )
    assert isinstance(json_value, Tree)
    assert Plain("Größe passt nicht\r\n\t– zurück") == text_value


def test_a_byte_order_mark_is_not_shown() -> None:
    assert Plain("hello") == DECODER.decode(b"\xef\xbb\xbfhello")


def test_json_too_large_for_a_tree_is_shown_as_its_text() -> None:
    source = json.dumps([0] * MAX_NODES)
    assert Plain(source, "JSON") == DECODER.decode(source.encode())
    assert Plain(source, "JSON") == DECODER.decode(framed(8, source.encode()))


def test_json_nested_too_deep_is_shown_as_text() -> None:
    source = "[" * 10_000 + "]" * 10_000
    assert Plain(source, "Text") == DECODER.decode(source.encode())


def test_content_as_deep_as_it_is_shown_can_be_walked_through_to_its_end() -> None:
    arrays: Any = "int"
    for _ in range(MAX_DEPTH):
        arrays = {"type": "array", "items": arrays}
    deep = ContentDecoder(GivenSchemas(avro(1, json.dumps(arrays))))
    in_avro = deep.decode(framed(1, b"\x02" * MAX_DEPTH + b"\x0a" + b"\0" * MAX_DEPTH))
    in_json = deep.decode(b"[" * MAX_DEPTH + b"5" + b"]" * MAX_DEPTH)
    expected: object = 5
    for _ in range(MAX_DEPTH):
        expected = [expected]
    assert expected == to_plain(in_avro)
    assert expected == to_plain(in_json)


TAIL = b"\x14\x00\xff\xfe"
UNKNOWN = "The format registry does not know number 1187. It may have been deleted."
LIKELY = "It could be “{'n':'café'}”, but nothing in it tells so."
NOT_JSON = "JSON: The first byte is 00; JSON cannot start with it."


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (
            framed(1187, TAIL),
            [
                f"Company format 1187 (Avro): {UNKNOWN}",
                NOT_JSON,
                "Plain text: 9 bytes are not valid text.",
            ],
        ),
        (
            framed(9, b"\x00\x0a"),
            [
                "Company format 9 (Protobuf): It breaks off: more should follow after its last byte.",
                NOT_JSON,
                "Plain text: 5 bytes are not valid text.",
            ],
        ),
        (
            framed(7, b""),
            [
                "Company format 7 (Avro): It breaks off: more should follow after its last byte.",
                NOT_JSON,
                "Plain text: 5 bytes are not valid text.",
            ],
        ),
        (
            framed(7, b"\x0e\x00\x00"),
            [
                "Company format 7 (Avro): 2 bytes are left over.",
                NOT_JSON,
                "Plain text: 8 bytes are not valid text.",
            ],
        ),
        (
            framed(8, b'{"a":'),
            [
                "Company format 8 (JSON Schema): It stops being JSON at line 1, column 6.",
                NOT_JSON,
                "Plain text: 5 bytes are not valid text.",
            ],
        ),
        (
            framed(10, b"x"),
            [
                "Company format 10 (CAPNPROTO): This program does not know CAPNPROTO.",
                NOT_JSON,
                "Plain text: 4 bytes are not valid text.",
            ],
        ),
        (
            framed(11, b"x"),
            [
                "Company format 11 (Avro): The registry's description of this format cannot be read.",
                NOT_JSON,
                "Plain text: 5 bytes are not valid text.",
            ],
        ),
        (b"\x00\x00", [NOT_JSON, "Plain text: 2 bytes are not valid text."]),
        (
            "{'n':'caf\u00e9'}".encode("latin-1"),
            [
                "JSON: Byte 10 (e9) is not valid text.",
                "Plain text: 1 byte is not valid text.",
                f"Text of Western Europe (Windows-1252): {LIKELY}",
            ],
        ),
        (
            b"a\x1bb\xc3\x28\xe2\x82",
            [NOT_JSON.replace("00", "61"), "Plain text: 4 bytes are not valid text."],
        ),
    ],
)
def test_why_it_cannot_be_shown_is_said_for_every_format(value: bytes, lines: list[str]) -> None:
    assert lines == why(DECODER.decode(value))


def test_without_a_registry_it_is_said_that_there_is_none() -> None:
    shown = ContentDecoder(None).decode(framed(7, b"\x0e"))
    assert "Company format 7 (Avro): No format registry is set for this connection." == why(shown)[0]
    assert isinstance(shown, Undecodable)
    assert not shown.registry_unavailable


def test_only_a_registry_that_cannot_be_asked_may_change_the_answer() -> None:
    down = ContentDecoder(GivenSchemas(CUSTOMER, down=True)).decode(framed(7, b"\x0e"))
    unknown = DECODER.decode(framed(1187, b"\x0e"))
    assert isinstance(down, Undecodable)
    assert isinstance(unknown, Undecodable)
    assert (True, False) == (down.registry_unavailable, unknown.registry_unavailable)
    assert "Company format 7 (Avro): The format registry at registry:8081 cannot be reached." == why(down)[0]


def test_a_registry_that_cannot_be_asked_does_not_hide_other_formats() -> None:
    down = ContentDecoder(GivenSchemas(down=True))
    assert isinstance(down.decode(b'{"a":1}'), Tree)


# value_format of the truth -> (what is shown, its format) -> how many.
REAL = {
    "avro": {("Tree", "Avro"): 20},
    "json": {("Tree", "JSON"): 9},
    "text": {("Plain", "Text"): 9},
    "protobuf": {("Tree", "Protobuf"): 22},
    "binary": {("Undecodable", ""): 22},
    "empty": {("Nothing", ""): 2},
    "tombstone": {("Nothing", ""): 15},
}


def real_values() -> list[tuple[Payload, dict[str, Any]]]:
    """What is shown of every real dead letter that has a value, and the truth about it."""
    known = GivenSchemas(
        *(RegisteredSchema(each, schema["type"], schema["schema"]) for each, schema in schemas().items())
    )
    decoder = ContentDecoder(known)
    names = [name for name in SCENARIOS if name != "share-group-pointer"]  # pointers: no value
    return [(decoder.decode(record.value), truth) for name in names for record, truth in scenario(name)]


def test_values_of_real_dead_letters_are_shown_in_their_format() -> None:
    found: dict[str, Counter[tuple[str, str]]] = {}
    for shown, truth in real_values():
        kind = truth["value_format"].split()[0]
        form = (type(shown).__name__, getattr(shown, "format", ""))
        found.setdefault(kind, Counter())[form] += 1
    assert REAL == found


def test_the_trees_of_real_dead_letters_are_what_was_produced() -> None:
    trees = [(shown, truth) for shown, truth in real_values() if isinstance(shown, Tree)]
    assert [_spelled(truth["decoded_value"]) for _, truth in trees] == [
        _spelled(to_plain(shown)) for shown, _ in trees
    ]


def _spelled(value: object) -> object:
    """A value in which numbers, and text that is a number kept exact, compare equal."""
    if isinstance(value, dict):
        return {name: _spelled(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_spelled(inner) for inner in value]
    if isinstance(value, bool | None):
        return value
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return value


@given(
    st.binary(max_size=60)
    | st.builds(framed, st.integers(7, 12), st.binary(max_size=40))
    | st.text(max_size=30).map(lambda text: text.encode("utf-16"))
    | st.floats().map(lambda number: struct.pack(">d", number))
)
def test_any_bytes_are_shown_or_explained(value: bytes) -> None:
    shown = DECODER.decode(value)
    if isinstance(shown, Undecodable):
        assert all(why(shown))
    json.dumps(to_plain(shown), ensure_ascii=False, allow_nan=False).encode()
