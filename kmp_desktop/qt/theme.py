"""Colours, fonts and sizes of the window; no colour literal anywhere else.

Two token sets (design: user interface, section 12) become a palette and one style sheet on top of
Fusion. The set follows the system unless a person chose one. Every pixel value of the design was
drawn for a 9.5 pt font; ``px`` scales it with the font that is really used.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

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


@dataclass(frozen=True, slots=True)
class Tokens:
    """One colour a use, as ``#RRGGBB``. ``x`` on ``x_bg``; ``x_border`` around, ``x_bar`` as a bar."""

    window: str
    surface: str
    sunken: str
    text: str
    muted: str
    disabled: str
    selected: str
    hover: str
    selection_mark: str
    accent: str
    accent_solid: str
    accent_hover: str
    on_solid: str
    retry: str
    retry_bg: str
    retry_bar: str
    discard: str
    discard_bg: str
    discard_bar: str
    skip: str
    skip_bg: str
    skip_bar: str
    warn: str
    warn_bg: str
    warn_border: str
    error: str
    error_bg: str
    error_border: str
    ok: str
    ok_bg: str
    ok_border: str
    info: str
    info_bg: str
    info_border: str
    production: str
    test: str
    development: str
    practice: str
    json_text: str
    json_number: str
    json_null: str
    line: str
    control_border: str
    strong_border: str
    toast_text: str
    toast_link: str
    toast_ground: str


LIGHT = Tokens(
    window="#F3F4F7",
    surface="#FFFFFF",
    sunken="#EAECF0",
    text="#1A1E26",
    muted="#535C6B",
    disabled="#8C94A3",
    selected="#DBE6FC",
    hover="#EEF1F6",
    selection_mark="#2457C5",
    accent="#2457C5",
    accent_solid="#2457C5",
    accent_hover="#1C479F",
    on_solid="#FFFFFF",
    retry="#0A665A",
    retry_bg="#D9F1EC",
    retry_bar="#128273",
    discard="#A22E17",
    discard_bg="#FBE4DE",
    discard_bar="#C4472D",
    skip="#57478C",
    skip_bg="#EAE6F6",
    skip_bar="#8473BD",
    warn="#744700",
    warn_bg="#FFF3D9",
    warn_border="#B98A2E",
    error="#A1152C",
    error_bg="#FDE8EB",
    error_border="#C9667A",
    ok="#15613A",
    ok_bg="#E1F4E8",
    ok_border="#5E9E78",
    info="#1E4DA3",
    info_bg="#E7EFFD",
    info_border="#7193D3",
    production="#B3142C",
    test="#875600",
    development="#2A6B3C",
    practice="#5B3FB0",
    json_text="#0A665A",
    json_number="#1E4DA3",
    json_null="#57478C",
    line="#D9DDE4",
    control_border="#BEC4CF",
    strong_border="#858E9E",
    toast_text="#FFFFFF",
    toast_link="#A9C6FF",
    toast_ground="#23272F",
)
DARK = Tokens(
    window="#1A1C21",
    surface="#212429",
    sunken="#15171B",
    text="#E7EAF0",
    muted="#A9B1BF",
    disabled="#707987",
    selected="#293D66",
    hover="#2A2E35",
    selection_mark="#8DB2FF",
    accent="#8DB2FF",
    accent_solid="#3767D6",
    accent_hover="#4170DC",
    on_solid="#FFFFFF",
    retry="#73D8C5",
    retry_bg="#16393A",
    retry_bar="#3FB5A1",
    discard="#FFA18C",
    discard_bg="#48241C",
    discard_bar="#E0735A",
    skip="#C6B8F4",
    skip_bg="#342D4E",
    skip_bar="#9A89D2",
    warn="#F3C871",
    warn_bg="#3B3018",
    warn_border="#8A6B25",
    error="#FF9DAB",
    error_bg="#48202A",
    error_border="#B05C69",
    ok="#83DCA4",
    ok_bg="#1B3927",
    ok_border="#478A60",
    info="#A0C3FF",
    info_bg="#1F2F4F",
    info_border="#4A6DAE",
    production="#CC2E48",
    test="#8F5E00",
    development="#2F7545",
    practice="#6B4FC4",
    json_text="#73D8C5",
    json_number="#A0C3FF",
    json_null="#C6B8F4",
    line="#353A44",
    control_border="#4C525E",
    strong_border="#78818F",
    toast_text="#1A1E26",
    toast_link="#1C479F",
    toast_ground="#E7EAF0",
)


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


def palette(tokens: Tokens) -> QPalette:
    """The palette that Fusion paints with where the style sheet says nothing."""
    role = QPalette.ColorRole
    colours = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.hover,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Button: tokens.surface,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.on_solid,
        role.Highlight: tokens.selected,
        role.HighlightedText: tokens.text,
        role.Accent: tokens.accent_solid,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.ToolTipBase: tokens.toast_ground,
        role.ToolTipText: tokens.toast_text,
        role.Light: tokens.surface,
        role.Midlight: tokens.hover,
        role.Mid: tokens.control_border,
        role.Dark: tokens.strong_border,
        role.Shadow: tokens.line,
    }
    made = QPalette()
    for each, colour in colours.items():
        made.setColor(QPalette.ColorGroup.All, each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, each, QColor(tokens.disabled))
    return made


def high_contrast(system: QPalette) -> Tokens:
    """The system's own colours in the place of ours: one ink, one ground, one for what is selected."""
    role = QPalette.ColorRole
    ink, ground = system.color(role.WindowText).name(), system.color(role.Window).name()
    chosen, on_chosen = system.color(role.Highlight).name(), system.color(role.HighlightedText).name()
    tokens = {each.name: ink for each in fields(Tokens)}
    for name in tokens:
        if name in ("window", "surface", "sunken", "hover", "selected") or name.endswith(("_bg", "_ground")):
            tokens[name] = ground
    for name in ("accent_solid", "accent_hover", "production", "test", "development", "practice"):
        tokens[name] = chosen
    tokens["on_solid"] = on_chosen
    return Tokens(**tokens)


def _points_of(font: QFont) -> float:
    points = font.pointSizeF()
    return points if points > 0 else QFontInfo(font).pointSizeF()


def _dots_per_point() -> float:
    """Logical pixels to a point: 96 dpi everywhere but on macOS."""
    screen = QGuiApplication.primaryScreen()
    dpi = screen.logicalDotsPerInch() if screen else (72.0 if sys.platform == "darwin" else 96.0)
    return dpi / 72
