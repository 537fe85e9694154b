"""A few rows that differ as much as possible, to be retried before the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain, zip_longest

from kmp_desktop.engine.records import Records


def few_first(records: Records, rows: Sequence[int], count: int) -> tuple[int, ...]:
    """The newest, the oldest, then rows with as many different messages as possible.

    Rows that are removed are left out. The order is the one in which they were picked.
    """
    removed, failed_at = records.removed, records.failed_at
    by_age = sorted((row for row in rows if not removed[row]), key=failed_at.__getitem__, reverse=True)
    if not by_age or count < 1:
        return ()
    picked = dict.fromkeys((by_age[0], by_age[-1]))
    seen = {_message(records, row) for row in picked}
    per_message: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for row in by_age:
        per_message[_message(records, row)].append(row)
    # Messages that were not seen yet first; among them the most frequent.
    messages = sorted(per_message, key=lambda each: (each in seen, -len(per_message[each])))
    turns = zip_longest(*(per_message[each] for each in messages))
    picked.update(dict.fromkeys(row for row in chain.from_iterable(turns) if row is not None))
    return tuple(picked)[:count]


def _message(records: Records, row: int) -> tuple[str, str]:
    return records.message_type(row), records.reported[row]
