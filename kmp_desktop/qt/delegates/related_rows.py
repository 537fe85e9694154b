"""Painting the records with the same key."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kmp_desktop.core.view import RelatedRecord
from kmp_desktop.qt.delegates.cell_text import CellText
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.models.record_table import Index
from kmp_desktop.qt.models.related_records import CHIP_ROLE, POSITION_ROLE, RELATED_ROLE, WHERE_ROLE
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.chip import chip_width, paint_chip

ROW = 58
_PADDING = 10


class RelatedDelegate(QStyledItemDelegate):
    """Type, position and chip; below when and where, and the way there."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._fonts: tuple[int, CellText, CellText, CellText] | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        """One height for all rows."""
        return QSize(0, Theme.current().px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one record."""
        theme = Theme.current()
        px = theme.px
        strong, body, small = self._fonts_now()
        record = index.data(RELATED_ROLE)
        if not isinstance(record, RelatedRecord):
            return
        place: QRect = option.rect
        is_this = record.position == "this"
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(place.adjusted(0, 1, 0, -2))
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if is_this or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selected" if is_this else "hover"))
            painter.drawRoundedRect(ground, px(6), px(6))
        painter.fillRect(place.left(), place.bottom(), place.width(), 1, theme.color("line"))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), px(6), px(6))
        inside = place.adjusted(px(_PADDING), px(5), -px(_PADDING), -px(6))
        upper = QRect(inside.left(), inside.top(), inside.width(), inside.height() // 2)
        lower = upper.translated(0, upper.height())
        chip = index.data(CHIP_ROLE)
        width = chip_width(chip) if record.row is not None else 0
        if width:
            paint_chip(painter, upper.adjusted(upper.width() - width, 0, 0, 0), chip)
        room = upper.adjusted(0, 0, -width - px(8), 0)
        used = strong.draw(painter, room, str(index.data() or ""), theme.color("text"))
        beside = room.adjusted(used + px(8), 0, 0, 0)
        small.draw(painter, beside, str(index.data(POSITION_ROLE) or ""), theme.color("muted"))
        link = tr("Go to record") if leads_somewhere(record) else ""
        link_width = body.metrics.horizontalAdvance(link)
        right = lower.adjusted(lower.width() - link_width - 1, 0, 0, 0)
        body.draw(painter, right, link, theme.color("accent"))
        words = lower.adjusted(0, 0, -link_width - px(8), 0)
        small.draw(painter, words, str(index.data(WHERE_ROLE) or ""), theme.color("muted"))
        painter.restore()

    def _fonts_now(self) -> tuple[CellText, CellText, CellText]:
        serial = Theme.current().serial
        if self._fonts is None or self._fonts[0] != serial:
            self._fonts = (serial, CellText("strong"), CellText("body"), CellText("small"))
        return self._fonts[1:]


def leads_somewhere(record: RelatedRecord) -> bool:
    """Whether there is a row to go to."""
    return record.row is not None and record.position != "this"
