"""The message at the bottom of the page that goes by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QStackedWidget, QWidget

from kmp_desktop.qt.announce import announce
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.buttons import Button, paint_keycap
from kmp_desktop.qt.widgets.labels import IconLabel, label

_SHOWN_MS = 6000
_ABOVE = 20
_KEYCAP = 20


@dataclass(frozen=True, slots=True)
class ToastMessage:
    """What a toast says. ``triggered`` is called by its link; ``keycap`` stands beside the link."""

    text: str
    link: str = ""
    triggered: Callable[[], object] | None = None
    icon_name: str = ""
    icon_tone: str = "toast_link"
    keycap: str = ""
    assertive: bool = False


class Toast(QFrame):
    """Text and one link, bottom centre of its parent; stays while hovered or focused.

    The parent calls ``place`` when it is resized (see ``ToastStack``).
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._page = parent
        self.setObjectName("toast")
        self._message: ToastMessage | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SHOWN_MS)
        self._timer.timeout.connect(self._on_timeout)
        px = Theme.current().px
        self._icon = IconLabel("info", "toast_link")
        self._text = label()
        self._text.setObjectName("toastText")
        self._link = _ToastLink("", "toastLink")
        self._link.clicked.connect(self._on_link)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(px(14), px(6), px(14), px(6))
        row.setSpacing(px(12))
        for part in (self._icon, self._text, self._link):
            row.addWidget(part)
        self._link.left.connect(self._on_link_left)
        self.hide()

    @property
    def message(self) -> ToastMessage | None:
        """What is shown; None: nothing."""
        return self._message

    def show_message(self, message: ToastMessage) -> None:
        """Show a message instead of the one before; never takes the focus."""
        self._message = message
        tokens = Theme.current().tokens
        self._text.setText(message.text)
        self._text.setStyleSheet(f"QLabel {{ color: {tokens.toast_text}; font-weight: 500; }}")
        self._icon.setVisible(bool(message.icon_name))
        if message.icon_name:
            self._icon.set_icon(message.icon_name, message.icon_tone)
        self._link.setText(message.link)
        self._link.keycap = message.keycap
        self._link.setVisible(bool(message.link))
        self._link.updateGeometry()
        self._row.activate()
        self.place()
        self.show()
        self.raise_()
        self._timer.start()
        announce(self, f"{message.text} {message.link}".strip(), assertive=message.assertive)

    def dismiss(self) -> None:
        """Take the message away."""
        self._timer.stop()
        self._message = None
        self.hide()

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer came."""
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer left."""
        if self.isVisible() and not self._link.hasFocus():
            self._timer.start()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        theme = Theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("toast_ground"))
        painter.drawRoundedRect(QRectF(self.rect()), theme.px(8), theme.px(8))
        painter.end()

    def place(self) -> None:
        """Go to the bottom centre of the parent."""
        page = self._page
        size = self.sizeHint()
        size.setWidth(min(size.width(), page.width() - 2 * _ABOVE))
        above = Theme.current().px(_ABOVE)
        place = QRect(0, 0, size.width(), size.height())
        place.moveTo((page.width() - size.width()) // 2, page.height() - size.height() - above)
        self.setGeometry(place)

    def _on_timeout(self) -> None:
        if self._link.hasFocus() and QApplication.activeWindow() is self.window():
            return
        self.dismiss()

    def _on_link_left(self) -> None:
        if self.isVisible():
            self._timer.start()

    def _on_link(self) -> None:
        message = self._message
        self.dismiss()
        if message is not None and message.triggered is not None:
            message.triggered()


class _ToastLink(Button):
    """The link of the toast, in its inverse colours; ``left()``: the focus has gone."""

    left = Signal()

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text, name, "link")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """The size it needs."""
        theme = Theme.current()
        words = QFontMetrics(theme.font("bold")).horizontalAdvance(self.text())
        cap = theme.px(_KEYCAP + 10) if self.keycap else 0
        return QSize(words + cap + 2 * theme.px(4), theme.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        theme = Theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme.font("bold")
        font.setUnderline(self.underMouse())
        painter.setFont(font)
        painter.setPen(theme.color("toast_link"))
        left = theme.px(4)
        painter.drawText(QPointF(left, self._baseline()), self.text())
        if self.keycap:
            side = theme.px(_KEYCAP)
            cap = QRect(self.width() - side - left, (self.height() - side) // 2, side, side)
            paint_keycap(painter, cap, self.keycap, "toast_link")
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            pen = painter.pen()
            pen.setWidth(2)
            painter.setPen(pen)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.px(4), theme.px(4))
        painter.end()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The focus goes."""
        super().focusOutEvent(event)
        self.left.emit()

    def _baseline(self) -> float:
        metrics = self.fontMetrics()
        return (self.height() + metrics.ascent() - metrics.descent()) / 2


class ToastStack(QStackedWidget):
    """Pages with a toast above them that stays in its place."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.toast = Toast(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow a new size."""
        super().resizeEvent(event)
        if self.toast.isVisible():
            self.toast.place()
