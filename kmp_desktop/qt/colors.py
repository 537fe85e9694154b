"""The colours of the window, by what they are for; no colour literal anywhere else.

Two sets of them (design: user interface, section 12), and one made of the system's own for people who
need high contrast.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from PySide6.QtGui import QColor, QPalette


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
