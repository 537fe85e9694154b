"""What a window hands to its dialogs, with a password store and connection tests that can be watched."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.core.connection_check import CheckResult, CheckState, CheckStep
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.profile import ConnectionProfile, Queue, SecretKind, SecretRef, Secrets
from kmp_desktop.core.text import text
from kmp_desktop.qt.connection_tester import ConnectionTester
from kmp_desktop.qt.dialogs.connection_dialog import ConnectionDialog
from kmp_desktop.qt.dialogs.profile_import_dialog import ProfileImportDialog
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.runner import BackgroundTasks, running_threads
from kmp_desktop.qt.services import Services
from kmp_desktop.store.secrets import SessionSecrets
from tests.qt.practice_world import PracticeWorld


class WatchedSecrets(SessionSecrets):
    """Remembers in which threads it was asked; may be locked."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: set[threading.Thread] = set()
        self.locked = False

    def get(self, ref: SecretRef) -> str | None:
        """Look it up."""
        self._seen()
        return super().get(ref)

    def put(self, ref: SecretRef, secret: str) -> None:
        """Keep it, unless locked."""
        self._seen()
        if self.locked:
            raise UserFacingError(
                ErrorCode.SECRETS_LOCKED,
                text("The password store is locked."),
                text("Nothing was changed."),
                text("Unlock it, or enter the password for today only."),
            )
        super().put(ref, secret)

    def keeps(self) -> bool:
        """Not beyond the program."""
        self._seen()
        return super().keeps()

    def _seen(self) -> None:
        self.threads.add(threading.current_thread())


@dataclass
class MayNotRead:
    """A connection test that stops at the fourth step; keeps what it was asked with."""

    asked: list[tuple[ConnectionProfile, Queue | None, Secrets, threading.Thread]]

    def __call__(
        self,
        profile: ConnectionProfile,
        queue: Queue | None,
        secrets: Secrets,
        report: Callable[[CheckResult], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Run it."""
        self.asked.append((profile, queue, secrets, threading.current_thread()))
        for step in (CheckStep.SERVER, CheckStep.SECURE, CheckStep.SIGN_IN):
            report(CheckResult(step, CheckState.PASSED, text("{step} works", step=step.value)))
        report(
            CheckResult(
                CheckStep.READ,
                CheckState.FAILED,
                text("Reading “orders.events.dlq” is not allowed"),
                text("Ask your Kafka administrator for it."),
                request="kafka-acls --add --allow-principal User:svc-cs-desk",
                details="TOPIC_AUTHORIZATION_FAILED",
            )
        )
        report(CheckResult(CheckStep.WRITE, CheckState.NOT_TRIED, text("Writing: not tried yet")))


class WaitsUntilStopped:
    """A connection test that takes as long as it is let."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.given_up = threading.Event()

    def __call__(
        self,
        profile: ConnectionProfile,
        queue: Queue | None,
        secrets: Secrets,
        report: Callable[[CheckResult], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Run it."""
        self.begun.set()
        while not stopped():
            self.given_up.wait(0.01)
        self.given_up.set()
        report(CheckResult(CheckStep.SERVER, CheckState.PASSED, text("too late")))


@dataclass
class Desk:
    """What a window hands to its dialogs."""

    services: Services
    lane: BackgroundTasks
    tester: ConnectionTester
    prompts: Prompts
    secrets: WatchedSecrets
    qtbot: QtBot

    def dialog(self, profile: ConnectionProfile, taken: tuple[str, ...] = ()) -> ConnectionDialog:
        """An open connection dialog."""
        made = ConnectionDialog(profile, self.services, self.lane, self.tester, self.prompts, taken)
        made.open()
        return made

    def importing(self, *profiles: ConnectionProfile) -> ProfileImportDialog:
        """An open dialog for the connections of a file."""
        known = self.services.profiles.all()
        made = ProfileImportDialog(profiles, known, self.services, self.lane, self.tester, self.prompts)
        made.open()
        return made

    def password(self, profile_id: str, kind: SecretKind = SecretKind.KAFKA) -> str | None:
        """What the store holds."""
        return SessionSecrets.get(self.secrets, SecretRef(profile_id, kind))


def desk_with(world: PracticeWorld, qtbot: QtBot, **replaced: object) -> Desk:
    secrets = WatchedSecrets()
    services = replace(world.services(), secrets=secrets, **replaced)  # type: ignore[arg-type]
    return Desk(services, BackgroundTasks(), ConnectionTester(services, {}), Prompts(), secrets, qtbot)


def close(desk: Desk) -> None:
    for window in QApplication.topLevelWidgets():
        if isinstance(window, ConnectionDialog):
            window.done(0)  # what was typed is dropped without asking
        window.close()
    desk.lane.close()
    desk.tester.close()
    desk.qtbot.waitUntil(lambda: running_threads() == 0)


def edit(dialog: QWidget, name: str) -> QLineEdit:
    found = dialog.findChild(QLineEdit, name)
    assert isinstance(found, QLineEdit), name
    return found


def button(dialog: QWidget, name: str) -> QPushButton:
    found = dialog.findChild(QPushButton, name)
    assert isinstance(found, QPushButton), name
    return found


def words(dialog: QWidget, name: str) -> str:
    found = dialog.findChild(QLabel, name)
    assert isinstance(found, QLabel), name
    return found.text()


def combo(dialog: QWidget, name: str) -> QComboBox:
    found = dialog.findChild(QComboBox, name)
    assert isinstance(found, QComboBox), name
    return found


def open_dialog(kind: type[QWidget]) -> QWidget:
    return next(
        each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()
    )
