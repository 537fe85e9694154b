"""A practice queue with everything an open session needs, on one or several pretended desktops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from kmp_desktop.app.commit import commit
from kmp_desktop.app.open_queue import open_queue
from kmp_desktop.core.connection_check import CheckResult, CheckState, CheckStep
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import CommitProgress, CommitResult
from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.core.profile import ConnectionProfile, Environment, Queue, Secrets
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.session import SessionPhase, SessionState
from kmp_desktop.core.text import text
from kmp_desktop.core.view import Query, QueryReply, RecordsRemoved, Reply
from kmp_desktop.practice.broker import PracticeBroker
from kmp_desktop.practice.computer import PracticeComputer
from kmp_desktop.practice.connector import PracticeConnector
from kmp_desktop.practice.restoring import PracticeRestorer
from kmp_desktop.practice.samples import fill, shop, walkthrough
from kmp_desktop.qt.queue_session import Pace, QueueSession
from kmp_desktop.qt.services import Services
from kmp_desktop.store.backups import SealedBackups
from kmp_desktop.store.drafts import FileDrafts
from kmp_desktop.store.history import SqliteHistory
from kmp_desktop.store.profiles import JsonProfiles
from kmp_desktop.store.secrets import SessionSecrets

NOW = 1_795_500_000_000  # 24 Nov 2026, 08:00 UTC
NEVER_BY_ITSELF = Pace(retry_after_s=(3600.0,), look_every_s=3600.0)
QUEUE = Queue("orders", "Order handling", "orders.events.dlq", "orders.events.retry", "kmp-orders")
PROFILE = ConnectionProfile(
    "practice", "Order platform", "practice:9092", Environment.PRACTICE, person="me", queues=(QUEUE,)
)


class SteppingClock:
    """A clock that goes on by a millisecond whenever it is asked."""

    def __init__(self) -> None:
        self._now = NOW

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        self._now += 1
        return self._now


TOPICS = ("invoices.dlq", "orders.events.dlq", "orders.events.retry")
"""What there is on the cluster of connections in tests."""


class EverythingWorks:
    """A ``ConnectionCheck`` of a connection without faults."""

    def __call__(
        self,
        profile: ConnectionProfile,
        queue: Queue | None,
        secrets: Secrets,
        report: Callable[[CheckResult], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Every step passes."""
        for step in CheckStep:
            report(CheckResult(step, CheckState.PASSED, text("ok")))


class Quiet:
    """Follows loads and commits of the other desktop, and says nothing."""

    def records(self, batch: object) -> None:
        """Keep nothing."""

    def progress(self, progress: ReadProgress) -> None:
        """Say nothing."""

    def step(self, progress: CommitProgress) -> None:
        """Say nothing."""

    def stopped(self) -> bool:
        """Go on to the end."""
        return False


class Watch(QObject):
    """Keeps everything a session says."""

    def __init__(self, session: QueueSession) -> None:
        super().__init__()
        self.replies: list[Reply] = []
        self.states: list[SessionState] = []
        self.progress: list[CommitProgress] = []
        self.results: list[CommitResult] = []
        self.restarts = 0
        self.closed = False
        session.replied.connect(self._on_replied)
        session.state_changed.connect(self._on_state_changed)
        session.commit_progressed.connect(self._on_commit_progressed)
        session.commit_finished.connect(self._on_commit_finished)
        session.restarted.connect(self._on_restarted)
        session.closed.connect(self._on_closed)

    @Slot(object)
    def _on_replied(self, reply: Reply) -> None:
        self.replies.append(reply)

    @Slot(object)
    def _on_state_changed(self, state: SessionState) -> None:
        self.states.append(state)

    @Slot(object)
    def _on_commit_progressed(self, progress: CommitProgress) -> None:
        self.progress.append(progress)

    @Slot(object)
    def _on_commit_finished(self, result: CommitResult) -> None:
        self.results.append(result)

    @Slot()
    def _on_restarted(self) -> None:
        self.restarts += 1

    @Slot()
    def _on_closed(self) -> None:
        self.closed = True

    def phases(self) -> list[SessionPhase]:
        """The phases in their order, each once per change."""
        found: list[SessionPhase] = []
        for state in self.states:
            if not found or found[-1] is not state.phase:
                found.append(state.phase)
        return found

    def removed(self) -> set[int]:
        """Rows that the engine took out."""
        return {row for reply in self.replies if isinstance(reply, RecordsRemoved) for row in reply.rows}


