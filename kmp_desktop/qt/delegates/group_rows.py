"""Painting the rows of the failure group panel."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from kmp_desktop.qt.delegates.cell_text import CellText
from kmp_desktop.qt.i18n import number
from kmp_desktop.qt.icons import pixmap
from kmp_desktop.qt.models.failure_groups import (
    COUNT_ROLE,
    ICON_ROLE,
    MORE_ROLE,
    OUTDATED_ROLE,
    SECOND_LINE_ROLE,
    SHARE_ROLE,
)
from kmp_desktop.qt.models.record_table import Index
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.visible_text import plain_tooltip

GROUP_HEIGHT = 52
LOOK_FIRST_HEIGHT = 32
_INSET = 6  # of the selected background
_PADDING = 10  # of the text inside it
_BAR = QSize(52, 4)
_DIMMED = 0.6

_SELECTED = QStyle.StateFlag.State_Selected
_HOVER = QStyle.StateFlag.State_MouseOver
_FOCUS = QStyle.StateFlag.State_HasFocus


@dataclass(frozen=True, slots=True)
class _Look:
    serial: int
    strong: CellText
    body: CellText
    small: CellText


class _RowDelegate(QStyledItemDelegate):
    """Background, focus frame and tooltips, the same for both lists."""

    height = GROUP_HEIGHT

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._cached: _Look | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        """One height for all rows."""
        return QSize(0, Theme.current().px(self.height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        theme = Theme.current()
        px = theme.px
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(option.rect.adjusted(px(_INSET), 1, -px(_INSET), -1))
        selected = bool(option.state & _SELECTED)
        if selected or option.state & _HOVER:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selected" if selected else "hover"))
            painter.drawRoundedRect(ground, px(6), px(6))
        if option.state & _FOCUS:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), px(6), px(6))
        inside = option.rect.adjusted(px(_INSET + _PADDING), 0, -px(_INSET + _PADDING), 0)
        if index.data(OUTDATED_ROLE):
            painter.setOpacity(_DIMMED)
        self.paint_row(painter, inside, index, selected=selected)
        painter.restore()

    def paint_row(self, painter: QPainter, inside: QRect, index: Index, *, selected: bool) -> None:
        """Paint what the row says into ``inside``."""
        raise NotImplementedError

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """The whole label if it is cut off, and what the model says."""
        if event.type() != QEvent.Type.ToolTip or not index.isValid():
            return super().helpEvent(event, view, option, index)
        label = str(index.data() or "")
        room = view.viewport().width() - Theme.current().px(2 * (_INSET + _PADDING) + 60)
        lines = [label] if self.look().strong.metrics.horizontalAdvance(label) > room else []
        if told := index.data(Qt.ItemDataRole.ToolTipRole):
            lines.append(told)
        QToolTip.showText(event.globalPos(), plain_tooltip("\n".join(lines)), view)
        return True

    def look(self) -> _Look:
        """Fonts of the present theme."""
        serial = Theme.current().serial
        if self._cached is None or self._cached.serial != serial:
            self._cached = _Look(serial, CellText("strong"), CellText("body"), CellText("small"))
        return self._cached


class GroupDelegate(_RowDelegate):
    """A failure group: label and count, below when it last happened and how much is decided."""

    def paint_row(self, painter: QPainter, inside: QRect, index: Index, *, selected: bool) -> None:
        """Paint what the row says into ``inside``."""
        theme, look = Theme.current(), self.look()
        px = theme.px
        text, muted = theme.color("text"), theme.color("muted")
        if index.data(MORE_ROLE):
            look.body.draw(painter, inside, str(index.data() or ""), theme.color("accent"))
            return
        first = QRect(inside.left(), inside.top() + px(6), inside.width(), px(20))
        second = QRect(inside.left(), first.bottom() + 1, inside.width(), px(18))
        count = number(index.data(COUNT_ROLE))
        width = look.strong.metrics.horizontalAdvance(count)
        right = QRect(first.right() + 1 - width, first.top(), width + 1, first.height())
        look.strong.draw(painter, right, count, text)
        look.strong.draw(painter, first.adjusted(0, 0, -width - px(8), 0), str(index.data() or ""), text)
        share = index.data(SHARE_ROLE)
        bar_width = px(_BAR.width()) if share is not None else 0
        words = second.adjusted(0, 0, -bar_width - px(8) if bar_width else 0, 0)
        look.small.draw(painter, words, str(index.data(SECOND_LINE_ROLE) or ""), muted)
        if share is not None:
            bar = QRectF(inside.right() + 1 - bar_width, 0, bar_width, px(_BAR.height()))
            bar.moveTop(second.top() + (second.height() - bar.height()) / 2)
            track = theme.color("control_border" if selected else "line")
            _paint_bar(painter, bar, share, track, theme.color("accent"))


class LookFirstDelegate(_RowDelegate):
    """A quick filter: icon, label and count."""

    height = LOOK_FIRST_HEIGHT

    def paint_row(self, painter: QPainter, inside: QRect, index: Index, *, selected: bool) -> None:  # noqa: ARG002
        """Paint what the row says into ``inside``."""
        theme, look = Theme.current(), self.look()
        px = theme.px
        side = px(16)
        top = inside.top() + (inside.height() - side) // 2
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(inside.left(), top, pixmap(index.data(ICON_ROLE), "muted", side, ratio))
        found = index.data(COUNT_ROLE)
        count = "…" if found is None else number(found)
        width = look.body.metrics.horizontalAdvance(count)
        right = QRect(inside.right() + 1 - width, inside.top(), width + 1, inside.height())
        look.body.draw(painter, right, count, theme.color("muted"))
        label = inside.adjusted(side + px(10), 0, -width - px(8), 0)
        look.body.draw(painter, label, str(index.data() or ""), theme.color("text"))


def _paint_bar(painter: QPainter, place: QRectF, share: float, track: QColor, fill: QColor) -> None:
    radius = place.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(track)
    painter.drawRoundedRect(place, radius, radius)
    if share > 0:
        width = max(place.height(), place.width() * min(1.0, share))
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(place.left(), place.top(), width, place.height()), radius, radius)
