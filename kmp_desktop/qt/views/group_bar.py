"""The bar above the table: which group is shown, or what is selected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from kmp_desktop.qt.i18n import number, tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.clearing import clear_layout
from kmp_desktop.qt.widgets.buttons import Button, LinkButton
from kmp_desktop.qt.widgets.card import Bar
from kmp_desktop.qt.widgets.labels import ElidedLabel, IconLabel, label

_HEIGHT = 44
FEW = 5


class GroupBar(Bar):
    """Label and count of the group, active filters as chips, and "Select all".

    Signals:
        select_all_wanted, filter_removed(str: key of the chip).
    """

    select_all_wanted = Signal()
    filter_removed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("groupBar", height=_HEIGHT, parent=parent)
        px = Theme.current().px
        self.row.setContentsMargins(px(16), 0, px(12), 0)
        self._label = ElidedLabel("", "bold")
        self._label.setObjectName("groupBarLabel")
        self._count = label("", tone="muted", name="groupBarCount")
        self._filters: tuple[tuple[str, str], ...] = ()
        self._chips = QHBoxLayout()
        self._chips.setSpacing(px(6))
        self._all = Button("", "selectGroupButton", icon_name="checks")
        self._all.clicked.connect(self.select_all_wanted)
        self.row.addWidget(self._label)
        self.row.addWidget(self._count)
        self.row.addLayout(self._chips)
        self.row.addStretch(1)
        self.row.addWidget(self._all)

    def show_group(self, name: str, count: int, filters: Sequence[tuple[str, str]]) -> None:
        """``filters``: (key, words) of what else narrows the list."""
        self._label.setText(name)
        self._label.setVisible(bool(name))
        self._count.setText(number(count))
        self._all.setText(tr("Select all {n}", n=count))
        self._all.setEnabled(count > 0)
        self._all.updateGeometry()
        self._show_filters(filters)

    def set_may_select(self, why_not: str) -> None:
        """Whole groups can be selected once reading is complete."""
        self._all.setEnabled(not why_not)
        self._all.setToolTip(why_not)

    def _show_filters(self, filters: Sequence[tuple[str, str]]) -> None:
        if tuple(filters) == self._filters:
            return
        self._filters = tuple(filters)
        clear_layout(self._chips)
        for key, words in filters:
            chip = Button(words, f"filterChip_{key}", "plain", "x")
            chip.setAccessibleName(tr("Remove the filter: {filter}", filter=words))
            chip.setFixedHeight(Theme.current().px(28))
            chip.setProperty("key", key)
            chip.clicked.connect(self._on_chip)
            self._chips.addWidget(chip)

    @Slot()
    def _on_chip(self) -> None:
        sender: QObject | None = self.sender()
        if sender is not None:
            self.filter_removed.emit(str(sender.property("key")))


@dataclass(frozen=True, slots=True)
class SelectionWords:
    """What the selection bar says; ``link`` does something about ``second``."""

    title: str
    note: str = ""
    second: str = ""
    link: str = ""


class SelectionBar(QFrame):
    """Takes the place of the group bar while several records are selected.

    Signals:
        few_first_wanted, clear_wanted, link_clicked.
    """

    few_first_wanted = Signal()
    clear_wanted = Signal()
    link_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("selectionBar")
        px = Theme.current().px
        box = QVBoxLayout(self)
        box.setContentsMargins(px(16), px(4), px(12), px(5))
        box.setSpacing(0)
        first = QHBoxLayout()
        first.setSpacing(px(8))
        self._title = label("", "bold", name="selectionTitle")
        self._note = ElidedLabel()
        self._few = Button(tr("Try {n} first …", n=FEW), "fewFirstButton")
        self._clear = Button(tr("Clear selection"), "clearSelectionButton", "quiet", keycap=tr("Esc"))
        self._few.clicked.connect(self.few_first_wanted)
        self._clear.clicked.connect(self.clear_wanted)
        first.addWidget(IconLabel("checks", "accent"))
        first.addWidget(self._title)
        first.addWidget(self._note, 1)
        first.addWidget(self._few)
        first.addWidget(self._clear)
        box.addLayout(first)
        self._second_row = QWidget()
        second = QHBoxLayout(self._second_row)
        second.setContentsMargins(px(24), 0, 0, 0)
        second.setSpacing(px(8))
        self._second = label("", tone="muted", name="selectionNote")
        self._link = LinkButton("", "selectionLink")
        self._link.clicked.connect(self.link_clicked)
        second.addWidget(self._second)
        second.addWidget(self._link)
        second.addStretch(1)
        box.addWidget(self._second_row)

    def show_words(self, words: SelectionWords) -> None:
        """Say what is selected."""
        self._title.setText(words.title)
        self._note.setText(words.note)
        self._second.setText(words.second)
        self._second.setVisible(bool(words.second))
        self._link.setText(words.link)
        self._link.setVisible(bool(words.link))
        self._link.updateGeometry()
        self._second_row.setVisible(bool(words.second or words.link))

    def set_may_decide(self, why_not: str) -> None:
        """Trying a few first marks records, too."""
        self._few.setEnabled(not why_not)
        self._few.setToolTip(why_not)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """The ground of selected rows, with a line below."""
        theme = Theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("selected"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))
        painter.end()
