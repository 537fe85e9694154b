"""Painting the content tree: names, values in the colour of their kind, quiet words beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRect, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kmp_desktop.qt.delegates.cell_text import CellText, hits_of
from kmp_desktop.qt.models.content_tree import MORE_ROLE, VALUE_ROLE
from kmp_desktop.qt.models.node_text import Shown
from kmp_desktop.qt.models.record_table import Index
from kmp_desktop.qt.theme import Theme

TREE_ROW = 26
_GAP = 10
PADDING = 4
_LEAST_TEXT = 60  # what the words beside the value always leave to it


@dataclass(frozen=True, slots=True)
class _Look:
    serial: int
    body: CellText
    strong: CellText
    small: CellText


class ContentDelegate(QStyledItemDelegate):
    """Paints both columns of the content tree."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._hits: re.Pattern[str] | None = None
        self._cached: _Look | None = None

    def set_search(self, words: Sequence[str]) -> None:
        """Show these words bold."""
        self._hits = hits_of(words)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        """One height for all lines."""
        return QSize(0, Theme.current().px(TREE_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        theme, look = Theme.current(), self._look()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.fillRect(option.rect, theme.color("selected" if selected else "hover"))
        padding = theme.px(PADDING)
        inside = option.rect.adjusted(padding, 0, -padding, 0)
        if index.column() == 1:
            value = index.data(VALUE_ROLE)
            if isinstance(value, Shown):
                self._paint_value(painter, inside, value, look)
        elif index.data(MORE_ROLE):
            look.body.draw(painter, inside, str(index.data() or ""), theme.color("accent"))
        else:
            look.strong.draw(painter, inside, str(index.data() or ""), theme.color("text"), self._hits)

    def _paint_value(self, painter: QPainter, inside: QRect, value: Shown, look: _Look) -> None:
        theme = Theme.current()
        gap = theme.px(_GAP)
        beside = look.small.metrics.horizontalAdvance(value.beside) if value.beside else 0
        whole = look.body.metrics.horizontalAdvance(value.text)
        # A raw value gives way to the readable one; what says that there is more behind it stays.
        fits = beside and whole + gap + beside <= inside.width()
        stays = value.opens and inside.width() - beside - gap >= theme.px(_LEAST_TEXT)
        shows_beside = bool(fits or stays)
        room = inside.adjusted(0, 0, -(beside + gap) if shows_beside else 0, 0)
        width = look.body.draw(painter, room, value.text, theme.color(value.tone), self._hits)
        if shows_beside:
            place = QRect(inside.left() + width + gap, inside.top(), beside + 1, inside.height())
            look.small.draw(painter, place, value.beside, theme.color("muted"))

    def _look(self) -> _Look:
        serial = Theme.current().serial
        if self._cached is None or self._cached.serial != serial:
            self._cached = _Look(serial, CellText("body"), CellText("strong"), CellText("small"))
        return self._cached
