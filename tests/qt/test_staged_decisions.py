"""What is staged stays true and is not lost, whatever other windows, interruptions and undo do to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.outcome import Outcome
from kmp_desktop.core.ports import Connector, DeadLetterSource, LoadObserver, QueueAdapters
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.core.queue_state import LoadedQueue, TakeOver
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.core.text import text
from kmp_desktop.practice.broker import READING, AtCommit
from kmp_desktop.qt.queue_session import open_sessions
from tests.qt.practice_world import PracticeWorld, closed, committed, opened, wait_for

M, P, S = Decision.MERGE, Decision.PURGE, Decision.SKIP


@pytest.fixture
def world(tmp_path: Path) -> PracticeWorld:
    return PracticeWorld(tmp_path)


@pytest.fixture(autouse=True)
def _every_session_ends(qtbot: QtBot) -> Iterator[None]:
    yield
    for session in open_sessions():
        session.close()
    qtbot.waitUntil(lambda: not open_sessions())


def test_a_commit_leaves_the_saved_decisions_of_a_second_window(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    first, _ = opened(qtbot, world)
    second, _ = opened(qtbot, world)
    second.stage([ids[2]], P)
    qtbot.waitUntil(lambda: second.state.draft_saved_at > 0)

    first.stage([ids[0]], M)
    committed(qtbot, first)
    closed(qtbot, first)
    closed(qtbot, second)

    again, _ = opened(qtbot, world)
    assert {ids[2]: P} == dict(again.book.staged)


def test_a_draft_that_is_over_brings_nothing_back(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    session, _ = opened(qtbot, world)
    session.stage(ids[:2], M)
    session.stage([ids[2]], S)
    committed(qtbot, session)
    closed(qtbot, session)

    again, _ = opened(qtbot, world)
    assert {} == dict(again.book.staged)
    assert again.state.restored is None


@pytest.mark.parametrize("step", ["undo", "redo"])
def test_no_step_brings_back_what_others_decided(qtbot: QtBot, world: PracticeWorld, step: str) -> None:
    ids = world.fill_with_walkthrough()
    session, _ = opened(qtbot, world)
    session.stage([ids[0]], M)
    if step == "redo":
        session.undo()
    else:
        session.stage([ids[0]], None)
    world.decided_by_somebody_else({ids[0]: P})
    session.read_again()
    wait_for(qtbot, session, SessionPhase.READY)

    session.undo() if step == "undo" else session.redo()

    assert {} == dict(session.book.staged)


def test_a_read_that_was_stopped_neither_loses_nor_sends_what_it_did_not_reach(
    qtbot: QtBot, world: PracticeWorld
) -> None:
    world.batch = 10
    ids = world.fill_with_shop()
    session, _ = opened(qtbot, world)
    session.stage([ids[-1]], M)
    hold = world.broker.hold(READING)
    session.read_again()
    qtbot.waitUntil(hold.reached.is_set)
    session.stop_reading()
    wait_for(qtbot, session, SessionPhase.READY)
    assert session.state.summary is not None
    assert not session.state.summary.complete

    committed(qtbot, session)

    assert session.last_result is not None
    assert () == session.last_result.gone
    assert (ids[-1],) == session.last_result.not_sent
    assert {ids[-1]: M} == dict(session.book.staged)
    session.stage([session.record_id(0)], M)
    committed(qtbot, session)
    closed(qtbot, session)
    again, _ = opened(qtbot, world)
    assert {ids[-1]: M} == dict(again.book.staged)


def test_taking_over_still_holds_when_the_queue_is_read_again(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    world.broker.put_offset("kmp-orders", ids[0].partition, ids[0].offset)
    session, _ = opened(qtbot, world)
    session.start(TakeOver.START)
    qtbot.waitUntil(lambda: session.state.summary is not None and session.state.summary.may_decide)
    wait_for(qtbot, session, SessionPhase.READY)
    session.stage(ids, M)

    session.read_again()
    wait_for(qtbot, session, SessionPhase.READY)

    assert session.state.summary is not None
    assert session.state.summary.may_decide
    committed(qtbot, session)
    assert 3 == len(world.broker.retried())


def test_what_became_of_a_commit_is_told_although_reading_breaks_off_after_it_was_found_out(
    qtbot: QtBot, world: PracticeWorld
) -> None:
    ids = world.fill_with_walkthrough()
    session, _ = opened(qtbot, world)
    session.stage(ids, M)
    world.broker.at_next_commit(AtCommit.UNKNOWN_THEN_COMMITTED)
    committed(qtbot, session)
    closed(qtbot, session)

    services = world.services()
    again = world.session(services=replace(services, connector=_BreaksOffOnce(services.connector)))
    again.start()
    wait_for(qtbot, again, SessionPhase.FAILED)
    again.start()
    wait_for(qtbot, again, SessionPhase.READY)

    assert again.state.resolution is not None
    assert Outcome.COMMITTED == again.state.resolution.outcome
    assert again.state.restored is None, "our own commit is not somebody else's"


class _BreaksOffOnce:
    """A connector whose first load breaks off."""

    def __init__(self, inner: Connector) -> None:
        self._inner = inner
        self._broke_off = False

    def __call__(self, profile: ConnectionProfile, queue: Queue, secrets: Secrets) -> QueueAdapters:
        """The adapters, changed."""
        adapters = self._inner(profile, queue, secrets)
        return replace(adapters, source=lambda: self._changed(adapters.source()))

    def _changed(self, source: DeadLetterSource) -> DeadLetterSource:
        load = source.load

        def break_off(observer: LoadObserver, take_over: TakeOver | None = None) -> LoadedQueue:
            if not self._broke_off:
                self._broke_off = True
                raise UserFacingError(
                    ErrorCode.READ_BROKE_OFF, text("Broke off."), text("Nothing."), text("Again.")
                )
            return load(observer, take_over)

        source.load = break_off  # type: ignore[method-assign]
        return source
