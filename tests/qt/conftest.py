"""What tests of pages get: the theme as it ships, and the end of every session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kmp_desktop.qt.theme import Theme
from tests.qt.practice_world import PracticeWorld


@pytest.fixture
def practice(tmp_path: Path) -> PracticeWorld:
    """An empty practice queue of this test's own."""
    return PracticeWorld(tmp_path)


@pytest.fixture
def dressed(qapp: QApplication) -> Theme:
    """The application in the theme."""
    theme = Theme.current()
    theme.apply(qapp)
    return theme


@pytest.fixture
def sessions_end(qtbot: QtBot) -> Iterator[None]:
    """Whatever a test opens is closed, and waited for, before the next one begins."""
    from kmp_desktop.qt.queue_session import open_sessions

    yield
    for session in open_sessions():
        session.close()
    qtbot.waitUntil(lambda: not open_sessions())
