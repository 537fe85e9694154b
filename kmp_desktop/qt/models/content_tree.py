"""The content of a record as a tree, in the order and spelling of its source.

Nothing is converted: numbers, names and texts are those of the payload. What lies below a node is only
set up when somebody looks at it, in pages of ``PAGE`` children.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt

from kmp_desktop.core.payload import Node, NodeKind
from kmp_desktop.qt.i18n import number, tr
from kmp_desktop.qt.models import node_text
from kmp_desktop.qt.models.record_table import Index
from kmp_desktop.qt.visible_text import edges_shown, plain_tooltip

PAGE = 500
OPEN_DEPTH = 2
OPEN_NODES = 200

_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_TOOLTIP = Qt.ItemDataRole.ToolTipRole.value
_ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole.value
VALUE_ROLE = Qt.ItemDataRole.UserRole.value  # a node_text.Shown, for the delegate
MORE_ROLE = VALUE_ROLE + 1  # the line that shows the next page

_NO_PARENT = QModelIndex()


@dataclass(slots=True)
class _Item:
    """A node in its place. ``shown``: how many children are shown, the line for more not counted."""

    node: Node | None  # None: the line that shows more
    parent: int
    place: int
    name: str
    children: list[int] = field(default_factory=list)
    counted: bool = False
    shown: int = 0


class ContentTreeModel(QAbstractItemModel):
    """Two columns, name and value."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root: Node | None = None
        self._items: list[_Item] = []

    @property
    def root(self) -> Node | None:
        """What is shown."""
        return self._root

    def set_root(self, root: Node | None) -> None:
        """Show another content; a scalar is shown as one line."""
        self.beginResetModel()
        self._root = root
        self._items = []
        if root is not None:
            whole = root if root.kind in node_text.BRANCHES else Node("", NodeKind.LIST, children=(root,))
            self._items.append(_Item(whole, -1, 0, ""))
        self.endResetModel()

    # ---- nodes

    def node(self, index: Index) -> Node | None:
        """The node of a line; ``None`` for the line that shows more."""
        return self._items[index.internalId()].node if index.isValid() else None

    def path(self, index: Index) -> str:
        """Where a node is, as developers write it: ``items[0].sku``."""
        names: list[str] = []
        at = index.internalId() if index.isValid() else 0
        while at > 0:
            item = self._items[at]
            parent = self._items[item.parent].node
            in_list = parent is not None and parent.kind is NodeKind.LIST
            name = item.node.name if item.node is not None else item.name
            names.append(f"[{name}]" if in_list else f".{name}")
            at = item.parent
        return "".join(reversed(names)).removeprefix(".")

    def is_more(self, index: Index) -> bool:
        """Whether a line shows the next page instead of a node."""
        return index.isValid() and self._items[index.internalId()].node is None

    def show_more(self, index: Index) -> None:
        """Show the next page of children in place of this line."""
        if not self.is_more(index):
            return
        more = self._items[index.internalId()]
        parent_at = more.parent
        parent = self._items[parent_at]
        parent_index = self._index_of(parent_at)
        total = len(parent.node.children) if parent.node is not None else 0
        more_at = parent.children[-1]
        self.beginRemoveRows(parent_index, parent.shown, parent.shown)
        parent.children.pop()
        self.endRemoveRows()
        first, stop = parent.shown, min(total, parent.shown + PAGE)
        last = stop - 1 if stop == total else stop
        self.beginInsertRows(parent_index, first, last)
        self._add_children(parent_at, first, stop)
        if stop < total:
            self._items[more_at].place = stop
            parent.children.append(more_at)
        self.endInsertRows()

    # ---- Qt

    def index(self, row: int, column: int, parent: Index = _NO_PARENT) -> QModelIndex:
        """The line at a place below ``parent``."""
        if column not in (0, 1) or not self._items or parent.column() > 0:
            return QModelIndex()
        children = self._children(parent.internalId() if parent.isValid() else 0)
        if not 0 <= row < len(children):
            return QModelIndex()
        return self.createIndex(row, column, children[row])

    def parent(self, index: Index = _NO_PARENT) -> QModelIndex:  # type: ignore[override]
        """The line above."""
        if not index.isValid():
            return QModelIndex()
        return self._index_of(self._items[index.internalId()].parent)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Lines below a node."""
        if not self._items or parent.column() > 0:
            return 0
        return len(self._children(parent.internalId() if parent.isValid() else 0))

    def columnCount(self, parent: Index = _NO_PARENT) -> int:  # noqa: ARG002
        """Name and value."""
        return 2

    def hasChildren(self, parent: Index = _NO_PARENT) -> bool:
        """Without setting the children up."""
        if not self._items or parent.column() > 0:
            return False
        node = self._items[parent.internalId() if parent.isValid() else 0].node
        return node is not None and bool(node.children)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """What a line says."""
        if not index.isValid():
            return None
        item = self._items[index.internalId()]
        if item.node is None:
            return self._more(item, index.column(), role)
        return self._name(item, role) if index.column() == 0 else _value(item.node, role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Name, Value."""
        if role != _DISPLAY or orientation is not Qt.Orientation.Horizontal:
            return None
        return tr("Name") if section == 0 else tr("Value")

    # ---- inside

    def _name(self, item: _Item, role: int) -> str | None:
        if role in (_DISPLAY, _ACCESSIBLE):
            return item.name
        return plain_tooltip(item.name) if role == _TOOLTIP else None

    def _more(self, item: _Item, column: int, role: int) -> Any:
        if role == MORE_ROLE:
            return True
        if column != 0 or role not in (_DISPLAY, _ACCESSIBLE):
            return None
        parent = self._items[item.parent]
        total = len(parent.node.children) if parent.node is not None else 0
        first, last = number(parent.shown + 1), number(min(total, parent.shown + PAGE))
        return tr("Show entries {first}–{last}", first=first, last=last)

    def _children(self, at: int) -> list[int]:
        item = self._items[at]
        if not item.counted and item.node is not None:
            item.counted = True
            total = len(item.node.children)
            self._add_children(at, 0, min(total, PAGE))
            if total > PAGE:
                self._items.append(_Item(None, at, PAGE, ""))
                item.children.append(len(self._items) - 1)
        return item.children

    def _add_children(self, at: int, first: int, stop: int) -> None:
        item = self._items[at]
        assert item.node is not None
        seen = Counter(child.name for child in item.node.children[:first])
        is_object = item.node.kind is NodeKind.OBJECT
        for place in range(first, stop):
            child = item.node.children[place]
            seen[child.name] += 1
            name = edges_shown(child.name, 300) or ('""' if is_object else "")
            if is_object and seen[child.name] > 1:
                name = tr("{name} ({nth})", name=name, nth=node_text.ordinal(seen[child.name]))
            self._items.append(_Item(child, at, place, name))
            item.children.append(len(self._items) - 1)
        item.shown = stop

    def _index_of(self, at: int) -> QModelIndex:
        return QModelIndex() if at <= 0 else self.createIndex(self._items[at].place, 0, at)


def _value(node: Node, role: int) -> Any:
    if role == VALUE_ROLE:
        return node_text.shown(node)
    if role in (_DISPLAY, _ACCESSIBLE):
        return node_text.shown(node).words()
    return plain_tooltip(node_text.tooltip(node)) if role == _TOOLTIP else None