@dataclass(slots=True)
class PracticeWorld:
    """One practice queue. ``folder`` is where this desktop keeps its files."""

    folder: Path
    broker: PracticeBroker = field(default_factory=PracticeBroker)
    clock: SteppingClock = field(default_factory=SteppingClock)
    computer: PracticeComputer = field(default_factory=PracticeComputer)
    batch: int = 500
    backup_key: SessionSecrets = field(default_factory=SessionSecrets)

    def fill_with_walkthrough(self) -> list[RecordId]:
        """Three records."""
        return fill(self.broker, walkthrough(NOW))

    def fill_with_shop(self) -> list[RecordId]:
        """Sixty records."""
        return fill(self.broker, shop(NOW))

    def services(self) -> Services:
        """What a window gets: practice adapters, real stores."""
        return Services(
            profiles=JsonProfiles(self.folder),
            secrets=SessionSecrets(),
            drafts=FileDrafts(self.folder / "drafts", self.clock),
            connector=PracticeConnector(self.broker, self.clock, self.computer, batch=self.batch),
            check=EverythingWorks(),
            topics=lambda _profile, _secrets, _stopped: TOPICS,
            clock=self.clock,
            history=SqliteHistory(self.folder / "history"),
            backups=SealedBackups(self.folder / "history", self.backup_key),
            restorer=lambda _profile, _secrets: PracticeRestorer(self.broker),
            config_folder=self.folder,
            data_folder=self.folder,
        )

    def session(self, pace: Pace = NEVER_BY_ITSELF, services: Services | None = None) -> QueueSession:
        """A new session, not started."""
        return QueueSession(services or self.services(), PROFILE, QUEUE, pace=pace)

    def decided_by_somebody_else(self, decisions: dict[RecordId, Decision], person: str = "desk-05") -> None:
        """Another desktop commits these, right now, in this thread."""
        other = ConnectionProfile("other", "other", "practice:9092", person=person)
        adapters = PracticeConnector(self.broker, self.clock)(other, QUEUE, Secrets())
        source, sink = adapters.source(), adapters.sink()
        loaded = open_queue(source, sink, Quiet()).loaded
        assert loaded is not None
        result = commit(sink, loaded, decisions, Quiet(), self.clock)
        assert set(decisions) == {*result.merged, *result.purged}

    def left_on_the_broker(self) -> list[DeadLetter]:
        """What a fresh reader finds undecided."""
        adapters = PracticeConnector(self.broker, self.clock)(PROFILE, QUEUE, Secrets())
        return adapters.source().load(Quiet()).undecided()


def wait_for(qtbot: QtBot, session: QueueSession, phase: SessionPhase) -> None:
    """Wait until the session is in a phase."""
    qtbot.waitUntil(lambda: session.state.phase is phase)


def opened(
    qtbot: QtBot, world: PracticeWorld, pace: Pace = NEVER_BY_ITSELF, services: Services | None = None
) -> tuple[QueueSession, Watch]:
    """A session that is READY, and everything it said."""
    session = world.session(pace, services)
    watch = Watch(session)
    session.start()
    wait_for(qtbot, session, SessionPhase.READY)
    return session, watch


def closed(qtbot: QtBot, session: QueueSession) -> None:
    """Close a session and wait for its end."""
    with qtbot.waitSignal(session.closed):
        session.close()


def committed(qtbot: QtBot, session: QueueSession) -> None:
    """Commit and wait for the result."""
    with qtbot.waitSignal(session.commit_finished):
        session.commit()


def rows_of_everything(replies: list[Reply]) -> list[int] | None:
    """The rows of the newest answer to ``Query()``."""
    answers = [each for each in replies if isinstance(each, QueryReply) and each.query == Query()]
    return list(answers[-1].rows) if answers else None
