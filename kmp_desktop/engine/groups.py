"""The failure groups with their counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import compress

from kmp_desktop.core.text import text
from kmp_desktop.core.view import GroupBy, Groups, GroupSummary, GroupsWanted, LookFirst
from kmp_desktop.engine.query import look_first_flags
from kmp_desktop.engine.records import Records


def groups(records: Records, wanted: GroupsWanted, *, complete: bool) -> Groups:
    """All groups of one kind, the largest first; what is staged or decided by others counts as decided."""
    alive = records.alive()
    return Groups(
        group_by=wanted.group_by,
        groups=_summaries(records, wanted.group_by),
        everything=GroupSummary(
            "",
            text("All records"),
            len(alive),
            sum(_decided(records)),
            max(map(records.failed_at.__getitem__, alive), default=0),
        ),
        look_first=tuple((each, _held(records, each)) for each in LookFirst),
        complete=complete,
        serial=wanted.serial,
        waiting_for_registry=sum(map(records.waits_for_registry.__getitem__, alive)),
    )


def _summaries(records: Records, kind: GroupBy) -> tuple[GroupSummary, ...]:
    grouping = records.groups[kind]
    alive = records.alive()
    numbers = [grouping.of_row[row] for row in alive]
    counts = Counter(numbers)
    decided = Counter(compress(numbers, _decided(records)))
    newest = _newest(numbers, map(records.failed_at.__getitem__, alive))
    labels = grouping.labels()
    found = [
        GroupSummary(grouping.groups[each].key, labels[each], n, decided[each], newest[each])
        for each, n in counts.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.count, str(each.label).casefold(), each.key)))


def _decided(records: Records) -> list[bool]:
    """For every row that is not removed, whether there is a decision about it."""
    decision, elsewhere = records.decision, records.elsewhere
    return [bool(decision[row] or elsewhere[row]) for row in records.alive()]


def _newest(numbers: Iterable[int], times: Iterable[int]) -> dict[int, int]:
    newest: dict[int, int] = {}
    for number, time in zip(numbers, times, strict=True):
        if newest.get(number, time) <= time:
            newest[number] = time
    return newest


def _held(records: Records, look_first: LookFirst) -> int:
    flags = look_first_flags(records, look_first)
    return sum(1 for row in records.alive() if flags[row])
