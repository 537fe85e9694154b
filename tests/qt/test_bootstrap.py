"""Starting the window as another program (or a person) does."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from kmp_desktop import bootstrap
from kmp_desktop.core.profile import ConnectionProfile, Queue
from kmp_desktop.qt.main_window import MainWindow
from kmp_desktop.qt.open_from_command_line import find_queue
from kmp_desktop.qt.queue_session import open_sessions
from kmp_desktop.qt.runner import running_threads
from kmp_desktop.store.profiles import JsonProfiles

QUEUES = (
    Queue("o", "Order handling", "orders.dlq", "orders.retry", "kmp-orders"),
    Queue("p", "o", "payments.dlq", "payments.retry", "kmp-payments"),
)
# Nothing listens there, and nothing is asked of it but whether it is there.
SHOP = ConnectionProfile("shop", "Web shop", "127.0.0.1:1", queues=QUEUES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    JsonProfiles(tmp_path).save(SHOP)
    return tmp_path


@pytest.fixture(autouse=True)
def _windows_end(qtbot: QtBot) -> Iterator[None]:
    yield
    for window in QApplication.topLevelWidgets():
        if isinstance(window, MainWindow):
            window.close()
    qtbot.waitUntil(lambda: not open_sessions() and not running_threads(), timeout=60_000)


def titles() -> list[str]:
    """The title of every error dialog that can be seen."""
    shown = [each for each in QApplication.topLevelWidgets() if each.isVisible()]
    dialogs = [each for each in shown if each.objectName() == "errorDialog"]
    return [label.text() for dialog in dialogs for label in dialog.findChildren(QLabel) if label.text()]


def test_the_window_is_shown_and_ends_when_it_is_closed(qtbot: QtBot, folder: Path) -> None:
    gc.enable()
    window = bootstrap.start(["--data-dir", str(folder)])
    assert window.isVisible()
    assert not gc.isenabled()
    qtbot.waitUntil(lambda: window.findChild(QLabel) is not None)

    with qtbot.waitSignal(window.closed, timeout=60_000):
        window.close()

    assert gc.isenabled()
    gc.disable()


def test_a_queue_named_on_the_command_line_is_opened(qtbot: QtBot, folder: Path) -> None:
    window = bootstrap.start(["--data-dir", str(folder), "--open", "Web shop/Order handling"])

    qtbot.waitUntil(lambda: window.session is not None)

    assert window.session is not None
    assert (SHOP.id, QUEUES[0]) == (window.session.profile.id, window.session.queue)


def test_a_queue_that_does_not_exist_is_told(qtbot: QtBot, folder: Path) -> None:
    window = bootstrap.start(["--data-dir", str(folder), "--open", "shop/none"])

    qtbot.waitUntil(lambda: bool(titles()))

    words = " ".join(titles())
    assert "There is no queue “shop/none”." in words
    assert "Web shop/Order handling" in words
    assert window.session is None
    for dialog in QApplication.topLevelWidgets():
        if dialog.objectName() == "errorDialog":
            dialog.close()


def test_a_command_line_that_makes_no_sense_shows_no_window(
    qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        bootstrap.start(["--open", "no slash"])

    assert 2 == end.value.code
    assert "expected PROFILE/QUEUE" in capsys.readouterr().err


def test_queues_are_named_by_ids_or_names_and_an_id_wins() -> None:
    same_name = replace(SHOP, id="other", name="shop")

    assert ("shop", "o") == find_queue((same_name, SHOP), "shop", "o")
    assert ("shop", "o") == find_queue((SHOP,), "Web shop", "Order handling")
    assert ("other", "p") == find_queue((same_name, SHOP), "other", "p")
    assert find_queue((same_name, SHOP), "shop", "missing") is None
    assert find_queue((), "shop", "o") is None
