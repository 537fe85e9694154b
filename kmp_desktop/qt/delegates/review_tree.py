"""Paints the cells of the review tree: counts in the colour of their decision, icons for records."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kmp_desktop.qt.icons import pixmap
from kmp_desktop.qt.models.review_tree import COUNT_ROLE, DECISION_COLUMNS, RECORD_ROLE, Column
from kmp_desktop.qt.theme import FontRole, Theme
from kmp_desktop.qt.widgets.chip import LOOKS

_ROW_HEIGHT = 32
_PADDING = 8
_ICON = 16
_TONES = {column: LOOKS[decision].tone for decision, column in DECISION_COLUMNS.items()}


class ReviewTreeDelegate(QStyledItemDelegate):
    """The view paints the expander; everything else of a cell is painted here."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        """One height for all rows."""
        return QSize(0, Theme.current().px(_ROW_HEIGHT))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint a cell."""
        theme = Theme.current()
        place: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(place, theme.color("selected"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(place, theme.color("hover"))
        padding = theme.px(_PADDING)
        inner = place.adjusted(0 if index.column() == Column.NAME else padding, 0, -padding, 0)
        decision = index.data(RECORD_ROLE)
        if decision is not None:
            _paint_sign(painter, inner, LOOKS[decision].icon_name, LOOKS[decision].tone)
        else:
            _paint_words(painter, inner, index)


def _paint_sign(painter: QPainter, place: QRect, icon_name: str, tone: str) -> None:
    side = Theme.current().px(_ICON)
    picture = pixmap(icon_name, tone, side, painter.device().devicePixelRatioF())
    painter.drawPixmap(place.right() - side + 1, place.center().y() - side // 2, picture)


def _paint_words(painter: QPainter, place: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
    theme = Theme.current()
    words = index.data()
    if not words:
        return
    role, tone = _look(index)
    font = theme.font(role)
    painter.setFont(font)
    painter.setPen(theme.color(tone))
    side = Qt.AlignmentFlag.AlignRight if index.column() else Qt.AlignmentFlag.AlignLeft
    shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, int((side | Qt.AlignmentFlag.AlignVCenter).value), shown)


def _look(index: QModelIndex | QPersistentModelIndex) -> tuple[FontRole, str]:
    count = index.data(COUNT_ROLE)
    column = index.column()
    if column == Column.NAME:
        is_record = index.parent().isValid() or not index.model().hasChildren(index)
        return ("body", "text") if is_record else ("strong", "text")
    if count and column in _TONES:
        return "bold", _TONES[Column(column)]
    return "body", "muted"
