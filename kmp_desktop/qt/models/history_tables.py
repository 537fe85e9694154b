"""The two tables of the history page: commits, and the records of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from kmp_desktop.app.history_words import counts_words, decision_words, fate_words, key_words, state_words
from kmp_desktop.core.history import HistoryEntry, HistoryRecord
from kmp_desktop.qt import when
from kmp_desktop.qt.i18n import say, tr
from kmp_desktop.qt.visible_text import one_line, plain_tooltip

Index = QModelIndex | QPersistentModelIndex
_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_TOOLTIP = Qt.ItemDataRole.ToolTipRole.value
_NO_PARENT = QModelIndex()


class CommitColumn(IntEnum):
    """The columns of the list of commits."""

    AT = 0
    QUEUE = 1
    COUNTS = 2
    STATE = 3


class RecordColumn(IntEnum):
    """The columns of the records of a commit."""

    DECISION = 0
    KEY = 1
    WHY = 2
    FATE = 3
    PLACE = 4


class HistoryListModel(QAbstractTableModel):
    """Commits, the newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: Sequence[HistoryEntry] = ()
        self._now = when.now_ms()

    def show_entries(self, entries: Sequence[HistoryEntry]) -> None:
        """Show other commits."""
        self.beginResetModel()
        self.entries = entries
        self._now = when.now_ms()
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Qt's."""
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """Qt's."""
        return 0 if parent.isValid() else len(CommitColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Qt's."""
        if orientation is not Qt.Orientation.Horizontal or role != _DISPLAY:
            return None
        return (tr("When"), tr("Queue"), tr("Decisions"), tr("State"))[section]

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Qt's."""
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == _DISPLAY:
            return self._words(entry, index.column())
        if role == _TOOLTIP:
            return when.exact(entry.at) if index.column() == CommitColumn.AT else None
        return None

    def _words(self, entry: HistoryEntry, column: int) -> str:
        match column:
            case CommitColumn.AT:
                return when.moment(entry.at, self._now)
            case CommitColumn.QUEUE:
                return one_line(entry.queue, 200)
            case CommitColumn.COUNTS:
                return say(counts_words(entry))
            case _:
                return say(state_words(entry.state))


class HistoryRecordsModel(QAbstractTableModel):
    """The records of one commit."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.records: Sequence[HistoryRecord] = ()

    def show_records(self, records: Sequence[HistoryRecord]) -> None:
        """Show the records of another commit."""
        self.beginResetModel()
        self.records = records
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Qt's."""
        return 0 if parent.isValid() else len(self.records)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """Qt's."""
        return 0 if parent.isValid() else len(RecordColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Qt's."""
        if orientation is not Qt.Orientation.Horizontal or role != _DISPLAY:
            return None
        return (
            *(tr("Decision"), tr("Key"), tr("Why it failed")),
            *(tr("What became of it"), tr("Partition/offset")),
        )[section]

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Qt's."""
        if not index.isValid():
            return None
        record = self.records[index.row()]
        if role == _DISPLAY:
            return _record_words(record, index.column())
        if role == _TOOLTIP and index.column() == RecordColumn.KEY:
            return plain_tooltip(one_line(key_words(record), 500))
        return None


def _record_words(record: HistoryRecord, column: int) -> str:
    match column:
        case RecordColumn.DECISION:
            return say(decision_words(record))
        case RecordColumn.KEY:
            return one_line(key_words(record), 200) or "–"
        case RecordColumn.WHY:
            return one_line(record.why, 200) or "–"
        case RecordColumn.FATE:
            return say(fate_words(record))
        case _:
            return f"{record.id.partition}/{record.id.offset}"
