"""The header of a table: words in the quiet colour, the arrow of the sort beside them."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from kmp_desktop.qt.icons import pixmap
from kmp_desktop.qt.theme import Theme

_HEIGHT = 32
_ARROW = 14


class RecordHeader(QHeaderView):
    """Paints its sections itself, because a style sheet puts the arrow at the far end."""

    def __init__(self, name: str, parent: QWidget, paddings: tuple[int, ...] = ()) -> None:
        """``paddings``: left of the words of the first columns, in pixels of the design."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName(name)
        self._paddings = paddings
        self.setHighlightSections(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setMinimumSectionSize(Theme.current().px(24))

    def sizeHint(self) -> QSize:
        """As high as a row."""
        return QSize(super().sizeHint().width(), Theme.current().px(_HEIGHT))

    def _padding(self, column: int) -> int:
        return self._paddings[column] if column < len(self._paddings) else 8

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803
        """Paint the name of one column."""
        theme = Theme.current()
        painter.save()
        painter.fillRect(rect, theme.color("surface"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("line"))
        inside = rect.adjusted(theme.px(self._padding(logicalIndex)), 0, -theme.px(4), -1)
        sorted_by = self.isSortIndicatorShown() and self.sortIndicatorSection() == logicalIndex
        arrow = theme.px(_ARROW)
        room = inside.width() - (arrow + theme.px(4) if sorted_by else 0)
        font = theme.font("body")
        metrics = QFontMetrics(font)
        words = str(self.model().headerData(logicalIndex, Qt.Orientation.Horizontal) or "")
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, max(0, room))
        painter.setFont(font)
        painter.setPen(theme.color("muted"))
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        if sorted_by:
            up = self.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder
            picture = pixmap("arrow-up" if up else "arrow-down", "muted", arrow, self.devicePixelRatioF())
            left = inside.left() + metrics.horizontalAdvance(shown) + theme.px(4)
            painter.drawPixmap(left, inside.top() + (inside.height() - arrow) // 2, picture)
        painter.restore()
