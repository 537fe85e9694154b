"""The tree of the review page: a line for each reason (or message), with its staged records below.

Or all staged records as one list, where nothing lies below anything. What a record is called is asked
for when it comes into sight.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.view import ReviewBy, ReviewLine, ReviewReply, Row, Rows
from kmp_desktop.qt.i18n import number, say, tr
from kmp_desktop.qt.models.row_cache import WINDOW, RowCache
from kmp_desktop.qt.visible_text import one_line, quoted

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns of the tree."""

    NAME = 0
    RETRY = 1
    DISCARD = 2
    SKIP = 3
    UNDECIDED = 4


DECISION_COLUMNS = {
    Decision.MERGE: Column.RETRY,
    Decision.PURGE: Column.DISCARD,
    Decision.SKIP: Column.SKIP,
}
NOTHING = "–"

# Looking an enum member up costs more than the rest of data().
_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_TOOLTIP = Qt.ItemDataRole.ToolTipRole.value
_ALIGNMENT = Qt.ItemDataRole.TextAlignmentRole.value
_ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole.value
RECORD_ROLE = Qt.ItemDataRole.UserRole.value  # the decision staged for a record; None for a line
COUNT_ROLE = RECORD_ROLE + 1  # the number in a cell of a line
_RIGHT = int((Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value)
_NO_PARENT = QModelIndex()
_TOP = 0  # internal id of lines; a record's is the position of its line + 1


class ReviewTreeModel(QAbstractItemModel):
    """What is staged, as the engine arranged it. GUI thread only.

    Signals:
        rows_wanted: a ``core.view.RowsWanted`` to be asked.
    """

    rows_wanted = Signal(object)

    def __init__(
        self,
        record_id: Callable[[int], RecordId],
        decision_of: Callable[[int], Decision | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._record_id = record_id
        self._decision_of = decision_of
        self._cache = RowCache()
        self._arranged_by = ReviewBy.REASON
        self._all: tuple[ReviewLine, ...] = ()
        self._lines: list[ReviewLine] = []
        self._records: dict[int, array[int]] = {}  # by position of the line, once looked at
        self._flat: array[int] | None = None
        self._only: Decision | None = None
        self._asking = QTimer(self, singleShot=True, interval=0)
        self._asking.timeout.connect(self._ask)

    # ---- what it holds

    @property
    def arranged_by(self) -> ReviewBy:
        """How it is arranged."""
        return self._arranged_by

    @property
    def only(self) -> Decision | None:
        """Only records with this decision are shown; None: all."""
        return self._only

    def row_of(self, index: Index) -> int | None:
        """The engine's row of a record; None for a line."""
        if not index.isValid():
            return None
        if self._flat is not None:
            return self._flat[index.row()]
        if index.internalId() == _TOP:
            return None
        return self._records_of(int(index.internalId()) - 1)[index.row()]

    def key_of(self, index: Index) -> str | None:
        """The key of a line; None for a record."""
        if self._flat is not None or not index.isValid() or index.internalId() != _TOP:
            return None
        return self._lines[index.row()].key

    def line_index(self, key: str) -> QModelIndex:
        """Where the line with this key is; invalid: nowhere."""
        for position, line in enumerate(self._lines):
            if line.key == key:
                return self.index(position, 0)
        return QModelIndex()

    # ---- what changes it

    def show_reply(self, reply: ReviewReply) -> None:
        """Show another arrangement."""
        self.beginResetModel()
        self._arranged_by = reply.arranged_by
        self._all = reply.lines
        self._cache.outdate()
        self._arrange()
        self.endResetModel()

    def show_only(self, decision: Decision | None) -> None:
        """Show only the records with one decision."""
        self.beginResetModel()
        self._only = decision
        self._arrange()
        self.endResetModel()

    def take_rows(self, rows: Rows) -> None:
        """What some records are called."""
        self._cache.put(rows)
        self._asking.start()
        top = self.rowCount()
        if top:
            last = self.columnCount() - 1
            self.dataChanged.emit(self.index(0, 0), self.index(top - 1, last))
        for position in self._records:
            below = len(self._records[position])
            if self._flat is None and below:
                parent = self.index(position, 0)
                self.dataChanged.emit(self.index(0, 0, parent), self.index(below - 1, 0, parent))

    # ---- the model

    def index(self, row: int, column: int, parent: Index = _NO_PARENT) -> QModelIndex:
        """Qt's."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        if not parent.isValid():
            return self.createIndex(row, column, _TOP)
        return self.createIndex(row, column, parent.row() + 1)

    def parent(self, index: Index = _NO_PARENT) -> QModelIndex:  # type: ignore[override]  # QObject.parent()
        """Qt's."""
        if not index.isValid() or index.internalId() == _TOP:
            return QModelIndex()
        return self.createIndex(int(index.internalId()) - 1, 0, _TOP)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Qt's."""
        if not parent.isValid():
            return len(self._lines) if self._flat is None else len(self._flat)
        if self._flat is not None or parent.internalId() != _TOP or parent.column() != 0:
            return 0
        return len(self._records_of(parent.row()))

    def hasChildren(self, parent: Index = _NO_PARENT) -> bool:
        """Qt's; without looking a whole line through."""
        if not parent.isValid():
            return self.rowCount() > 0
        if self._flat is not None or parent.internalId() != _TOP or parent.column() != 0:
            return False
        return self._count(self._lines[parent.row()], self._only) > 0

    def columnCount(self, parent: Index = _NO_PARENT) -> int:  # noqa: ARG002
        """Qt's."""
        return len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Qt's."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _ALIGNMENT and section != Column.NAME:
            return _RIGHT
        if role != _DISPLAY:
            return None
        return (self._name_header(), tr("Retry"), tr("Discard"), tr("Skip"), tr("Still undecided"))[section]

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Qt's."""
        if role == _ALIGNMENT:
            return _RIGHT if index.column() else None
        row = self.row_of(index)
        if row is None:
            return self._line_data(self._lines[index.row()], index.column(), role)
        return self._record_data(row, index, role)

    # ---- within

    def _arrange(self) -> None:
        self._records = {}
        self._lines = [line for line in self._all if self._count(line, self._only)]
        self._flat = None
        if self._arranged_by is ReviewBy.ALL:
            self._flat = array("I")
            for line in self._all:
                self._flat.extend(self._kept(line))

    def _count(self, line: ReviewLine, only: Decision | None) -> int:
        counts = {Decision.MERGE: line.retry, Decision.PURGE: line.discard, Decision.SKIP: line.skip}
        return len(line.rows) if only is None else counts[only]

    def _kept(self, line: ReviewLine) -> array[int]:
        if self._only is None:
            return line.rows
        return array("I", (row for row in line.rows if self._decision_of(row) is self._only))

    def _records_of(self, position: int) -> array[int]:
        if position not in self._records:
            self._records[position] = self._kept(self._lines[position])
        return self._records[position]

    def _name_header(self) -> str:
        return {
            ReviewBy.REASON: tr("Failure reason"),
            ReviewBy.MESSAGE: tr("Message"),
            ReviewBy.ALL: tr("Record"),
        }[self._arranged_by]

    def _line_data(self, line: ReviewLine, column: int, role: int) -> Any:
        if column == Column.NAME:
            return one_line(say(line.label)) if role in (_DISPLAY, _TOOLTIP) else None
        count = (line.retry, line.discard, line.skip, line.undecided)[column - 1]
        if role == _DISPLAY:
            return number(count) if count else NOTHING
        if role == COUNT_ROLE:
            return count
        return None

    def _record_data(self, row: int, index: Index, role: int) -> Any:
        if index.column() == Column.NAME:
            if role == _DISPLAY:
                return self._name(row, index)
            return self._coordinates(row) if role == _TOOLTIP else None
        decision = self._decision_of(row)
        here = decision is not None and DECISION_COLUMNS[decision] == index.column()
        if role == RECORD_ROLE:
            return decision if here else None
        if role == _ACCESSIBLE and here:
            return self.headerData(index.column(), Qt.Orientation.Horizontal)
        return None

    def _name(self, row: int, index: Index) -> str:
        known = self._cache.get(row)
        if not self._cache.is_fresh(row):
            self._want_around(index)
        return "…" if known is None else self._words(known)

    def _words(self, row: Row) -> str:
        parts = [row.message_type, *(value for value in row.payload[:1] if value)]
        if self._arranged_by is not ReviewBy.REASON:
            parts.append(say(row.why))
        parts.append(quoted(row.reported))
        shown = "  ".join(one_line(part) for part in parts if part)
        return shown or self._coordinates(row.row)

    def _coordinates(self, row: int) -> str:
        record = self._record_id(row)
        return tr(
            "Record {offset} of partition {partition}", offset=str(record.offset), partition=record.partition
        )

    def _want_around(self, index: Index) -> None:
        rows = self._flat if self._flat is not None else self._records_of(int(index.internalId()) - 1)
        start = index.row() // WINDOW * WINDOW
        self._cache.want(rows[start : start + WINDOW])
        self._asking.start()

    def _ask(self) -> None:
        while (request := self._cache.next_request()) is not None:
            self.rows_wanted.emit(request)
