"""A whole window on a practice queue, with the means to look at it and to make its connection fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.ports import Connector, DeadLetterSource, LoadObserver, QueueAdapters
from kmp_desktop.core.profile import ConnectionProfile, Environment, Queue, Secrets, Security
from kmp_desktop.core.queue_state import LoadedQueue, TakeOver
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.core.text import text
from kmp_desktop.qt.dialogs.error_dialog import ErrorDialog
from kmp_desktop.qt.main_window import MainWindow
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.services import Services
from tests.qt.practice_world import NEVER_BY_ITSELF, PROFILE, QUEUE, PracticeWorld

Q = TypeVar("Q", bound=QWidget)

OTHER_QUEUE = Queue("bills", "Bills", "bills.dlq", "bills.retry", "kmp-bills")
SHOP = replace(
    PROFILE,
    id="shop",
    environment=Environment.PRODUCTION,
    security=Security.SASL_PLAINTEXT,
    user="svc-cs-desk",
    queues=(QUEUE, OTHER_QUEUE),
)


@dataclass
class Failing:
    """A ``Connector`` whose loads fail as long as there are ``errors``; keeps the passwords it was given."""

    behind: Connector
    errors: list[UserFacingError] = field(default_factory=list)
    secrets: list[Secrets] = field(default_factory=list)

    def __call__(self, profile: ConnectionProfile, queue: Queue, secrets: Secrets) -> QueueAdapters:
        """The adapters behind it, with a source that may fail."""
        self.secrets.append(secrets)
        adapters = self.behind(profile, queue, secrets)

        def source() -> DeadLetterSource:
            return _FailingSource(adapters.source(), self.errors)

        return replace(adapters, source=source)


class _FailingSource:
    def __init__(self, behind: DeadLetterSource, errors: list[UserFacingError]) -> None:
        self._behind = behind
        self._errors = errors

    def load(self, observer: LoadObserver, take_over: TakeOver | None = None) -> LoadedQueue:
        """Fail, or read."""
        if self._errors:
            raise self._errors.pop(0)
        return self._behind.load(observer, take_over)

    def new_records(self, loaded: LoadedQueue) -> int:
        """As the one behind."""
        return self._behind.new_records(loaded)

    def waiting(self, stopped: Callable[[], bool]) -> tuple[int, int | None]:
        """As the one behind."""
        return self._behind.waiting(stopped)

    def close(self) -> None:
        """Close the one behind."""
        self._behind.close()


class FilesChosen(Prompts):
    """Answers questions for files at once."""

    def __init__(self) -> None:
        self.path = ""

    def open_file(self, parent: QWidget, title: str, kinds: str, chosen: Callable[[str], None]) -> None:
        """Choose the file."""
        chosen(self.path)

    def save_file(
        self, parent: QWidget, title: str, suggested: str, kinds: str, chosen: Callable[[str], None]
    ) -> None:
        """Choose the file."""
        chosen(self.path)


class WindowWorld:
    """One window; ``world`` is the practice queue behind it."""

    def __init__(self, folder: Path, qtbot: QtBot, profiles: Sequence[ConnectionProfile] = (SHOP,)) -> None:
        self.world = PracticeWorld(folder)
        self.qtbot = qtbot
        self.prompts = FilesChosen()
        services = self.world.services()
        self.connector = Failing(services.connector)
        self.services: Services = replace(services, connector=self.connector)
        for profile in profiles:
            services.profiles.save(profile)
        self.window = self.new_window()

    def new_window(self, size: tuple[int, int] | None = (1440, 900)) -> MainWindow:
        """Another window on the same files, shown; ``size`` None: the one it gives itself."""
        self.window = MainWindow(self.services, self.prompts, pace=NEVER_BY_ITSELF)
        if size is not None:
            self.window.resize(*size)
        self.window.show()
        self.qtbot.waitUntil(lambda: self.page() != "")
        return self.window

    # ---- looking

    @property
    def session(self) -> QueueSession:
        """The open queue."""
        session = self.window.session
        assert session is not None
        return session

    def page(self) -> str:
        """The object name of the page that is shown."""
        stack = self.window.findChild(QStackedWidget, "pageStack")
        assert isinstance(stack, QStackedWidget)
        current = stack.currentWidget()
        return current.objectName() if current is not None else ""

    def find(self, kind: type[Q], name: str) -> Q:
        """A widget of the window by its object name."""
        found = self.window.findChild(kind, name)
        assert isinstance(found, kind), name
        return found

    def words(self, name: str) -> str:
        """The text of a label."""
        return self.find(QLabel, name).text()

    def button(self, name: str) -> QPushButton:
        """A button."""
        return self.find(QPushButton, name)

    def action(self, name: str) -> QAction:
        """An action."""
        found = self.window.findChild(QAction, name)
        assert isinstance(found, QAction), name
        return found

    def error_dialog(self) -> ErrorDialog | None:
        """The error that is shown."""
        shown = [each for each in self.window.findChildren(ErrorDialog) if each.isVisible()]
        return shown[0] if shown else None

    # ---- doing

    def open(self, queue: Queue = QUEUE) -> QueueSession:
        """Open a queue and wait until it is read."""
        self.window.open_queue("shop", queue.id)
        self.qtbot.waitUntil(lambda: self.window.session is not None)
        self.reach(SessionPhase.READY)
        return self.session

    def reach(self, phase: SessionPhase) -> None:
        """Wait for a phase of the open queue."""
        self.qtbot.waitUntil(lambda: self.session.state.phase is phase)

    def stage(self, merge: int = 0, purge: int = 0, skip: int = 0) -> None:
        """Decide so many records, from the first on."""
        first = 0
        for count, decision in ((merge, Decision.MERGE), (purge, Decision.PURGE), (skip, Decision.SKIP)):
            self.session.stage(map(self.session.record_id, range(first, first + count)), decision)
            first += count

    def review(self) -> None:
        """Go to the review and wait until it may be committed."""
        self.action("reviewAction").trigger()
        self.qtbot.waitUntil(lambda: self.button("commitButton").isEnabled())

    def choose(self, verb: str) -> None:
        """Wait for an error and press one of its buttons."""
        self.qtbot.waitUntil(lambda: self.error_dialog() is not None)
        dialog = self.error_dialog()
        assert dialog is not None
        found = dialog.findChild(QPushButton, f"{verb}Button")
        assert isinstance(found, QPushButton), verb
        found.click()

    def close(self) -> None:
        """Close the window, if there still is one, and wait until nothing of it runs any more."""
        if not isValid(self.window):
            return
        gone: list[bool] = []
        self.window.closed.connect(lambda: gone.append(True))
        self.window.close()
        self.qtbot.waitUntil(lambda: bool(gone))


def failure(code: ErrorCode) -> UserFacingError:
    """An error of a connection."""
    return UserFacingError(
        code,
        text("No connection to Order platform."),
        text("Nothing was changed."),
        text("Check network or VPN."),
        details="refused",
    )
