"""A combo box of the theme."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QWidget

from kmp_desktop.qt.icons import pixmap
from kmp_desktop.qt.theme import Theme


class ComboBox(QComboBox):
    """A combo box that paints its own arrow: Fusion drops it as soon as the box is styled."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        super().paintEvent(event)
        theme = Theme.current()
        side = theme.px(12)
        painter = QPainter(self)
        arrow = pixmap(
            "caret-down", "muted" if self.isEnabled() else "disabled", side, self.devicePixelRatioF()
        )
        painter.drawPixmap(self.width() - side - theme.px(10), (self.height() - side) // 2, arrow)
        painter.end()
