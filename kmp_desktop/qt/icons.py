"""Icons from the Phosphor font of qtawesome, in the colours of the theme.

An icon is made for the colours of now; who keeps one makes it again on ``Theme.changed``.
"""

from __future__ import annotations

from functools import lru_cache

import qtawesome
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QPixmap

from kmp_desktop.qt.theme import Theme

# qtawesome draws a glyph at 7/8 of the size asked for; Phosphor's glyphs bring their own margin.
_FULL_SIZE = 1 / 0.875


def icon(name: str, token: str = "text") -> QIcon:  # noqa: S107 - a colour, not a secret
    """The icon ``ph.<name>`` in the colour of a token (or ``#RRGGBB``), grey when disabled."""
    theme = Theme.current()
    return _icon(name, theme.color(token).name(), theme.tokens.disabled)


def pixmap(name: str, token: str, size: int, dpr: float = 1.0) -> QPixmap:
    """A picture of the icon, ``size`` device-independent pixels wide; cached."""
    return _pixmap(name, Theme.current().color(token).name(), size, dpr)


@lru_cache(maxsize=1000)
def _icon(name: str, colour: str, disabled: str) -> QIcon:
    made: QIcon = qtawesome.icon(f"ph.{name}", color=colour, color_disabled=disabled, scale_factor=_FULL_SIZE)
    return made


@lru_cache(maxsize=2000)
def _pixmap(name: str, colour: str, size: int, dpr: float) -> QPixmap:
    return _icon(name, colour, colour).pixmap(QSize(size, size), dpr)
