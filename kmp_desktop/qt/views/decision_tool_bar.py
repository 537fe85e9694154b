"""The bar with the three decisions, undo, search and review."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolBar, QWidget

from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.i18n import tr, trn
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.search_field import NARROW, WIDE, SearchField
from kmp_desktop.qt.widgets.buttons import ActionButton

_HEIGHT = 50


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
            self._button(actions.merge, short=tr("Retry")),
            self._button(actions.purge, short=tr("Discard")),
            self._button(actions.skip, short=tr("Skip")),
        ]
        self._line = self.addSeparator()
        self._small = [self._icon_button(actions.undo), self._icon_button(actions.redo)]
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spacer)
        self.search = SearchField()
        self.search.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.addWidget(self.search)
        self.review = ActionButton(actions.review, "primary", short=tr("Review"))
        self.addWidget(self.review)
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

    def _button(self, action: QAction, short: str) -> ActionButton:
        button = ActionButton(action, "plain", short=short)
        self.addWidget(button)
        return button

    def _icon_button(self, action: QAction) -> ActionButton:
        button = ActionButton(action, "quiet", icon_only=True)
        self.addWidget(button)
        return button

    def _fit(self, *, force: bool = False) -> None:
        for level in (0, 1, 2):
            self._apply(level)
            if self._needed() <= self.width():
                break
        if level != self._level or force:
            self._level = level
            self.updateGeometry()

    def _apply(self, level: int) -> None:
        for button in (*self._decisions, self.review):
            button.set_keycap(level == 0)
            button.set_short(level == 2)

    def _needed(self) -> int:
        px = Theme.current().px
        buttons = (*self._decisions, *self._small, self.review)
        gaps = px(8) * (len(buttons) + 3) + px(17) + 2 * px(12)
        return sum(button.sizeHint().width() for button in buttons) + px(NARROW) + gaps

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFixedHeight(Theme.current().px(_HEIGHT))
        self.search.setFixedHeight(Theme.current().px(34))
        self.search.resize(Theme.current().px(WIDE), Theme.current().px(34))
        self._fit(force=True)
