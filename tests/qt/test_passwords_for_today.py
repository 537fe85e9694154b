"""Passwords that hold until the program quits, beside those that the password store holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from kmp_desktop import bootstrap
from kmp_desktop.core.profile import ConnectionProfile, SecretKind, SecretRef, Secrets
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.qt.connections import Connections, SignIn
from kmp_desktop.qt.dialogs.connection_dialog import ConnectionDialog
from kmp_desktop.qt.dialogs.error_dialog import ErrorDialog
from kmp_desktop.qt.dialogs.password_dialog import PasswordAnswer, PasswordDialog
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.queue_overview import QueueOverview
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.runner import running_threads
from kmp_desktop.qt.theme import Theme
from kmp_desktop.store.folders import Folders
from kmp_desktop.store.log_file import LogFile
from tests.qt.connection_desk import Desk, MayNotRead, button, desk_with, edit
from tests.qt.practice_world import NEVER_BY_ITSELF, QUEUE, PracticeWorld, closed, wait_for
from tests.qt.window_world import SHOP, Failing

PROFILE = replace(SHOP, registry_url="http://registry", registry_user="reader")


class Answering(Prompts):
    """A person who gives a password at once."""

    def __init__(self) -> None:
        self.answer = PasswordAnswer("", keep=False)

    def ask_password(
        self,
        parent: QWidget,
        profile: ConnectionProfile,
        answered: Callable[[PasswordAnswer | None], None],
        *,
        may_keep: bool,
    ) -> PasswordDialog:
        """Answer without a dialog."""
        answered(self.answer)
        return PasswordDialog(profile, may_keep=may_keep, parent=parent)


@dataclass
class Given:
    """The connections of a window, and the passwords that they hold for today."""

    desk: Desk
    prompts: Answering
    today: dict[str, Secrets]
    window: QWidget
    connections: Connections

    def password(self, typed: str, *, keep: bool = False) -> None:
        """Give Kafka's password when asked for it."""
        self.prompts.answer = PasswordAnswer(typed, keep)
        told: list[SignIn | None] = []
        self.connections.ask_password(PROFILE, told.append, today_only=not keep)
        self.desk.qtbot.waitUntil(lambda: bool(told))

    def save(self, kafka: str = "", registry: str = "") -> None:
        """Save the connection with these typed; where the store is locked they hold for today."""
        self.connections.edit(PROFILE)
        dialog = next(iter(self.window.findChildren(ConnectionDialog)))
        edit(dialog, "passwordEdit").setText(kafka)
        edit(dialog, "registryPasswordEdit").setText(registry)
        with self.desk.qtbot.waitSignal(self.connections.saved):
            button(dialog, "saveConnectionButton").click()
            if self.desk.secrets.locked:
                self.desk.qtbot.waitUntil(lambda: bool(dialog.findChildren(ErrorDialog)))
                button(dialog.findChildren(ErrorDialog)[0], "useForTodayButton").click()
        dialog.setParent(None)
        dialog.deleteLater()


@pytest.fixture
def given(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Given]:
    Theme.current().apply(qapp)
    desk = desk_with(PracticeWorld(tmp_path), qtbot, check=MayNotRead([]))
    prompts, window = Answering(), QWidget()
    today: dict[str, Secrets] = {}
    connections = Connections(desk.services, prompts, desk.lane, today, window)
    yield Given(desk, prompts, today, window, connections)
    connections.close()
    desk.lane.close()
    desk.tester.close()
    qtbot.waitUntil(lambda: running_threads() == 0)
    window.deleteLater()


def test_one_given_for_today_does_not_drop_the_other(given: Given) -> None:
    given.desk.secrets.locked = True
    given.save(registry="the registry's")
    given.password("kafka's")
    assert {"shop": Secrets("kafka's", "the registry's")} == given.today

    given.save(registry="another")

    assert {"shop": Secrets("kafka's", "another")} == given.today


def test_storing_one_lets_go_of_that_one_only(given: Given) -> None:
    given.today["shop"] = Secrets("kafka's", "the registry's")
    given.desk.secrets.locked = False

    given.save(kafka="stored now")
    assert {"shop": Secrets("", "the registry's")} == given.today

    given.password("stored again", keep=True)
    assert {"shop": Secrets("", "the registry's")} == given.today

    given.save(registry="stored, too")
    assert {} == given.today


def test_saving_without_typing_keeps_what_holds_for_today(given: Given) -> None:
    given.today["shop"] = Secrets("kafka's", "the registry's")

    given.save()

    assert {"shop": Secrets("kafka's", "the registry's")} == given.today


def test_the_connection_test_uses_what_holds_for_today(given: Given) -> None:
    given.today["shop"] = Secrets("kafka's")
    given.desk.secrets.put(SecretRef("shop", SecretKind.REGISTRY), "stored")
    given.connections.edit(PROFILE)
    dialog = next(iter(given.window.findChildren(ConnectionDialog)))
    check = given.desk.services.check
    assert isinstance(check, MayNotRead)

    button(dialog, "testConnectionButton").click()
    given.desk.qtbot.waitUntil(lambda: bool(check.asked))

    assert Secrets("kafka's", "stored") == check.asked[0][2]
    dialog.close()


def test_what_is_stored_is_used_beside_what_holds_for_today(qtbot: QtBot, tmp_path: Path) -> None:
    world = PracticeWorld(tmp_path)
    connector = Failing(world.services().connector)
    services = replace(world.services(), connector=connector)
    services.profiles.save(PROFILE)
    services.secrets.put(SecretRef("shop", SecretKind.REGISTRY), "stored")
    today = Secrets("kafka's")

    overview = QueueOverview(services, {"shop": today})
    overview.refresh()
    qtbot.waitUntil(lambda: len(connector.secrets) == len(PROFILE.queues))
    with qtbot.waitSignal(overview.closed):
        overview.close()
    session = QueueSession(services, PROFILE, QUEUE, secrets=today, pace=NEVER_BY_ITSELF)
    session.start()
    wait_for(qtbot, session, SessionPhase.READY)
    closed(qtbot, session)

    assert {Secrets("kafka's", "stored")} == set(connector.secrets)


def test_what_is_typed_for_a_test_or_stored_never_reaches_the_log(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "log")
    services = bootstrap.real_services(Folders(tmp_path), log)
    nobody = replace(PROFILE, servers="127.0.0.1:1", registry_url="")

    services.check(nobody, None, Secrets("kafka's", "registry's"), lambda _: None, lambda: True)
    services.secrets.put(SecretRef("shop", SecretKind.KAFKA), "stored")

    assert "••• ••• •••" == log.without_secrets("kafka's registry's stored")
