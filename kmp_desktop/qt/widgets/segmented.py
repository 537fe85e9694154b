"""A few choices side by side, one of them chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.buttons import press_on_enter


class SegmentedButtons(QWidget):
    """Joined buttons; ``choices`` are (value, words, object name of the button).

    Signals:
        chosen(object): the value that a person chose.
    """

    chosen = Signal(object)

    def __init__(
        self,
        choices: Sequence[tuple[object, str, str]],
        name: str = "",
        height: int = 28,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._values = [value for value, _, _ in choices]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        last = len(choices) - 1
        for nth, (_, words, button_name) in enumerate(choices):
            button = _Segment(words, button_name, height, first=nth == 0, last=nth == last)
            self._group.addButton(button, nth)
            row.addWidget(button)
        if choices:
            self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self._on_clicked)

    def value(self) -> object:
        """What is chosen."""
        return self._values[self._group.checkedId()]

    def choose(self, value: object) -> None:
        """Choose without a signal."""
        self._group.button(self._values.index(value)).setChecked(True)

    def button(self, value: object) -> QAbstractButton:
        """The button of a value."""
        return self._group.button(self._values.index(value))

    def _on_clicked(self, nth: int) -> None:
        self.chosen.emit(self._values[nth])


class _Segment(QPushButton):
    def __init__(self, words: str, name: str, height: int, *, first: bool, last: bool) -> None:
        super().__init__(words)
        self.setObjectName(name)
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._height, self._first, self._last = height, first, last

    def sizeHint(self) -> QSize:
        """The size it needs."""
        theme = Theme.current()
        words = QFontMetrics(theme.font("bold")).horizontalAdvance(self.text())
        return QSize(words + theme.px(20), theme.px(self._height))

    def minimumSizeHint(self) -> QSize:
        """The least it needs."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses it, as Space does."""
        if not press_on_enter(self, event):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        theme = Theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        token = "selected" if self.isChecked() else "hover" if self.underMouse() else "surface"
        outline = self._outline()
        painter.fillPath(outline, theme.color(token))
        painter.setPen(QPen(theme.color("control_border"), 1))
        painter.drawPath(outline)
        painter.setFont(theme.font("bold" if self.isChecked() else "body"))
        painter.setPen(theme.color("text" if self.isEnabled() else "disabled"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), theme.px(4), theme.px(4))
        painter.end()

    def _outline(self) -> QPainterPath:
        """The border: round at the ends of the row, shared between neighbours."""
        right = 0.5 if self._last else 0.0
        place = QRectF(self.rect()).adjusted(0.5, 0.5, -right, -0.5)
        radius = Theme.current().px(6)
        outline = QPainterPath()
        if self._first or self._last:
            outline.addRoundedRect(place, radius, radius)
            square = QRectF(place)
            if not self._first:
                square.setRight(place.center().x())
                outline = outline.united(_box(square))
            if not self._last:
                square = QRectF(place)
                square.setLeft(place.center().x())
                square.setRight(place.right() + 1)
                outline = outline.united(_box(square))
        else:
            outline.addRect(place.adjusted(0, 0, 1, 0))
        return outline.simplified()


def _box(place: QRectF | QRect) -> QPainterPath:
    path = QPainterPath()
    path.addRect(QRectF(place))
    return path
