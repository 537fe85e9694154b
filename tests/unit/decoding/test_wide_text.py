"""Text of several bytes a letter, and bytes that only resemble it."""

from __future__ import annotations

import pytest

from kmp_desktop.core.payload import Payload, Plain, Tree, Undecodable
from kmp_desktop.decoding.content import ContentDecoder
from kmp_desktop.decoding.plain_data import to_plain

DECODER = ContentDecoder(None)


def decoded(value: bytes) -> Payload:
    """What is shown."""
    return DECODER.decode(value)


@pytest.mark.parametrize(("codec", "name"), [("utf-16", "UTF-16"), ("utf-32", "UTF-32")])
def test_text_with_a_mark_is_read(codec: str, name: str) -> None:
    assert Plain("Größe – 1 €", f"Text ({name})") == decoded("Größe – 1 €".encode(codec))
    shown = decoded('{"größe": "注文"}'.encode(codec))
    assert (f"JSON ({name})", {"größe": "注文"}) == (getattr(shown, "format", ""), to_plain(shown))


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_json_and_xml_need_no_mark(codec: str) -> None:
    as_json, as_xml = decoded('{"n": 1}'.encode(codec)), decoded("<a>x</a>".encode(codec))
    assert (True, {"n": 1}, {"a": "x"}) == (isinstance(as_json, Tree), to_plain(as_json), to_plain(as_xml))


@pytest.mark.parametrize(
    "value",
    [
        b"\xff\xfe both are bad \x00",  # would be rare letters
        b"\xff\xfea",  # half a letter
        b"\xff\xfe\x00\xd8",  # half a pair
        b"\xff\xfea\0\x01\0",  # a control character
        b"\xff\xfe",
        b"{\0\0\0",
    ],
)
def test_bytes_that_only_resemble_it_are_bytes(value: bytes) -> None:
    assert isinstance(decoded(value), Undecodable)


def test_what_western_europe_could_mean_is_told_and_not_claimed() -> None:
    shown = decoded('{"note":"café"}'.encode("latin-1"))
    assert isinstance(shown, Undecodable)
    assert 'It could be “{"note":"café"}”, but nothing in it tells so.' == str(shown.attempts[-1].reason)
