"""CSV that a spreadsheet opens as text."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.app.csv_text import csv_text


def read(content: str) -> list[list[str]]:
    """The rows as a spreadsheet takes them apart."""
    return list(csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "@SUM(A1)",
        "-1+cmd|' /C calc'!A0",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "＝1",
        "-",
        "=",
        "+49 30",
    ],
)
def test_what_begins_like_a_formula_is_text(cell: str) -> None:
    assert [["'" + cell]] == read(csv_text([cell], []))


@pytest.mark.parametrize(
    "cell", ["", "4500318719", "-1", "-12.50", "a=b", "Größe, 1", 'a "no"', "two\nlines"]
)
def test_everything_else_stays_as_it_is(cell: str) -> None:
    assert [["name"], [cell]] == read(csv_text(["name"], [[cell]]))


def test_spreadsheets_are_told_that_it_is_utf_8() -> None:
    assert csv_text(["a"], []).startswith("\ufeff")


@given(st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=2), max_size=4))
def test_no_cell_can_begin_a_formula_or_another_row(rows: list[list[str]]) -> None:
    found = read(csv_text(["a", "b"], rows))
    assert len(rows) + 1 == len(found)
    assert not [cell for row in found for cell in row if cell[:1] in ("=", "+", "@", "\t", "\r", "\n")]
