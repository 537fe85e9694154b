"""Search: words, phrases, case, and numbers with or without separators."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.engine.search import MAX_BYTES, SearchTexts
from tests.unit.engine.asking import reading
from tests.unit.records import connect, record, spring


def found(text: str, search: str) -> bool:
    """Whether a text of one part is found."""
    return holding(search, text) == [True]


def holding(search: str, *texts: str) -> list[bool]:
    """For each of some texts whether it holds what is searched for."""
    searched = SearchTexts()
    for each in texts:
        searched.append([], each)
    return list(map(bool, searched.holding(search)))


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("Customer not found", "customer"),
        ("Customer not found", "FOUND custo"),
        ("Customer not found", '"not found"'),
        ("Straße in Köln", "STRASSE köln"),
        ("order 4500318719", "4500-318-719"),
        ("order 4500-318-719", "4500318719"),
        ("total 1,234,567.50", "1234567"),
        ("1\u202f234\u00a0567 €", "1234567 €"),
        ("2026-11-23", "11-23"),
        ("ORD-4711", "-4711"),
        ("ORD-4711 ", '"4711 "'),
        ("ORD-4711 is late", '"4711 is'),
    ],
)
def test_what_is_found(text: str, search: str) -> None:
    assert found(text, search)


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("Customer not found", "customer lost"),
        ("found not Customer", '"not found"'),
        ("45 and 46", "4546"),
        ("item 4--5", "45"),
        ("four", "4"),
    ],
)
def test_what_is_not_found(text: str, search: str) -> None:
    assert not found(text, search)


def test_searching_for_nothing_finds_everything() -> None:
    assert [True, True] == holding('  "" ', "a", "")


def test_very_long_text_is_searched_at_its_beginning_only() -> None:
    text = "begin" + "x" * MAX_BYTES + "end"
    assert found(text, "begin")
    assert not found(text, "end")


def test_a_half_of_a_surrogate_pair_does_no_harm() -> None:
    assert found("odd \ud83d letter", "letter")
    assert not found("odd", "\ud83d")


_ALPHABET = 'aB ß3-4.5"é'


@given(st.text(_ALPHABET, max_size=30), st.text(_ALPHABET, max_size=8))
def test_search_agrees_with_a_naive_reading_of_the_rule(text: str, search: str) -> None:
    words = [phrase or word for phrase, word in re.findall(r'"([^"]*)"?|([^\s"]+)', search)]
    assert all(_holds(text, word) for word in words if word.strip()) == found(text, search)


def _holds(text: str, word: str) -> bool:
    """Separators between digits do not count, on either side, nor those at the edge of the word."""
    plain, wanted = _squeezed(text), _squeezed(word)
    while len(wanted) > 1 and wanted[0] in " -." and wanted.lstrip(" -.")[:1].isdigit():
        wanted = wanted[1:]
    while len(wanted) > 1 and wanted[-1] in " -." and wanted.rstrip(" -.")[-1:].isdigit():
        wanted = wanted[:-1]
    return wanted in plain


def _squeezed(text: str) -> str:
    folded = text.casefold()
    kept = [
        each
        for at, each in enumerate(folded)
        if not (each in " -." and folded[at - 1 : at].isdigit() and folded[at + 1 : at + 2].isdigit())
    ]
    return "".join(kept)


def test_content_key_headers_and_reported_message_are_searched() -> None:
    asked = reading(
        [
            record(
                0, "ORD001", {"city": "Köln"}, headers=spring(message="no customer 4711", group="billing")
            ),
            record(1, "ORD002", {"city": "Bonn"}, headers=[("x-tenant", b"Nord"), ("x-blob", b"\xff\xfe")]),
            record(2, b"\x01\x02", b"\x00\x01", headers=connect("VALUE_CONVERTER")),
        ]
    )
    assert [0] == asked.rows("köln")
    assert [0] == asked.rows("ord001")
    assert [0] == asked.rows("4711")
    assert [0] == asked.rows("billing")
    assert [0] == asked.rows('"customer not found"')
    assert [1] == asked.rows("x-tenant nord")
    assert [2] == asked.rows("0102")
    assert [2] == asked.rows('"reading the content"')
    assert [] == asked.rows("köln nord")


def test_numbers_in_binary_headers_are_searched_as_numbers() -> None:
    asked = reading([record(0, headers=spring(origin=(3, 123_456_789)))])
    assert [0] == asked.rows("123456789")


def test_letters_that_json_writes_as_escapes_are_found() -> None:
    value = rb'{"name": "M\u00fcller", "face": "\ud83d\ude00", "path": "a\/b", "half": "\ud83d"}'
    asked = reading([record(0, value=value)])
    for search in ("müller", "😀", "a/b"):
        assert [0] == asked.rows(search), search


def test_the_message_of_a_very_long_content_is_still_found() -> None:
    asked = reading([record(0, "KEY-9", "x" * 1_000_000, headers=spring(message="boiler exploded"))])
    assert [0] == asked.rows("boiler key-9")


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(["a b", "b-1", "12", ""]), max_size=3), st.text("ab12 ", max_size=5)
        )
    ),
    st.text("ab12", min_size=1, max_size=3),
)
def test_lines_that_rows_share_are_searched_as_if_each_row_had_its_own(
    rows: list[tuple[list[str], str]], word: str
) -> None:
    searched = SearchTexts()
    for lines, content in rows:
        searched.append(lines, content)
    expected = [_holds("\n".join([*lines, content]), word) for lines, content in rows]
    assert expected == list(map(bool, searched.holding(word)))
