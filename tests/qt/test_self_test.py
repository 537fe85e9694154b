"""The self-test must fail when the program does not work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kmp_desktop.practice.broker import AtCommit, PracticeBroker
from kmp_desktop.practice.samples import fill, walkthrough
from kmp_desktop.qt import self_test
from kmp_desktop.qt.main_window import MainWindow
from kmp_desktop.qt.queue_session import open_sessions
from kmp_desktop.qt.runner import running_threads
from kmp_desktop.qt.self_test import PRACTICE, SelfTest
from kmp_desktop.qt.theme import Theme
from tests.qt.practice_world import NOW, PracticeWorld


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that fails is waited for: no need to do that as long as on a slow computer."""
    monkeypatch.setattr(self_test, "_LIMIT_S", 3.0)


@pytest.fixture
def broker() -> PracticeBroker:
    made = PracticeBroker()
    fill(made, walkthrough(NOW))
    return made


@pytest.fixture
def world(tmp_path: Path, broker: PracticeBroker) -> PracticeWorld:
    world = PracticeWorld(tmp_path, broker)
    world.services().profiles.save(PRACTICE)
    return world


@pytest.fixture(autouse=True)
def _nothing_is_left(qtbot: QtBot) -> Iterator[None]:
    yield
    qtbot.waitUntil(lambda: not open_sessions() and not running_threads())


def run(qapp: QApplication, world: PracticeWorld) -> int:
    def open_window() -> MainWindow:
        Theme.current().apply(qapp)
        window = MainWindow(world.services())
        window.show()
        return window

    return SelfTest(qapp, world.broker, open_window).run()


def test_it_passes_where_everything_works(
    qapp: QApplication, world: PracticeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == run(qapp, world)
    assert {"ok"} == {line.split()[0] for line in capsys.readouterr().out.splitlines()}


def test_it_fails_where_the_commit_is_refused(
    qapp: QApplication, world: PracticeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    world.broker.at_next_commit(AtCommit.REFUSE)

    assert 1 == run(qapp, world)

    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("FAILED the commit succeeds and says so: ")


def test_it_fails_where_the_queue_cannot_be_read(
    qapp: QApplication, world: PracticeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    world.broker.reachable = False

    assert 1 == run(qapp, world)

    assert "FAILED the queue is read" in capsys.readouterr().out


def test_it_fails_on_an_exception_that_nobody_caught(
    qtbot: QtBot, qapp: QApplication, world: PracticeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    QTimer.singleShot(0, _break)

    assert 1 == run(qapp, world)

    assert "ZeroDivisionError" in capsys.readouterr().out


def test_it_fails_where_there_is_no_window(
    qapp: QApplication, world: PracticeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_window() -> MainWindow:
        raise ZeroDivisionError

    assert 1 == SelfTest(qapp, world.broker, no_window).run()

    expected = ["FAILED the window opens and lists the queue: ZeroDivisionError: "]
    assert expected == capsys.readouterr().out.splitlines()


def _break() -> None:
    raise ZeroDivisionError
