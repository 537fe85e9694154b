"""Values that were compressed, and what a small one may claim to hold."""

from __future__ import annotations

import gzip
import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.payload import Plain, Tree, Undecodable
from kmp_desktop.decoding.content import ContentDecoder
from kmp_desktop.decoding.plain_data import to_plain
from kmp_desktop.decoding.unpacking import MAX_UNPACKED
from tests.unit.decoding.given_schemas import GivenSchemas, avro, framed

ORDER = b'{"number":"4500318719","n":9007199254740993}'
DECODER = ContentDecoder(GivenSchemas(avro(7, '{"type":"record","name":"C","fields":[]}')))
# A block of Snappy: its size, 4 bytes as they are, then 6 bytes copied from 4 bytes before.
BLOCK = b"\x0a" + b"\x0cabcd" + b"\x09\x04"
XERIAL = b"\x82SNAPPY\0" + b"\0\0\0\1\0\0\0\1"
STREAM = b"\xff\x06\0\0sNaPpY"
FORMATS = {
    "gzip": gzip.compress(ORDER),
    "zlib": zlib.compress(ORDER),
    "Zstandard": zstandard.compress(ORDER),
}


@pytest.mark.parametrize("empty", [gzip.compress(b""), zstandard.compress(b"")], ids=["gzip", "Zstandard"])
def test_a_great_many_empty_streams_are_not_gone_through_one_by_one(empty: bytes) -> None:
    several = DECODER.decode(empty * 100)
    assert not isinstance(several, Undecodable)
    assert isinstance(DECODER.decode(empty * 500_000), Undecodable)


@pytest.mark.parametrize(("name", "packed"), FORMATS.items(), ids=FORMATS)
def test_what_is_inside_is_shown_and_its_packing_is_told(name: str, packed: bytes) -> None:
    shown = DECODER.decode(packed)
    assert isinstance(shown, Tree)
    assert (f"JSON ({name})", "9007199254740993") == (shown.format, shown.root.children[1].value)


def test_gzip_may_hold_several_streams() -> None:
    assert Plain("one two", "Text (gzip)") == DECODER.decode(gzip.compress(b"one ") + gzip.compress(b"two"))


@pytest.mark.parametrize(
    "packed",
    [
        XERIAL + len(BLOCK).to_bytes(4, "big") + BLOCK,
        STREAM + b"\0" + (len(BLOCK) + 4).to_bytes(3, "little") + b"crc!" + BLOCK,
        STREAM + b"\x01\x0e\0\0crc!abcdabcdab",
    ],
)
def test_snappy_is_read_as_java_and_as_its_own_stream_write_it(packed: bytes) -> None:
    assert Plain("abcdabcdab", "Text (Snappy)") == DECODER.decode(packed)


def test_a_company_format_inside_is_read() -> None:
    shown = DECODER.decode(gzip.compress(framed(7, b"")))
    assert ("Avro (gzip)", {}) == (getattr(shown, "format", ""), to_plain(shown))


@pytest.mark.parametrize("name", FORMATS)
def test_a_bomb_is_not_opened(name: str) -> None:
    zeros = bytes(MAX_UNPACKED + 1)
    packed = {
        "gzip": gzip.compress(zeros),
        "zlib": zlib.compress(zeros),
        "Zstandard": zstandard.compress(zeros),
    }
    assert f"{name}: It is larger than 16,000,000 bytes when it is unpacked." in why(packed[name])


def test_a_block_that_claims_too_much_is_not_opened() -> None:
    block = b"\xff\xff\xff\xff\x0f" + BLOCK[1:]
    packed = XERIAL + len(block).to_bytes(4, "big") + block
    assert "Snappy: It is larger than 16,000,000 bytes when it is unpacked." in why(packed)


def test_what_is_packed_twice_is_not_opened_twice() -> None:
    assert "gzip: What is inside is packed again." in why(gzip.compress(gzip.compress(ORDER)))


@pytest.mark.parametrize(("name", "packed"), FORMATS.items(), ids=FORMATS)
def test_what_breaks_off_is_said_to_be_damaged(name: str, packed: bytes) -> None:
    for size in (4, len(packed) // 2, len(packed) - 1):
        assert f"{name}: It is damaged or breaks off." in why(packed[:size])


def test_why_what_is_inside_cannot_be_shown_is_told_with_its_packing() -> None:
    assert "Plain text (gzip): 2 bytes are not valid text." in why(gzip.compress(b"\0\xff"))


@given(st.sampled_from([*FORMATS.values(), XERIAL, STREAM, b"\x28\xb5\x2f\xfd"]), st.binary(max_size=40))
def test_any_bytes_behind_a_beginning_are_shown_or_explained(begin: bytes, rest: bytes) -> None:
    for packed in (begin[:10] + rest, begin + rest):
        shown = DECODER.decode(packed)
        assert not isinstance(shown, Undecodable) or shown.attempts


def why(value: bytes) -> list[str]:
    """One line per format that was tried."""
    shown = DECODER.decode(value)
    assert isinstance(shown, Undecodable), shown
    return [f"{attempt.format}: {attempt.reason}" for attempt in shown.attempts]
