"""Records with the same key, the newest first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from kmp_desktop.core.view import RelatedRecord
from kmp_desktop.qt import when
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.models.record_table import Index
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.widgets.chip import ChipState, chip_word

_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole.value
RELATED_ROLE = Qt.ItemDataRole.UserRole.value
CHIP_ROLE = RELATED_ROLE + 1
POSITION_ROLE = RELATED_ROLE + 2  # in words
WHERE_ROLE = RELATED_ROLE + 3  # when and where, in words

_NO_PARENT = QModelIndex()


class RelatedModel(QAbstractListModel):
    """One line a record; ``chip_of`` tells what is staged for a row."""

    def __init__(self, chip_of: Callable[[int], ChipState], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chip_of = chip_of
        self._records: tuple[RelatedRecord, ...] = ()
        self._now = when.now_ms()

    @property
    def records(self) -> tuple[RelatedRecord, ...]:
        """What is shown."""
        return self._records

    def set_records(self, records: tuple[RelatedRecord, ...]) -> None:
        """Show others."""
        self.beginResetModel()
        self._records = records
        self._now = when.now_ms()
        self.endResetModel()

    def chips_changed(self) -> None:
        """Decisions are different now."""
        if self._records:
            self.dataChanged.emit(self.index(0), self.index(len(self._records) - 1))

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Records."""
        return 0 if parent.isValid() else len(self._records)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """What a line says."""
        if not index.isValid():
            return None
        record = self._records[index.row()]
        if role == _DISPLAY:
            return one_line(record.message_type) or "—"
        if role == RELATED_ROLE:
            return record
        if role == CHIP_ROLE:
            return None if record.row is None else self._chip_of(record.row)
        return self._words(record, role)

    def _words(self, record: RelatedRecord, role: int) -> str | None:
        positions = {"newer": tr("Newer"), "this": tr("This record"), "older": tr("Older")}
        position = positions.get(record.position, "")
        ago = when.relative(record.failed_at, self._now)
        if record.position == "this":
            where = ago
        elif record.decided or record.row is None:
            where = tr("{ago}, decided already", ago=ago)
        else:
            where = tr("{ago}, in this queue", ago=ago)
        if role == _ACCESSIBLE:
            chip = "" if record.row is None else chip_word(self._chip_of(record.row))
            return ", ".join(part for part in (one_line(record.message_type), position, where, chip) if part)
        return {POSITION_ROLE: position, WHERE_ROLE: where}.get(role)
