"""Sizes and choices that a window remembers, in an ini file beside the connections.

Nothing in here is worth a message when it cannot be read or written: the window then opens as new.
Qt writes the file by itself a moment after a change.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QMainWindow, QSplitter

from kmp_desktop.qt.theme import Theme, ThemeChoice

_FILE_NAME = "window.ini"


class WindowState:
    """The ini file ``window.ini`` in a folder; GUI thread."""

    def __init__(self, folder: Path) -> None:
        self._settings = QSettings(str(folder / _FILE_NAME), QSettings.Format.IniFormat)

    def restore_window(self, window: QMainWindow) -> bool:
        """Give a window the size and place it had; False: none is known."""
        geometry = self._bytes("window/geometry")
        return geometry is not None and window.restoreGeometry(geometry)

    def save_window(self, window: QMainWindow) -> None:
        """Remember size and place of a window."""
        self._settings.setValue("window/geometry", window.saveGeometry())

    def restore_splitter(self, splitter: QSplitter) -> bool:
        """Give a splitter (named by its object name) the sizes it had; False: none are known."""
        state = self._bytes(f"splitter/{splitter.objectName()}")
        return state is not None and splitter.restoreState(state)

    def save_splitter(self, splitter: QSplitter) -> None:
        """Remember the sizes of a splitter."""
        self._settings.setValue(f"splitter/{splitter.objectName()}", splitter.saveState())

    def columns(self) -> str:
        """Which columns the record table shows, as ``save_columns`` was given; empty: as usual."""
        value = self._settings.value("table/columns")
        return value if isinstance(value, str) else ""

    def save_columns(self, written: str) -> None:
        """Remember the columns of the record table."""
        self._settings.setValue("table/columns", written)

    def restore_look(self, theme: Theme) -> None:
        """Light or dark and the text size as they were chosen."""
        choice = self._settings.value("look/theme")
        if choice in tuple(ThemeChoice):
            theme.choose(ThemeChoice(str(choice)))
        zoom = self._settings.value("look/zoom")
        if isinstance(zoom, str) and zoom.isdigit():
            theme.set_zoom(int(zoom))

    def save_look(self, theme: Theme) -> None:
        """Remember light or dark and the text size."""
        self._settings.setValue("look/theme", theme.choice.value)
        self._settings.setValue("look/zoom", str(theme.zoom))

    def _bytes(self, name: str) -> QByteArray | None:
        value = self._settings.value(name)
        return value if isinstance(value, QByteArray) else None
