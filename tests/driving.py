"""Drives the real window from outside, as a person does: by object names, clicks and keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMainWindow, QTableView, QWidget

Widget = TypeVar("Widget", bound=QWidget)


class NotSeenError(AssertionError):
    """The window did not come to show what was waited for."""


class Driver:
    """Eyes and hands on one main window. GUI thread only."""

    def __init__(self, window: QMainWindow, timeout_s: float = 60.0) -> None:
        self.window = window
        self._timeout_s = timeout_s

    def wait(self, fact: Callable[[], object], what: str, timeout_s: float | None = None) -> None:
        """Let the window live until ``fact`` holds; raises NotSeenError with ``what``."""
        limit = self._timeout_s if timeout_s is None else timeout_s
        deadline = time.monotonic() + limit
        while not fact():
            if deadline < time.monotonic():
                raise NotSeenError(f"not within {limit:.0f} s: {what}")
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)

    def find(self, name: str, kind: type[Widget] = QWidget) -> Widget:  # type: ignore[assignment]
        """The widget with this object name, in the window or in a dialog above it."""
        for top in [self.window, *QApplication.topLevelWidgets()]:
            if top.objectName() == name and isinstance(top, kind):
                return top
            found = top.findChild(kind, name)
            if found is not None:
                return found
        raise NotSeenError(f"no {kind.__name__} is named {name}")

    def shows(self, name: str) -> bool:
        """Whether a widget of this name can be seen right now."""
        for top in [self.window, *QApplication.topLevelWidgets()]:
            for found in [top, *top.findChildren(QWidget, name)]:
                if found.objectName() == name and found.isVisible():
                    return True
        return False

    def wait_for_page(self, name: str, timeout_s: float | None = None) -> None:
        """Wait until a page or dialog can be seen."""
        self.wait(lambda: self.shows(name), f"{name} is shown", timeout_s)

    def click(self, name: str) -> None:
        """Press a button once it can be pressed."""
        button = self.find(name, QAbstractButton)
        self.wait(lambda: button.isVisible() and button.isEnabled(), f"{name} can be pressed")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def press(
        self,
        name: str,
        key: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        """Press a key in a widget that has the focus, in the window that is in front."""
        widget: QWidget = self.find(name)
        self.bring_to_front(widget.window())
        widget.setFocus()
        QTest.keyClick(widget, key, modifier)

    def bring_to_front(self, window: QWidget) -> None:
        """Make a window the active one: off-screen nobody does when a dialog above it has closed.

        Without an active window nothing has the focus, and letters are no commands.
        """
        window.activateWindow()
        self.wait(window.isActiveWindow, f"{window.objectName()} is in front")

    @property
    def table(self) -> QTableView:
        """The record table."""
        return self.find("recordTable", QTableView)

    def row_texts(self) -> list[str]:
        """Each row of the record table as one line of what it shows."""
        model = self.table.model()
        columns = range(model.columnCount())
        return [
            " | ".join(str(model.index(row, column).data() or "") for column in columns)
            for row in range(model.rowCount())
        ]

    def click_row(self, row: int) -> None:
        """Click a row of the record table."""
        table = self.table
        self.bring_to_front(table.window())
        index = table.model().index(row, 1, QModelIndex())
        table.scrollTo(index)
        table.setFocus()
        point: QPoint = table.visualRect(index).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)

    def picture(self, path: Path) -> None:
        """Save what the window (with an open dialog on it) looks like."""
        path.parent.mkdir(parents=True, exist_ok=True)
        QApplication.processEvents()
        shown = self.window.grab()
        dialog = QApplication.activeModalWidget()
        if dialog is not None and dialog is not self.window:
            from PySide6.QtGui import QPainter

            painter = QPainter(shown)
            place = self.window.rect().center() - dialog.rect().center()
            painter.drawPixmap(place, dialog.grab())
            painter.end()
        shown.save(str(path))
