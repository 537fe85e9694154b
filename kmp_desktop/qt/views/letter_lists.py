"""Lists in which a letter is a command and never a jump to a row that begins with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QListView, QTreeView, QWidget


class LetterList(QListView):
    """A list that is as high as what it holds and scrolls only where there is less room."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands."""

    def sizeHint(self) -> QSize:
        """As high as all rows."""
        return QSize(super().sizeHint().width(), self._rows(self.model().rowCount() if self.model() else 0))

    def minimumSizeHint(self) -> QSize:
        """A few rows are always in sight."""
        count = self.model().rowCount() if self.model() else 0
        return QSize(0, self._rows(min(2, count)))

    def _rows(self, count: int) -> int:
        delegate_height = self.sizeHintForRow(0) if count else 0
        return count * delegate_height


class LetterTree(QTreeView):
    """A tree that leaves letters alone."""

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands."""
