"""Sorting rows: every column becomes whole numbers first, so that sorting itself compares only those."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from kmp_desktop.core.view import GroupBy, SortBy
from kmp_desktop.engine.records import Records
from kmp_desktop.engine.texts import NOT_TOLD, Whole

_GROUPED = {
    SortBy.WHY: GroupBy.REASON,
    SortBy.MESSAGE_TYPE: GroupBy.MESSAGE,
    SortBy.REPORTED_BY: GroupBy.REPORTER,
    SortBy.STEP: GroupBy.STEP,
}


def in_order(
    records: Records, rows: NDArray[np.uint32], by: SortBy, *, descending: bool
) -> NDArray[np.uint32]:
    """``rows`` sorted; equal ones keep their order, and what has no value comes last."""
    if by in (SortBy.ARRIVAL, SortBy.COORDINATES):
        partitions, offsets = records.places.arrays()
        sign = -1 if descending else 1
        return rows[np.lexsort((sign * offsets[rows], sign * partitions[rows]))]
    values = _values(records, by)[rows]
    told = values != NOT_TOLD
    if told.all():
        return rows[order_of(values, descending=descending)]
    first = rows[told]
    return np.concatenate((first[order_of(values[told], descending=descending)], rows[~told]))


def order_of(values: Whole, *, descending: bool) -> Whole:
    """Where the values lie in order. Value and place in one number sort twice as fast as side by side."""
    if not len(values):
        return np.empty(0, np.int64)
    low, high = int(values.min()), int(values.max())
    bits = len(values).bit_length()
    if (high - low).bit_length() + bits > 62:
        return np.argsort(-values if descending else values, kind="stable")
    keys = ((high - values if descending else values - low) << bits) | np.arange(len(values))
    keys.sort()
    return keys & ((1 << bits) - 1)


def _values(records: Records, by: SortBy) -> Whole:
    """A number for every row, ``NOT_TOLD`` where there is no value."""
    if by in _GROUPED:
        return _group_ranks(records, _GROUPED[by])
    if by is SortBy.DECISION:
        return np.frombuffer(records.decision, np.uint8).astype(np.int64)
    texts = {
        SortBy.REPORTED: records.reported,
        SortBy.KEY: records.key,
        SortBy.CAME_FROM: records.came_from,
        SortBy.PAYLOAD_0: records.payload[0],
        SortBy.PAYLOAD_1: records.payload[1],
    }
    if by in texts:
        return texts[by].ranks()
    numbers = {
        SortBy.FAILED: records.failed_at,
        SortBy.TRIES: records.tries,
        SortBy.SIZE: records.size,
        SortBy.FIRST_SENT: records.first_sent,
    }
    return np.frombuffer(numbers[by], np.int64)


def _group_ranks(records: Records, kind: GroupBy) -> Whole:
    grouping = records.groups[kind]
    labels = [str(label) for label in grouping.labels()]
    told = [bool(group.key) or kind is GroupBy.REASON for group in grouping.groups]
    rank = _ranks_of(set(labels), str.casefold)
    ranks = [rank[label] if known else NOT_TOLD for label, known in zip(labels, told, strict=True)]
    return np.array(ranks, np.int64)[np.frombuffer(grouping.of_row, np.uint32)]


def _ranks_of(values: Iterable[str], key: Callable[[str], str]) -> dict[str, int]:
    """A rank for every value; values that compare equal share one."""
    ranks: dict[str, int] = {}
    for _, equal in groupby(sorted(values, key=key), key):
        ranks.update(dict.fromkeys(equal, len(ranks)))
    return ranks
