"""The context menu of a record."""

from __future__ import annotations

import csv
import io

from PySide6.QtCore import QModelIndex, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu

from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.models.record_table import RecordTableModel
from kmp_desktop.qt.views.record_table_view import RecordTableView


class RecordMenu(QObject):
    """Signals.

    select_reason_wanted(int): select all records that failed like this row.
    """

    select_reason_wanted = Signal(object)

    def __init__(
        self, actions: Actions, table: RecordTableView, model: RecordTableModel, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._table = table
        self._model = model
        self._at = QModelIndex()
        table.customContextMenuRequested.connect(self._on_requested)

    @Slot(QPoint)
    def _on_requested(self, place: QPoint) -> None:
        self._at = self._table.indexAt(place)
        if not self._at.isValid():
            return
        actions = self._actions
        menu = QMenu(self._table)
        menu.setObjectName("recordMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([actions.merge, actions.purge, actions.skip, actions.clear_decision])
        menu.addSeparator()
        for words, name, does in (
            (tr("Select all with this reason"), "selectReasonAction", self._on_reason),
            (tr("Copy cell"), "copyCellAction", self._on_copy_cell),
            (tr("Copy coordinates"), "copyCoordinatesAction", self._on_copy_coordinates),
            (tr("Copy as CSV"), "copyCsvAction", self._on_copy_csv),
        ):
            action = QAction(words, menu)
            action.setObjectName(name)
            action.triggered.connect(does)
            menu.addAction(action)
        menu.insertAction(menu.actions()[6], actions.related_tab)
        menu.popup(self._table.viewport().mapToGlobal(place))

    @Slot()
    def _on_reason(self) -> None:
        row = self._model.row_at(self._at.row())
        if row is not None:
            self.select_reason_wanted.emit(row)

    @Slot()
    def _on_copy_cell(self) -> None:
        QGuiApplication.clipboard().setText(str(self._at.data(Qt.ItemDataRole.AccessibleTextRole) or ""))

    @Slot()
    def _on_copy_coordinates(self) -> None:
        row = self._model.row_at(self._at.row())
        known = self._model.known(row) if row is not None else None
        if known is not None:
            words = tr("partition {partition}, offset {offset}")
            text = words.format(partition=known.id.partition, offset=known.id.offset)
            QGuiApplication.clipboard().setText(text)

    @Slot()
    def _on_copy_csv(self) -> None:
        """Values as they are shown, quoted, never altered."""
        out = io.StringIO()
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows(self._table.selected_cells())
        QGuiApplication.clipboard().setText(out.getvalue())
