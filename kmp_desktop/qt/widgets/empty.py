"""What is shown where nothing is: an icon, a line, a sentence, perhaps one button."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget

from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.labels import IconLabel, label


class EmptyState(QWidget):
    """Centred icon, title, text and buttons."""

    def __init__(
        self, icon_name: str, title: str, text: str = "", name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        centre = Qt.AlignmentFlag.AlignHCenter
        self._icon = IconLabel(icon_name, "strong_border", 32)
        self._title = label(title, "section")
        self._text = label(text, tone="muted", wrap=True)
        self._text.setAlignment(centre)
        self._text.setFixedWidth(Theme.current().px(280))
        self.box = QVBoxLayout(self)
        spaced(self.box, 16, 8)
        self.box.addStretch(2)
        self.box.addWidget(self._icon, 0, centre)
        self.box.addWidget(self._title, 0, centre)
        line = QHBoxLayout()  # an alignment would make Qt reckon with the lines of a wider label
        line.addStretch(1)
        line.addWidget(self._text)
        line.addStretch(1)
        self.box.addLayout(line)
        self._below = QVBoxLayout()
        spaced(self._below, 0, 8)
        self.box.addLayout(self._below)
        self.box.addStretch(3)

    def set_text(self, title: str, text: str = "", icon_name: str = "") -> None:
        """Other words (and another icon)."""
        self._title.setText(title)
        self._text.setText(text)
        if icon_name:
            self._icon.set_icon(icon_name, "strong_border")

    def add_button(self, button: QAbstractButton) -> None:
        """Put a button below the text."""
        self._below.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
