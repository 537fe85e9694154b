"""A window on a queue in memory that can be brought into any state."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QElapsedTimer, QEvent, QObject
from PySide6.QtGui import QAction, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QStackedWidget, QTableView, QWidget

from kmp_desktop.app.commit import commit
from kmp_desktop.app.open_queue import open_queue
from kmp_desktop.core.connection_check import CheckResult, CheckState, CheckStep
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.outcome import Step
from kmp_desktop.core.ports import Connector, DeadLetterSource, LoadObserver, QueueAdapters
from kmp_desktop.core.profile import ConnectionProfile, Environment, Queue, Secrets, Security
from kmp_desktop.core.queue_state import LoadedQueue, TakeOver
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.core.text import text
from kmp_desktop.practice.broker import Hold, PracticeBroker
from kmp_desktop.practice.connector import PracticeConnector
from kmp_desktop.practice.restoring import PracticeRestorer
from kmp_desktop.practice.samples import fill, shop
from kmp_desktop.qt.main_window import MainWindow
from kmp_desktop.qt.queue_session import Pace, QueueSession
from kmp_desktop.qt.services import Services
from kmp_desktop.qt.theme import Theme, ThemeChoice
from kmp_desktop.store.backups import SealedBackups
from kmp_desktop.store.drafts import FileDrafts
from kmp_desktop.store.history import SqliteHistory
from kmp_desktop.store.profiles import JsonProfiles
from kmp_desktop.store.secrets import SessionSecrets

Found = TypeVar("Found", bound=QObject)

_PATIENCE_MS = 20_000
ORDERS = Queue(
    "orders",
    "Order handling – failed messages",
    "orders.events.dlq",
    "orders.events.retry",
    "kmp-orders",
    "Orders, payments and shipping labels of the German shop",
)
INVOICES = Queue(
    "invoices",
    "Invoices – failed messages",
    "invoices.dlq",
    "invoices.retry",
    "kmp-invoices",
    "Invoice creation and dunning",
)
_TOPICS = ("invoices.dlq", "orders.events.dlq", "orders.events.retry")
PLATFORM = ConnectionProfile(
    "platform",
    "Order platform",
    "kafka-1.orders.example:9093, kafka-2.orders.example:9093",
    environment=Environment.PRODUCTION,
    security=Security.SASL_SSL,
    user="svc-cs-desk",
    registry_url="https://schemas.orders.example",
    person="cs-desk-03",
    confirm_discards_from=3,
    queues=(ORDERS, INVOICES),
)
TEST = ConnectionProfile(
    "test",
    "Order platform (test)",
    "kafka-test.orders.example:9092",
    environment=Environment.TEST,
    queues=(replace(ORDERS, description="Copy for trying things out"),),
)
ALL = (PLATFORM, TEST)


class WallClock:
    """The time of the computer."""

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        return time.time_ns() // 1_000_000


class ReadingNotAllowed:
    """A connection test that ends like the one in the design's picture."""

    def __call__(
        self,
        profile: ConnectionProfile,
        queue: Queue | None,  # noqa: ARG002
        secrets: Secrets,  # noqa: ARG002
        report: Callable[[CheckResult], None],
        stopped: Callable[[], bool],  # noqa: ARG002
    ) -> None:
        """Report step by step."""
        for step, title, detail in (
            (CheckStep.SERVER, text("Server found"), text("2 of 2 addresses answer")),
            (
                CheckStep.SECURE,
                text("Secure connection"),
                text("The certificate is valid until {day}", day="3 Mar 2027"),
            ),
            (CheckStep.SIGN_IN, text("Signed in as {user}", user=profile.user), None),
        ):
            report(CheckResult(step, CheckState.PASSED, title, detail))
        report(
            CheckResult(
                CheckStep.READ,
                CheckState.FAILED,
                text("Reading “{topic}” is not allowed", topic=ORDERS.queue_topic),
                text(
                    "You are signed in, but this account has no permission to read this topic. "
                    "Ask your Kafka administrator for it. The request says exactly what is missing."
                ),
                request="kafka-acls --add …",
                details="TOPIC_AUTHORIZATION_FAILED",
            )
        )
        for step, title in (
            (CheckStep.WRITE, text("Writing to “{topic}”: not tried yet", topic=ORDERS.retry_topic)),
            (CheckStep.COMMIT, text("All-or-nothing commits: not tried yet")),
            (CheckStep.DISCARDS, text("How discards work here: not tried yet")),
            (CheckStep.REGISTRY, text("Format registry: not tried yet")),
        ):
            report(CheckResult(step, CheckState.NOT_TRIED, title))


