"""Paints the cells of the conflict table: chips, and "differs" with its icon."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kmp_desktop.core.decision import Decision
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.icons import pixmap
from kmp_desktop.qt.models.conflict_table import CHIP_ROLE, DIFFERS_ROLE, Column
from kmp_desktop.qt.theme import FontRole, Theme
from kmp_desktop.qt.widgets.chip import chip_width, paint_chip

ROW_HEIGHT = 34
PADDING = 8
EDGE = 20  # before the first column: where the card's own words begin
_ICON = 16


def differs_width() -> int:
    """How much room chip and "differs" need."""
    theme = Theme.current()
    words = QFontMetrics(theme.font("chip")).horizontalAdvance(tr("differs"))
    widest = max(chip_width(each) for each in Decision)
    return widest + theme.px(3 * PADDING + _ICON + 6) + words


class ConflictTableDelegate(QStyledItemDelegate):
    """One line of 1 px under each row."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        """One height for all rows."""
        return QSize(0, Theme.current().px(ROW_HEIGHT))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint a cell."""
        theme = Theme.current()
        place: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(place, theme.color("selected"))
        painter.fillRect(QRect(place.left(), place.bottom(), place.width(), 1), theme.color("line"))
        left = EDGE if index.column() == Column.MESSAGE else PADDING
        inner = place.adjusted(theme.px(left), 0, -theme.px(PADDING), -1)
        chip = index.data(CHIP_ROLE)
        if chip is None:
            _paint_words(painter, inner, index)
            return
        paint_chip(painter, inner, chip)
        if index.data(DIFFERS_ROLE):
            inner.setLeft(inner.left() + chip_width(chip) + theme.px(PADDING))
            _paint_differs(painter, inner)


def _paint_words(painter: QPainter, place: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
    theme = Theme.current()
    role: FontRole = "strong" if index.column() == Column.MESSAGE else "body"
    font = theme.font(role)
    painter.setFont(font)
    painter.setPen(theme.color("muted" if index.column() == Column.THEIRS else "text"))
    shown = QFontMetrics(font).elidedText(str(index.data()), Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def _paint_differs(painter: QPainter, place: QRect) -> None:
    theme = Theme.current()
    side = theme.px(_ICON)
    picture = pixmap("warning", "warn", side, painter.device().devicePixelRatio())
    painter.drawPixmap(place.left(), place.center().y() - side // 2 + 1, picture)
    painter.setFont(theme.font("chip"))
    painter.setPen(theme.color("warn"))
    place.setLeft(place.left() + side + theme.px(6))
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, tr("differs"))
