"""Which colours, fonts and sizes the window has now.

One of the sets of ``colors`` becomes a palette and one style sheet on top of Fusion. It follows the
system unless a person chose one. Every pixel value of the design was drawn for a 9.5 pt font; ``px``
scales it with the font that is really used.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from kmp_desktop.qt.colors import DARK, LIGHT, high_contrast, palette
from kmp_desktop.qt.style_sheet import style_sheet

FontRole = Literal[
    "body",
    "strong",  # body, 500
    "bold",  # body, 600
    "small",
    "caption",
    "chip",
    "lead",
    "section",
    "title",
    "dialog_title",
    "page_title",
    "welcome",
    "fixed",
]
FONT_ROLES: dict[str, tuple[float, int]] = {
    "body": (0, 400),
    "strong": (0, 500),
    "bold": (0, 600),
    "small": (-0.5, 400),
    "caption": (-1, 400),
    "chip": (-1, 600),
    "lead": (1, 400),
    "section": (0.5, 600),
    "title": (2, 600),
    "dialog_title": (4, 600),
    "page_title": (8, 600),
    "welcome": (14, 600),
    "fixed": (-1, 400),
}
"""Role -> (points added to the system's font size, weight)."""

ZOOM_STEPS = (80, 90, 100, 110, 125, 150, 175, 200)
_SMALLEST_POINTS = 8.0
_DESIGN_PIXELS = 9.5 * 96 / 72


class ThemeChoice(StrEnum):
    """What a person can choose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """The theme in use; one object, GUI thread only.

    Signals:
        changed: colours or sizes are different now; emitted after the style sheet is set.
    """

    changed = Signal()
    _current: Theme | None = None

    def __init__(self) -> None:
        super().__init__()
        self.choice = ThemeChoice.SYSTEM
        self.zoom = 100
        self.dark = False
        self.tokens = LIGHT
        self.serial = 0  # goes up with every change: part of the key of painted caches
        self._app: QApplication | None = None
        self._system_palette = QPalette()
        self._system_is_dark = False
        self._points = 9.5
        self._scale = 1.0

    @classmethod
    def current(cls) -> Theme:
        """The one theme."""
        if cls._current is None:
            cls._current = cls()
        return cls._current

    def apply(self, app: QApplication) -> None:
        """Dress the application and follow the system from now on; again: nothing more happens."""
        if self._app is app:
            return
        self._app = app
        self._system_palette = app.palette()
        self._system_is_dark = self._system_palette.window().color().lightness() < 128
        self._points = _points_of(app.font())
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        self._refresh()

    def choose(self, choice: ThemeChoice) -> None:
        """Light, dark, or whatever the system says; also for what the system draws itself."""
        if choice is self.choice:
            return
        self.choice = choice
        hints = QGuiApplication.styleHints()
        if choice is ThemeChoice.SYSTEM:
            hints.unsetColorScheme()
        else:
            dark = choice is ThemeChoice.DARK
            hints.setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
        self._refresh()

    def set_zoom(self, percent: int) -> None:
        """Text size in percent of the system's, 80 to 200."""
        percent = max(ZOOM_STEPS[0], min(ZOOM_STEPS[-1], percent))
        if percent != self.zoom:
            self.zoom = percent
            self._refresh()

    def zoom_by(self, steps: int) -> None:
        """Go up or down in the list of text sizes."""
        nearest = min(range(len(ZOOM_STEPS)), key=lambda i: abs(ZOOM_STEPS[i] - self.zoom))
        self.set_zoom(ZOOM_STEPS[max(0, min(len(ZOOM_STEPS) - 1, nearest + steps))])

    def color(self, token: str) -> QColor:
        """A token by name; a ``#RRGGBB`` is taken as it is."""
        return QColor(token if token.startswith("#") else getattr(self.tokens, token))

    def px(self, pixels: float) -> int:
        """A length of the design in the pixels of this font; what is visible stays visible."""
        scaled = round(pixels * self._scale)
        return max(1, scaled) if pixels > 0 else scaled

    def points(self, role: FontRole) -> float:
        """The size of a font role in points."""
        return max(_SMALLEST_POINTS, (self._points + FONT_ROLES[role][0]) * self.zoom / 100)

    def font(self, role: FontRole = "body") -> QFont:
        """The font of a role."""
        fixed = role == "fixed"
        system = QFontDatabase.SystemFont.FixedFont if fixed else QFontDatabase.SystemFont.GeneralFont
        font = QFontDatabase.systemFont(system)
        font.setPointSizeF(self.points(role))
        font.setWeight(QFont.Weight(FONT_ROLES[role][1]))
        return font

    @Slot()
    def _on_scheme_changed(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        app = self._app
        if app is None:
            return
        self.dark = self._wants_dark()
        self.tokens = DARK if self.dark else LIGHT
        if self._wants_high_contrast():
            self.tokens = high_contrast(self._system_palette)
        self._scale = self._points * self.zoom / 100 * _dots_per_point() / _DESIGN_PIXELS
        self.serial += 1
        app.setPalette(palette(self.tokens))
        app.setFont(self.font("body"))
        app.setStyleSheet(style_sheet(self))
        self.changed.emit()

    def _wants_high_contrast(self) -> bool:
        """Whether the system asks for it (Qt tells from 6.10 on) and a person chose nothing else."""
        accessibility = getattr(QGuiApplication.styleHints(), "accessibility", None)
        if accessibility is None or self.choice is not ThemeChoice.SYSTEM:
            return False
        return bool(accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast)

    def _wants_dark(self) -> bool:
        if self.choice is not ThemeChoice.SYSTEM:
            return self.choice is ThemeChoice.DARK
        scheme = QGuiApplication.styleHints().colorScheme()
        if scheme is Qt.ColorScheme.Unknown:
            return self._system_is_dark
        return scheme is Qt.ColorScheme.Dark


def _points_of(font: QFont) -> float:
    points = font.pointSizeF()
    return points if points > 0 else QFontInfo(font).pointSizeF()


def _dots_per_point() -> float:
    """Logical pixels to a point: 96 dpi everywhere but on macOS."""
    screen = QGuiApplication.primaryScreen()
    dpi = screen.logicalDotsPerInch() if screen else (72.0 if sys.platform == "darwin" else 96.0)
    return dpi / 72
