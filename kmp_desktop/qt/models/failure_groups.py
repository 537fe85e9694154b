"""The lists of the failure group panel: why records failed, and what to look at first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from kmp_desktop.core.view import Groups, GroupSummary, LookFirst
from kmp_desktop.qt import when
from kmp_desktop.qt.i18n import number, say, tr
from kmp_desktop.qt.models.record_table import Index
from kmp_desktop.qt.visible_text import one_line

SHOWN = 50  # groups; the others are behind one more row

_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_TOOLTIP = Qt.ItemDataRole.ToolTipRole.value
_ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole.value
KEY_ROLE = Qt.ItemDataRole.UserRole.value  # str, "" = all records; or the LookFirst
COUNT_ROLE = KEY_ROLE + 1
SECOND_LINE_ROLE = KEY_ROLE + 2
SHARE_ROLE = KEY_ROLE + 3  # decided, 0..1; None = no bar
MORE_ROLE = KEY_ROLE + 4  # the row that shows the smaller groups
OUTDATED_ROLE = KEY_ROLE + 5  # numbers from before, shown dimmed until the new ones are there
ICON_ROLE = KEY_ROLE + 6

_NO_PARENT = QModelIndex()


class FailureGroupModel(QAbstractListModel):
    """All records, then the groups, the largest first.

    ``keep_order``: while somebody points at the list its order stays, whatever the counts say.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._groups: list[GroupSummary] = []
        self._all_shown = False
        self._complete = True
        self._outdated = False
        self._counting = True
        self._now = when.now_ms()
        self.keep_order = False

    @property
    def groups(self) -> tuple[GroupSummary, ...]:
        """What is shown, "All records" first."""
        return tuple(self._groups)

    def find(self, key: str) -> GroupSummary | None:
        """The group with this key ("" = all records)."""
        return next((group for group in self._groups if group.key == key), None)

    def position_of(self, key: str) -> int | None:
        """Where a group is shown."""
        shown = self._groups[: self._shown()]
        return next((place for place, group in enumerate(shown) if group.key == key), None)

    def set_groups(self, answer: Groups) -> None:
        """Take new counts; keys that stay keep their place while ``keep_order``."""
        groups = list(answer.groups)
        if self.keep_order:
            places = {group.key: place for place, group in enumerate(self._groups)}
            groups.sort(key=lambda group: places.get(group.key, len(places)))
        self._now = when.now_ms()
        self._complete = answer.complete
        self._replace([answer.everything, *groups])

    def set_outdated(self, outdated: bool) -> None:
        """Dim the numbers until the new ones are there."""
        if outdated != self._outdated:
            self._outdated = outdated
            self._all_changed()

    def set_counting(self, *, counting: bool) -> None:
        """Whether incomplete counts are still growing."""
        self._counting = counting
        self._all_changed()

    def show_all(self) -> None:
        """Show the smaller groups, too."""
        self.beginResetModel()
        self._all_shown = True
        self.endResetModel()

    def tick(self) -> None:
        """Say relative times anew."""
        self._now = when.now_ms()
        self._all_changed()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Groups that are shown and perhaps the row that shows the others."""
        if parent.isValid():
            return 0
        return self._shown() + (self._shown() < len(self._groups))

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """What a row says."""
        if not index.isValid():
            return None
        if role == OUTDATED_ROLE:
            return self._outdated
        if index.row() >= self._shown():
            return self._more(role)
        return self._group(self._groups[index.row()], role)

    def _group(self, group: GroupSummary, role: int) -> Any:
        answer = self._answers.get(role)
        return None if answer is None else answer(self, group)

    def _label(self, group: GroupSummary) -> str:
        return one_line(say(group.label))

    def _key(self, group: GroupSummary) -> str:
        return group.key

    def _count(self, group: GroupSummary) -> int:
        return group.count

    def _share(self, group: GroupSummary) -> float | None:
        return group.decided / max(1, group.count) if self._complete else None

    def _tooltip(self, group: GroupSummary) -> str:
        return tr("{decided} of {count} decided", decided=group.decided, count=group.count)

    def _accessible(self, group: GroupSummary) -> str:
        return tr(
            "{label}, {count} records, {decided} decided",
            label=self._label(group),
            count=group.count,
            decided=group.decided,
        )

    def _second_line(self, group: GroupSummary) -> str:
        if self._complete:
            return tr("newest {time}", time=when.relative(group.newest, self._now)) if group.newest else ""
        if not group.key:
            return tr("counting …") if self._counting else ""
        percent = group.count * 100 // max(1, self._groups[0].count)
        return tr("{percent} % so far", percent=percent) if percent else tr("under 1 % so far")

    _answers: ClassVar[dict[int, Callable[[FailureGroupModel, GroupSummary], Any]]] = {
        _DISPLAY: _label,
        KEY_ROLE: _key,
        COUNT_ROLE: _count,
        SECOND_LINE_ROLE: _second_line,
        SHARE_ROLE: _share,
        _TOOLTIP: _tooltip,
        _ACCESSIBLE: _accessible,
    }

    def _more(self, role: int) -> Any:
        if role in (_DISPLAY, _ACCESSIBLE):
            hidden = number(len(self._groups) - self._shown())
            return tr("Show {count} smaller groups", count=hidden)
        return role == MORE_ROLE or None

    def _shown(self) -> int:
        if self._all_shown or len(self._groups) <= SHOWN + 1:
            return len(self._groups)
        return SHOWN + 1

    def _replace(self, groups: list[GroupSummary]) -> None:
        same = [group.key for group in groups] == [group.key for group in self._groups]
        self._outdated = False
        if same:
            self._groups = groups
            self._all_changed()
            return
        self.beginResetModel()
        self._groups = groups
        self.endResetModel()

    def _all_changed(self) -> None:
        if self._groups:
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))


_ICONS = {
    LookFirst.UNDECIDED: "circle-dashed",
    LookFirst.NEWER_SAME_KEY: "key",
    LookFirst.CAME_BACK: "arrow-counter-clockwise",
    LookFirst.UNREADABLE: "warning",
    LookFirst.DECIDED_ELSEWHERE: "users",
}


def look_first_label(kind: LookFirst) -> str:
    """A quick filter in words."""
    return {
        LookFirst.UNDECIDED: tr("Undecided"),
        LookFirst.NEWER_SAME_KEY: tr("Newer record, same key"),
        LookFirst.CAME_BACK: tr("Came back after a retry"),
        LookFirst.UNREADABLE: tr("Content cannot be read"),
        LookFirst.DECIDED_ELSEWHERE: tr("Changed by someone else"),
    }[kind]


class LookFirstModel(QAbstractListModel):
    """Quick filters with their counts; one with nothing behind it is not shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[tuple[LookFirst, int | None]] = []

    def set_counts(self, counts: tuple[tuple[LookFirst, int], ...], keep: LookFirst | None = None) -> None:
        """Show these; ``keep`` is shown even with 0, because it is chosen."""
        self._replace([(kind, count) for kind, count in counts if count or kind is keep])

    def set_counting(self) -> None:
        """Nothing is known yet: "…" for each."""
        without = (LookFirst.DECIDED_ELSEWHERE,)
        self._replace([(kind, None) for kind in LookFirst if kind not in without])

    def position_of(self, kind: LookFirst) -> int | None:
        """Where a filter is shown."""
        return next((place for place, line in enumerate(self._lines) if line[0] is kind), None)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Filters that are shown."""
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """What a row says."""
        if not index.isValid():
            return None
        kind, count = self._lines[index.row()]
        if role == _ACCESSIBLE:
            label = look_first_label(kind)
            return label if count is None else tr("{label}, {count} records", label=label, count=count)
        values = {
            _DISPLAY: look_first_label(kind),
            KEY_ROLE: kind,
            COUNT_ROLE: count,
            ICON_ROLE: _ICONS[kind],
        }
        return values.get(role)

    def _replace(self, lines: list[tuple[LookFirst, int | None]]) -> None:
        same = [kind for kind, _ in lines] == [kind for kind, _ in self._lines]
        if same and lines:
            self._lines = lines
            self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
        elif not same:
            self.beginResetModel()
            self._lines = lines
            self.endResetModel()
