"""Sorting rows: every column becomes numbers first, so that sorting itself compares only those."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from kmp_desktop.core.view import GroupBy, SortBy
from kmp_desktop.engine.records import NOT_TOLD, Records

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_GROUPED = {
    SortBy.WHY: GroupBy.REASON,
    SortBy.MESSAGE_TYPE: GroupBy.MESSAGE,
    SortBy.REPORTED_BY: GroupBy.REPORTER,
    SortBy.STEP: GroupBy.STEP,
}


class Sorter:
    """Sorts rows by any column; remembers the order of texts until rows change."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._ranks: dict[SortBy, tuple[int, array[int]]] = {}

    def in_order(self, rows: Sequence[int], by: SortBy, *, descending: bool) -> list[int]:
        """``rows`` sorted; equal ones keep their order, and what has no value comes last."""
        if by is SortBy.DECISION:
            return sorted(rows, key=self._records.decision.__getitem__, reverse=descending)
        values = self._values(by)
        missing = [row for row in rows if values[row] == NOT_TOLD]
        if missing:
            rows = [row for row in rows if values[row] != NOT_TOLD]
        return sorted(rows, key=values.__getitem__, reverse=descending) + missing

    def _values(self, by: SortBy) -> Sequence[int]:
        """A number for every row, ``NOT_TOLD`` where there is no value."""
        records = self._records
        numbers = {
            SortBy.FAILED: records.failed_at,
            SortBy.TRIES: records.tries,
            SortBy.SIZE: records.size,
            SortBy.FIRST_SENT: records.first_sent,
        }
        return numbers[by] if by in numbers else self._ranked(by)

    def _ranked(self, by: SortBy) -> array[int]:
        version, ranks = self._ranks.get(by, (-1, array("q")))
        if version != self._records.version:
            ranks = self._rank(by)
            self._ranks[by] = (self._records.version, ranks)
        return ranks

    def _rank(self, by: SortBy) -> array[int]:
        records = self._records
        if by in _GROUPED:
            return _group_ranks(records, _GROUPED[by])
        if by in (SortBy.ARRIVAL, SortBy.COORDINATES):
            places = [record.id for record in records.record]
            order = sorted(range(len(places)), key=places.__getitem__)
            return _places(order)
        texts: dict[SortBy, Sequence[str | None]] = {
            SortBy.REPORTED: [reported or None for reported in records.reported],
            SortBy.KEY: [key or None for key in records.key],
            SortBy.CAME_FROM: [origin or None for origin in records.came_from],
            SortBy.PAYLOAD_0: records.payload[0],
            SortBy.PAYLOAD_1: records.payload[1],
        }
        return _text_ranks(texts[by])


def _group_ranks(records: Records, kind: GroupBy) -> array[int]:
    grouping = records.groups[kind]
    labels = [str(label) for label in grouping.labels()]
    told = [bool(group.key) or kind is GroupBy.REASON for group in grouping.groups]
    rank = _ranks_of(set(labels), str.casefold)
    ranks = [rank[label] if known else NOT_TOLD for label, known in zip(labels, told, strict=True)]
    return array("q", map(ranks.__getitem__, grouping.of_row))


def _text_ranks(values: Sequence[str | None]) -> array[int]:
    """Numbers by their value, then words, case ignored; null and empty text before them.

    What is missing has no rank.
    """
    distinct = {value for value in values if value}
    numbers = {value for value in distinct if _NUMBER.fullmatch(value)}
    rank: dict[str | None, int] = {None: NOT_TOLD, "": -1}
    # Three sorts by single values take less time than one by tuples of them.
    for value in sorted(sorted(sorted(numbers), key=len), key=float):
        rank[value] = len(rank)
    rank.update(_ranks_of(distinct - numbers, str.casefold, len(rank)))
    return array("q", map(rank.__getitem__, values))


def _ranks_of(values: Iterable[str], key: Callable[[str], str], first: int = 0) -> dict[str, int]:
    """A rank for every value; values that compare equal share one."""
    ranks: dict[str, int] = {}
    for _, equal in groupby(sorted(values, key=key), key):
        ranks.update(dict.fromkeys(equal, first + len(ranks)))
    return ranks


def _places(order: Sequence[int]) -> array[int]:
    places = array("q", bytes(8 * len(order)))
    for place, row in enumerate(order):
        places[row] = place
    return places
