"""Which rows are shown, and in which order."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import compress

from kmp_desktop.core.record import RecordId
from kmp_desktop.core.view import LookFirst, Query, SortBy
from kmp_desktop.engine.records import Records
from kmp_desktop.engine.search import matching
from kmp_desktop.engine.sorting import Sorter


class Queries:
    """Answers queries; keeps the last order of all rows, because a search is typed letter by letter."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._sorter = Sorter(records)
        self._order: tuple[object, list[int]] = (None, [])

    def rows(self, query: Query) -> array[int]:
        """The rows that match, in order."""
        rows: Sequence[int] = self._ordered(query.sort, descending=query.descending)
        rows = _in_group(self._records, rows, query)
        if query.look_first is not None:
            rows = _looked_at_first(self._records, rows, query.look_first)
        if query.only is not None:
            rows = _only(self._records, rows, query.only)
        return array("I", matching(rows, self._records.text, query.search))

    def _ordered(self, sort: SortBy, *, descending: bool) -> list[int]:
        records = self._records
        decisions = records.decisions_version if sort is SortBy.DECISION else 0
        state = (sort, descending, records.version, decisions)
        if self._order[0] != state:
            order = self._sorter.in_order(records.alive(), sort, descending=descending)
            self._order = (state, order)
        return self._order[1]


def look_first_flags(records: Records, look_first: LookFirst) -> Sequence[int]:
    """1 for every row that a quick filter holds, 0 for the others."""
    match look_first:
        case LookFirst.UNDECIDED:
            return bytearray(
                not (staged or other)
                for staged, other in zip(records.decision, records.elsewhere, strict=True)
            )
        case LookFirst.NEWER_SAME_KEY:
            records.refresh_newer()
            return records.newer_same_key
        case LookFirst.CAME_BACK:
            return records.came_back
        case LookFirst.UNREADABLE:
            return records.unreadable
        case LookFirst.DECIDED_ELSEWHERE:
            return records.elsewhere


def _in_group(records: Records, rows: Sequence[int], query: Query) -> Sequence[int]:
    if query.group is None:
        return rows
    grouping = records.groups[query.group_by]
    number = grouping.number(query.group)
    if number is None:
        return ()
    of_row = grouping.of_row
    return [row for row in rows if of_row[row] == number]


def _looked_at_first(records: Records, rows: Sequence[int], look_first: LookFirst) -> Sequence[int]:
    flags = look_first_flags(records, look_first)
    return list(compress(rows, map(flags.__getitem__, rows)))


def _only(records: Records, rows: Sequence[int], ids: frozenset[RecordId]) -> Sequence[int]:
    wanted = {records.row_of(record) for record in ids}
    return [row for row in rows if row in wanted]
