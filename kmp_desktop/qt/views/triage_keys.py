"""What the actions of the triage page do, and where a letter is a command."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QComboBox, QPlainTextEdit, QTextEdit, QWidget

from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.models.record_table import RecordTableModel
from kmp_desktop.qt.views.content_tree_view import ContentTreeView
from kmp_desktop.qt.views.deciding import Deciding
from kmp_desktop.qt.views.failure_group_panel import FailureGroupPanel
from kmp_desktop.qt.views.headers_tab import HeaderTable
from kmp_desktop.qt.views.inspector import Inspector
from kmp_desktop.qt.views.record_table_view import RecordTableView
from kmp_desktop.qt.views.search_field import SearchField
from kmp_desktop.qt.views.selecting import Selecting
from kmp_desktop.qt.views.triage_selection import Selection

_COMMAND_MODIFIERS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


class Parts(Protocol):
    """The parts of the page that keys move between."""

    table: RecordTableView
    model: RecordTableModel
    panel: FailureGroupPanel
    inspector: Inspector
    search: SearchField
    selection: Selection
    selecting: Selecting
    deciding: Deciding
    middle: QWidget

    def open_filters(self) -> None:
        """Show the choices of the filter."""

    def open_columns(self) -> None:
        """Show the list of columns."""


class TriageKeys(QObject):
    """Signals.

    back_wanted, review_wanted: leave the page.
    row_wanted(int): go to a row that may not be in the list.
    """

    back_wanted = Signal()
    review_wanted = Signal()
    row_wanted = Signal(object)

    def __init__(self, actions: Actions, parts: Parts, parent: QObject) -> None:
        super().__init__(parent)
        self._parts = parts
        deciding, inspector = parts.deciding, parts.inspector
        for action, slot in (
            (actions.merge, deciding.merge),
            (actions.purge, deciding.purge),
            (actions.skip, deciding.skip),
            (actions.clear_decision, deciding.clear),
            (actions.undo, deciding.undo),
            (actions.redo, deciding.redo),
            (actions.next_undecided, deciding.next_undecided),
            (actions.previous_undecided, deciding.previous_undecided),
            (actions.next_record, self._next_record),
            (actions.previous_record, self._previous_record),
            (actions.next_group, self._next_group),
            (actions.previous_group, self._previous_group),
            (actions.related, self._next_related),
            (actions.review, self.review_wanted),
            (actions.select_group, parts.selecting.select_all),
            (actions.clear_selection, self._step_back),
            (actions.find, self._find),
            (actions.filter, parts.open_filters),
            (actions.columns, parts.open_columns),
            (actions.copy, self._copy),
            (actions.groups_panel, self._toggle_groups),
            (actions.table, self.focus_table),
            (actions.inspector, self._toggle_inspector),
            (actions.content_tab, inspector.show_content),
            (actions.related_tab, inspector.show_related),
            (actions.headers_tab, inspector.show_headers),
        ):
            action.triggered.connect(slot)

    def is_command_here(self, event: QKeyEvent) -> bool:
        """Whether a key may be a command where the focus is: letters only among records."""
        if event.modifiers() & _COMMAND_MODIFIERS or not _is_letter(event):
            return True
        focus = QApplication.focusWidget()
        if focus is None or isinstance(focus, QComboBox):
            return False
        parts = self._parts
        regions = (parts.middle, parts.panel.list, parts.panel.look_list, parts.inspector)
        return any(region is focus or region.isAncestorOf(focus) for region in regions)

    @Slot()
    def focus_table(self) -> None:
        """To the records."""
        self._parts.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _go(self, by: int) -> None:
        table = self._parts.table
        position = table.current_position() + by
        table.go_to(max(0, min(position, len(self._parts.model.rows) - 1)))

    @Slot()
    def _next_record(self) -> None:
        self._go(1)

    @Slot()
    def _previous_record(self) -> None:
        self._go(-1)

    @Slot()
    def _next_group(self) -> None:
        self._parts.panel.step(1)

    @Slot()
    def _previous_group(self) -> None:
        self._parts.panel.step(-1)

    @Slot()
    def _next_related(self) -> None:
        row = self._parts.inspector.related.next_row()
        if row is not None:
            self.row_wanted.emit(row)

    @Slot()
    def _step_back(self) -> None:
        """Esc: out of the search, then out of the selection, then off the page."""
        parts = self._parts
        if parts.search.hasFocus():
            parts.search.clear_search()
            self.focus_table()
        elif parts.selection.count():
            parts.selection.clear()
            self.focus_table()
        elif parts.search.text():
            parts.search.clear_search()
        else:
            self.back_wanted.emit()

    @Slot()
    def _find(self) -> None:
        self._parts.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._parts.search.selectAll()

    @Slot()
    def _toggle_groups(self) -> None:
        panel = self._parts.panel
        focus = QApplication.focusWidget()
        inside = focus is not None and panel.isAncestorOf(focus)
        panel.set_collapsed(inside and not panel.collapsed)
        if panel.collapsed:
            self.focus_table()
        else:
            panel.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def _toggle_inspector(self) -> None:
        inspector = self._parts.inspector
        focus = QApplication.focusWidget()
        inside = focus is not None and inspector.isAncestorOf(focus)
        inspector.setVisible(not inside)
        if inside:
            self.focus_table()
        else:
            inspector.focus_content()

    @Slot()
    def _copy(self) -> None:
        """What is marked where the focus is, else the records that are selected."""
        focus = QApplication.focusWidget()
        if isinstance(focus, QPlainTextEdit | QTextEdit):
            focus.copy()
        elif isinstance(focus, ContentTreeView):
            focus.copy_value()
        elif isinstance(focus, HeaderTable):
            focus.copy_selected()
        else:
            QGuiApplication.clipboard().setText(self._parts.table.selected_text())


def _is_letter(event: QKeyEvent) -> bool:
    """Keys that write something in a text field."""
    return event.key() == Qt.Key.Key_Backspace or (event.text().isprintable() and bool(event.text()))
