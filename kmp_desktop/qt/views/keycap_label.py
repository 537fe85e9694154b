"""The first key of an action as a small box."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.buttons import keycap_text, paint_keycap


class KeycapLabel(QWidget):
    """Follows the action: another key of it is another key here."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action = action
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self._words())

    def sizeHint(self) -> QSize:
        """At least square."""
        theme = Theme.current()
        width = QFontMetrics(theme.font("caption")).horizontalAdvance(self._words())
        return QSize(max(theme.px(20), width + theme.px(12)), theme.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_keycap(painter, self.rect(), self._words(), "muted")
        painter.end()

    def _words(self) -> str:
        keys = self._action.shortcuts()
        return keycap_text(keys[0]) if keys else ""
