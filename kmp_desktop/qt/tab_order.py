"""Where Tab goes next, for parts that were not made in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def tab_after(first: QWidget, then: QWidget) -> None:
    """Let Tab go through all of ``then`` right after the last stop of ``first``; the order within stays."""
    for before, after in pairwise(([first, *_stops(first)][-1], *_stops(then))):
        QWidget.setTabOrder(before, after)


def _stops(part: QWidget) -> Iterator[QWidget]:
    """Everything in a part that Tab can stop at, shown or not."""
    widget = part.nextInFocusChain()
    while widget is not None and widget is not part:
        if part.isAncestorOf(widget) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            yield widget
        widget = widget.nextInFocusChain()
