"""A few rows that differ as much as possible, to be retried before the rest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, zip_longest

import numpy as np

from kmp_desktop.core.view import GroupBy
from kmp_desktop.engine.records import Records
from kmp_desktop.engine.sorting import order_of


def few_first(records: Records, rows: Sequence[int], count: int) -> tuple[int, ...]:
    """The newest, the oldest, then rows with as many different messages as possible.

    Rows that are removed are left out. The order is the one in which they were picked.
    """
    wanted = np.array(rows, np.uint32)
    wanted = wanted[np.frombuffer(records.removed, np.uint8)[wanted] == 0]
    if not len(wanted) or count < 1:
        return ()
    by_age = wanted[order_of(np.frombuffer(records.failed_at, np.int64)[wanted], descending=True)]
    types = np.frombuffer(records.groups[GroupBy.MESSAGE].of_row, np.uint32)[by_age].astype(np.int64)
    messages = (types << 32) | records.reported.numbers()[by_age]
    _, first, message, often = np.unique(messages, return_index=True, return_inverse=True, return_counts=True)
    picked = dict.fromkeys((int(by_age[0]), int(by_age[-1])))
    seen = np.zeros(len(first), np.bool_)
    seen[[message[0], message[-1]]] = True
    # Messages that were not seen yet first; among them the most frequent. No more than can be picked.
    enough = count + len(picked)
    best = np.lexsort((first, -often, seen))[:enough]
    turns = zip_longest(*(by_age[np.flatnonzero(message == each)[:enough]].tolist() for each in best))
    picked.update(dict.fromkeys(row for row in chain.from_iterable(turns) if row is not None))
    return tuple(picked)[:count]
