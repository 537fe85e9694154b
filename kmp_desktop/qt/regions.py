"""F6: from one part of the window to the next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def move_to_region(regions: Sequence[QWidget], step: int) -> None:
    """Put the focus into the next (+1) or previous (-1) region that can take it."""
    usable = [each for each in regions if each.isVisible() and first_focus(each) is not None]
    if not usable:
        return
    focused = QApplication.focusWidget()
    here = next((n for n, each in enumerate(usable) if _inside(each, focused)), None)
    edge = 0 if step > 0 else len(usable) - 1
    there = edge if here is None else (here + step) % len(usable)
    target = first_focus(usable[there])
    if target is not None:
        target.setFocus(Qt.FocusReason.TabFocusReason if step > 0 else Qt.FocusReason.BacktabFocusReason)


def first_focus(region: QWidget) -> QWidget | None:
    """The first widget of a region that takes the focus by Tab: itself, or in tab order below it."""
    if _takes_focus(region):
        return region
    widget = region.nextInFocusChain()
    while widget is not None and widget is not region:
        if region.isAncestorOf(widget) and _takes_focus(widget):
            return widget
        widget = widget.nextInFocusChain()
    return None


def _takes_focus(widget: QWidget) -> bool:
    tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return tab and widget.isVisible() and widget.isEnabled()


def _inside(region: QWidget, widget: QWidget | None) -> bool:
    return widget is not None and (region is widget or region.isAncestorOf(widget))