class _Quiet:
    """Follows loads and commits of somebody else, and says nothing."""

    def records(self, batch: object) -> None:
        """Keep nothing."""

    def progress(self, progress: object) -> None:
        """Say nothing."""

    def step(self, progress: object) -> None:
        """Say nothing."""

    def stopped(self) -> bool:
        """Go on to the end."""
        return False


@dataclass
class _MayFail:
    """A ``Connector`` whose sources fail with ``error`` as long as there is one."""

    behind: Connector
    error: UserFacingError | None = None

    def __call__(self, profile: ConnectionProfile, queue: Queue, secrets: Secrets) -> QueueAdapters:
        """The adapters behind it."""
        adapters = self.behind(profile, queue, secrets)

        def source() -> DeadLetterSource:
            return _Source(adapters.source(), self)

        return replace(adapters, source=source)


@dataclass
class _Source:
    behind: DeadLetterSource
    connector: _MayFail

    def load(self, observer: LoadObserver, take_over: TakeOver | None = None) -> LoadedQueue:
        """Fail, or read."""
        if self.connector.error is not None:
            raise self.connector.error
        return self.behind.load(observer, take_over)

    def new_records(self, loaded: LoadedQueue) -> int:
        """As the one behind."""
        return self.behind.new_records(loaded)

    def waiting(self, stopped: Callable[[], bool]) -> tuple[int, int | None]:
        """As the one behind."""
        return self.behind.waiting(stopped)

    def close(self) -> None:
        """Close the one behind."""
        self.behind.close()


