"""Banners inside a page: what is so, one sentence about it, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget

from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.labels import IconLabel, label, set_tone

BannerKind = Literal["info", "ok", "warn", "error"]
_ICONS: dict[BannerKind, str] = {
    "info": "info",
    "ok": "check-circle",
    "warn": "warning",
    "error": "x-circle",
}


class Banner(QWidget):
    """Icon, title, text and buttons on the colour of its kind.

    ``actions`` are buttons made by the page (link buttons as a rule); they are shown on the right
    where there is no text, below the text otherwise. ``flat``: over the full width, no corners.
    """

    def __init__(
        self,
        kind: BannerKind,
        title: str,
        text: str = "",
        actions: Sequence[QAbstractButton] = (),
        icon_name: str = "",
        *,
        flat: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind: BannerKind = kind
        self._flat = flat
        self._own_icon = icon_name
        px = Theme.current().px
        self._icon = IconLabel(icon_name or _ICONS[kind], kind)
        self._title = label(title, "bold", tone=kind, wrap=True)
        self._text = label(text, wrap=True)
        self._actions = QHBoxLayout()
        spaced(self._actions, 0, 8)
        words = QVBoxLayout()
        spaced(words, 0, 2)
        words.addWidget(self._title)
        words.addWidget(self._text)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(12), px(8), px(12), px(8))
        row.setSpacing(px(8))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter if not text else Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self._beside = not text
        if self._beside:
            row.addLayout(self._actions)
        else:
            words.addLayout(self._actions)
        self.set_actions(actions)
        self.set_text(title, text)

    @property
    def kind(self) -> BannerKind:
        """The kind that is shown."""
        return self._kind

    def set_kind(self, kind: BannerKind, icon_name: str = "") -> None:
        """Turn into another kind."""
        self._kind = kind
        self._own_icon = icon_name
        self._icon.set_icon(icon_name or _ICONS[kind], kind)
        set_tone(self._title, kind)
        self.update()

    def set_text(self, title: str, text: str = "") -> None:
        """Other words."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(f"{title} {text}".strip())

    def set_actions(self, actions: Sequence[QAbstractButton]) -> None:
        """Other buttons; the old ones are deleted."""
        while (item := self._actions.takeAt(0)) is not None:
            if (old := item.widget()) is not None and old not in actions:
                old.deleteLater()
        for button in actions:
            self._actions.addWidget(button)
        if not self._beside:
            self._actions.addStretch(1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        theme = Theme.current()
        painter = QPainter(self)
        painter.setBrush(theme.color(f"{self._kind}_bg"))
        if self._flat:
            painter.fillRect(self.rect(), painter.brush())
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color(f"{self._kind}_border"), 1))
            place = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(place, theme.px(8), theme.px(8))
        painter.end()
