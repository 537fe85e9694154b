"""Errands off the GUI thread: where they run, who is told, and how it ends."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject, Qt
from pytestqt.qtbot import QtBot

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.text import text
from kmp_desktop.qt.runner import BackgroundTasks, running_threads


class Receiver(QObject):
    """Keeps what it is told, and in which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[object] = []
        self.failed: list[UserFacingError] = []
        self.threads: set[int] = set()

    def on_done(self, value: object) -> None:
        """An errand was run."""
        self.done.append(value)
        self.threads.add(threading.get_ident())

    def on_failed(self, error: UserFacingError) -> None:
        """An errand could not be run."""
        self.failed.append(error)
        self.threads.add(threading.get_ident())


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[BackgroundTasks]:
    lane = BackgroundTasks()
    yield lane
    lane.close()
    qtbot.waitUntil(lambda: running_threads() == 0)


def refuse() -> None:
    raise UserFacingError(ErrorCode.DISK, text("full"), text("nothing"), text("make room"))


def test_errands_run_elsewhere_in_their_order_and_are_told_here(qtbot: QtBot, tasks: BackgroundTasks) -> None:
    receiver = Receiver()
    ran_in: list[int] = []

    def errand() -> int:
        ran_in.append(threading.get_ident())
        return len(ran_in)

    for _ in range(3):
        tasks.run(errand, receiver.on_done, receiver.on_failed)
    tasks.run(refuse, receiver.on_done, receiver.on_failed)

    qtbot.waitUntil(lambda: bool(receiver.failed))

    assert [1, 2, 3] == receiver.done
    assert [ErrorCode.DISK] == [error.code for error in receiver.failed]
    assert {threading.get_ident()} == receiver.threads
    assert 1 == len(set(ran_in))
    assert threading.get_ident() not in ran_in


def test_a_bug_in_an_errand_is_raised_in_the_windows_thread(qtbot: QtBot, tasks: BackgroundTasks) -> None:
    receiver = Receiver()
    with qtbot.captureExceptions() as told:
        tasks.run(lambda: 1 // 0, receiver.on_done, receiver.on_failed)
        qtbot.waitUntil(lambda: bool(told))

    assert [ZeroDivisionError] == [kind for kind, _error, _trace in told]
    assert ([], []) == (receiver.done, receiver.failed)


def test_nobody_is_told_after_close_but_the_errand_is_finished(qtbot: QtBot) -> None:
    lane = BackgroundTasks()
    receiver = Receiver()
    begun, go_on, over = threading.Event(), threading.Event(), threading.Event()

    def errand() -> None:
        begun.set()
        go_on.wait(30)
        over.set()

    lane.run(errand, receiver.on_done, receiver.on_failed)
    qtbot.waitUntil(begun.is_set)
    with qtbot.waitSignal(lane.closed):
        lane.close()
        assert lane.stopped()
        go_on.set()

    assert over.is_set()
    assert [] == receiver.done
    assert 0 == running_threads()


def test_a_receiver_that_is_gone_is_not_called(qtbot: QtBot, tasks: BackgroundTasks) -> None:
    gone, stays = Receiver(), Receiver()
    go_on = threading.Event()
    tasks.run(lambda: go_on.wait(30), gone.on_done, gone.on_failed)
    with qtbot.waitSignal(gone.destroyed):
        gone.deleteLater()
    go_on.set()
    tasks.run(lambda: "second", stays.on_done, stays.on_failed)

    qtbot.waitUntil(lambda: stays.done == ["second"])

    assert [] == gone.done


class Once(QObject):
    """Is told, and keeps nothing."""

    def told(self, what: object) -> None:
        """Either way."""


@pytest.mark.parametrize("task", [refuse, lambda: "done"], ids=["refused", "done"])
def test_a_receiver_is_never_destroyed_in_the_other_thread(
    qtbot: QtBot, tasks: BackgroundTasks, task: Callable[[], object]
) -> None:
    died_in: list[int] = []
    died = threading.Event()

    def note() -> None:
        died_in.append(threading.get_ident())
        died.set()

    def run_it() -> None:
        receiver = Once()
        weakref.finalize(receiver, note)
        tasks.run(_of(receiver, task), receiver.told, receiver.told)

    # The other thread is held up in its signal until this one has dropped all it knows of the errand.
    tasks._worker.answered.connect(lambda: died.wait(5), Qt.ConnectionType.DirectConnection)
    run_it()
    qtbot.waitUntil(died.is_set)

    assert [threading.get_ident()] == died_in


def _of(owner: QObject, task: Callable[[], object]) -> Callable[[], object]:
    def owned() -> object:
        assert owner is not None
        return task()

    return owned
