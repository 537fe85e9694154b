"""The queues of a connection while it is edited: a table, and buttons to add, edit and remove."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from kmp_desktop.core.profile import Queue
from kmp_desktop.qt.dialogs.queue_dialog import QueueDialog
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.visible_text import one_line, plain_tooltip
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.labels import label


class QueueList(QWidget):
    """Holds queues in the order in which they are shown on the queues page.

    Signals:
        changed(): a queue was added, edited or removed.
        opened(QueueDialog): a queue is being added or edited.
    """

    changed = Signal()
    opened = Signal(object)

    def __init__(self, queues: tuple[Queue, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queues = list(queues)
        box = QVBoxLayout(self)
        spaced(box, 0, 12)
        note = tr("A queue is a topic with failed messages and the topic they are sent back to.")
        box.addWidget(label(note, tone="muted", wrap=True))
        self._table = QTreeWidget()
        self._table.setObjectName("queueTable")
        self._table.setAccessibleName(tr("Queues"))
        self._table.setRootIsDecorated(False)
        self._table.setUniformRowHeights(True)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.setHeaderLabels([tr("Name"), tr("Dead letter topic"), tr("Retry topic"), tr("Group")])
        header = self._table.header()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._table.itemSelectionChanged.connect(self._show_buttons)
        self._table.itemDoubleClicked.connect(self._on_edit)
        self._table.setMinimumHeight(Theme.current().px(180))
        box.addWidget(self._table, 1)
        box.addLayout(self._buttons())
        self._show(0)

    def queues(self) -> tuple[Queue, ...]:
        """The queues as they are now."""
        return tuple(self._queues)

    def add(self, queue: Queue) -> None:
        """Add one at the end, unless there is one for its topic."""
        if queue.queue_topic not in [each.queue_topic for each in self._queues]:
            self._on_added(queue)

    def current(self) -> Queue | None:
        """The chosen queue, else the first one."""
        row = self._row()
        if row is not None:
            return self._queues[row]
        return self._queues[0] if self._queues else None

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        spaced(row, 0, 8)
        add = Button(tr("Add a queue …"), "addQueueButton", "plain", "plus")
        add.clicked.connect(self._on_add)
        self._edit = Button(tr("Edit …"), "editQueueButton")
        self._edit.clicked.connect(self._on_edit)
        self._remove = Button(tr("Remove"), "removeQueueButton", "quiet", "x")
        self._remove.clicked.connect(self._on_remove)
        for each in (add, self._edit, self._remove):
            row.addWidget(each)
        row.addStretch(1)
        return row

    def _row(self) -> int | None:
        chosen = self._table.selectedItems()
        return self._table.indexOfTopLevelItem(chosen[0]) if chosen else None

    def _show(self, chosen: int) -> None:
        self._table.clear()
        for queue in self._queues:
            texts = (queue.name, queue.queue_topic, queue.retry_topic or "–", queue.group)
            item = QTreeWidgetItem([one_line(text) for text in texts])
            for column, text in enumerate(texts):
                item.setToolTip(column, plain_tooltip(one_line(text)))
            item.setToolTip(0, plain_tooltip(one_line(queue.description or queue.name)))
            self._table.addTopLevelItem(item)
        if self._queues:
            last = len(self._queues) - 1
            chosen_item = self._table.topLevelItem(min(chosen, last))
            assert chosen_item is not None
            self._table.setCurrentItem(chosen_item)
        self._show_buttons()

    @Slot()
    def _show_buttons(self) -> None:
        chosen = self._row() is not None
        self._edit.setEnabled(chosen)
        self._remove.setEnabled(chosen)

    @Slot()
    def _on_add(self) -> None:
        self._open(None).done_with.connect(self._on_added)

    @Slot()
    def _on_edit(self) -> None:
        row = self._row()
        if row is not None:
            self._open(self._queues[row]).done_with.connect(self._on_edited)

    @Slot()
    def _on_remove(self) -> None:
        row = self._row()
        if row is not None:
            del self._queues[row]
            self._show(row)
            self.changed.emit()

    @Slot(object)
    def _on_added(self, queue: Queue) -> None:
        self._queues.append(queue)
        self._show(len(self._queues) - 1)
        self.changed.emit()

    @Slot(object)
    def _on_edited(self, queue: Queue) -> None:
        row = next(n for n, each in enumerate(self._queues) if each.id == queue.id)
        self._queues[row] = queue
        self._show(row)
        self.changed.emit()

    def _open(self, queue: Queue | None) -> QueueDialog:
        dialog = QueueDialog(queue, [each.id for each in self._queues], self.window())
        dialog.open()
        self.opened.emit(dialog)
        return dialog
