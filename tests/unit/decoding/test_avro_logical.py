"""Logical types: readable beside the raw value, which is what was read."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from kmp_desktop.core.payload import Node, NodeKind
from tests.unit.decoding.avro_data import read, written
from tests.unit.decoding.trees import at

MOMENT = 1_700_000_000_123
MICROS = MOMENT * 1_000 + 4
NANOS = MOMENT * 1_000_000 + 5
LOGICAL = [
    ({"type": "int", "logicalType": "date"}, 20_780, "2026-11-23", 20_780 * 86_400_000),
    ({"type": "int", "logicalType": "date"}, -(2**31), "", None),
    ({"type": "int", "logicalType": "time-millis"}, 33_327_123, "09:15:27.123", None),
    ({"type": "long", "logicalType": "time-micros"}, 33_327_123_456, "09:15:27.123456", None),
    ({"type": "long", "logicalType": "timestamp-millis"}, MOMENT, "2023-11-14T22:13:20.123Z", MOMENT),
    ({"type": "long", "logicalType": "timestamp-micros"}, MICROS, "2023-11-14T22:13:20.123004Z", MOMENT),
    ({"type": "long", "logicalType": "timestamp-nanos"}, NANOS, "2023-11-14T22:13:20.123000005Z", MOMENT),
    ({"type": "long", "logicalType": "local-timestamp-millis"}, 0, "1970-01-01T00:00:00.000", None),
    ({"type": "long", "logicalType": "timestamp-millis"}, 2**63 - 1, "", None),
    ({"type": "long", "logicalType": "invented-by-us"}, 5, "", None),
    ({"type": "long", "logicalType": "decimal", "scale": 2}, 5, "", None),
    ({"type": "long", "logicalType": 7}, 5, "", None),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "raw", "logical", "ms"), LOGICAL)
def test_a_logical_type_is_shown_beside_the_raw_number(
    schema: Any, raw: int, logical: str, ms: int | None
) -> None:
    node = read(schema, written("long", raw)).root
    assert Node("", NodeKind.NUMBER, str(raw), logical=logical, logical_ms=ms) == node


@pytest.mark.parametrize(
    ("raw", "scale", "decimal"),
    [
        (b"\x32\xbe", 2, "129.90"),
        (b"\xff", 2, "-0.01"),
        (b"\x05", 0, "5"),
        (b"", 2, "0.00"),
        (b"\x05", 4, "0.0005"),
        (b"\x0b\x13" * 8, 3, "14720386209214321262205951202701806.355"),
        (b"\x05", -1, ""),
        (b"\x05", 10**9, ""),
        (b"\x7f" * 100_000, 2, ""),
    ],
)  # fmt: skip
def test_a_decimal_keeps_every_digit(raw: bytes, scale: int, decimal: str) -> None:
    in_bytes = {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": scale}
    record = {"type": "record", "name": "R", "fields": [{"name": "d", "type": in_bytes}]}
    fixed = in_bytes | {"type": "fixed", "name": "D", "size": len(raw)}
    assert Node("d", NodeKind.BYTES, raw.hex(), logical=decimal) == at(
        read(record, written("bytes", raw)).root, "d"
    )
    if raw:
        assert Node("", NodeKind.BYTES, raw.hex(), logical=decimal) == read(fixed, raw).root


@pytest.mark.parametrize("precision", ["many", -1, None])
def test_a_wrong_logical_type_does_not_make_the_data_unreadable(precision: object) -> None:
    schema = {"type": "fixed", "name": "D", "size": 1, "logicalType": "decimal", "precision": precision}
    assert "5" == read(schema, b"\x05").root.logical


def test_identifiers_and_durations_are_shown() -> None:
    uuid = {"type": "fixed", "name": "U", "size": 16, "logicalType": "uuid"}
    assert "00010203-0405-0607-0809-0a0b0c0d0e0f" == read(uuid, bytes(range(16))).root.logical
    duration = {"type": "fixed", "name": "D", "size": 12, "logicalType": "duration"}
    raw = struct.pack("<III", 3, 2, 1_005)
    assert "P3M2DT1.005S" == read(duration, raw).root.logical
    text = {"type": "string", "logicalType": "uuid"}
    assert Node("", NodeKind.STRING, "no uuid") == read(text, written("string", "no uuid")).root
