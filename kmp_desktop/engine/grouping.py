"""Which group every row is in, for each way of grouping; groups are numbered as they appear."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from kmp_desktop.core.failure import FailureReason, group_key, label
from kmp_desktop.core.text import Text, text, text_n
from kmp_desktop.core.view import GroupBy
from kmp_desktop.engine.columns import label_of
from kmp_desktop.engine.message_type import simple_name

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ENDING = re.compile(r"(?:Exception|Error|Failure)$")
_QUARTER_HOUR = 900_000  # ms; no time zone changes its day anywhere between two of them


@dataclass(frozen=True, slots=True)
class Group:
    """One group: its key, its label, and what tells it from another with the same label."""

    key: str
    label: Text
    marks: tuple[str, ...] = ()


class Grouping:
    """One way of grouping. ``of_row`` is the number of each row's group, an array of "I"."""

    __slots__ = ("_labels", "_numbers", "groups", "of_row")

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.of_row = array("I")
        self._numbers: dict[str, int] = {}
        self._labels: list[Text] = []

    def number(self, key: str) -> int | None:
        """The number of a group, ``None`` if there is none with this key."""
        return self._numbers.get(key)

    def put(self, key: str, label: Text, marks: tuple[str, ...] = ()) -> int:
        """The number of the group with this key, which is made if it is not there yet."""
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.groups)
            self.groups.append(Group(key, label, marks))
        return number

    def labels(self) -> list[Text]:
        """The label of every group by number; equal ones are told apart by who reported it, ..."""
        if len(self._labels) != len(self.groups):
            self._labels = _told_apart(self.groups)
        return self._labels


class Groupings:
    """Every way of grouping, for the same rows."""

    def __init__(self) -> None:
        self._by = {kind: Grouping() for kind in GroupBy}
        self._day = _Days()

    def __getitem__(self, kind: GroupBy) -> Grouping:
        return self._by[kind]

    def add(self, reason: FailureReason, message_type: str) -> None:
        """Put the next row into its groups."""
        by = self._by
        by[GroupBy.MESSAGE].of_row.append(by[GroupBy.MESSAGE].put(message_type, _message_label(message_type)))
        key = group_key(reason)
        number = by[GroupBy.REASON].number(key)
        if number is None:
            number = by[GroupBy.REASON].put(key, label(reason), _marks(reason))
        by[GroupBy.REASON].of_row.append(number)
        reporter = reason.reporter
        by[GroupBy.REPORTER].of_row.append(by[GroupBy.REPORTER].put(reporter, _reporter_label(reporter)))
        step = reason.step
        number = by[GroupBy.STEP].put(str(step) if step else "", step or text("Step not known"))
        by[GroupBy.STEP].of_row.append(number)
        day, day_label = self._day.of(reason.failed_at)
        by[GroupBy.DAY].of_row.append(by[GroupBy.DAY].put(day, day_label))
        tries = "" if reason.tries is None else str(reason.tries)
        by[GroupBy.TRIES].of_row.append(by[GroupBy.TRIES].put(tries, _tries_label(reason.tries)))

    def set_message_type(self, row: int, message_type: str) -> None:
        """Another message type for a row, whose content can be read by now."""
        grouping = self._by[GroupBy.MESSAGE]
        grouping.of_row[row] = grouping.put(message_type, _message_label(message_type))


class _Days:
    """Calendar days on this computer's clock."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[str, Text]] = {}

    def of(self, moment: int) -> tuple[str, Text]:
        """(key that sorts, label) of the day of a moment in epoch milliseconds."""
        part = moment // _QUARTER_HOUR
        if part not in self._known:
            self._known[part] = _day(part * _QUARTER_HOUR)
        return self._known[part]


def _day(moment: int) -> tuple[str, Text]:
    try:
        day = datetime.fromtimestamp(moment / 1000, UTC).astimezone()
    except (ValueError, OverflowError, OSError):  # a time that no calendar has
        return "", text("Day not known")
    shown = f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day:%Y-%m-%d}", text("{day}", day=shown)


def _message_label(message_type: str) -> Text:
    return text("{name}", name=message_type) if message_type else text("Kind of message not known")


def _reporter_label(reporter: str) -> Text:
    return text("{name}", name=reporter) if reporter else text("Not known who reported it")


def _tries_label(tries: int | None) -> Text:
    if tries is None:
        return text("Number of tries not known")
    return text_n(tries, "{n} try", "{n} tries")


def _told_apart(groups: list[Group]) -> list[Text]:
    """Labels that are all different: equal ones get the first of their marks that differ."""
    same: defaultdict[Text, list[int]] = defaultdict(list)
    for number, group in enumerate(groups):
        same[group.label].append(number)
    labels = [group.label for group in groups]
    for numbers in same.values():
        for number, marks in _marked(groups, numbers, 0).items():
            if marks:
                labels[number] = text("{label} ({who})", label=labels[number], who=", ".join(marks))
    return labels


def _marked(groups: list[Group], numbers: list[int], place: int) -> dict[int, tuple[str, ...]]:
    """The marks that tell these groups apart, beginning with that at ``place``."""
    if len(numbers) == 1:
        return {numbers[0]: ()}
    if place == len(groups[numbers[0]].marks):
        return {number: (f"{nth}",) for nth, number in enumerate(numbers, 1)}
    by_mark: defaultdict[str, list[int]] = defaultdict(list)
    for number in numbers:
        by_mark[groups[number].marks[place]].append(number)
    own = len(by_mark) > 1  # a mark that all share tells nothing
    return {
        number: (mark, *rest) if own and mark else rest
        for mark, alike in by_mark.items()
        for number, rest in _marked(groups, alike, place + 1).items()
    }


def _marks(reason: FailureReason) -> tuple[str, ...]:
    """What tells two reasons with the same label apart, the plainest first."""
    exception = simple_name(reason.root_cause or reason.exception)
    frame = reason.own_frame or reason.listener
    place = [label_of((part,)) for part in frame.split(".")[-2:]]
    return (
        reason.reporter,
        str(reason.step or ""),
        label_of((_ENDING.sub("", exception),)) if exception else "",
        ": ".join(place) if frame else "",
    )
