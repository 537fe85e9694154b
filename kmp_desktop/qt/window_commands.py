"""Menu commands that concern neither queues nor connections: look, text size, focus, help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.regions import move_to_region
from kmp_desktop.qt.theme import Theme, ThemeChoice


class WindowCommands(QObject):
    """Carries out what it is named for; ``regions`` gives the parts of the page that F6 goes through."""

    def __init__(
        self,
        window: QWidget,
        actions: Actions,
        prompts: Prompts,
        data_folder: Path,
        regions: Callable[[], Sequence[QWidget]],
    ) -> None:
        super().__init__(window)
        self._window, self._actions, self._prompts = window, actions, prompts
        self._data_folder, self._regions = data_folder, regions
        actions.zoom_in.triggered.connect(self._zoom_in)
        actions.zoom_out.triggered.connect(self._zoom_out)
        actions.zoom_reset.triggered.connect(self._zoom_reset)
        actions.themes.triggered.connect(self._on_theme_chosen)
        actions.next_region.triggered.connect(self._next_region)
        actions.previous_region.triggered.connect(self._previous_region)
        actions.shortcuts.triggered.connect(self._show_shortcuts)
        actions.about.triggered.connect(self._show_about)
        for action in actions.themes.actions():
            action.setChecked(action.data() == Theme.current().choice)

    @Slot()
    def _zoom_in(self) -> None:
        Theme.current().zoom_by(1)

    @Slot()
    def _zoom_out(self) -> None:
        Theme.current().zoom_by(-1)

    @Slot()
    def _zoom_reset(self) -> None:
        Theme.current().set_zoom(100)

    @Slot(QAction)
    def _on_theme_chosen(self, action: QAction) -> None:
        Theme.current().choose(ThemeChoice(action.data()))

    @Slot()
    def _next_region(self) -> None:
        move_to_region(self._regions(), 1)

    @Slot()
    def _previous_region(self) -> None:
        move_to_region(self._regions(), -1)

    @Slot()
    def _show_shortcuts(self) -> None:
        self._prompts.shortcuts(self._window, self._actions.shortcut_lines())

    @Slot()
    def _show_about(self) -> None:
        self._prompts.about(self._window, self._data_folder)
