"""Emptying a layout whose widgets are made anew."""

from __future__ import annotations

from PySide6.QtWidgets import QLayout, QWidget


def clear_layout(layout: QLayout) -> None:
    """Take everything out; widgets vanish at once and are deleted when Qt is idle.

    Until then they have no names: a name belongs to what is shown.
    """
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            for each in (widget, *widget.findChildren(QWidget)):
                each.setObjectName("")
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear_layout(inner)
