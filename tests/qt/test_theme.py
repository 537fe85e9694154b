"""Colours can be told apart, sizes follow the font, and both can be chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

import kmp_desktop.qt
from kmp_desktop.qt.colors import DARK, LIGHT, Tokens, high_contrast, palette
from kmp_desktop.qt.theme import FONT_ROLES, ZOOM_STEPS, Theme, ThemeChoice
from kmp_desktop.qt.widgets.labels import label

TEXT, MARK = 4.5, 3.0

# Foreground, ground, the ratios that the design names for light and dark.
TEXTS = (
    ("text", "surface", 16.7, 12.9),
    ("text", "selected", 13.3, 8.9),
    ("muted", "surface", 6.8, 7.2),
    ("muted", "window", 6.1, 7.9),
    ("muted", "selected", 5.4, 5.0),
    ("accent", "surface", 6.5, 7.4),
    ("accent", "selected", 5.2, 5.1),
    ("on_solid", "accent_solid", 6.5, 5.2),
    ("on_solid", "accent_hover", 8.6, 4.6),
    ("retry", "retry_bg", 5.8, 7.4),
    ("discard", "discard_bg", 5.9, 7.0),
    ("skip", "skip_bg", 6.4, 7.1),
    ("warn", "warn_bg", 7.2, 8.2),
    ("error", "error_bg", 6.7, 7.0),
    ("ok", "ok_bg", 6.5, 7.7),
    ("info", "info_bg", 6.9, 7.4),
    ("on_solid", "production", 6.9, 5.2),
    ("on_solid", "test", 6.3, 5.6),
    ("on_solid", "development", 6.4, 5.6),
    ("on_solid", "practice", 7.6, 5.9),
    ("toast_text", "toast_ground", 15.0, 13.9),
    ("toast_link", "toast_ground", 8.7, 7.1),
)
MARKS = (
    ("selection_mark", "selected", 5.2, 5.1),
    ("retry_bar", "sunken", 4.0, 7.1),
    ("discard_bar", "sunken", 4.1, 5.8),
    ("skip_bar", "sunken", 3.4, 5.9),
    ("warn_border", "surface", 3.1, 3.1),
    ("error_border", "surface", 3.7, 3.4),
    ("ok_border", "surface", 3.2, 3.8),
    ("info_border", "surface", 3.1, 3.0),
    ("strong_border", "surface", 3.3, 4.0),
)
# Pairs that the window paints and the table above does not name.
MORE_TEXTS = (
    ("text", "window"),
    ("text", "hover"),
    ("muted", "hover"),
    ("muted", "sunken"),
    ("error", "surface"),
    ("error", "window"),
    ("warn", "surface"),
    ("warn", "window"),
    ("ok", "surface"),
    ("ok", "window"),
    ("info", "surface"),
    ("info", "window"),
    ("info", "selected"),
    ("retry", "surface"),
    ("discard", "surface"),
    ("skip", "surface"),
    ("text", "warn_bg"),
    ("text", "error_bg"),
    ("text", "ok_bg"),
    ("text", "info_bg"),
    ("accent", "window"),
    ("accent", "warn_bg"),
    ("accent", "error_bg"),
    ("accent", "ok_bg"),
    ("accent", "info_bg"),
    *((f"json_{kind}", ground) for kind in ("text", "number", "null") for ground in ("surface", "selected")),
)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    wanted = QColor(colour)

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(each) for each in (wanted.redF(), wanted.greenF(), wanted.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(tokens: Tokens, ink: str, ground: str) -> float:
    lighter, darker = sorted(
        (luminance(getattr(tokens, ink)), luminance(getattr(tokens, ground))), reverse=True
    )
    return (lighter + 0.05) / (darker + 0.05)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The theme, put back afterwards."""
    theme = Theme.current()
    theme.apply(qapp)
    yield theme
    theme.choose(ThemeChoice.SYSTEM)
    theme.set_zoom(100)


@pytest.mark.parametrize(("ink", "ground", "light", "dark"), TEXTS)
def test_every_text_can_be_read_as_well_as_the_design_says(
    ink: str, ground: str, light: float, dark: float
) -> None:
    for tokens, named in ((LIGHT, light), (DARK, dark)):
        found = contrast(tokens, ink, ground)
        assert found >= TEXT
        assert pytest.approx(named, abs=0.06) == found


