"""The bar with the three decisions, undo, search and review."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolBar, QWidget

from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.i18n import tr, trn
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.search_field import NARROW, SearchField
from kmp_desktop.qt.widgets.buttons import ActionButton
from kmp_desktop.qt.widgets.card import separator

_HEIGHT = 50
_GAP = 8


class DecisionToolBar(QToolBar):
    """Decisions on the left, search and review on the right.

    Where room is short the search field gives way first, then the keycaps go, then the words become
    short; buttons never elide.
    """

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("decisionToolBar")
        self.setAccessibleName(tr("Decisions"))
        self.setMovable(False)
        self.setFloatable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._actions = actions
        self._level = -1
        self._decisions = [
            ActionButton(actions.merge, short=tr("Retry")),
            ActionButton(actions.purge, short=tr("Discard")),
            ActionButton(actions.skip, short=tr("Skip")),
        ]
        self._small = [
            ActionButton(actions.undo, "quiet", icon_only=True),
            ActionButton(actions.redo, "quiet", icon_only=True),
        ]
        self.search = SearchField()
        self.filter = ActionButton(actions.filter, "quiet", icon_only=True)
        self.columns = ActionButton(actions.columns, "quiet", icon_only=True)
        self.review = ActionButton(actions.review, "primary", short=tr("Review"))
        # One widget for all: QToolBar's own layout hides what does not fit behind an arrow.
        self._inside = QWidget()
        self._inside.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self._inside)
        row.setContentsMargins(Theme.current().px(5), 0, Theme.current().px(5), 0)
        row.setSpacing(Theme.current().px(_GAP))
        for decision in self._decisions:
            row.addWidget(decision)
        row.addSpacing(Theme.current().px(4))
        row.addWidget(separator(vertical=True))
        row.addSpacing(Theme.current().px(4))
        for small in self._small:
            row.addWidget(small)
        row.addStretch(1)
        row.addWidget(self.search, 8)
        row.addWidget(self.filter)
        row.addWidget(self.columns)
        row.addWidget(self.review)
        self.addWidget(self._inside)
        Theme.current().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_staged(self, count: int) -> None:
        """How many decisions there are to review."""
        words = trn(count, "Review {n} decision", "Review {n} decisions") if count else tr("Review decisions")
        self._actions.set_text(self._actions.review, words)
        self.review.set_short_text(tr("Review {n}", n=count) if count else tr("Review"))
        self._fit(force=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less room."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """The window may be smaller than the words are long."""
        return QSize(Theme.current().px(400), Theme.current().px(_HEIGHT))

    def _fit(self, *, force: bool = False) -> None:
        for level in (0, 1, 2):
            self._apply(level)
            if self._needed() <= self.width():
                break
        if level != self._level or force:
            self._level = level
            self._inside.updateGeometry()

    def _apply(self, level: int) -> None:
        for button in (*self._decisions, self.review):
            button.set_keycap(level == 0)
            button.set_short(level == 2)

    def _needed(self) -> int:
        px = Theme.current().px
        buttons = (*self._decisions, *self._small, self.filter, self.columns, self.review)
        gaps = px(_GAP) * (len(buttons) + 2) + px(4) * 2 + px(_GAP) * 2 + 1 + 2 * px(17)
        return sum(button.sizeHint().width() for button in buttons) + px(NARROW) + gaps

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFixedHeight(Theme.current().px(_HEIGHT))
        self._fit(force=True)
