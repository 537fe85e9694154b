"""Which rows are shown, in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.view import GroupBy, LookFirst, Query, Row, SortBy
from tests.unit.engine.asking import Asked, read, reading
from tests.unit.records import MINUTE, NOW, loaded, record, spring

CUSTOMER = "com.shop.billing.CustomerNotFoundException"
STOCK = "com.shop.stock.StockTooLowException"


def with_payload(*values: object) -> Asked:
    """Records whose first payload column shows these values; ``...`` is a missing one."""
    records = [record(n, value={} if each is ... else {"code": each}) for n, each in enumerate(values)]
    asked = read(records)
    assert ("code",) == asked.engine._records.columns[0].path
    return asked


def test_the_default_shows_the_newest_first() -> None:
    asked = reading([record(n, timestamp=NOW - (n * 7 % 5) * MINUTE) for n in range(5)])
    assert [0, 3, 1, 4, 2] == list(asked.reply(Query()).rows)


def test_equal_rows_keep_their_order_in_both_directions() -> None:
    asked = reading([record(n, timestamp=NOW) for n in range(4)])
    assert [0, 1, 2, 3] == asked.rows(sort=SortBy.FAILED)
    assert [0, 1, 2, 3] == asked.rows(sort=SortBy.FAILED, descending=True)


def test_decisions_sort_undecided_retry_discard_skip() -> None:
    asked = reading([record(n) for n in range(5)])
    asked.decide(Decision.SKIP, 0)
    asked.decide(Decision.PURGE, 1)
    asked.decide(Decision.MERGE, 2)
    assert [3, 4, 2, 1, 0] == asked.rows(sort=SortBy.DECISION)
    asked.decide(None, 0)
    assert [0, 3, 4, 2, 1] == asked.rows(sort=SortBy.DECISION)


def test_the_order_of_reading_is_partition_and_offset() -> None:
    asked = reading([record(5, partition=1), record(9), record(2), record(1, partition=1)])
    assert [2, 1, 3, 0] == asked.rows()
    assert [0, 3, 1, 2] == asked.rows(descending=True)


def test_payload_columns_sort_numbers_by_value_then_words_and_missing_ones_last() -> None:
    values = ("b", "100", ..., "9", "A", None, "20.5", "-3", "9007199254740993127", "9007199254740993128")
    asked = with_payload(*values)
    ascending = [5, 7, 3, 6, 1, 8, 9, 4, 0, 2]
    assert ascending == asked.rows(sort=SortBy.PAYLOAD_0)
    assert [*ascending[-2::-1], 2] == asked.rows(sort=SortBy.PAYLOAD_0, descending=True)


def test_case_does_not_count_in_sorting() -> None:
    asked = reading([record(0, "b"), record(1, "A"), record(2, "B"), record(3, "a"), record(4, None)])
    assert [1, 3, 0, 2, 4] == asked.rows(sort=SortBy.KEY)


def test_tries_that_are_not_known_come_last_in_both_directions() -> None:
    def tried(times: bytes) -> list[tuple[str, bytes | None]]:
        return [("error", b"x"), ("original_topic", b"t"), ("attempts", times)]

    asked = reading([record(0), record(1, headers=tried(b"2")), record(2, headers=tried(b"10"))])
    assert [1, 2, 0] == asked.rows(sort=SortBy.TRIES)
    assert [2, 1, 0] == asked.rows(sort=SortBy.TRIES, descending=True)


_SORTS: dict[SortBy, Callable[[Row], Any]] = {
    SortBy.WHY: lambda row: str(row.why).casefold(),
    SortBy.FAILED: lambda row: row.failed_at,
    SortBy.SIZE: lambda row: row.size,
    SortBy.KEY: lambda row: row.key.casefold(),
    SortBy.COORDINATES: lambda row: row.id,
}


@given(
    shapes=st.lists(
        st.tuples(
            st.sampled_from(["K1", "k1", "k2"]),
            st.sampled_from([CUSTOMER, STOCK]),
            st.integers(0, 3),
            st.sampled_from(["Köln 815", "Bonn", "Köln"]),
        ),
        max_size=25,
    ),
    staged=st.dictionaries(st.integers(0, 24), st.sampled_from(list(Decision)), max_size=10),
    gone=st.sets(st.integers(0, 24), max_size=5),
    sort=st.sampled_from(list(_SORTS)),
    descending=st.booleans(),
    search=st.sampled_from(["", "köln", "KÖLN 815", '"köln 815"', "k2", "nothing"]),
    look_first=st.sampled_from([None, LookFirst.UNDECIDED, LookFirst.NEWER_SAME_KEY]),
    only=st.none() | st.sets(st.integers(0, 30), max_size=10),
    pick=st.integers(0, 3),
)
def test_a_query_agrees_with_a_naive_one(
    shapes: list[tuple[str, str, int, str]],
    staged: dict[int, Decision],
    gone: set[int],
    sort: SortBy,
    descending: bool,
    search: str,
    look_first: LookFirst | None,
    only: set[int] | None,
    pick: int,
) -> None:
    records = [
        record(n, key, {"city": city}, headers=spring(why), timestamp=NOW + minutes * MINUTE)
        for n, (key, why, minutes, city) in enumerate(shapes)
    ]
    decided = [each.id for each in records if each.id.offset in gone]
    asked = read(records, loaded(records, decided=decided))
    for offset, decision in staged.items():
        asked.decide(decision, offset)
    choices = (None, *(each.key for each in asked.groups().groups), "no such group")
    group = choices[pick % len(choices)]
    found = asked.rows(
        search,
        sort=sort,
        descending=descending,
        look_first=look_first,
        only=None if only is None else frozenset(RecordId(0, each) for each in only),
        group_by=GroupBy.REASON,
        group=group,
    )
    labels = {each.key: str(each.label) for each in asked.groups().groups}

    def matches(row: int) -> bool:
        key, _, _, city = shapes[row]
        words = search.casefold().strip('"')
        text = f"{key}\n{city}".casefold()
        in_words = words in text if search.startswith('"') else all(word in text for word in words.split())
        newer = any(shapes[other][0] == key for other in range(row + 1, len(shapes)))
        looked_at = {None: True, LookFirst.UNDECIDED: row not in staged, LookFirst.NEWER_SAME_KEY: newer}
        return (
            row not in gone
            and in_words
            and looked_at[look_first]
            and (only is None or row in only)
            and (group is None or labels.get(group) == str(asked.row(row).why))
        )

    rows = [row for row in range(len(shapes)) if matches(row)]
    assert sorted(rows, key=lambda row: _SORTS[sort](asked.row(row)), reverse=descending) == found


def test_only_ignores_records_that_are_not_there() -> None:
    asked = reading([record(0), record(1)])
    assert [1] == asked.rows(only=frozenset((RecordId(0, 1), RecordId(3, 9))))


def test_an_answer_brings_its_question_back_and_says_whether_reading_goes_on() -> None:
    asked = reading([record(0)])
    query = Query("x", serial=7)
    assert (query, False) == (asked.reply(query).query, asked.reply(query).complete)
    asked.engine.finish(loaded([record(0)]))
    assert asked.reply(query).complete


def test_rows_arrive_in_queries_as_soon_as_they_are_added() -> None:
    asked = reading([record(0)])
    assert [0] == asked.rows()
    asked.engine.add([record(1)])
    assert [0, 1] == asked.rows()


@pytest.mark.parametrize("sort", list(SortBy))
@pytest.mark.parametrize("descending", [False, True])
def test_every_column_can_be_sorted_and_loses_no_row(sort: SortBy, descending: bool) -> None:
    records = [record(n, f"k{n % 3}" if n % 4 else None, headers=spring() if n % 2 else ()) for n in range(9)]
    assert list(range(9)) == sorted(read(records).rows(sort=sort, descending=descending))
