"""The filters of the list, one array of flags for each that is set."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.view import FieldFilter, Filters, GroupBy, Having
from kmp_desktop.engine.records import DECISION_ORDER, UNDECIDED, Records
from kmp_desktop.engine.texts import NOT_TOLD

Flags = NDArray[np.bool_]


def filtered(records: Records, filters: Filters) -> Iterator[Flags]:
    """For every row whether it matches, once for each filter that is set."""
    if filters.decisions:
        yield _decided(records, filters.decisions)
    groups = (
        (GroupBy.MESSAGE, filters.message_type),
        (GroupBy.REPORTER, filters.reporter),
        (GroupBy.STEP, filters.step),
    )
    for kind, key in groups:
        if key is not None:
            yield in_group(records, kind, key)
    yield from _failed(records, filters)
    if filters.tries_at_least is not None:
        yield np.greater_equal(np.frombuffer(records.tries, np.int64), filters.tries_at_least)
    if filters.with_hint:
        yield _with_hint(records)
    if filters.partition is not None:
        yield np.equal(records.places.arrays()[0], filters.partition)
    if filters.field is not None:
        yield _field(records, filters.field)


def in_group(records: Records, group_by: GroupBy, group: str) -> Flags:
    """For every row whether it is in a group."""
    grouping = records.groups[group_by]
    number = grouping.number(group)
    if number is None:
        return np.zeros(len(records), np.bool_)
    return np.equal(np.frombuffer(grouping.of_row, np.uint32), number)


def _decided(records: Records, wanted: frozenset[Decision | None]) -> Flags:
    numbers = [DECISION_ORDER[each] if each is not None else UNDECIDED for each in wanted]
    return np.isin(np.frombuffer(records.decision, np.uint8), numbers)


def _failed(records: Records, filters: Filters) -> Iterator[Flags]:
    times = np.frombuffer(records.failed_at, np.int64)
    if filters.failed_from is not None:
        yield np.greater_equal(times, filters.failed_from)
    if filters.failed_before is not None:
        yield np.less(times, filters.failed_before) & np.not_equal(times, NOT_TOLD)


def _with_hint(records: Records) -> Flags:
    records.refresh_newer()
    others = np.frombuffer(records.elsewhere, np.bool_)
    return records.newer_same_key | others | np.frombuffer(records.came_back, np.uint32).astype(np.bool_)


def _field(records: Records, wanted: FieldFilter) -> Flags:
    texts = records.payload[wanted.column]
    if wanted.having is Having.EMPTY:
        return texts.empty()
    return texts.holding(wanted.value, whole=wanted.having is Having.IS)
