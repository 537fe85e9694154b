"""The table of records: an index of row numbers, and what is known of them.

There is no proxy model: searching and sorting happen behind ``QueueView`` and give a new index. A
million rows cost four bytes each; what a cell shows is asked for when it comes into sight.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from enum import IntEnum
from itertools import islice
from typing import Any, ClassVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
    Slot,
)

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.payload import PayloadColumn
from kmp_desktop.core.sizes import size_text
from kmp_desktop.core.view import ColumnsChosen, Row, Rows, SortBy
from kmp_desktop.qt import when
from kmp_desktop.qt.i18n import number, say, tr, trn
from kmp_desktop.qt.models.row_cache import WINDOW, RowCache
from kmp_desktop.qt.visible_text import one_line, quoted
from kmp_desktop.qt.widgets.chip import ChipState, chip_word

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns; which of them are shown depends on width and group."""

    DECISION = 0
    WHY = 1
    MESSAGE = 2
    PAYLOAD_0 = 3
    PAYLOAD_1 = 4
    FAILED = 5
    FLAGS = 6
    TRIES = 7
    REPORTED_BY = 8
    STEP = 9
    KEY = 10
    CAME_FROM = 11
    COORDINATES = 12
    SIZE = 13
    FIRST_SENT = 14


class Flag(IntEnum):
    """The hints of a record, in the order in which they are shown."""

    CAME_BACK = 0
    SAME_KEY = 1
    ELSEWHERE = 2


SORTS = {
    Column.DECISION: SortBy.DECISION,
    Column.WHY: SortBy.WHY,
    Column.MESSAGE: SortBy.MESSAGE_TYPE,
    Column.PAYLOAD_0: SortBy.PAYLOAD_0,
    Column.PAYLOAD_1: SortBy.PAYLOAD_1,
    Column.FAILED: SortBy.FAILED,
    Column.TRIES: SortBy.TRIES,
    Column.REPORTED_BY: SortBy.REPORTED_BY,
    Column.STEP: SortBy.STEP,
    Column.KEY: SortBy.KEY,
    Column.CAME_FROM: SortBy.CAME_FROM,
    Column.COORDINATES: SortBy.COORDINATES,
    Column.SIZE: SortBy.SIZE,
    Column.FIRST_SENT: SortBy.FIRST_SENT,
}

# Looking an enum member up costs more than the rest of data().
_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_TOOLTIP = Qt.ItemDataRole.ToolTipRole.value
_ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole.value
_HORIZONTAL = Qt.Orientation.Horizontal
CHIP_ROLE = Qt.ItemDataRole.UserRole.value
FLAGS_ROLE = CHIP_ROLE + 1
FROZEN_ROLE = CHIP_ROLE + 2  # belongs to the frozen list of the selection bar
MUTED_ROLE = CHIP_ROLE + 3

_NO_PARENT = QModelIndex()
_LAST = max(Column)
_FURTHER = frozenset(each for each in Column if each > Column.FLAGS)


