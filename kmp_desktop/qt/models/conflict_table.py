"""The table of records that somebody else decided: mine beside theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.queue_state import TheirDecision
from kmp_desktop.core.record import RecordId
from kmp_desktop.qt import when
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.models.record_names import RecordNames
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.widgets.chip import chip_word

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns of the table."""

    MESSAGE = 0
    PAYLOAD = 1
    MINE = 2
    THEIRS = 3
    BY = 4
    AT = 5


_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_TOOLTIP = Qt.ItemDataRole.ToolTipRole.value
_ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole.value
CHIP_ROLE = Qt.ItemDataRole.UserRole.value  # a Decision, or None where a cell is words
DIFFERS_ROLE = CHIP_ROLE + 1
_NO_PARENT = QModelIndex()
_THEIRS = {"merge": Decision.MERGE, "purge": Decision.PURGE}


class ConflictTableModel(QAbstractTableModel):
    """One row for each record; ``mine`` is taken once, when the page appears."""

    def __init__(
        self,
        decisions: Sequence[TheirDecision],
        mine: Callable[[RecordId], Decision | None],
        names: RecordNames,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._all = tuple(decisions)
        self._mine = {each.id: mine(each.id) for each in decisions}
        self._names = names
        self._shown = 0
        self._now = when.now_ms()
        names.changed.connect(self._on_names)

    @property
    def total(self) -> int:
        """How many there are, shown or not."""
        return len(self._all)

    def show_first(self, count: int) -> None:
        """Show the first so many."""
        shown = min(count, len(self._all))
        if shown <= self._shown:
            return
        self.beginInsertRows(QModelIndex(), self._shown, shown - 1)
        self._shown = shown
        self.endInsertRows()
        self._names.want(each.id for each in self._all[:shown])

    def as_text(self) -> str:
        """Everything as lines with tabs, for the clipboard."""
        lines = ["\t".join(str(self.headerData(column, Qt.Orientation.Horizontal)) for column in Column)]
        lines += ["\t".join(self._words(each, column) for column in Column) for each in self._all]
        return "\n".join(lines) + "\n"

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Qt's."""
        return 0 if parent.isValid() else self._shown

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """Qt's."""
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Qt's."""
        if orientation is not Qt.Orientation.Horizontal or role != _DISPLAY:
            return None
        return (
            tr("Message"),
            one_line(self._names.payload_label) or tr("Record"),
            tr("Your decision"),
            tr("Their decision"),
            tr("Decided by"),
            tr("When"),
        )[section]

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Qt's."""
        if not index.isValid():
            return None
        decision = self._all[index.row()]
        if role in (_DISPLAY, _ACCESSIBLE):
            return self._words(decision, index.column())
        if role == CHIP_ROLE:
            return self._chip(decision, index.column())
        if role == DIFFERS_ROLE:
            return index.column() == Column.THEIRS and self._differs(decision)
        if role == _TOOLTIP:
            return self._tooltip(decision, index.column())
        return None

    def _chip(self, decision: TheirDecision, column: int) -> Decision | None:
        if column == Column.MINE:
            return self._mine[decision.id]
        return _THEIRS.get(decision.decision) if column == Column.THEIRS else None

    def _differs(self, decision: TheirDecision) -> bool:
        theirs = _THEIRS.get(decision.decision)
        return theirs is not None and theirs is not self._mine[decision.id]

    def _words(self, decision: TheirDecision, column: int) -> str:
        unknown = tr("not recorded")
        match column:
            case Column.MESSAGE:
                return self._names.message(decision.id)
            case Column.PAYLOAD:
                return self._names.payload(decision.id) or self._names.coordinates(decision.id)
            case Column.MINE:
                return chip_word(self._mine[decision.id])
            case Column.THEIRS:
                theirs = _THEIRS.get(decision.decision)
                words = unknown if theirs is None else chip_word(theirs)
                return tr("{decision}, differs", decision=words) if self._differs(decision) else words
            case Column.BY:
                return one_line(decision.by) or (tr("another program") if decision.at else unknown)
            case _:
                return when.moment(decision.at, self._now) if decision.at else unknown

    def _tooltip(self, decision: TheirDecision, column: int) -> str:
        if column == Column.AT and decision.at:
            return when.exact(decision.at)
        return self._names.coordinates(decision.id)

    @Slot()
    def _on_names(self) -> None:
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(self._shown - 1, Column.PAYLOAD))
