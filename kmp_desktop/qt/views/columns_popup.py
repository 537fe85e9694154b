"""The list of columns below its button: which are shown, and in which order."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.models.record_table import Column
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.column_choice import NOTHING_CHOSEN, ColumnChoice
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.choices import paint_check
from kmp_desktop.qt.widgets.labels import label

_COLUMN = Qt.ItemDataRole.UserRole
_MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class ColumnsPopup(QFrame):
    """A choice takes effect at once. Closes by a click beside it, or by Esc.

    Signals:
        changed(ColumnChoice): another choice.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("columnsPopup")
        self.setProperty("ground", "plain")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(tr("Columns"))
        self.choice = NOTHING_CHOSEN
        self._names: Mapping[Column, str] = {}
        self._list = _OrderedList()
        self._list.itemChanged.connect(self._on_changed)
        self._list.model().rowsMoved.connect(self._on_changed)
        self._reset = Button(tr("Reset columns"), "resetColumnsButton")
        self._reset.clicked.connect(self._on_reset)
        px = Theme.current().px
        box = QVBoxLayout(self)
        box.setContentsMargins(px(12), px(12), px(12), px(12))
        box.setSpacing(px(8))
        box.addWidget(label(tr("Columns"), "section"))
        words = tr("Message and fields of the content leave where room is short.")
        hint = label(f"{words} {tr('Alt+Up and Alt+Down move a line.')}", "small", tone="muted", wrap=True)
        hint.setFixedWidth(px(250))
        box.addWidget(hint)
        box.addWidget(self._list)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._reset)
        box.addLayout(foot)

    def open_at(self, place: QPoint, choice: ColumnChoice, names: Mapping[Column, str]) -> None:
        """Show it, its upper right corner there. ``names``: of the columns that can be had now."""
        self._names = names
        self._fill(choice)
        self.adjustSize()
        self.move(place.x() - self.width(), place.y())
        self.show()
        self._list.setFocus(Qt.FocusReason.PopupFocusReason)

    def _fill(self, choice: ColumnChoice) -> None:
        self.choice = choice
        self._list.blockSignals(True)
        self._list.clear()
        for column in choice.order:
            if column in self._names:
                item = QListWidgetItem(self._names[column])
                item.setData(_COLUMN, int(column))
                item.setCheckState(
                    Qt.CheckState.Checked if column in choice.shown else Qt.CheckState.Unchecked
                )
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled)
                self._list.addItem(item)
        self._list.blockSignals(False)
        self._list.setCurrentRow(0)
        self._list.fit()
        self._reset.setEnabled(choice != NOTHING_CHOSEN)

    @Slot()
    def _on_changed(self) -> None:
        items = [self._list.item(row) for row in range(self._list.count())]
        listed = [Column(item.data(_COLUMN)) for item in items]
        checked = {Column(item.data(_COLUMN)) for item in items if item.checkState() is Qt.CheckState.Checked}
        rest = [column for column in self.choice.order if column not in listed]
        kept = {column for column in rest if column in self.choice.shown}
        self.choice = ColumnChoice((*listed, *rest), frozenset(checked | kept))
        self._reset.setEnabled(self.choice != NOTHING_CHOSEN)
        self.changed.emit(self.choice)

    @Slot()
    def _on_reset(self) -> None:
        self._fill(NOTHING_CHOSEN)
        self.changed.emit(NOTHING_CHOSEN)


class _OrderedList(QListWidget):
    """Lines that are checked, and moved by dragging or with Alt and the arrows."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("columnList")
        self.setAccessibleName(tr("Columns, in their order"))
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_Line(self))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def fit(self) -> None:
        """As high as its lines."""
        self.setFixedSize(self._size())

    def _size(self) -> QSize:
        height = sum(max(1, self.sizeHintForRow(row)) for row in range(self.count()))
        return QSize(Theme.current().px(250), height + 2 * self.frameWidth() + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt and an arrow move the line."""
        step = (
            _MOVES.get(Qt.Key(event.key())) if event.modifiers() & Qt.KeyboardModifier.AltModifier else None
        )
        row = self.currentRow()
        if step is None or not 0 <= row + step < self.count():
            super().keyPressEvent(event)
            return
        # Qt names the place in front of which the line comes to lie, as it was before.
        to = row + step + (step > 0)
        parent = self.rootIndex()
        self.model().moveRow(parent, row, parent, to)
        self.setCurrentRow(row + step)


class _Line(QStyledItemDelegate):
    """A mark that is seen on every ground; the system's is not in the dark."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one line."""
        super().paint(painter, option, index)
        own = QStyleOptionViewItem(option)
        self.initStyleOption(own, index)
        view = own.widget
        mark = view.style().subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, own, view)
        on = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) is Qt.CheckState.Checked
        paint_check(painter, QRectF(mark), on=on)
