"""Labels whose font and colour come from the style sheet, so that a new theme reaches them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from kmp_desktop.qt.icons import pixmap
from kmp_desktop.qt.theme import FontRole, Theme
from kmp_desktop.qt.visible_text import plain_tooltip


def label(
    text: str = "",
    role: FontRole = "body",
    *,
    tone: str = "",
    name: str = "",
    wrap: bool = False,
    selectable: bool = False,
    parent: QWidget | None = None,
) -> QLabel:
    """A label in a font role and a text colour token; its text is never read as markup."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("fontRole", role)
    made.setObjectName(name)
    made.setWordWrap(wrap)
    if tone:
        made.setProperty("tone", tone)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def set_tone(widget: QWidget, tone: str) -> None:
    """Give a label (or anything the style sheet chooses by ``tone``) another text colour."""
    if widget.property("tone") == tone:
        return
    widget.setProperty("tone", tone)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class IconLabel(QWidget):
    """An icon of the theme; it says nothing to a screen reader, the words beside it do."""

    def __init__(
        self, icon_name: str, tone: str = "text", size: int = 16, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._tone = tone
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, icon_name: str, tone: str) -> None:
        """Show another icon."""
        if (icon_name, tone) != (self._icon_name, self._tone):
            self._icon_name, self._tone = icon_name, tone
            self.update()

    @property
    def icon_name(self) -> str:
        """The Phosphor name of what is shown."""
        return self._icon_name

    def sizeHint(self) -> QSize:
        """The size it needs."""
        side = Theme.current().px(self._size)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        side = Theme.current().px(self._size)
        painter = QPainter(self)
        picture = pixmap(self._icon_name, self._tone, side, self.devicePixelRatioF())
        painter.drawPixmap((self.width() - side) // 2, (self.height() - side) // 2, picture)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a new font or style sheet."""
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.updateGeometry()
        super().changeEvent(event)


class IconDisc(IconLabel):
    """An icon on a coloured disc, as result pages, dialogs and count cards have it."""

    def __init__(
        self, icon_name: str, tone: str, ground: str, diameter: int = 56, parent: QWidget | None = None
    ) -> None:
        super().__init__(icon_name, tone, round(diameter * 0.43), parent)
        self._ground = ground
        self._diameter = diameter

    def set_look(self, icon_name: str, tone: str, ground: str) -> None:
        """Show another icon on another ground."""
        self._ground = ground
        self.set_icon(icon_name, tone)
        self.update()

    def sizeHint(self) -> QSize:
        """The size it needs."""
        side = Theme.current().px(self._diameter)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Theme.current().color(self._ground))
        painter.drawEllipse(self.rect())
        painter.end()
        super().paintEvent(event)


class ElidedLabel(QLabel):
    """One line that gives way: "…" where it does not fit, and then only the whole text as tooltip."""

    def __init__(
        self,
        text: str = "",
        role: FontRole = "body",
        tone: str = "",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._mode = mode
        self._own_tip = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("fontRole", role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        if tone:
            self.setProperty("tone", tone)

    def set_tooltip(self, text: str) -> None:
        """A tooltip of its own; the whole text is put above it while elided."""
        self._own_tip = text
        self._update_tooltip()

    def setText(self, text: str) -> None:
        """Other words."""
        super().setText(text)
        self._update_tooltip()

    def minimumSizeHint(self) -> QSize:
        """The least it needs."""
        least = self.fontMetrics().horizontalAdvance("…") * 2
        return QSize(least, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        painter = QPainter(self)
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), self._mode, room.width())
        self.style().drawItemText(
            painter,
            room,
            int(self.alignment().value),
            self.palette(),
            self.isEnabled(),
            shown,
            self.foregroundRole(),
        )
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow a new size."""
        super().resizeEvent(event)
        self._update_tooltip()

    def _update_tooltip(self) -> None:
        elided = self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()
        lines = [self.text()] if elided else []
        if self._own_tip:
            lines.append(self._own_tip)
        self.setToolTip(plain_tooltip("\n".join(lines)))
