"""XML as a tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.payload import Plain, Tree, Undecodable
from kmp_desktop.decoding.content import ContentDecoder
from kmp_desktop.decoding.plain_data import to_plain
from kmp_desktop.decoding.refusal import MAX_DEPTH, NotThisFormat
from kmp_desktop.decoding.xml_tree import read_xml

DECODER = ContentDecoder(None)
ORDER = """<?xml version="1.0" encoding="{}"?>
<order id="4500318719"><name>Größe</name><line n="1">A</line><line n="2"/>
<total currency="EUR">129.90</total></order>"""
PLAIN = {
    "order": {
        "@id": "4500318719",
        "name": "Größe",
        "line": {"@n": "1", "#text": "A"},
        "line (2nd)": {"@n": "2"},
        "total": {"@currency": "EUR", "#text": "129.90"},
    }
}


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "windows-1252", "UTF-16"])
def test_a_document_is_a_tree_in_whatever_encoding_it_declares(encoding: str) -> None:
    shown = DECODER.decode(ORDER.format(encoding).encode(encoding))
    assert isinstance(shown, Tree)
    assert ("XML", "order", PLAIN, ORDER.format(encoding)) == (
        shown.format,
        shown.type_name,
        to_plain(shown),
        shown.source.removeprefix("\ufeff"),
    )


def test_entities_are_not_opened_up() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    with pytest.raises(NotThisFormat) as refused:
        read_xml(bomb)
    assert str(refused.value.reason) == "It declares entities, which are not opened up."


def test_what_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        read_xml(b"<a>" * (MAX_DEPTH + 1))


def test_what_only_begins_like_it_is_text() -> None:
    assert Plain("<3 this shop") == DECODER.decode(b"<3 this shop")


def test_where_it_stops_being_xml_is_told() -> None:
    shown = DECODER.decode(b"<a>\n<b></a>\x00")
    assert isinstance(shown, Undecodable)
    assert "XML: It stops being XML at line 2, column 6." in [
        f"{each.format}: {each.reason}" for each in shown.attempts
    ]


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for begin in (b"", b"<a>", b'<?xml version="1.0" encoding="'):
        try:
            read_xml(begin + data)
        except NotThisFormat:
            continue


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (
            b'<!DOCTYPE a [<!ATTLIST b x CDATA "yyyyyyyy">]><a><b/><b/></a>',
            "It declares values of attributes, which are not filled in.",
        ),
        (b'<!DOCTYPE a SYSTEM "x"><a>1&more;2</a>', "It uses entities that it does not declare."),
    ],
)
def test_what_the_document_does_not_hold_itself_is_not_shown_as_its_content(
    document: bytes, why: str
) -> None:
    with pytest.raises(NotThisFormat) as refused:
        read_xml(document)
    assert why == str(refused.value.reason)
