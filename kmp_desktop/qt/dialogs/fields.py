"""Rows of a form: a label that belongs to its field."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.labels import label


class FormGrid(QGridLayout):
    """Labels on the left, fields on the right; rows can be hidden as a whole."""

    def __init__(self) -> None:
        super().__init__()
        px = Theme.current().px
        self.setHorizontalSpacing(px(16))
        self.setVerticalSpacing(px(12))
        self.setColumnStretch(1, 1)
        self._labels: dict[QWidget, QLabel] = {}

    def add(self, words: str, field: QWidget, buddy: QWidget | None = None) -> None:
        """Add a row; ``buddy`` is the widget of ``field`` that the label belongs to."""
        made = label(words, "strong")
        made.setBuddy(buddy or field)
        (buddy or field).setAccessibleName(words)
        row = self.rowCount()
        self.addWidget(made, row, 0, Qt.AlignmentFlag.AlignVCenter)
        self.addWidget(field, row, 1)
        self._labels[field] = made

    def rename(self, field: QWidget, words: str) -> None:
        """Give a row another label."""
        made = self._labels[field]
        if made.text() != words:
            made.setText(words)
            (made.buddy() or field).setAccessibleName(words)

    def set_row_visible(self, field: QWidget, shown: bool) -> None:
        """Show or hide a row."""
        field.setVisible(shown)
        self._labels[field].setVisible(shown)


def line_edit(name: str, placeholder: str = "", *, password: bool = False) -> QLineEdit:
    """A field of one line."""
    edit = QLineEdit()
    edit.setObjectName(name)
    edit.setPlaceholderText(placeholder)
    if password:
        edit.setEchoMode(QLineEdit.EchoMode.Password)
    return edit


def side_by_side(*widgets: QWidget) -> QWidget:
    """Widgets in one row of a form; the first one stretches."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    spaced(row, 0, 8)
    for nth, each in enumerate(widgets):
        row.addWidget(each, 0 if nth else 1)
    return holder


def set_wrong(edit: QLineEdit, wrong: bool) -> None:
    """Mark a field whose text cannot be used."""
    if bool(edit.property("wrong")) != wrong:
        edit.setProperty("wrong", wrong)
        edit.style().unpolish(edit)
        edit.style().polish(edit)
