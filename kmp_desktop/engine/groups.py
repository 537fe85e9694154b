"""The failure groups with their counts."""

from __future__ import annotations

import numpy as np

from kmp_desktop.core.text import text
from kmp_desktop.core.view import GroupBy, Groups, GroupSummary, GroupsWanted, LookFirst
from kmp_desktop.engine.query import decided_flags, look_first_flags
from kmp_desktop.engine.records import Records


def groups(records: Records, wanted: GroupsWanted, *, complete: bool) -> Groups:
    """All groups of one kind, the largest first; what is staged or decided by others counts as decided."""
    alive = records.alive()
    times = np.frombuffer(records.failed_at, np.int64)[alive]
    waiting = np.frombuffer(records.waits_for_registry, np.bool_)[alive]
    return Groups(
        group_by=wanted.group_by,
        groups=_summaries(records, wanted.group_by),
        everything=GroupSummary(
            "",
            text("All records"),
            len(alive),
            int(np.count_nonzero(decided_flags(records)[alive])),
            int(times.max()) if len(times) else 0,
        ),
        look_first=tuple((each, _held(records, each)) for each in LookFirst),
        complete=complete,
        serial=wanted.serial,
        waiting_for_registry=int(np.count_nonzero(waiting)),
    )


def _summaries(records: Records, kind: GroupBy) -> tuple[GroupSummary, ...]:
    grouping = records.groups[kind]
    alive = records.alive()
    numbers = np.frombuffer(grouping.of_row, np.uint32)[alive]
    counts = np.bincount(numbers, minlength=len(grouping.groups))
    decided = np.bincount(numbers[decided_flags(records)[alive]], minlength=len(grouping.groups))
    newest = np.full(len(grouping.groups), np.iinfo(np.int64).min)
    np.maximum.at(newest, numbers, np.frombuffer(records.failed_at, np.int64)[alive])
    labels = grouping.labels()
    found = [
        GroupSummary(
            grouping.groups[each].key, labels[each], int(counts[each]), int(decided[each]), int(newest[each])
        )
        for each in np.flatnonzero(counts)
    ]
    return tuple(sorted(found, key=lambda each: (-each.count, str(each.label).casefold(), each.key)))


def _held(records: Records, look_first: LookFirst) -> int:
    return int(np.count_nonzero(look_first_flags(records, look_first)[records.alive()]))
