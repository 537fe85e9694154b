"""What a session does when something around it breaks: bugs, disks, password stores, other windows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from pytestqt.qtbot import QtBot

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.outcome import ChunkResult, NotCommittedReason, Outcome, Step
from kmp_desktop.core.plan import MAX_RECORDS
from kmp_desktop.core.ports import (
    CommitObserver,
    DraftKey,
    LoadObserver,
    QueueAdapters,
)
from kmp_desktop.core.profile import ConnectionProfile, Queue, SecretRef, Secrets, Security
from kmp_desktop.core.queue_state import LoadedQueue, Plan, TakeOver
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.core.text import text
from kmp_desktop.practice.broker import AtCommit
from kmp_desktop.practice.sink import PracticeSink
from kmp_desktop.practice.source import PracticeSource
from kmp_desktop.qt.queue_session import QueueSession, open_sessions
from kmp_desktop.store.drafts import FileDrafts
from kmp_desktop.store.secrets import SessionSecrets
from tests.qt.practice_world import (
    NEVER_BY_ITSELF,
    PROFILE,
    QUEUE,
    PracticeWorld,
    Watch,
    closed,
    committed,
    opened,
    wait_for,
)

M, P = Decision.MERGE, Decision.PURGE


@pytest.fixture
def world(tmp_path: Path) -> PracticeWorld:
    return PracticeWorld(tmp_path)


@pytest.fixture(autouse=True)
def _every_session_ends(qtbot: QtBot) -> Iterator[None]:
    yield
    for session in open_sessions():
        session.close()
    qtbot.waitUntil(lambda: not open_sessions())


class BuggySource(PracticeSource):
    """A source with a bug that shows once."""

    healthy = False

    def load(self, observer: LoadObserver, take_over: TakeOver | None = None) -> LoadedQueue:
        """Break in the middle, the first time."""
        if not BuggySource.healthy:
            BuggySource.healthy = True
            raise ZeroDivisionError
        return super().load(observer, take_over)


class BuggySink(PracticeSink):
    """A sink with a bug that shows after everything was written."""

    def commit_chunk(
        self, loaded: LoadedQueue, plan: Plan, observer: CommitObserver, part: int, parts: int
    ) -> ChunkResult:
        """Commit, then break."""
        super().commit_chunk(loaded, plan, observer, part, parts)
        raise ZeroDivisionError


class ForgetfulSource(PracticeSource):
    """A queue whose ledgers are so old that the server may soon forget them."""

    def load(self, observer: LoadObserver, take_over: TakeOver | None = None) -> LoadedQueue:
        """Read, and find them old until they are renewed."""
        loaded = super().load(observer, take_over)
        if not CountingSink.plans:
            loaded.ledgers_since = 0
        return loaded


class CountingSink(PracticeSink):
    """A sink that notes what is committed."""

    plans: ClassVar[list[Plan]] = []

    def commit_chunk(
        self, loaded: LoadedQueue, plan: Plan, observer: CommitObserver, part: int, parts: int
    ) -> ChunkResult:
        """Commit."""
        CountingSink.plans.append(plan)
        return super().commit_chunk(loaded, plan, observer, part, parts)


class ChangingConnector:
    """Practice adapters of other classes."""

    def __init__(
        self,
        world: PracticeWorld,
        source: type[PracticeSource] = PracticeSource,
        sink: type[PracticeSink] = PracticeSink,
    ) -> None:
        self._world = world
        self._source = source
        self._sink = sink
        self.secrets: list[Secrets] = []

    def __call__(self, profile: ConnectionProfile, queue: Queue, secrets: Secrets) -> QueueAdapters:
        """The adapters of one queue."""
        world = self._world
        self.secrets.append(secrets)
        return QueueAdapters(
            lambda: self._source(world.broker, world.computer, queue, world.clock),
            lambda: self._sink(world.broker, world.computer, queue, profile.person, world.clock),
            lambda: None,
        )


class LockedSecrets(SessionSecrets):
    """A password store that is locked until somebody unlocks it."""

    locked = True

    def get(self, ref: SecretRef) -> str | None:
        """Refuse."""
        if self.locked:
            raise UserFacingError(
                ErrorCode.SECRETS_LOCKED,
                text("The password store is locked."),
                text("Nothing was changed."),
                text("Unlock it."),
            )
        return super().get(ref)


class FullDisk(FileDrafts):
    """A disk that has no room until somebody makes some."""

    full = True

    def append(self, key: DraftKey, changes: Iterable[tuple[RecordId, Decision | None, int]]) -> None:
        """Refuse."""
        if self.full:
            raise UserFacingError(
                ErrorCode.DISK,
                text("The decisions could not be saved on this computer."),
                text("Nothing was sent."),
                text("Free some space."),
            )
        super().append(key, changes)


def test_a_bug_while_reading_is_told_and_reading_can_be_tried_again(
    qtbot: QtBot, world: PracticeWorld
) -> None:
    world.fill_with_walkthrough()
    BuggySource.healthy = False
    services = replace(world.services(), connector=ChangingConnector(world, source=BuggySource))
    session = world.session(services=services)
    with qtbot.captureExceptions() as told:
        session.start()
        wait_for(qtbot, session, SessionPhase.FAILED)
        qtbot.waitUntil(lambda: bool(told))
    assert [ZeroDivisionError] == [kind for kind, _error, _trace in told]

    session.start()
    wait_for(qtbot, session, SessionPhase.READY)

    assert 3 == session.row_count


@pytest.mark.parametrize("happens", [AtCommit.SUCCEED, AtCommit.REFUSE, AtCommit.UNKNOWN_THEN_COMMITTED])
def test_opening_a_queue_renews_what_the_server_may_soon_forget_and_says_nothing(
    qtbot: QtBot, world: PracticeWorld, happens: AtCommit
) -> None:
    ids = world.fill_with_walkthrough()
    world.decided_by_somebody_else({ids[0]: P})
    CountingSink.plans.clear()
    world.broker.at_next_commit(happens)
    connector = ChangingConnector(world, ForgetfulSource, CountingSink)
    session, watch = opened(qtbot, world, services=replace(world.services(), connector=connector))

    assert [{}] == CountingSink.plans
    assert [] == watch.results
    assert session.state.summary is not None
    assert 2 == session.state.summary.undecided
    session.read_again()
    wait_for(qtbot, session, SessionPhase.READY)
    assert [{}] == CountingSink.plans, "it is done once"


def test_a_bug_in_a_commit_claims_nothing_and_the_outcome_is_looked_up(
    qtbot: QtBot, world: PracticeWorld
) -> None:
    ids = world.fill_with_walkthrough()
    services = replace(world.services(), connector=ChangingConnector(world, sink=BuggySink))
    session, watch = opened(qtbot, world, services=services)
    session.stage(ids, M)
    with qtbot.captureExceptions() as told:
        session.commit()
        wait_for(qtbot, session, SessionPhase.LOCKED)
        qtbot.waitUntil(lambda: bool(told))
    assert [] == watch.results
    assert dict.fromkeys(ids, M) == dict(session.book.staged)

    session.try_now()
    wait_for(qtbot, session, SessionPhase.READY)

    assert {} == dict(session.book.staged)
    assert 3 == len(world.broker.retried())


def test_a_locked_password_store_is_told_and_asked_again(qtbot: QtBot, world: PracticeWorld) -> None:
    world.fill_with_walkthrough()
    secrets = LockedSecrets()
    services = replace(world.services(), secrets=secrets)
    profile = replace(PROFILE, user="clerk", security=Security.SASL_SSL)
    session = QueueSession(services, profile, QUEUE, pace=NEVER_BY_ITSELF)
    session.start()
    wait_for(qtbot, session, SessionPhase.FAILED)
    assert session.state.error is not None
    assert ErrorCode.SECRETS_LOCKED == session.state.error.code

    secrets.locked = False
    session.start()

    wait_for(qtbot, session, SessionPhase.READY)


def test_secrets_for_today_are_used_without_asking_the_store(qtbot: QtBot, world: PracticeWorld) -> None:
    connector = ChangingConnector(world)
    services = replace(world.services(), secrets=LockedSecrets(), connector=connector)
    profile = replace(PROFILE, user="clerk", security=Security.SASL_SSL)
    today = Secrets("only for today")
    session = QueueSession(services, profile, QUEUE, secrets=today, pace=NEVER_BY_ITSELF)

    session.start()
    wait_for(qtbot, session, SessionPhase.READY)

    assert [today] == connector.secrets


def test_a_full_disk_is_told_until_a_change_can_be_saved(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    drafts = FullDisk(world.folder / "drafts", world.clock)
    session, _watch = opened(qtbot, world, services=replace(world.services(), drafts=drafts))
    session.stage([ids[0]], M)
    qtbot.waitUntil(lambda: session.state.draft_error is not None)
    assert {ids[0]: M} == dict(session.book.staged)

    drafts.full = False
    session.stage([ids[1]], P)
    qtbot.waitUntil(lambda: session.state.draft_error is None)
    closed(qtbot, session)

    again, _watch = opened(qtbot, world)
    assert {ids[0]: M, ids[1]: P} == dict(again.book.staged), "also the one that could not be saved"


def test_another_window_that_commits_is_told_and_waited_for(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    first, first_watch = opened(qtbot, world)
    first.stage(ids[:2], M)
    hold = world.broker.hold(Step.COPIES)
    first.commit()
    qtbot.waitUntil(hold.reached.is_set)

    second, second_watch = opened(qtbot, world)
    assert second.state.committed_elsewhere
    assert second.state.next_attempt_at > 0
    assert 1 == second.stage([ids[2]], P).changed
    committed(qtbot, second)
    assert NotCommittedReason.OTHER_WINDOW == second_watch.results[0].chunks[0].reason
    assert second.state.committed_elsewhere

    hold.release()
    qtbot.waitUntil(lambda: bool(first_watch.results))
    second.try_now()
    qtbot.waitUntil(lambda: not second.state.committed_elsewhere)
    wait_for(qtbot, second, SessionPhase.READY)

    assert set(ids[:2]) == second.decided_elsewhere
    committed(qtbot, second)
    assert Outcome.COMMITTED == second_watch.results[1].outcome


def test_twenty_thousand_records_are_read_decided_and_committed(qtbot: QtBot, world: PracticeWorld) -> None:
    for number in range(20_000):
        world.broker.write(b"K%d" % number, b'{"orderNumber": "%d"}' % number)
    session = world.session()
    watch = Watch(session)
    session.start()
    qtbot.waitUntil(lambda: session.state.phase is SessionPhase.READY, timeout=60_000)
    assert 20_000 == session.row_count

    everything = [session.record_id(row) for row in range(session.row_count)]
    assert 20_000 == session.stage(everything, M).changed
    session.commit()
    qtbot.waitUntil(lambda: bool(watch.results), timeout=60_000)

    assert (1, Outcome.COMMITTED) == (watch.results[0].parts, watch.results[0].outcome)
    assert 20_000 == len(world.broker.retried())


def test_stopping_between_parts_keeps_what_is_final(qtbot: QtBot, world: PracticeWorld) -> None:
    for number in range(MAX_RECORDS + 1_000):
        world.broker.write(b"K%d" % number, b"{}", partition=0)
    session, watch = opened(qtbot, world)
    session.stage([session.record_id(row) for row in range(session.row_count)], P)
    hold = world.broker.hold(Step.VERIFY)
    session.commit()
    qtbot.waitUntil(hold.reached.is_set)

    session.stop_commit()
    hold.release()
    qtbot.waitUntil(lambda: bool(watch.results))

    result = watch.results[0]
    assert result.partly
    assert (MAX_RECORDS, 1_000) == (len(result.purged), len(result.not_sent))
    assert 1_000 == session.book.total


def test_many_sessions_open_and_close_at_once(qtbot: QtBot, world: PracticeWorld) -> None:
    world.fill_with_shop()
    sessions = [world.session() for _ in range(6)]
    ends: list[Callable[[], bool]] = []
    for session in sessions:
        watch = Watch(session)
        ends.append(lambda watch=watch: watch.closed)  # type: ignore[misc]
        session.start()
    for session in sessions[::2]:
        session.close()
    for session in sessions[1::2]:
        wait_for(qtbot, session, SessionPhase.READY)
        session.close()

    qtbot.waitUntil(lambda: all(end() for end in ends))

    assert () == open_sessions()
