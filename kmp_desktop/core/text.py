"""Sentences for people that are written without Qt and can still be translated.

A ``Text`` keeps the English template apart from its parameters. ``str(text)`` is the English
sentence (command line, logs); ``kmp_desktop.qt.i18n.say(text)`` is the translated one.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """An English template with ``{name}`` places and what goes into them."""

    template: str
    params: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return fill(self.template, dict(self.params))


def text(template: str, **params: object) -> Text:
    """Make a sentence; numbers in ``params`` are shown with thousands separators."""
    return Text(template, tuple(params.items()))


def text_n(n: int, one: str, other: str, **params: object) -> Text:
    """Make a sentence whose English form depends on ``n`` (also filled in as ``{n}``)."""
    return Text(one if n == 1 else other, (("n", n), *params.items()))


def fill(template: str, params: dict[str, object]) -> str:
    """Fill ``template``; whole numbers get thousands separators, text is taken as it is."""
    shown = {
        name: f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
        for name, value in params.items()
    }
    return template.format_map(shown)
