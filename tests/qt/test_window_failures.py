"""When the connection, the password store or the disk fails, and when somebody closes the window."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.outcome import Step
from kmp_desktop.core.profile import SecretKind, SecretRef, Secrets
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.core.text import text
from kmp_desktop.practice.broker import READING
from kmp_desktop.qt.dialogs.connection_dialog import ConnectionDialog
from kmp_desktop.qt.runner import running_threads
from kmp_desktop.qt.theme import Theme
from tests.qt.window_world import WindowWorld, failure

PASSWORD = "correct horse battery staple"


@pytest.fixture
def shop(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[WindowWorld]:
    Theme.current().apply(qapp)
    world = WindowWorld(tmp_path, qtbot)
    world.world.fill_with_shop()
    yield world
    world.close()
    qtbot.waitUntil(lambda: running_threads() == 0)


def open_failing(shop: WindowWorld, *codes: ErrorCode) -> None:
    """Open the queue with a connection that fails so often before it works."""
    shop.connector.errors.extend(failure(code) for code in codes)
    shop.window.open_queue("shop", "orders")
    shop.qtbot.waitUntil(lambda: shop.error_dialog() is not None)


class FullDisk:
    """The drafts of a full disk until there is room, otherwise as they are."""

    def __init__(self, behind: object) -> None:
        self.behind = behind
        self.is_full = True

    def __getattr__(self, name: str) -> object:
        return getattr(self.behind, name)

    def append(self, *changes: object) -> None:
        """Refuse, or write."""
        if not self.is_full:
            self.behind.append(*changes)  # type: ignore[attr-defined]
            return
        raise UserFacingError(
            ErrorCode.DISK,
            text("The decisions could not be saved on this computer."),
            text("Nothing was sent. Your decisions are kept in memory."),
            text("Free some space. Commit or keep the window open."),
            more=text("The disk is full."),
        )


def type_password(shop: WindowWorld, *, keep: bool) -> None:
    shop.qtbot.waitUntil(lambda: shop.window.findChild(QWidget, "passwordDialog") is not None)
    dialog = shop.find(QWidget, "passwordDialog")
    field = dialog.findChild(QLineEdit, "askPasswordEdit")
    assert isinstance(field, QLineEdit)
    field.setText(PASSWORD)
    if not keep:
        assert dialog.findChild(QWidget, "keepPasswordCheck").isHidden()  # type: ignore[union-attr]
    dialog.findChild(QPushButton, "usePasswordButton").click()  # type: ignore[union-attr]


# Connections that fail


def test_a_connection_that_fails_can_be_tried_again(shop: WindowWorld) -> None:
    open_failing(shop, ErrorCode.NO_CONNECTION, ErrorCode.NO_CONNECTION)
    assert "Not connected" == shop.words("freshnessLabel")

    shop.choose("tryAgain")
    shop.choose("tryAgain")

    shop.reach(SessionPhase.READY)
    assert None is shop.error_dialog()


def test_who_may_not_read_is_told_what_to_ask_for(shop: WindowWorld) -> None:
    denied = failure(ErrorCode.MAY_NOT_READ)
    denied.request = "kafka-acls --add"
    shop.connector.errors.append(denied)
    shop.window.open_queue("shop", "orders")

    shop.choose("copyRequest")
    assert "kafka-acls --add" == QGuiApplication.clipboard().text()
    shop.choose("backToQueues")
    assert "queuesPage" == shop.page()


def test_going_back_leaves_the_queue(shop: WindowWorld) -> None:
    open_failing(shop, ErrorCode.NO_CONNECTION)
    shop.choose("backToQueues")
    assert "queuesPage" == shop.page()
    assert shop.window.session is None


def test_a_changed_connection_is_used_at_once(shop: WindowWorld) -> None:
    open_failing(shop, ErrorCode.NO_CONNECTION)
    shop.choose("editConnection")
    dialog = shop.find(ConnectionDialog, "connectionDialog")
    dialog.findChild(QLineEdit, "serversEdit").setText("other:9092")  # type: ignore[union-attr]

    with shop.qtbot.waitSignal(dialog.saved):
        dialog.findChild(QPushButton, "saveConnectionButton").click()  # type: ignore[union-attr]

    shop.qtbot.waitUntil(lambda: shop.window.session is not None)
    shop.reach(SessionPhase.READY)
    assert "other:9092" == shop.session.profile.servers


def test_a_refused_password_is_asked_for_and_used(shop: WindowWorld) -> None:
    open_failing(shop, ErrorCode.SIGN_IN)
    shop.choose("enterPassword")
    type_password(shop, keep=False)  # the store of this test keeps nothing

    shop.qtbot.waitUntil(lambda: shop.window.session is not None and shop.page() == "triagePage")
    shop.reach(SessionPhase.READY)
    assert Secrets(PASSWORD) == shop.connector.secrets[-1]


def test_a_password_for_today_is_in_memory_only(shop: WindowWorld, tmp_path: Path) -> None:
    open_failing(shop, ErrorCode.SECRETS_LOCKED)
    shop.choose("useForToday")
    type_password(shop, keep=False)
    shop.qtbot.waitUntil(lambda: shop.window.session is not None and shop.page() == "triagePage")
    shop.reach(SessionPhase.READY)

    assert Secrets(PASSWORD) == shop.connector.secrets[-1]
    shop.connector.secrets.clear()
    shop.button("backButton").click()  # the queues are counted with it, too
    shop.qtbot.waitUntil(lambda: len(shop.connector.secrets) == 2)
    assert [Secrets(PASSWORD)] * 2 == shop.connector.secrets
    assert None is shop.services.secrets.get(SecretRef("shop", SecretKind.KAFKA))
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert [] == [each for each in files if PASSWORD.encode() in each.read_bytes()]


def test_cancelling_the_password_goes_back_to_the_queues(shop: WindowWorld) -> None:
    open_failing(shop, ErrorCode.SIGN_IN)
    shop.choose("enterPassword")
    shop.qtbot.waitUntil(lambda: shop.window.findChild(QWidget, "passwordDialog") is not None)
    shop.find(QWidget, "passwordDialog").close()
    shop.qtbot.waitUntil(lambda: shop.page() == "queuesPage")


def test_a_failure_behind_the_queues_page_waits_until_it_is_looked_at(shop: WindowWorld) -> None:
    hold = shop.world.broker.hold(READING)
    shop.window.open_queue("shop", "orders")
    shop.qtbot.waitUntil(hold.reached.is_set)
    shop.button("backButton").click()
    shop.connector.errors.append(failure(ErrorCode.TOPIC_MISSING))
    hold.release()
    shop.reach(SessionPhase.READY)
    shop.session.read_again()
    shop.reach(SessionPhase.FAILED)
    assert None is shop.error_dialog()

    shop.window.open_queue("shop", "orders")

    shop.choose("tryAgain")
    shop.reach(SessionPhase.READY)


def test_decisions_that_cannot_be_saved_are_saved_elsewhere(shop: WindowWorld, tmp_path: Path) -> None:
    shop.close()
    shop.services = replace(shop.services, drafts=FullDisk(shop.services.drafts))  # type: ignore[arg-type]
    shop.new_window()
    shop.open()
    shop.prompts.path = str(tmp_path / "mine.jsonl")
    shop.stage(merge=3)

    shop.choose("saveElsewhere")

    shop.qtbot.waitUntil((tmp_path / "mine.jsonl").exists)
    assert 3 == len((tmp_path / "mine.jsonl").read_text(encoding="utf-8").splitlines())
    assert "The draft could not be saved" == shop.words("draftLabel")


def test_decisions_that_could_not_be_saved_are_told_once_and_saved_when_there_is_room(
    shop: WindowWorld,
) -> None:
    shop.close()
    disk = FullDisk(shop.services.drafts)
    shop.services = replace(shop.services, drafts=disk)  # type: ignore[arg-type]
    shop.new_window()
    shop.open()
    shop.stage(merge=3)
    shop.choose("tryAgain")
    first = shop.session.state.draft_error
    shop.qtbot.waitUntil(lambda: shop.session.state.draft_error not in (None, first))
    shop.choose("close")

    shop.stage(purge=2)
    second = shop.session.state.draft_error
    shop.qtbot.waitUntil(lambda: shop.session.state.draft_error not in (None, second))
    assert None is shop.error_dialog()

    disk.is_full = False
    shop.button("saveDraftAgainButton").click()
    shop.qtbot.waitUntil(lambda: shop.words("draftLabel").startswith("Draft saved"))


# Closing


def test_closing_hides_the_window_at_once_and_ends_everything(shop: WindowWorld) -> None:
    session = shop.open()
    gone: list[bool] = []
    shop.window.closed.connect(lambda: gone.append(True))

    shop.window.close()

    assert not shop.window.isVisible()
    assert [] == gone
    shop.qtbot.waitUntil(lambda: bool(gone))
    assert SessionPhase.CLOSED is session.state.phase
    assert 0 == running_threads()


def test_closing_with_staged_decisions_never_asks_and_loses_nothing(shop: WindowWorld) -> None:
    shop.open()
    shop.stage(merge=5)
    shop.close()

    shop.new_window()
    shop.open()

    assert 5 == shop.session.book.total


def test_closing_during_a_commit_is_held_back(shop: WindowWorld) -> None:
    hold = shop.world.broker.hold(Step.COPIES)
    shop.open()
    shop.stage(merge=3)
    shop.review()
    shop.button("commitButton").click()
    shop.qtbot.waitUntil(hold.reached.is_set)

    shop.window.close()
    dialog = shop.error_dialog()
    assert dialog is not None
    assert "A commit is running." == dialog.content.title
    shop.choose("wait")
    assert shop.window.isVisible()

    hold.release()
    shop.qtbot.waitUntil(lambda: shop.page() == "resultPage")
    assert "Done. All 3 decisions were committed." == shop.words("resultTitle")


def test_quitting_anyway_lets_the_commit_end_by_itself(shop: WindowWorld) -> None:
    hold = shop.world.broker.hold(Step.COPIES)
    session = shop.open()
    shop.stage(merge=3)
    shop.review()
    shop.button("commitButton").click()
    shop.qtbot.waitUntil(hold.reached.is_set)
    gone: list[bool] = []
    shop.window.closed.connect(lambda: gone.append(True))
    shop.window.close()

    shop.choose("quitAnyway")
    assert not shop.window.isVisible()
    hold.release()

    shop.qtbot.waitUntil(lambda: bool(gone))
    assert SessionPhase.CLOSED is session.state.phase
    assert 3 == len(shop.world.broker.retried())


def test_no_password_store_is_asked_on_the_gui_thread(shop: WindowWorld) -> None:
    threads: set[threading.Thread] = set()
    store = shop.services.secrets

    class Watched:
        """The store of the services; notes who asks."""

        def __getattr__(self, name: str) -> object:
            threads.add(threading.current_thread())
            return getattr(store, name)

    shop.close()
    shop.services = replace(shop.services, secrets=Watched())  # type: ignore[arg-type]
    shop.new_window()
    shop.open()
    shop.action("closeQueueAction").trigger()
    shop.close()

    assert threads
    assert threading.main_thread() not in threads
