"""How much room the screen has for a window."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget


def room_for(window: QWidget) -> QSize:
    """The free size, in pixels, of the screen on which the window (before it is placed: its parent) lies.

    Not by ``QWidget.screen()``: PySide then takes the screen for a part of the widget, and destroys
    the application's screen when the widget is collected.
    """
    placed = (window.parentWidget() or window).window()
    screen = QGuiApplication.screenAt(placed.frameGeometry().center()) or QGuiApplication.primaryScreen()
    return screen.availableGeometry().size()
