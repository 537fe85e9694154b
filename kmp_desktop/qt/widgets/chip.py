"""Decision chips: icon, word and colour of the three decisions, of "undecided" and "someone else"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from kmp_desktop.core.decision import Decision
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.icons import pixmap
from kmp_desktop.qt.theme import Theme

ChipState = Decision | None | Literal["elsewhere"]

CHIP_HEIGHT = 22
_ICON = 14
_PADDING = 9
_GAP = 5


@dataclass(frozen=True, slots=True)
class DecisionLook:
    """How a decision is shown: Phosphor icon, colour tokens (empty ground = none)."""

    icon_name: str
    tone: str
    ground: str
    bar: str


LOOKS: dict[ChipState, DecisionLook] = {
    Decision.MERGE: DecisionLook("arrow-bend-up-left", "retry", "retry_bg", "retry_bar"),
    Decision.PURGE: DecisionLook("trash", "discard", "discard_bg", "discard_bar"),
    Decision.SKIP: DecisionLook("skip-forward", "skip", "skip_bg", "skip_bar"),
    None: DecisionLook("circle-dashed", "muted", "", ""),
    "elsewhere": DecisionLook("users", "muted", "sunken", ""),
}


def chip_word(state: ChipState) -> str:
    """The word on the chip."""
    if state is None:
        return tr("Undecided")
    if state == "elsewhere":
        return tr("Someone else")
    words = {Decision.MERGE: tr("Retry"), Decision.PURGE: tr("Discard"), Decision.SKIP: tr("Skip")}
    return words[Decision(state)]


def chip_width(state: ChipState) -> int:
    """How wide the chip of a state is, in device-independent pixels."""
    theme = Theme.current()
    words = QFontMetrics(theme.font("chip" if state is not None else "caption"))
    return theme.px(2 * _PADDING + _ICON + _GAP) + words.horizontalAdvance(chip_word(state)) + 2


def widest_chip() -> int:
    """How wide a column of chips has to be."""
    return max(chip_width(state) for state in LOOKS)


def paint_chip(painter: QPainter, place: QRect, state: ChipState) -> None:
    """Paint the chip left-aligned and centred in height; from a cached picture."""
    picture = _picture(state, painter.device().devicePixelRatio())
    height = round(picture.height() / picture.devicePixelRatio())
    painter.drawPixmap(place.left(), place.top() + (place.height() - height) // 2, picture)


_pictures: dict[tuple[ChipState, float, int], QPixmap] = {}


def _picture(state: ChipState, dpr: float) -> QPixmap:
    key = (state, dpr, Theme.current().serial)
    found = _pictures.get(key)
    if found is None:
        if len(_pictures) > 50:  # colours and sizes that are gone
            _pictures.clear()
        found = _pictures[key] = _painted(state, dpr)
    return found


def _painted(state: ChipState, dpr: float) -> QPixmap:
    theme, look = Theme.current(), LOOKS[state]
    width, height = chip_width(state), theme.px(CHIP_HEIGHT)
    picture = QPixmap(QSize(round(width * dpr), round(height * dpr)))
    picture.setDevicePixelRatio(dpr)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if look.ground:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(look.ground))
        painter.drawRoundedRect(QRectF(0, 0, width, height), height / 2, height / 2)
    icon, left = theme.px(_ICON), theme.px(_PADDING)
    painter.drawPixmap(left, (height - icon) // 2, pixmap(look.icon_name, look.tone, icon, dpr))
    painter.setPen(theme.color(look.tone))
    painter.setFont(theme.font("chip" if state is not None else "caption"))
    words = QRect(left + icon + theme.px(_GAP), 0, width, height)
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, chip_word(state))
    painter.end()
    return picture


class DecisionChip(QLabel):
    """A chip as a widget of its own (inspector header, related list)."""

    def __init__(self, state: ChipState = None, parent: QWidget | None = None) -> None:
        super().__init__(chip_word(state), parent)
        self._state: ChipState = state
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def state(self) -> ChipState:
        """What is shown."""
        return self._state

    def set_state(self, state: ChipState) -> None:
        """Show another decision."""
        if state != self._state:
            self._state = state
            self.setText(chip_word(state))
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """The size it needs."""
        return QSize(chip_width(self._state), Theme.current().px(CHIP_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """The least it needs."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        painter = QPainter(self)
        paint_chip(painter, self.rect(), self._state)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a new font or style sheet."""
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.updateGeometry()
        super().changeEvent(event)
