"""The card "Where things go"."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from kmp_desktop.app.review_words import Destination
from kmp_desktop.qt.i18n import say, tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.clearing import clear_layout
from kmp_desktop.qt.widgets.card import Card
from kmp_desktop.qt.widgets.labels import label


class WhereCard(Card):
    """One line for each kind of decision, naming the topics."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("whereCard", parent=parent)
        px = Theme.current().px
        self._lines = QGridLayout()
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setHorizontalSpacing(px(16))
        self._lines.setVerticalSpacing(px(4))
        self._lines.setColumnMinimumWidth(0, px(62))
        self._lines.setColumnStretch(1, 1)
        self.box.setSpacing(px(6))
        self.box.setContentsMargins(px(16), px(14), px(16), px(14))
        self.box.addWidget(label(tr("Where things go"), "section"))
        self.box.addLayout(self._lines)

    def show_lines(self, lines: Sequence[Destination]) -> None:
        """Show where records would go; without lines the card goes away."""
        clear_layout(self._lines)
        for nth, line in enumerate(lines):
            self._lines.addWidget(label(say(line.decision), tone="muted"), nth, 0, Qt.AlignmentFlag.AlignTop)
            self._lines.addWidget(label(say(line.sentence), wrap=True), nth, 1)
        self.setVisible(bool(lines))
