"""Driving real pages on a practice queue: open it, show a page, press keys, find widgets by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.core.profile import Environment
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.qt.queue_session import Pace, QueueSession
from tests.qt.practice_world import NEVER_BY_ITSELF, PROFILE, QUEUE, PracticeWorld

W = TypeVar("W", bound=QWidget)
ENTER = Qt.Key.Key_Return
CTRL = Qt.KeyboardModifier.ControlModifier


def session_of(
    world: PracticeWorld, environment: Environment = Environment.TEST, pace: Pace = NEVER_BY_ITSELF
) -> QueueSession:
    """A session that is not started yet, so that pages can follow it from its first moment."""
    profile = replace(PROFILE, environment=environment, confirm_discards_from=10)
    return QueueSession(world.services(), profile, QUEUE, pace=pace)


def read(qtbot: QtBot, session: QueueSession) -> None:
    """Start, and wait until everything is read."""
    session.start()
    qtbot.waitUntil(lambda: session.state.phase is SessionPhase.READY)


def committed(qtbot: QtBot, session: QueueSession) -> None:
    """Commit and wait for the result."""
    with qtbot.waitSignal(session.commit_finished):
        session.commit()


def shown(qtbot: QtBot, page: QWidget, size: tuple[int, int] = (1440, 820)) -> None:
    """Show a page as a window of its own, with the focus."""
    qtbot.addWidget(page)
    page.resize(*size)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is page.window())


def find(page: QWidget, kind: type[W], name: str) -> W:
    """The one widget with this name."""
    found: list[Any] = page.findChildren(kind, name)
    assert [name] == [each.objectName() for each in found]
    return found[0]  # type: ignore[no-any-return]


def has(page: QWidget, name: str) -> bool:
    """Whether something with this name is shown."""
    show_what_is_new(page)
    return any(each.isVisible() for each in page.findChildren(QWidget, name))


def words(page: QWidget, name: str) -> str:
    """The words of a label or button."""
    widget = find(page, QWidget, name)
    assert isinstance(widget, QLabel | QAbstractButton)
    return widget.text()


def press(page: QWidget, name: str) -> None:
    """Click a button with the mouse."""
    QTest.mouseClick(find(page, QAbstractButton, name), Qt.MouseButton.LeftButton)


def key(page: QWidget, what: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the focus is."""
    QTest.keyClick(page.window().focusWidget() or page, what, modifier)


def show_what_is_new(page: QWidget) -> None:
    """What was just put into a layout that is seen would show up in the next round of events."""
    for each in page.findChildren(QWidget):
        QCoreApplication.sendPostedEvents(each, QEvent.Type.MetaCall)


def everything_said(page: QWidget) -> str:
    """All words of all labels that are shown, for looking a sentence up."""
    show_what_is_new(page)
    return "\n".join(each.text() for each in page.findChildren(QLabel) if each.isVisible())


class Heard:
    """Keeps what a signal told."""

    def __init__(self, connect: Callable[[Callable[..., None]], object]) -> None:
        self.values: list[Any] = []
        connect(self._keep)

    def _keep(self, *values: Any) -> None:
        self.values.append(values[0] if values else None)