class RecordTableModel(QAbstractTableModel):
    """Rows in the order of the last query. GUI thread only.

    Signals:
        rows_wanted: a ``core.view.RowsWanted`` to be asked.
        rows_loaded: what the rows in sight show has arrived or changed.
    """

    rows_wanted = Signal(object)
    rows_loaded = Signal()

    def __init__(self, chip_of: Callable[[int], ChipState], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chip_of = chip_of
        self._rows: array[int] = array("I")
        self._cache = RowCache()
        self._payload: tuple[PayloadColumn, ...] = ()
        self._shows_reported = False
        self._frozen: frozenset[int] = frozenset()
        self._now = when.now_ms()
        self._asking = QTimer(self, singleShot=True, interval=0)
        self._asking.timeout.connect(self._ask)

    # ---- what it holds

    @property
    def rows(self) -> array[int]:
        """The row numbers in order; not to be written."""
        return self._rows

    @property
    def payload(self) -> tuple[PayloadColumn, ...]:
        """The chosen payload columns, at most two."""
        return self._payload

    @property
    def shows_reported(self) -> bool:
        """Whether the second column is the reported message, because all failed for one reason."""
        return self._shows_reported

    def row_at(self, position: int) -> int | None:
        """The number of the row shown at a position."""
        return self._rows[position] if 0 <= position < len(self._rows) else None

    def position_of(self, row: int) -> int | None:
        """Where a row is shown now."""
        try:
            return self._rows.index(row)
        except ValueError:
            return None

    def known(self, row: int) -> Row | None:
        """What is known of a row."""
        return self._cache.get(row)

    def loaded(self, limit: int) -> list[Row]:
        """Rows that are known among the first ``limit`` of the list."""
        found = map(self._cache.get, islice(self._rows, limit))
        return [row for row in found if row is not None]

    # ---- what changes it

    def set_rows(self, rows: array[int], *, shows_reported: bool) -> bool:
        """Show another list; True: it only grew at its end, so positions are as before."""
        before = len(self._rows)
        if shows_reported != self._shows_reported:
            self._shows_reported = shows_reported
            self.headerDataChanged.emit(_HORIZONTAL, int(Column.WHY), int(Column.WHY))
            self._changed(Column.WHY, Column.WHY)
        if len(rows) >= before and rows[:before] == self._rows:
            if len(rows) > before:
                self.beginInsertRows(_NO_PARENT, before, len(rows) - 1)
                self._rows = rows
                self.endInsertRows()
            return True
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()
        return False

    def put(self, answer: Rows) -> None:
        """Take what came for ``rows_wanted``."""
        self._cache.put(answer)
        self._ask()
        if self._rows:
            self._changed(Column.DECISION, _LAST)
        self.rows_loaded.emit()

    def outdate(self) -> None:
        """What is known may have changed: ask again for what is in sight, showing it meanwhile."""
        self._cache.outdate()
        if self._rows:
            self._changed(Column.DECISION, _LAST)

    def choose_columns(self, chosen: ColumnsChosen) -> None:
        """Show these fields of the content."""
        self._payload = chosen.columns[:2]
        self.headerDataChanged.emit(_HORIZONTAL, int(Column.PAYLOAD_0), int(Column.PAYLOAD_1))
        self.outdate()

    def chips_changed(self) -> None:
        """Decisions are different now."""
        if self._rows:
            self._changed(Column.DECISION, _LAST)

    def freeze(self, rows: Iterable[int]) -> None:
        """Show these rows as selected, whatever the view has selected; none = as the view says."""
        self._frozen = frozenset(rows)
        if self._rows:
            self._changed(Column.DECISION, _LAST)

    @Slot()
    def tick(self) -> None:
        """Say relative times anew."""
        self._now = when.now_ms()
        if self._rows:
            self._changed(Column.FAILED, Column.FAILED)
            self._changed(Column.FIRST_SENT, Column.FIRST_SENT)

    # ---- Qt

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """How many rows are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """All columns, also those not shown."""
        return 0 if parent.isValid() else len(Column)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every row can be selected, also one decided by someone else: it can be looked at."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """What a cell shows; a row that is not known yet is blank and asked for."""
        answer = self._answers.get(role)
        if answer is None or not index.isValid():
            return None
        return answer(self, index.row(), index.column())

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Column names; the one of the hints is only told to assistive technology."""
        if orientation != _HORIZONTAL or role not in (_DISPLAY, _ACCESSIBLE, _TOOLTIP):
            return None
        if section == Column.FLAGS and role == _DISPLAY:
            return ""
        place = section - Column.PAYLOAD_0
        if 0 <= place < len(self._payload):
            return one_line(self._payload[place].label, 200)
        names = {
            Column.DECISION: tr("Decision"),
            Column.WHY: tr("Reported message") if self._shows_reported else tr("Why it failed"),
            Column.MESSAGE: tr("Message"),
            Column.FAILED: tr("Failed"),
            Column.FLAGS: tr("Hints"),
            Column.TRIES: tr("Tries"),
            Column.REPORTED_BY: tr("Reported by"),
            Column.STEP: tr("Failing step"),
            Column.KEY: tr("Key"),
            Column.CAME_FROM: tr("Came from"),
            Column.COORDINATES: tr("Partition/offset"),
            Column.SIZE: tr("Size"),
            Column.FIRST_SENT: tr("First sent"),
        }
        return names.get(Column(section), "")

    # ---- answers to data()

    def _display(self, position: int, column: int) -> str | None:
        if column == Column.DECISION:
            return chip_word(self._chip_of(self._rows[position]))
        row = self._seen(position)
        return None if row is None or column == Column.FLAGS else self._text(row, column)

    def _accessible(self, position: int, column: int) -> str | None:
        if column == Column.DECISION:
            chip = self._chip_of(self._rows[position])
            word = chip_word(chip)
            return tr("{decision}, staged", decision=word) if isinstance(chip, Decision) else word
        row = self._seen(position)
        if row is None:
            return None
        return ", ".join(self._flag_words(row)) if column == Column.FLAGS else self._text(row, column)

    def _tooltip(self, position: int, column: int) -> str | None:
        row = self._seen(position)
        if row is None:
            return None
        if column == Column.FAILED:
            return when.exact(row.failed_at)
        if column == Column.FIRST_SENT and row.first_sent is not None:
            return when.exact(row.first_sent)
        return "\n".join(self._flag_words(row)) if column == Column.FLAGS else None

    def _chip(self, position: int, _column: int) -> ChipState:
        return self._chip_of(self._rows[position])

    def _is_frozen(self, position: int, _column: int) -> bool:
        return self._rows[position] in self._frozen

    def _flags(self, position: int, _column: int) -> tuple[Flag, ...]:
        row = self._seen(position)
        return () if row is None else self._flags_of(row)

    def _is_muted(self, position: int, column: int) -> bool:
        row = self._seen(position)
        if row is None or column in (Column.FAILED, Column.FIRST_SENT):
            return True
        if column == Column.MESSAGE:
            return not row.message_type
        place = column - Column.PAYLOAD_0
        return 0 <= place < len(row.payload) and row.payload[place] == ""

    # ---- inside

    def _seen(self, position: int) -> Row | None:
        """What is known of a row that is looked at."""
        row = self._rows[position]
        if not self._cache.is_fresh(row):
            self._want(position)
        return self._cache.get(row)

    def _text(self, row: Row, column: int) -> str:
        if column == Column.WHY:
            reported = quoted(row.reported) if self._shows_reported else ""
            return reported or one_line(say(row.why))
        if column == Column.MESSAGE:
            return one_line(row.message_type) or "—"
        if column == Column.FAILED:
            return when.relative(row.failed_at, self._now)
        if column in _FURTHER:
            return self._further(row, column)
        place = column - Column.PAYLOAD_0
        value = row.payload[place] if place < len(row.payload) else None
        if value is None:
            return ""
        return one_line(value) or tr("empty")

    def _further(self, row: Row, column: int) -> str:
        """What the columns show that a person may add; empty where the record does not tell."""
        match column:
            case Column.TRIES:
                return "" if row.tries is None else number(row.tries)
            case Column.STEP:
                return "" if row.step is None else one_line(say(row.step))
            case Column.COORDINATES:
                return f"{row.id.partition}/{row.id.offset}"
            case Column.SIZE:
                return say(size_text(row.size))
            case Column.FIRST_SENT:
                return "" if row.first_sent is None else when.relative(row.first_sent, self._now)
            case _:
                texts = {
                    Column.REPORTED_BY: row.reported_by,
                    Column.KEY: row.key,
                    Column.CAME_FROM: row.came_from,
                }
                return one_line(texts[Column(column)])

    def _flags_of(self, row: Row) -> tuple[Flag, ...]:
        found = (
            (Flag.CAME_BACK, row.came_back > 0),
            (Flag.SAME_KEY, row.newer_same_key),
            (Flag.ELSEWHERE, self._chip_of(row.row) == "elsewhere"),
        )
        return tuple(flag for flag, applies in found if applies)

    def _flag_words(self, row: Row) -> list[str]:
        words = {
            Flag.CAME_BACK: came_back_words(row.came_back),
            Flag.SAME_KEY: tr("A newer record has the same key"),
            Flag.ELSEWHERE: tr("Changed by someone else"),
        }
        return [words[flag] for flag in self._flags_of(row)]

    def _want(self, position: int) -> None:
        start = position - position % WINDOW
        self._cache.want(self._rows[start : start + WINDOW])
        if not self._asking.isActive():
            self._asking.start()

    @Slot()
    def _ask(self) -> None:
        while (request := self._cache.next_request()) is not None:
            self.rows_wanted.emit(request)

    def _changed(self, first: Column, last: Column) -> None:
        if self._rows:
            end = len(self._rows) - 1
            self.dataChanged.emit(self.index(0, int(first)), self.index(end, int(last)))

    _answers: ClassVar[dict[int, Callable[[RecordTableModel, int, int], Any]]] = {
        _DISPLAY: _display,
        _TOOLTIP: _tooltip,
        _ACCESSIBLE: _accessible,
        CHIP_ROLE: _chip,
        FLAGS_ROLE: _flags,
        FROZEN_ROLE: _is_frozen,
        MUTED_ROLE: _is_muted,
    }


def came_back_words(times: int) -> str:
    """How often a record came back."""
    return trn(times, "Came back after a retry, {n} time", "Came back after a retry, {n} times")