class Studio:
    """Makes one picture; the window is made by the first thing that needs it."""

    def __init__(self, folder: Path, choice: ThemeChoice) -> None:
        Theme.current().choose(choice)
        Theme.current().set_zoom(100)
        self.folder = folder
        self.broker = PracticeBroker(ORDERS.queue_topic, ORDERS.retry_topic)
        self.clock = WallClock()
        self.backup_key = SessionSecrets()
        self.connector = _MayFail(PracticeConnector(self.broker, self.clock, batch=10))
        self.profiles: Sequence[ConnectionProfile] = ALL
        self.pace = Pace(retry_after_s=(3600.0,), look_every_s=3600.0)
        self._window: MainWindow | None = None
        self._holds: list[Hold] = []

    # ---- doing

    @property
    def window(self) -> MainWindow:
        """The window, shown."""
        if self._window is None:
            services = self.services()
            for profile in self.profiles:
                services.profiles.save(profile)
            self._window = MainWindow(services, pace=self.pace)
            self._window.resize(1440, 900)
            self._window.show()
            self.until(lambda: self.page() != "")
        return self._window

    def services(self) -> Services:
        """What the window gets."""
        return Services(
            profiles=JsonProfiles(self.folder),
            secrets=SessionSecrets(),
            drafts=FileDrafts(self.folder / "drafts", self.clock),
            connector=self.connector,
            check=ReadingNotAllowed(),
            topics=lambda _profile, _secrets, _stopped: _TOPICS,
            clock=self.clock,
            history=SqliteHistory(self.folder / "history"),
            backups=SealedBackups(self.folder / "history", self.backup_key),
            restorer=lambda _profile, _secrets: PracticeRestorer(self.broker),
            config_folder=self.folder,
            data_folder=self.folder,
        )

    def open_shop(self) -> QueueSession:
        """Open the queue of the shop, filled and read."""
        fill(self.broker, shop(self.clock.now_ms()))
        return self.open()

    def open(self, phase: SessionPhase = SessionPhase.READY) -> QueueSession:
        """Open the queue and wait for a phase."""
        self.window.open_queue("platform", "orders")
        self.until(lambda: self.window.session is not None)
        session = self.session
        self.until(lambda: session.state.phase is phase)
        self.settle()
        return session

    @property
    def session(self) -> QueueSession:
        """The open queue."""
        session = self.window.session
        assert session is not None
        return session

    def hold_commit(self) -> None:
        """Commit, and stop in the middle until the studio is closed."""
        hold = self.broker.hold(Step.COPIES)
        self._holds.append(hold)
        self.click("commitButton")
        self.until(hold.reached.is_set)

    def decide(self, merge: int, purge: int = 0, skip: int = 0) -> None:
        """Stage decisions, spread over the records."""
        session = self.session
        rows = [row for row in range(session.row_count) if session.may_decide(session.record_id(row))]
        rows.sort(key=lambda row: row * 7919 % 1009)
        for decision, count in ((Decision.MERGE, merge), (Decision.PURGE, purge), (Decision.SKIP, skip)):
            session.stage([session.record_id(rows.pop()) for _ in range(count)], decision)
        self.settle()

    def trigger(self, action: str) -> None:
        """Trigger an action by its object name."""
        self.find(QAction, action).trigger()
        self.settle()

    def click(self, name: str, within: QObject | None = None) -> None:
        """Click a button as soon as that is possible."""
        found = self.find(QAbstractButton, name, within)
        self.until(found.isEnabled)
        found.click()
        self.settle()

    def select(self, row: int) -> None:
        """Make a row of the table current."""
        table = self.find(QTableView, "recordTable")
        table.selectRow(row)
        table.setFocus()
        self.settle()

    def somebody_else_decides(self, ids: Sequence[RecordId], person: str = "cs-desk-05") -> None:
        """Another desktop commits these."""
        other = ConnectionProfile("other", "other", "other:9092", person=person)
        adapters = PracticeConnector(self.broker, self.clock)(other, ORDERS, Secrets())
        source, sink = adapters.source(), adapters.sink()
        loaded = open_queue(source, sink, _Quiet()).loaded
        assert loaded is not None
        commit(sink, loaded, dict.fromkeys(ids, Decision.PURGE), _Quiet(), self.clock)

    # ---- looking

    def find(self, kind: type[Found], name: str, within: QObject | None = None) -> Found:
        """A child of the window by its object name."""
        found = (within or self.window).findChild(kind, name)
        assert isinstance(found, kind), name
        return found

    def page(self) -> str:
        """The object name of the page that is shown."""
        stack = self.find(QStackedWidget, "pageStack", self._window)
        current = stack.currentWidget()
        return current.objectName() if current is not None else ""

    def reach(self, page: str) -> None:
        """Wait for a page."""
        self.until(lambda: self.page() == page)
        self.settle()

    def until(self, so: Callable[[], bool]) -> None:
        """Let the window live until something is so."""
        patience = QElapsedTimer()
        patience.start()
        while not so():
            QApplication.processEvents()
            time.sleep(0.005)
            if patience.elapsed() > _PATIENCE_MS:
                raise TimeoutError

    def settle(self, ms: int = 400) -> None:
        """Let everything that is under way arrive."""
        patience = QElapsedTimer()
        patience.start()
        self.until(lambda: patience.elapsed() > ms)

    def picture(self) -> QPixmap:
        """The window as it is."""
        window = self.window
        self.settle()
        return window.grab()

    def dialog(self, name: str) -> QWidget:
        """A dialog that is open."""
        self.until(
            lambda: any(
                each.objectName() == name and each.isVisible() for each in self.window.findChildren(QDialog)
            )
        )
        self.settle()
        return next(
            each
            for each in self.window.findChildren(QDialog)
            if each.objectName() == name and each.isVisible()
        )

    def close(self) -> None:
        """Close the window and wait until nothing of it runs."""
        if self._window is None:
            return
        for hold in self._holds:
            hold.release()
            self.reach("resultPage")
        gone: list[bool] = []
        self._window.closed.connect(lambda: gone.append(True))
        for dialog in self._window.findChildren(QDialog):
            dialog.done(0)
        self._window.close()
        self.until(lambda: bool(gone))
        self._window = None
        # The next window changes the theme of all widgets: half a window must not be among them.
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        gc.collect()
