"""What all dialogs share: a white ground, room for content, and a foot with the buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.card import Bar, spaced


class FramedDialog(QDialog):
    """A window-modal dialog that is deleted when it is closed.

    ``body`` takes the content, ``foot.row`` the buttons (from left to right).
    """

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setProperty("ground", "plain")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        px = Theme.current().px
        whole = QVBoxLayout(self)
        spaced(whole, 0, 0)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(px(24), px(20), px(24), px(12))
        self.body.setSpacing(px(12))
        whole.addLayout(self.body, 1)
        self.foot = Bar("", "foot", 60)
        self.foot.row.setContentsMargins(px(20), 0, px(20), 0)
        whole.addWidget(self.foot)
