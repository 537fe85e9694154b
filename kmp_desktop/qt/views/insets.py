"""Bringing words into line with widgets that begin a few pixels inside their own frame."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from kmp_desktop.qt.theme import Theme


def radio_inset() -> int:
    """How far inside it the mark of a radio button begins, in pixels."""
    return Theme.current().px(4)


def link_inset() -> int:
    """How far inside it the words of a link button begin, in pixels."""
    return Theme.current().px(2) + 1


def inset(words: QLabel, pixels: int) -> QLabel:
    """Let a label begin where the mark or the words of its neighbours begin; gives it back."""
    words.setContentsMargins(pixels, 0, 0, 0)
    return words
