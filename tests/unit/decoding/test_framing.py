"""The frame around a registry serializer's data."""

from __future__ import annotations

import pytest

from kmp_desktop.decoding.framing import framed_schema


@pytest.mark.parametrize(
    ("value", "schema_id"),
    [
        (b"\x00\x00\x00\x04\xa3data", 1187),
        (b"\x00\x00\x00\x00\x01", 1),
        (b"\x00\xff\xff\xff\xff", 0xFFFF_FFFF),
        (b"\x00\x00\x00\x01", None),
        (b"\x01\x00\x00\x00\x01data", None),
        (b"{\x00\x00\x00\x01", None),
        (b"", None),
    ],
)
def test_a_frame_is_a_zero_and_an_id_in_four_bytes(value: bytes, schema_id: int | None) -> None:
    assert schema_id == framed_schema(value)
