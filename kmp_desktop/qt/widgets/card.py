"""Cards and grounds: frames whose colour, border and radius come from the style sheet."""

from __future__ import annotations

from typing import Literal

from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kmp_desktop.qt.theme import Theme

Ground = Literal["card", "panel", "plain", "bar", "foot", "line"]
"""card: white, bordered, round · panel: grey card · plain: white · bar: white with a line below ·
foot: white with a line above · line: a separator."""


class Card(QFrame):
    """A frame with a vertical ``box`` to put things into; ``margin`` in pixels of the design."""

    def __init__(
        self, name: str = "", ground: Ground = "card", margin: int = 16, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("ground", ground)
        side = Theme.current().px(margin)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(side, side, side, side)
        self.box.setSpacing(Theme.current().px(8))


class Bar(QFrame):
    """A bar over the whole width with a horizontal ``row``; ``height`` in pixels of the design."""

    def __init__(
        self, name: str = "", ground: Ground = "bar", height: int = 50, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("ground", ground)
        self._design_height = height
        self.row = QHBoxLayout(self)
        side = Theme.current().px(12)
        self.row.setContentsMargins(side, 0, side, 0)
        self.row.setSpacing(Theme.current().px(8))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        Theme.current().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_design_height(self, height: int) -> None:
        """Another height, e.g. in a small window."""
        self._design_height = height
        self._on_theme_changed()

    def _on_theme_changed(self) -> None:
        self.setFixedHeight(Theme.current().px(self._design_height))


def separator(vertical: bool = False) -> QFrame:
    """A line of 1 px."""
    line = QFrame()
    line.setProperty("ground", "line")
    if vertical:
        line.setFixedWidth(1)
        line.setFixedHeight(Theme.current().px(24))
    else:
        line.setFixedHeight(1)
    return line


def spaced(box: QBoxLayout, margin: int = 0, spacing: int = 8) -> QBoxLayout:
    """Set margin and spacing of a layout in pixels of the design; gives it back."""
    px = Theme.current().px
    box.setContentsMargins(px(margin), px(margin), px(margin), px(margin))
    box.setSpacing(px(spacing))
    return box
