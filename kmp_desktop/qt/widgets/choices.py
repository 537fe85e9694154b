"""Radio buttons and check boxes whose marks are seen on every ground, light and dark."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QRadioButton, QWidget

from kmp_desktop.qt.icons import pixmap
from kmp_desktop.qt.theme import Theme

_MARK = 16
_GAP = 8
_HEIGHT = 28
_PADDING = 4


class RadioButton(QRadioButton):
    """One of several; the words may be as long as the line."""

    def __init__(self, text: str, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """The size it needs."""
        return _size(self)

    def minimumSizeHint(self) -> QSize:
        """The least it needs."""
        return self.sizeHint()

    def hitButton(self, pos: object) -> bool:  # noqa: ARG002
        """The words count, too."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        theme = Theme.current()
        painter = QPainter(self)
        place = _paint_ground(painter, self, round_mark=True)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("on_solid"))
            radius = place.width() / 5
            painter.drawEllipse(place.center(), radius, radius)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a new font or style sheet."""
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.updateGeometry()
        super().changeEvent(event)


class CheckBox(QCheckBox):
    """Yes or no."""

    def __init__(self, text: str, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """The size it needs."""
        return _size(self)

    def minimumSizeHint(self) -> QSize:
        """The least it needs."""
        return self.sizeHint()

    def hitButton(self, pos: object) -> bool:  # noqa: ARG002
        """The words count, too."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        painter = QPainter(self)
        place = _paint_ground(painter, self, round_mark=False)
        if self.isChecked():
            _paint_hook(painter, place, self.devicePixelRatioF())
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a new font or style sheet."""
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.updateGeometry()
        super().changeEvent(event)


def _size(button: QAbstractButton) -> QSize:
    theme = Theme.current()
    words = button.fontMetrics().horizontalAdvance(button.text())
    return QSize(theme.px(_MARK + _GAP + 2 * _PADDING) + words + 2, theme.px(_HEIGHT))


def _paint_ground(painter: QPainter, button: QAbstractButton, *, round_mark: bool) -> QRectF:
    """The words, the focus frame and the empty or filled mark; gives back where the mark is."""
    theme = Theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side, padding = theme.px(_MARK), theme.px(_PADDING)
    place = QRectF(padding, (button.height() - side) / 2, side, side)
    _paint_mark(painter, place, on=button.isChecked(), enabled=button.isEnabled(), round_mark=round_mark)
    painter.setPen(theme.color("text" if button.isEnabled() else "disabled"))
    left = padding + side + theme.px(_GAP)
    words = QRectF(left, 0, button.width() - left, button.height())
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, button.text())
    if button.hasFocus():
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("accent"), 2))
        painter.drawRoundedRect(QRectF(button.rect()).adjusted(1, 1, -1, -1), theme.px(4), theme.px(4))
    return place


def paint_check(painter: QPainter, place: QRectF, *, on: bool) -> None:
    """The mark of a check box in the middle of ``place``, as lines of a list have it."""
    side = Theme.current().px(_MARK)
    mark = QRectF(0, 0, side, side)
    mark.moveCenter(place.center())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_mark(painter, mark, on=on, enabled=True, round_mark=False)
    if on:
        _paint_hook(painter, mark, painter.device().devicePixelRatio())
    painter.restore()


def _paint_mark(painter: QPainter, place: QRectF, *, on: bool, enabled: bool, round_mark: bool) -> None:
    theme = Theme.current()
    if enabled:
        ring, ground = ("accent_solid", "accent_solid") if on else ("strong_border", "surface")
    else:
        ring, ground = ("disabled", "disabled") if on else ("control_border", "window")
    painter.setPen(QPen(theme.color(ring), 1))
    painter.setBrush(theme.color(ground))
    radius = place.width() / 2 if round_mark else theme.px(3)
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def _paint_hook(painter: QPainter, place: QRectF, ratio: float) -> None:
    side = Theme.current().px(12)
    corner = place.center() - QPointF(side / 2, side / 2)
    painter.drawPixmap(corner, pixmap("check", "on_solid", side, ratio))
