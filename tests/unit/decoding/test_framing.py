"""The frame around a registry serializer's data."""

from __future__ import annotations

from uuid import UUID

import pytest

from kmp_desktop.core.record import Header
from kmp_desktop.decoding.framing import Frame, GlueFrame, frame_of, framed_schema, glue_frame


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


GUID = UUID("0b6a4f0e-8d5b-4a57-9f0e-3f6b3a1c2d4e")


@pytest.mark.parametrize(
    ("headers", "frame"),
    [
        ((("__value_schema_id", b"\x01" + GUID.bytes),), Frame(GUID, 0)),
        ((("__value_schema_id", b"\x01" + GUID.bytes + b"\x02\x02"),), Frame(GUID, 0, b"\x02\x02")),
        ((("__value_schema_id", b"\x00\x00\x00\x04\xa3"),), Frame(1187, 0)),
        ((("apicurio.value.globalId", (1187).to_bytes(8, "big")),), Frame(1187, 0)),
        ((("apicurio.value.contentId", (7).to_bytes(8, "big")),), Frame(7, 0)),
        ((("__value_schema_id", b"\x01short"),), None),
        ((("__value_schema_id", None), ("apicurio.value.globalId", b"7")), None),
        ((("__key_schema_id", b"\x01" + GUID.bytes),), None),
    ],
)
def test_a_header_may_name_the_schema_instead(headers: tuple[Header, ...], frame: Frame | None) -> None:
    assert frame == frame_of(b"data", headers, "value")


def test_the_key_has_headers_of_its_own() -> None:
    headers = (("__value_schema_id", b"\x01" + GUID.bytes), ("apicurio.key.globalId", (7).to_bytes(8, "big")))
    assert Frame(7, 0) == frame_of(b"data", headers, "key")


def test_an_id_of_eight_bytes_begins_with_zeros() -> None:
    assert Frame(1187, 9) == frame_of(b"\0" + (1187).to_bytes(8, "big") + b"data", (), "value")
    assert Frame(0, 5) == frame_of(b"\0\0\0\0\0abc", (), "value")


def test_the_frame_of_aws_glue_is_known() -> None:
    assert GlueFrame(GUID, b"data", packed=False) == glue_frame(b"\x03\x00" + GUID.bytes + b"data")
    assert GlueFrame(GUID, b"", packed=True) == glue_frame(b"\x03\x05" + GUID.bytes)
    assert None is glue_frame(b"\x03\x01" + GUID.bytes)
    assert None is glue_frame(b"\x03\x00" + GUID.bytes[:-1])
