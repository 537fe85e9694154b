"""The tree of a record's content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QKeyCombination, QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QWidget

from kmp_desktop.core.payload import Node
from kmp_desktop.qt.delegates.cell_text import hits_of
from kmp_desktop.qt.delegates.content_value import PADDING, ContentDelegate
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.models import node_text
from kmp_desktop.qt.models.content_tree import OPEN_DEPTH, OPEN_NODES, ContentTreeModel
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.letter_lists import LetterTree
from kmp_desktop.qt.views.record_header import RecordHeader

_NAME_WIDTH = 158
_INDENT = 16
_EXPANDED_BELOW = 2000  # nodes that "Expand all below" opens at most
_SEARCHED = 20_000  # nodes that F3 looks through


class ContentTreeView(LetterTree):
    """Signals.

    value_wanted(Node): show a long value in a window of its own.
    """

    value_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("contentTree")
        self.setAccessibleName(tr("Content"))
        self.content = ContentTreeModel(self)
        self._delegate = ContentDelegate(self)
        self._words: Sequence[str] = ()
        self.setModel(self.content)
        self.setItemDelegate(self._delegate)
        self.setUniformRowHeights(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(LetterTree.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setExpandsOnDoubleClick(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)
        self.activated.connect(self._on_activated)
        self.clicked.connect(self._on_clicked)
        header = RecordHeader("contentTreeHeader", self, (_INDENT + PADDING, PADDING))
        self.setHeader(header)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionsMovable(False)
        Theme.current().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_root(self, root: Node | None) -> None:
        """Show another content, its first levels open."""
        self.content.set_root(root)
        self._open(QModelIndex(), OPEN_DEPTH, OPEN_NODES)
        self.scrollToTop()

    def set_search(self, words: Sequence[str]) -> None:
        """Show these words bold."""
        self._words = tuple(words)
        self._delegate.set_search(words)
        self.viewport().update()

    def find_next(self) -> bool:
        """Go to the next line that holds a word that is searched for; F3."""
        hits = hits_of(self._words)
        if hits is None:
            return False
        first: QModelIndex | None = None
        passed = not self.currentIndex().isValid()
        current = self.currentIndex().siblingAtColumn(0)
        for index in self._lines():
            if hits.search(f"{index.data()}\n{index.siblingAtColumn(1).data()}"):
                first = first or index
                if passed:
                    return self._go_to(index)
            passed = passed or index == current
        return self._go_to(first) if first is not None else False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy value or path; F3."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_value()
        elif event.keyCombination() == _COPY_PATH:
            self._copy_path()
        elif event.key() == Qt.Key.Key_F3:
            self.find_next()
        else:
            super().keyPressEvent(event)

    def _open(self, top: QModelIndex, depth: int, at_most: int) -> None:
        """Open level by level until the depth or the number of lines is reached."""
        level = [top]
        lines = 0
        for _ in range(depth):
            below = []
            for parent in level:
                lines += self.content.rowCount(parent)
                if lines > at_most and parent.isValid():
                    return
                if parent.isValid():
                    self.expand(parent)
                children = (
                    self.content.index(row, 0, parent) for row in range(self.content.rowCount(parent))
                )
                below += [child for child in children if self.content.hasChildren(child)]
            level = below

    def _lines(self) -> Iterator[QModelIndex]:
        """Every line from the top, also those that are closed."""
        todo = [(QModelIndex(), 0)]
        seen = 0
        while todo and seen < _SEARCHED:
            parent, row = todo.pop()
            if row >= self.content.rowCount(parent):
                continue
            index = self.content.index(row, 0, parent)
            todo += [(parent, row + 1), (index, 0)]
            seen += 1
            yield index

    def _go_to(self, index: QModelIndex) -> bool:
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    def copy_value(self) -> None:
        """Copy the value of the current line as it was sent."""
        node = self.content.node(self.currentIndex())
        if node is not None:
            QGuiApplication.clipboard().setText(node_text.copied_value(node))

    def _copy_path(self) -> None:
        if self.content.node(self.currentIndex()) is not None:
            QGuiApplication.clipboard().setText(self.content.path(self.currentIndex()))

    def _copy_json(self) -> None:
        node = self.content.node(self.currentIndex())
        if node is not None:
            QGuiApplication.clipboard().setText(node_text.as_json(node))

    def _expand_below(self) -> None:
        top = self.currentIndex().siblingAtColumn(0)
        self._open(top, 100, _EXPANDED_BELOW)

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        node = self.content.node(self.indexAt(place))
        if node is None:
            return
        menu = QMenu(self)
        menu.setObjectName("contentMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, name, does in (
            (tr("Copy value"), "copyValueAction", self.copy_value),
            (tr("Copy path"), "copyPathAction", self._copy_path),
            (tr("Copy as JSON"), "copyJsonAction", self._copy_json),
            (tr("Expand all below"), "expandBelowAction", self._expand_below),
        ):
            action = QAction(words, menu)
            action.setObjectName(name)
            action.triggered.connect(does)
            menu.addAction(action)
        menu.popup(self.viewport().mapToGlobal(place))

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if self.content.is_more(index):
            self.content.show_more(index)

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        """Enter or double click."""
        node = self.content.node(index)
        if self.content.is_more(index):
            self.content.show_more(index)
        elif node is not None and node_text.shown(node).opens:
            self.value_wanted.emit(node)

    @Slot()
    def _on_theme_changed(self) -> None:
        px = Theme.current().px
        self.setIndentation(px(_INDENT))
        self.header().resizeSection(0, px(_NAME_WIDTH))


_COPY_PATH = QKeyCombination(
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier, Qt.Key.Key_C
)
