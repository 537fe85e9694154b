"""The record table: whole rows, read as ranges, selected records kept across queries."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from kmp_desktop.core.view import Query, SortBy
from kmp_desktop.qt.delegates.record_cells import RecordDelegate
from kmp_desktop.qt.i18n import trn
from kmp_desktop.qt.models.record_table import FROZEN_ROLE, SORTS, Column, RecordTableModel
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.record_columns import RecordColumns
from kmp_desktop.qt.views.record_header import RecordHeader

_ROW_HEIGHT = 32
_KEPT = 20_000  # selected rows that are found again in another list; more are too many to be meant
_COPIED = 10_000  # rows of a run
_MOVES = frozenset(
    {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
)
_SELECT = QItemSelectionModel.SelectionFlag
_ROWS = _SELECT.Rows


class RecordTableView(QTableView):
    """Shows a ``RecordTableModel``.

    Signals:
        sort_wanted: (SortBy, descending) after a click on a header.
        selection_changed: a person changed what is selected or current.
    """

    sort_wanted = Signal(object)
    selection_changed = Signal()

    def __init__(self, model: RecordTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recordTable")
        self._records = model
        self._delegate = RecordDelegate(self)
        self._query = Query()
        self._quiet = False
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self._set_up()
        self.columns = RecordColumns(self, model)
        model.rowsInserted.connect(self._on_count_changed)
        model.modelReset.connect(self._on_count_changed)
        Theme.current().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._on_count_changed()

    def _set_up(self) -> None:
        header = RecordHeader("recordTableHeader", self)
        header.setSectionsClickable(True)
        self.setHorizontalHeader(header)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSortIndicatorShown(True)
        header.sectionClicked.connect(self._on_header_clicked)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    # ---- what is shown

    def show_rows(self, rows: array[int], query: Query) -> None:
        """Show the answer to a query; selected and current records stay so where they still are."""
        in_group = query.group is not None and query.group != ""
        kept = self.selected_rows() if self.selected_count() <= _KEPT else array("I")
        current = self.current_row()
        distance = self._distance_from_top()
        self._quiet = True
        if not self._records.set_rows(rows, shows_reported=in_group and query.group_by == "reason"):
            self._find_again(kept, current, distance)
        self._quiet = False
        if self.selected_count() != len(kept):
            self.selection_changed.emit()  # records that are selected have left the list
        self._query = query
        self._show_sort()
        self.columns.look_at_rows(in_group=in_group)

    def set_search(self, words: Sequence[str]) -> None:
        """Show these words bold."""
        self._delegate.set_search(words)
        self.viewport().update()

    # ---- selection, in ranges

    def selected_ranges(self) -> list[range]:
        """Positions that are selected, ascending, without overlap."""
        found = sorted(
            (each.top(), each.bottom() + 1) for each in _ranges_of(self.selectionModel().selection())
        )
        ranges: list[range] = []
        for start, stop in found:
            if ranges and start <= ranges[-1].stop:
                ranges[-1] = range(ranges[-1].start, max(stop, ranges[-1].stop))
            else:
                ranges.append(range(start, stop))
        return ranges

    def selected_count(self) -> int:
        """How many rows are selected."""
        return sum(map(len, self.selected_ranges()))

    def selected_rows(self) -> array[int]:
        """The numbers of the selected rows, in the order shown."""
        rows: array[int] = array("I")
        for each in self.selected_ranges():
            rows.extend(self._records.rows[each.start : each.stop])
        return rows

    def selected_cells(self) -> list[list[str]]:
        """The texts of the selected rows that are known, in the columns shown."""
        header = self.horizontalHeader()
        columns = sorted(
            (column for column in Column if not header.isSectionHidden(column)), key=header.visualIndex
        )
        role = Qt.ItemDataRole.AccessibleTextRole
        return [
            [str(self._records.index(position, column).data(role) or "") for column in columns]
            for each in self.selected_ranges()
            for position in each[:_COPIED]
        ]

    def selected_text(self) -> str:
        """The selected rows as text, a line each."""
        return "\n".join("\t".join(cells) for cells in self.selected_cells())

    def current_position(self) -> int:
        """Where the current row is, -1 = there is none."""
        return self.currentIndex().row()

    def current_row(self) -> int | None:
        """The number of the current row."""
        return self._records.row_at(self.current_position())

    def go_to(self, position: int) -> None:
        """Make one row current and selected, and bring it into sight."""
        if not 0 <= position < len(self._records.rows):
            return
        index = self._records.index(position, 0)
        self.selectionModel().setCurrentIndex(index, _SELECT.ClearAndSelect | _ROWS)
        self.scrollTo(index)

    def clear_quietly(self) -> None:
        """Select nothing, without telling the page; the current row stays."""
        self._quiet = True
        self.selectionModel().clearSelection()
        self._quiet = False

    # ---- sorting

    def _show_sort(self) -> None:
        query = self._query
        columns = {sort: column for column, sort in SORTS.items()} | {SortBy.REPORTED: Column.WHY}
        column = columns.get(query.sort, Column.FAILED)
        order = Qt.SortOrder.DescendingOrder if query.descending else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(column, order)

    @Slot(int)
    def _on_header_clicked(self, section: int) -> None:
        """Sort by a column; again: the other way round. The indicator follows the answer."""
        header = self.horizontalHeader()
        sort = SORTS.get(Column(section))
        if sort is SortBy.WHY and self._records.shows_reported:
            sort = SortBy.REPORTED
        if sort is None:
            self._show_sort()  # Qt has moved the arrow to a column that has no order
        else:
            self.sort_wanted.emit((sort, header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder))

    # ---- inside

    def _find_again(self, kept: array[int], current: int | None, distance: int | None) -> None:
        """Select the records that were selected, wherever they are now."""
        rows = self._records.rows
        wanted = set(kept)
        if wanted:
            places = [place for place, row in enumerate(rows) if row in wanted]
            self.selectionModel().select(self._selection(places), _SELECT.ClearAndSelect)
        position = None if current is None else self._records.position_of(current)
        if position is None:
            self.verticalScrollBar().setValue(0)
            return
        index = self._records.index(position, 0)
        self.selectionModel().setCurrentIndex(index, _SELECT.NoUpdate)
        if distance is not None:
            self.verticalScrollBar().setValue(position * self.rowHeight(position) - distance)
        self.scrollTo(index)

    def _selection(self, places: Iterable[int]) -> QItemSelection:
        selection = QItemSelection()
        last = self._records.columnCount() - 1
        for each in _runs(places):
            first, end = self._records.index(each.start, 0), self._records.index(each.stop - 1, last)
            selection.append(QItemSelectionRange(first, end))
        return selection

    def _distance_from_top(self) -> int | None:
        place = self.visualRect(self.currentIndex())
        in_sight = place.isValid() and 0 <= place.top() < self.viewport().height()
        return place.top() if in_sight else None

    @Slot()
    def _on_count_changed(self) -> None:
        count = len(self._records.rows)
        self.setAccessibleName(trn(count, "Failed records, {n} row", "Failed records, {n} rows"))

    @Slot()
    def _on_theme_changed(self) -> None:
        self.verticalHeader().setDefaultSectionSize(Theme.current().px(_ROW_HEIGHT))

    # ---- Qt

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell the page, unless the page did it."""
        super().selectionChanged(selected, deselected)
        if not self._quiet:
            self.selection_changed.emit()

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        """Move the mark."""
        super().currentChanged(current, previous)
        self._delegate.current = current.row()
        self.viewport().update()

    def keyboardSearch(self, search: str) -> None:
        """Letters decide; they do not jump to rows that begin with them."""

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Home and End go to the first and the last record, not along the row."""
        rows = len(self._records.rows)
        ends = {QAbstractItemView.CursorAction.MoveHome: 0, QAbstractItemView.CursorAction.MoveEnd: rows - 1}
        if action in ends and rows:
            return self._records.index(ends[action], max(0, self.currentIndex().column()))
        return super().moveCursor(action, modifiers)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key that stays on the current row selects it, if nothing is selected."""
        super().keyPressEvent(event)
        if event.key() in _MOVES and not self.selectionModel().hasSelection():
            self.go_to(max(0, self.current_position()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may show other columns."""
        super().resizeEvent(event)
        self.columns.fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The menu of a frozen list is about the whole list: it must not select one row instead."""
        frozen = self.indexAt(event.position().toPoint()).data(FROZEN_ROLE)
        if not (frozen and event.button() is Qt.MouseButton.RightButton):
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The whole row under the pointer is shown so."""
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is gone."""
        super().leaveEvent(event)
        self._hover(-1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The cells, and the focus frame around the current row."""
        super().paintEvent(event)
        row = self.visualRect(self._records.index(self.current_position(), 0))
        if self.hasFocus() and row.isValid():
            theme = Theme.current()
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color("accent"), 2))
            frame = QRectF(0, row.top(), self.viewport().width(), row.height() - 1)
            painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), 3, 3)
            painter.end()

    def _hover(self, position: int) -> None:
        before = self._delegate.hovered
        if position != before:
            self._delegate.hovered = position
            for each in (before, position):
                if each >= 0:
                    top = self.rowViewportPosition(each)
                    self.viewport().update(QRect(QPoint(0, top), self.viewport().size()))


def _runs(places: Iterable[int]) -> list[range]:
    """Ascending positions as runs without gaps."""
    runs: list[range] = []
    for place in places:
        if runs and place == runs[-1].stop:
            runs[-1] = range(runs[-1].start, place + 1)
        else:
            runs.append(range(place, place + 1))
    return runs


def _ranges_of(selection: QItemSelection) -> list[QItemSelectionRange]:
    return [selection.at(nth) for nth in range(selection.count())]
