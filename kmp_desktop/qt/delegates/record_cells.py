"""Painting the cells of the record table: chips, texts and hints, on one row background."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from kmp_desktop.qt.delegates.cell_text import CellText, hits_of
from kmp_desktop.qt.icons import pixmap
from kmp_desktop.qt.models.record_table import (
    CHIP_ROLE,
    FLAGS_ROLE,
    FROZEN_ROLE,
    MUTED_ROLE,
    Column,
    Flag,
    Index,
)
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.visible_text import plain_tooltip
from kmp_desktop.qt.widgets.chip import paint_chip

PADDING = 8
MARK = 3
_FLAG_SIDE = 16
_FLAG_STEP = 19
_FLAGS_SHOWN = 2
FLAG_ICONS = {Flag.CAME_BACK: "arrow-counter-clockwise", Flag.SAME_KEY: "key", Flag.ELSEWHERE: "users"}

_SELECTED = QStyle.StateFlag.State_Selected
_IDENTIFIERS = frozenset({Column.PAYLOAD_0, Column.PAYLOAD_1, Column.KEY, Column.CAME_FROM})


@dataclass(frozen=True, slots=True)
class _Look:
    """What does not change from cell to cell."""

    serial: int
    body: CellText
    strong: CellText
    caption: CellText
    text: QColor
    muted: QColor
    selected: QColor
    hover: QColor
    line: QColor
    mark: QColor
    padding: int


class RecordDelegate(QStyledItemDelegate):
    """Paints every cell of the record table. ``hovered`` is the position under the pointer."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.hovered = -1
        self.current = -1
        self._hits: re.Pattern[str] | None = None
        self._look: _Look | None = None

    def set_search(self, words: Sequence[str]) -> None:
        """Show these words bold wherever they occur."""
        self._hits = hits_of(words)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        look = self._look_now()
        place: QRect = option.rect
        position, column = index.row(), index.column()
        selected = bool(option.state & _SELECTED) or index.data(FROZEN_ROLE)
        if selected:
            painter.fillRect(place, look.selected)
        elif position == self.hovered:
            painter.fillRect(place, look.hover)
        painter.fillRect(place.left(), place.bottom(), place.width(), 1, look.line)
        if column == Column.DECISION:
            if selected and position == self.current:
                mark = Theme.current().px(MARK)
                painter.fillRect(place.left(), place.top(), mark, place.height() - 1, look.mark)
            paint_chip(painter, place.adjusted(look.padding, 0, 0, -1), index.data(CHIP_ROLE))
        elif column == Column.FLAGS:
            self._paint_flags(painter, place, index, look)
        else:
            self._paint_text(painter, place, index, look)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        """Rows have one height, set by the view; widths, too."""
        return QSize(0, 0)

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """The whole text of a cell that is cut off, else what the model says."""
        if event.type() == QEvent.Type.ToolTip and index.isValid():
            words = index.data(Qt.ItemDataRole.ToolTipRole) or self._cut_text(view, index)
            QToolTip.showText(event.globalPos(), plain_tooltip(words), view)
            return True
        return super().helpEvent(event, view, option, index)

    def _paint_text(self, painter: QPainter, place: QRect, index: Index, look: _Look) -> None:
        text = index.data()
        if not text:
            return
        column = index.column()
        font = look.strong if column == Column.WHY else look.body
        mode = Qt.TextElideMode.ElideMiddle if column in _IDENTIFIERS else Qt.TextElideMode.ElideRight
        inside = place.adjusted(look.padding, 0, -look.padding, -1)
        ink = look.muted if index.data(MUTED_ROLE) else look.text
        font.draw(painter, inside, text, ink, self._hits, mode)

    def _paint_flags(self, painter: QPainter, place: QRect, index: Index, look: _Look) -> None:
        flags = index.data(FLAGS_ROLE)
        if not flags:
            return
        px = Theme.current().px
        side, left = px(_FLAG_SIDE), place.left() + px(4)
        ratio = painter.device().devicePixelRatio()
        for flag in flags[:_FLAGS_SHOWN]:
            top = place.top() + (place.height() - 1 - side) // 2
            painter.drawPixmap(left, top, pixmap(FLAG_ICONS[flag], "warn", side, ratio))
            left += px(_FLAG_STEP)
        if len(flags) > _FLAGS_SHOWN:
            rest = QRect(left, place.top(), place.right() - left, place.height() - 1)
            look.caption.draw(painter, rest, f"+{len(flags) - _FLAGS_SHOWN}", look.muted)

    def _cut_text(self, view: QAbstractItemView, index: Index) -> str:
        if index.column() in (Column.DECISION, Column.FLAGS):
            return ""
        look = self._look_now()
        text = str(index.data() or "")
        font = look.strong if index.column() == Column.WHY else look.body
        room = view.visualRect(index).width() - 2 * look.padding
        return text if font.metrics.horizontalAdvance(text) > room else ""

    def _look_now(self) -> _Look:
        theme = Theme.current()
        if self._look is None or self._look.serial != theme.serial:
            self._look = _Look(
                theme.serial,
                CellText("body"),
                CellText("strong"),
                CellText("caption"),
                theme.color("text"),
                theme.color("muted"),
                theme.color("selected"),
                theme.color("hover"),
                theme.color("line"),
                theme.color("selection_mark"),
                theme.px(PADDING),
            )
        return self._look
