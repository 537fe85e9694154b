"""Text of records, made safe to look at: what would act on the text is shown instead of acting.

Control characters, line ends and the invisible marks that turn writing around (the "Trojan Source"
trick) come out as visible signs. Labels that show it are set to plain text besides.
"""

from __future__ import annotations

import re

_SIGNS = {"\n": "⏎", "\t": "⇥", "\r": "␍"}
# Controls, soft hyphen, zero-width and direction marks, line separators, lone surrogates, BOM, tags.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_HIDDEN_IN_LINES = re.compile(_HIDDEN.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))
_TOOLTIP = 1000  # characters
_TOOLTIP_LINE = 100
_EDGE = re.compile(r"^ +| +$")


def one_line(text: str, limit: int = 2000) -> str:
    """Everything on one line; longer text is cut (a cell never shows more)."""
    cut = text[:limit]
    shown = _HIDDEN.sub(_sign, cut)
    return shown if len(text) <= limit else shown + "…"


def lines(text: str) -> str:
    """Line ends and tabs stay, everything else that is invisible gets a sign."""
    return _HIDDEN_IN_LINES.sub(_sign, text.replace("\r\n", "\n"))


def edges_shown(text: str, limit: int = 2000) -> str:
    """``one_line`` with blanks at the beginning and the end visible, too."""
    return _EDGE.sub(lambda found: "␣" * len(found.group()), one_line(text, limit))


def quoted(text: str) -> str:
    """A reported message in quotation marks; nothing stays nothing."""
    return f"“{one_line(text)}”" if text else ""


def plain_tooltip(text: str) -> str:
    """A tooltip that Qt cannot take for markup, whatever a record says; long lines wrap."""
    if "<" not in text and max(map(len, text.split("\n"))) <= _TOOLTIP_LINE:
        return text
    cut = text if len(text) <= _TOOLTIP else text[:_TOOLTIP] + "…"
    escaped = cut.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
    return f"<html>{escaped}</html>"


def _sign(found: re.Match[str]) -> str:
    char = found.group()
    if char in _SIGNS:
        return _SIGNS[char]
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return f"‹U+{code:04X}›"
