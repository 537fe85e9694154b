"""The room a window gets, and that asking for it does the screen no harm."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

import kmp_desktop.qt
from kmp_desktop.qt.screen_room import room_for


def test_the_room_is_that_of_the_screen_with_and_without_a_parent(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    free = QGuiApplication.primaryScreen().availableGeometry().size()
    assert [free, free] == [room_for(window), room_for(QDialog(window))]


@pytest.mark.usefixtures("qapp")
def test_the_screen_outlives_a_window_that_asked_for_its_room() -> None:
    screen = QGuiApplication.primaryScreen()
    asking = QWidget()
    room_for(asking)
    shiboken6.delete(asking)
    gc.collect()
    assert shiboken6.isValid(screen)


def test_nobody_asks_a_widget_for_its_screen() -> None:
    sources = Path(kmp_desktop.qt.__file__).parent.rglob("*.py")
    asked = re.compile(r"(?<!`QWidget)\.screen\(\)")  # the docstring that says why not may name it
    assert [] == [each.name for each in sources if asked.search(each.read_text("utf-8"))]