@pytest.mark.parametrize(("ink", "ground", "light", "dark"), MARKS)
def test_every_mark_can_be_seen_as_well_as_the_design_says(
    ink: str, ground: str, light: float, dark: float
) -> None:
    for tokens, named in ((LIGHT, light), (DARK, dark)):
        found = contrast(tokens, ink, ground)
        assert found >= MARK
        assert pytest.approx(named, abs=0.06) == found


@pytest.mark.parametrize(("ink", "ground"), MORE_TEXTS)
@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_can_be_read_on_whatever_ground_they_stand(tokens: Tokens, ink: str, ground: str) -> None:
    assert contrast(tokens, ink, ground) >= TEXT


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_what_fusion_paints_itself_can_be_read(tokens: Tokens) -> None:
    made = palette(tokens)
    role = QPalette.ColorRole
    pairs = (
        (role.WindowText, role.Window),
        (role.Text, role.Base),
        (role.ButtonText, role.Button),
        (role.HighlightedText, role.Highlight),
        (role.ToolTipText, role.ToolTipBase),
        (role.Link, role.Base),
    )
    for ink, ground in pairs:
        lighter, darker = sorted(
            (luminance(made.color(ink).name()), luminance(made.color(ground).name())), reverse=True
        )
        assert (lighter + 0.05) / (darker + 0.05) >= TEXT, (ink, ground)


@pytest.mark.parametrize(("ink", "ground"), [("#FFFFFF", "#000000"), ("#000000", "#FFFFFF")])
def test_in_high_contrast_everything_has_the_contrast_of_the_system(ink: str, ground: str) -> None:
    system = QPalette()
    role = QPalette.ColorRole
    system.setColor(role.WindowText, QColor(ink))
    system.setColor(role.Window, QColor(ground))
    system.setColor(role.Highlight, QColor(ink))
    system.setColor(role.HighlightedText, QColor(ground))

    tokens = high_contrast(system)

    pairs = [(each[0], each[1]) for each in (*TEXTS, *MARKS)] + list(MORE_TEXTS)
    assert {21} == {round(contrast(tokens, *pair)) for pair in pairs}
    assert tokens.control_border == tokens.strong_border


def test_colours_are_named_in_one_place_only() -> None:
    folder = Path(kmp_desktop.qt.__file__).parent
    literal = re.compile(r"#[0-9A-Fa-f]{6}\b|#[0-9A-Fa-f]{3}\b|Qt\.GlobalColor\.(?!transparent)|rgba?\(")
    elsewhere = [
        f"{path.name}: {line.strip()}"
        for path in folder.rglob("*.py")
        if path.name != "colors.py"
        for line in path.read_text(encoding="utf-8").splitlines()
        if literal.search(line)
    ]
    assert [] == elsewhere


def test_a_chosen_theme_is_applied_at_once_and_told(qtbot: QtBot, qapp: QApplication, theme: Theme) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.choose(ThemeChoice.DARK)

    assert DARK.window.lower() == qapp.palette().window().color().name()
    assert DARK.surface in qapp.styleSheet()

    theme.choose(ThemeChoice.LIGHT)

    assert LIGHT.window.lower() == qapp.palette().window().color().name()


def test_lengths_and_fonts_grow_with_the_text_size_and_nothing_disappears(theme: Theme) -> None:
    theme.set_zoom(100)
    usual = theme.px(100), theme.points("body")

    theme.set_zoom(200)

    assert pytest.approx(2, abs=0.02) == theme.px(100) / usual[0]
    assert 2 * usual[1] == theme.points("body")
    theme.set_zoom(ZOOM_STEPS[0])
    assert 1 == theme.px(1)
    assert [] == [role for role in FONT_ROLES if theme.points(role) < 8]  # type: ignore[arg-type]


def test_the_text_size_stays_between_its_ends(theme: Theme) -> None:
    for _ in range(20):
        theme.zoom_by(1)
    assert 200 == theme.zoom
    for _ in range(20):
        theme.zoom_by(-1)
    assert 80 == theme.zoom


def test_labels_follow_a_new_text_size_by_themselves(qtbot: QtBot, theme: Theme) -> None:
    title: QLabel = label("Why they failed", "title")
    qtbot.addWidget(title)
    title.show()
    title.ensurePolished()
    before = title.font().pointSizeF()

    theme.set_zoom(150)

    assert pytest.approx(before * 1.5) == title.font().pointSizeF()
