"""Which group every row is in, for each way of grouping; groups are numbered as they appear."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime

from kmp_desktop.core.failure import FailureReason, group_key, label
from kmp_desktop.core.text import Text, text, text_n
from kmp_desktop.core.view import GroupBy

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
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
        frame = reason.own_frame or reason.listener
        number = by[GroupBy.REASON].put(
            group_key(reason), label(reason), (reason.reporter, str(reason.step or ""), frame)
        )
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
    """Labels, with as many marks appended as it takes until no two are equal."""
    labels = [group.label for group in groups]
    depth = max((len(group.marks) for group in groups), default=0)
    for used in range(1, depth + 1):
        double = _doubles(labels)
        for number in double:
            marks = ", ".join(mark for mark in groups[number].marks[:used] if mark)
            if marks:
                labels[number] = text("{label} ({who})", label=groups[number].label, who=marks)
    for nth, number in enumerate(_doubles(labels), 1):
        labels[number] = text("{label} (kind {n})", label=labels[number], n=nth)
    return labels


def _doubles(labels: list[Text]) -> list[int]:
    times: Counter[Hashable] = Counter(labels)
    return [number for number, each in enumerate(labels) if times[each] > 1]
