"""Rows of two fields each, added and removed by hand: a list of rules while it is edited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from kmp_desktop.qt.dialogs.fields import line_edit
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.widgets.buttons import Button, IconButton
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.combo import ComboBox


@dataclass(frozen=True, slots=True)
class RuleKind:
    """How a list of rules is called: ``name`` for programs, the others are shown.

    ``choices``: (value, words) that the second field is chosen from; none: it is typed.
    """

    name: str
    first: str
    second: str
    add: str
    choices: tuple[tuple[str, str], ...] = ()


class RuleRows(QWidget):
    """Pairs of texts, in order. A row whose first field is empty does not count.

    Signals:
        changed(): something was typed, chosen, added or removed.
    """

    changed = Signal()

    def __init__(
        self, kind: RuleKind, rules: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._kind = kind
        self._rows: list[_Row] = []
        self._made = 0
        box = QVBoxLayout(self)
        spaced(box, 0, 8)
        self._list = QVBoxLayout()
        spaced(self._list, 0, 8)
        box.addLayout(self._list)
        foot = QHBoxLayout()
        self._add = Button(kind.add, f"{kind.name}AddButton", "plain", "plus")
        self._add.clicked.connect(self._on_add)
        foot.addWidget(self._add)
        foot.addStretch(1)
        box.addLayout(foot)
        for first, second in rules:
            self._put(first, second)

    def rules(self) -> tuple[tuple[str, str], ...]:
        """What the rows say."""
        said = (row.said() for row in self._rows)
        return tuple((first, second) for first, second in said if first)

    def _put(self, first: str, second: str) -> _Row:
        self._made += 1
        row = _Row(self._kind, self._made, first, second, self._remove)
        row.changed.connect(self.changed)
        self._rows.append(row)
        self._list.addWidget(row)
        return row

    def _remove(self, row: _Row) -> None:
        at = self._rows.index(row)
        self._rows.remove(row)
        self._list.removeWidget(row)
        row.hide()
        row.deleteLater()
        if self._rows:
            self._rows[min(at, len(self._rows) - 1)].take_focus()
        else:
            self._add.setFocus()
        self.changed.emit()

    @Slot()
    def _on_add(self) -> None:
        self._put("", "").take_focus()
        self.changed.emit()


class _Row(QWidget):
    """One rule."""

    changed = Signal()

    def __init__(
        self, kind: RuleKind, number: int, first: str, second: str, remove: Callable[[_Row], None]
    ) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        spaced(row, 0, 8)
        self._first = line_edit(f"{kind.name}First{number}", kind.first)
        self._first.setText(first)
        self._first.setAccessibleName(kind.first)
        self._first.textChanged.connect(self.changed)
        self._second = _second(kind, number, second)
        self._second.setAccessibleName(kind.second)
        if isinstance(self._second, ComboBox):
            self._second.currentIndexChanged.connect(self.changed)
        else:
            self._second.textChanged.connect(self.changed)
        away = IconButton("x", tr("Remove this line"), f"{kind.name}Remove{number}")
        away.clicked.connect(lambda: remove(self))
        row.addWidget(self._first, 1)
        row.addWidget(self._second, 1)
        row.addWidget(away)

    def said(self) -> tuple[str, str]:
        """Both fields."""
        if isinstance(self._second, ComboBox):
            return self._first.text().strip(), str(self._second.currentData())
        return self._first.text().strip(), self._second.text().strip()

    def take_focus(self) -> None:
        """Begin to type here."""
        self._first.setFocus()


def _second(kind: RuleKind, number: int, value: str) -> ComboBox | QLineEdit:
    name = f"{kind.name}Second{number}"
    if not kind.choices:
        edit = line_edit(name, kind.second)
        edit.setText(value)
        return edit
    combo = ComboBox(name)
    for each, words in kind.choices:
        combo.addItem(words, each)
    combo.setCurrentIndex(max(0, combo.findData(value)))
    return combo
