"""Buttons: icon, words and keycap painted by one function, so that all of them look alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAction,
    QColor,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QToolButton, QWidget

from kmp_desktop.qt.icons import pixmap
from kmp_desktop.qt.theme import FontRole, Theme

ButtonKind = Literal["plain", "primary", "quiet", "link", "info"]
"""plain: bordered · primary: the one filled button of a page · quiet: no border · link: accent words ·
info: on the ground of information, for "3 new"."""

_HEIGHT = 34
_LINK_HEIGHT = 28
_ICON = 16
_ICON_ALONE = 18
_GAP = 8
_PADDING = 12
_LINK_PADDING = 2
_RADIUS = 6


def keycap_text(shortcut: QKeySequence | QKeySequence.StandardKey | str) -> str:
    """A shortcut as it stands on a keycap: "Ctrl ↵", "Esc", "M"."""
    shown = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
    for word in ("Return", "Enter"):
        shown = shown.replace(word, "↵")
    return shown if len(shown) == 1 else " ".join(part for part in shown.split("+") if part)


@dataclass(frozen=True, slots=True)
class ButtonLook:
    """What is painted on a button. ``fill``: a token that colours it while checked."""

    text: str
    kind: ButtonKind = "plain"
    icon_name: str = ""
    icon_tone: str = ""
    keycap: str = ""
    fill: str = ""

    @property
    def font_role(self) -> FontRole:
        """Filled buttons are set bolder."""
        return "bold" if self.kind in ("primary", "info") else "body" if self.kind == "link" else "strong"


def button_size(look: ButtonLook) -> QSize:
    """The size a button needs; never less, because buttons do not elide."""
    theme = Theme.current()
    height = theme.px(_LINK_HEIGHT if look.kind == "link" else _HEIGHT)
    if not look.text:
        return QSize(height, height)
    padding = theme.px(_LINK_PADDING if look.kind == "link" else _PADDING)
    width = 2 * padding + QFontMetrics(theme.font(look.font_role)).horizontalAdvance(look.text) + 2
    if look.icon_name:
        width += theme.px(_ICON) + theme.px(_GAP)
    if look.keycap:
        width += keycap_width(look.keycap) + theme.px(_GAP)
    return QSize(width, height)


def paint_button(button: QAbstractButton, look: ButtonLook) -> None:
    """Paint a whole button in its present state; to be called from its paint event."""
    theme = Theme.current()
    painter = QPainter(button)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground, ink = _paint_ground(painter, button, look)
    icon_ink = look.icon_tone if look.icon_tone and button.isEnabled() and not _filled(button, look) else ink
    if not look.text:
        side = theme.px(_ICON_ALONE)
        place = QRect(0, 0, side, side)
        place.moveCenter(button.rect().center())
        painter.drawPixmap(
            place.topLeft(), pixmap(look.icon_name, icon_ink, side, button.devicePixelRatioF())
        )
    else:
        _paint_contents(painter, button, look, ink, icon_ink)
    if button.hasFocus():
        _paint_focus(painter, button, ground)
    painter.end()


def _filled(button: QAbstractButton, look: ButtonLook) -> bool:
    return look.kind == "primary" or bool(look.fill and button.isChecked())


def _paint_ground(painter: QPainter, button: QAbstractButton, look: ButtonLook) -> tuple[QColor | None, str]:
    """Fill and border; gives back the ground (None = transparent) and the colour of the words."""
    theme = Theme.current()
    on, over = button.isEnabled(), button.isEnabled() and button.underMouse()
    pressed, checked = button.isDown(), button.isChecked()
    border = ""
    fill = ""
    ink = "text" if on else "disabled"
    if look.kind == "primary":
        fill, ink = ("accent_hover" if over or pressed else "accent_solid"), "on_solid"
        if not on:
            fill, ink = "sunken", "disabled"
    elif look.kind == "info":
        fill, ink = ("selected" if over or pressed else "info_bg"), "info"
    elif look.kind == "link":
        ink = "accent" if on else "disabled"
    elif look.fill and checked:
        fill, ink = look.fill, "on_solid"
    elif look.kind == "plain":
        border = "control_border"
        fill = "selected" if checked else "hover" if over or pressed else "surface" if on else ""
    else:
        fill = "selected" if checked else "hover" if over or pressed else ""
    ground = theme.color(fill) if fill else None
    painter.setBrush(ground if ground is not None else Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color(border), 1) if border else Qt.PenStyle.NoPen)
    inset = 0.5 if border else 0.0
    radius = theme.px(_RADIUS)
    painter.drawRoundedRect(QRectF(button.rect()).adjusted(inset, inset, -inset, -inset), radius, radius)
    return ground, ink


def _paint_contents(
    painter: QPainter, button: QAbstractButton, look: ButtonLook, ink: str, icon_ink: str
) -> None:
    theme = Theme.current()
    font = theme.font(look.font_role)
    if look.kind == "link" and button.underMouse() and button.isEnabled():
        font.setUnderline(True)
    metrics = QFontMetrics(font)
    text_width = metrics.horizontalAdvance(look.text)
    icon_width = theme.px(_ICON) + theme.px(_GAP) if look.icon_name else 0
    cap_width = keycap_width(look.keycap) + theme.px(_GAP) if look.keycap else 0
    left = max(theme.px(_LINK_PADDING), (button.width() - icon_width - text_width - cap_width) // 2)
    if look.icon_name:
        side = theme.px(_ICON)
        top = (button.height() - side) // 2
        painter.drawPixmap(left, top, pixmap(look.icon_name, icon_ink, side, button.devicePixelRatioF()))
    painter.setFont(font)
    painter.setPen(theme.color(ink))
    place = QRect(left + icon_width, 0, text_width + 2, button.height())
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, look.text)
    if look.keycap:
        cap = QRect(place.right() + theme.px(_GAP), 0, keycap_width(look.keycap), theme.px(20))
        cap.moveTop((button.height() - cap.height()) // 2)
        paint_keycap(painter, cap, look.keycap, ink if ink != "text" else "muted")


def paint_keycap(painter: QPainter, place: QRect, text: str, ink: str) -> None:
    """A key as a small bordered box."""
    theme = Theme.current()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("control_border" if ink in ("muted", "disabled") else ink), 1))
    painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(4), theme.px(4))
    painter.setPen(theme.color(ink))
    painter.setFont(theme.font("caption"))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def press_on_enter(button: QAbstractButton, event: QKeyEvent) -> bool:
    """Let Enter press a button that has the focus; False: the key is another one.

    Qt leaves that to Space, and in a dialog Enter would press the default button instead.
    """
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or not plain:
        return False
    if not event.isAutoRepeat():  # a key that is held goes on to what the first press has brought
        button.click()
    return True


def keycap_width(text: str) -> int:
    """How wide the keycap of a text is."""
    theme = Theme.current()
    width = QFontMetrics(theme.font("caption")).horizontalAdvance(text)
    return max(theme.px(20), width + theme.px(12))


def _paint_focus(painter: QPainter, button: QAbstractButton, ground: QColor | None) -> None:
    """The focus frame, 2 px, with a gap of 1 px where the button itself is filled."""
    theme = Theme.current()
    radius = theme.px(_RADIUS)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if ground is not None:
        painter.setPen(QPen(theme.color("surface"), 1))
        painter.drawRoundedRect(QRectF(button.rect()).adjusted(2.5, 2.5, -2.5, -2.5), radius - 2, radius - 2)
    painter.setPen(QPen(theme.color("accent"), 2))
    painter.drawRoundedRect(QRectF(button.rect()).adjusted(1, 1, -1, -1), radius, radius)


def _is_look(event: QEvent) -> bool:
    return event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange)


class Button(QPushButton):
    """A push button of the theme. ``look`` may be replaced as a whole; texts go through setText."""

    def __init__(
        self,
        text: str,
        name: str = "",
        kind: ButtonKind = "plain",
        icon_name: str = "",
        keycap: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.kind: ButtonKind = kind
        self.icon_name = icon_name
        self.icon_tone = ""
        self.keycap = keycap
        self.fill = ""
        self.setObjectName(name)
        self.setAutoDefault(False)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_kind(self, kind: ButtonKind) -> None:
        """Turn into another kind of button."""
        self.kind = kind
        self.updateGeometry()
        self.update()

    def look(self) -> ButtonLook:
        """What is painted now."""
        text = self.text().replace("&&", "&")
        return ButtonLook(text, self.kind, self.icon_name, self.icon_tone, self.keycap, self.fill)

    def sizeHint(self) -> QSize:
        """The size it needs."""
        return button_size(self.look())

    def minimumSizeHint(self) -> QSize:
        """The least it needs."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        paint_button(self, self.look())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses it, as Space does."""
        if not press_on_enter(self, event):
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a new font or style sheet."""
        if _is_look(event):
            self.updateGeometry()
        super().changeEvent(event)


class LinkButton(Button):
    """Words in the accent colour that do something; underlined under the pointer."""

    def __init__(self, text: str, name: str = "", icon_name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, name, "link", icon_name, parent=parent)
        self.icon_tone = "accent"
        self.setCursor(Qt.CursorShape.PointingHandCursor)


class IconButton(Button):
    """Only an icon, 18 px; its words are the accessible name and the tooltip (with shortcut)."""

    def __init__(
        self,
        icon_name: str,
        words: str,
        name: str = "",
        shortcut: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", name, "quiet", icon_name, parent=parent)
        self.setAccessibleName(words)
        keys = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        self.setToolTip(f"{words} ({keys})" if keys else words)


class ActionButton(QToolButton):
    """A button for a ``QAction``: its words, icon, state and (with ``keycap``) first shortcut.

    ``icon_name`` and ``icon_tone`` come from the action's dynamic properties of the same names.
    ``short`` is painted instead of the action's text where room is scarce (``set_short``).
    """

    def __init__(
        self,
        action: QAction,
        kind: ButtonKind = "plain",
        *,
        keycap: bool = True,
        icon_only: bool = False,
        short: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.kind: ButtonKind = kind
        self._keycap = keycap
        self._icon_only = icon_only
        self._short = short
        self._is_short = False
        self.setDefaultAction(action)
        self.setObjectName(f"{action.objectName()}Button")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        action.changed.connect(self._on_action_changed)
        self._on_action_changed()

    def set_short(self, short: bool) -> None:
        """Show the short words."""
        self._is_short = short and bool(self._short)
        self.updateGeometry()

    def set_short_text(self, text: str) -> None:
        """Other short words (they may hold a count)."""
        self._short = text
        self.updateGeometry()

    def set_keycap(self, shown: bool) -> None:
        """Show or hide the keycap."""
        self._keycap = shown
        self.updateGeometry()
        self.update()

    def look(self) -> ButtonLook:
        """What is painted now."""
        action = self.defaultAction()
        words = self._short if self._is_short else action.text().replace("&&", "&")
        first = action.shortcuts()[0] if action.shortcuts() and self._keycap else None
        return ButtonLook(
            "" if self._icon_only else words,
            self.kind,
            str(action.property("icon_name") or ""),
            str(action.property("icon_tone") or ""),
            keycap_text(first) if first is not None and not self._icon_only else "",
        )

    def sizeHint(self) -> QSize:
        """The size it needs."""
        return button_size(self.look())

    def minimumSizeHint(self) -> QSize:
        """The least it needs."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        paint_button(self, self.look())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses it, as Space does."""
        if not press_on_enter(self, event):
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a new font or style sheet."""
        if _is_look(event):
            self.updateGeometry()
        super().changeEvent(event)

    def _on_action_changed(self) -> None:
        self.setAccessibleName(self.defaultAction().text())
        self.updateGeometry()
        self.update()
