"""When a session tries again by itself."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kmp_desktop.qt.attempts import Attempts, Pace
from tests.qt.practice_world import NOW


class StandingClock:
    """A clock that stands still."""

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        return NOW


def test_each_failure_waits_longer_up_to_a_minute_and_success_begins_anew(qapp: QApplication) -> None:
    owner = QObject()
    attempts = Attempts(StandingClock(), Pace(), owner)

    assert [5, 10, 30, 60, 60] == [(attempts.try_later() - NOW) / 1000 for _ in range(5)]

    attempts.succeeded()
    assert NOW + 5_000 == attempts.try_later()
    attempts.stop()


def test_a_due_attempt_is_told_once(qtbot: QtBot) -> None:
    owner = QObject()
    attempts = Attempts(StandingClock(), Pace(retry_after_s=(0.0,)), owner)

    with qtbot.waitSignal(attempts.retry_due):
        attempts.try_later()
    with qtbot.assertNotEmitted(attempts.retry_due, wait=0):
        QApplication.processEvents()


def test_looking_goes_on_until_it_is_stopped(qtbot: QtBot) -> None:
    owner = QObject()
    attempts = Attempts(StandingClock(), Pace(look_every_s=0.001), owner)
    attempts.begin_looking()
    looks: list[None] = []
    attempts.look_due.connect(lambda: looks.append(None))
    qtbot.waitUntil(lambda: len(looks) >= 3)

    attempts.stop()
    QApplication.processEvents()

    with qtbot.assertNotEmitted(attempts.look_due, wait=20):
        QApplication.processEvents()
