"""Filters narrow the list, and all that are set must hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.view import FieldFilter, Filters, Having
from kmp_desktop.engine.texts import Texts
from tests.unit.engine.asking import Asked, read
from tests.unit.records import MINUTE, NOW, record, spring

CITIES = ("Köln", "Bonn", "bonn", None, "", ..., "Bad Honnef", "KÖLN-Deutz")


def cities() -> Asked:
    """Records whose first payload column is a city; ``...``: they have none."""
    contents = [{} if each is ... else {"code": each} for each in CITIES]
    return read(
        [
            record(
                n,
                f"K{n % 7}",
                content,
                partition=n % 2,
                timestamp=NOW + n * MINUTE,
                headers=spring(group="billing" if n < 4 else "stock", message_type="a.B" if n else "a.C"),
            )
            for n, content in enumerate(contents)
        ]
    )


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        (Filters(), list(range(8))),
        (Filters(field=FieldFilter(0, Having.IS, "bonn")), [1, 2]),
        (Filters(field=FieldFilter(0, Having.IS, "köln")), [0]),
        (Filters(field=FieldFilter(0, Having.CONTAINS, "köln")), [0, 7]),
        (Filters(field=FieldFilter(0, Having.CONTAINS, "on")), [1, 2, 6]),
        (Filters(field=FieldFilter(0, Having.CONTAINS, "nkö")), []),
        (Filters(field=FieldFilter(0, Having.EMPTY)), [3, 4, 5]),
        (Filters(field=FieldFilter(1, Having.IS, "x")), []),
        (Filters(partition=1), [1, 3, 5, 7]),
        (Filters(reporter="stock"), [4, 5, 6, 7]),
        (Filters(message_type="C"), [0]),
        (Filters(step="no such step"), []),
        (Filters(failed_from=NOW + 2 * MINUTE, failed_before=NOW + 4 * MINUTE), [2, 3]),
        (Filters(with_hint=True), [0]),
        (Filters(tries_at_least=1), []),
        (Filters(partition=1, reporter="stock", field=FieldFilter(0, Having.EMPTY)), [5]),
    ],
)
def test_what_a_filter_leaves(filters: Filters, rows: list[int]) -> None:
    assert rows == sorted(cities().rows(filters=filters))


def test_decisions_filter_also_what_is_undecided() -> None:
    asked = read([record(n) for n in range(4)])
    asked.decide(Decision.MERGE, 1)
    asked.decide(Decision.SKIP, 2)
    assert [1] == asked.rows(filters=Filters(decisions=frozenset((Decision.MERGE,))))
    assert [0, 2, 3] == asked.rows(filters=Filters(decisions=frozenset((Decision.SKIP, None))))


@given(
    st.lists(st.none() | st.text("aAbBäÄßſ", max_size=4), max_size=12),
    st.text("aAbBäÄßs", min_size=1, max_size=3),
    st.booleans(),
)
def test_holding_agrees_with_a_plain_comparison(values: list[str | None], wanted: str, whole: bool) -> None:
    texts = Texts()
    for each in values:
        texts.append(each)

    def holds(value: str | None) -> bool:
        folded = (value or "").casefold()
        return folded == wanted.casefold() if whole else wanted.casefold() in folded

    assert [holds(each) for each in values] == texts.holding(wanted, whole=whole).tolist()
