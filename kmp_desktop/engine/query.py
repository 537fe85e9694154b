"""Which rows are shown, and in which order."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kmp_desktop.core.view import LookFirst, Query, SortBy
from kmp_desktop.engine.filters import Flags, filtered, in_group
from kmp_desktop.engine.records import Records
from kmp_desktop.engine.search import needles
from kmp_desktop.engine.sorting import in_order


class Queries:
    """Answers queries; keeps the last order of all rows, because a search is typed letter by letter."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._order: tuple[object, NDArray[np.uint32]] = (None, np.empty(0, np.uint32))

    def rows(self, query: Query) -> array[int]:
        """The rows that match, in order."""
        records = self._records
        rows = self._ordered(query.sort, descending=query.descending)
        for matching in _matching(records, query):
            rows = rows[matching[rows]]
        return array("I", rows.tobytes())

    def _ordered(self, sort: SortBy, *, descending: bool) -> NDArray[np.uint32]:
        records = self._records
        decisions = records.decisions_version if sort is SortBy.DECISION else 0
        state = (sort, descending, records.version, decisions)
        if self._order[0] != state:
            self._order = (state, in_order(records, records.alive(), sort, descending=descending))
        return self._order[1]


def look_first_flags(records: Records, look_first: LookFirst) -> Flags:
    """For every row whether a quick filter holds."""
    match look_first:
        case LookFirst.UNDECIDED:
            return ~decided_flags(records)
        case LookFirst.NEWER_SAME_KEY:
            records.refresh_newer()
            return records.newer_same_key
        case LookFirst.CAME_BACK:
            return np.frombuffer(records.came_back, np.uint32).astype(np.bool_)
        case LookFirst.UNREADABLE:
            return np.frombuffer(records.unreadable, np.bool_)
        case LookFirst.DECIDED_ELSEWHERE:
            return np.frombuffer(records.elsewhere, np.bool_)


def decided_flags(records: Records) -> Flags:
    """For every row whether there is a decision about it, ours or another's."""
    staged, others = (np.frombuffer(each, np.uint8) for each in (records.decision, records.elsewhere))
    return (staged | others).astype(np.bool_)


def _matching(records: Records, query: Query) -> Iterator[Flags]:
    """For every row whether it matches, once for each part of the question, the cheapest first."""
    if query.group is not None:
        yield in_group(records, query.group_by, query.group)
    if query.look_first is not None:
        yield look_first_flags(records, query.look_first)
    yield from filtered(records, query.filters)
    if query.only is not None:
        wanted = np.zeros(len(records), np.bool_)
        wanted[records.places.rows_of(query.only)] = True
        yield wanted
    if needles(query.search):
        yield records.searched.holding(query.search)
