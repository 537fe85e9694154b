"""Bringing words into line with widgets that begin a few pixels inside their own frame."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

RADIO_INSET = 4  # pixels: the mark of a radio button begins that far inside it
LINK_INSET = 3  # pixels: so do the words of a link button


def inset(words: QLabel, pixels: int = RADIO_INSET) -> QLabel:
    """Let a label begin where the mark or the words of its neighbours begin; gives it back."""
    words.setContentsMargins(pixels, 0, 0, 0)
    return words
