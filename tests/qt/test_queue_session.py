"""Reading, deciding and committing through an open session, its threads included."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kmp_desktop.core.decision import Change, Decision
from kmp_desktop.core.errors import ErrorCode
from kmp_desktop.core.outcome import NotCommittedReason, Outcome, Step
from kmp_desktop.core.queue_state import TakeOver
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.core.view import Query, RecordsArrived
from kmp_desktop.practice.broker import READING, AtCommit
from kmp_desktop.qt.queue_session import Pace, QueueSession, open_sessions
from tests.qt.practice_world import (
    NEVER_BY_ITSELF,
    PracticeWorld,
    Watch,
    closed,
    committed,
    opened,
    rows_of_everything,
    wait_for,
)

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


# Reading


def test_ready_means_that_every_row_is_known(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_shop()

    session, watch = opened(qtbot, world)

    assert set(ids) == {session.record_id(row) for row in range(session.row_count)}
    assert list(range(60)) == [session.row_of(session.record_id(row)) for row in range(60)]
    assert session.state.summary is not None
    assert 60 == session.state.summary.undecided
    assert [SessionPhase.READING, SessionPhase.READY] == watch.phases()


def test_a_decision_about_all_records_is_one_step_and_told_once(qtbot: QtBot, world: PracticeWorld) -> None:
    world.fill_with_shop()
    session, _ = opened(qtbot, world)
    everything = session.record_ids(range(session.row_count))
    told: list[Change] = []
    session.decisions_changed.connect(told.append)

    report = session.stage(everything, M)

    assert [everything] == [change.ids for change in told]
    assert ((), 60) == (report.left, report.changed)
    assert (60, 0) == (session.book.total, len(session.book.stage(everything, M)))
    session.undo()
    assert 0 == session.book.total


def test_the_engine_answers_what_was_asked_before_it_was_there(qtbot: QtBot, world: PracticeWorld) -> None:
    world.fill_with_walkthrough()
    session = world.session()
    watch = Watch(session)
    session.ask(Query())

    session.start()

    qtbot.waitUntil(lambda: rows_of_everything(watch.replies) is not None)


def test_stopped_reading_keeps_what_was_read_and_can_go_on(qtbot: QtBot, world: PracticeWorld) -> None:
    world.batch = 10
    world.fill_with_shop()
    hold = world.broker.hold(READING)
    session = world.session()
    session.start()
    qtbot.waitUntil(hold.reached.is_set)

    session.stop_reading()
    wait_for(qtbot, session, SessionPhase.READY)

    assert session.state.summary is not None
    assert not session.state.summary.complete
    assert 10 == session.row_count

    session.continue_reading()
    qtbot.waitUntil(lambda: session.row_count == 60)
    wait_for(qtbot, session, SessionPhase.READY)

    assert session.state.summary.complete


def test_new_records_are_counted_and_appended(qtbot: QtBot, world: PracticeWorld) -> None:
    world.fill_with_walkthrough()
    session, _watch = opened(qtbot, world, Pace(look_every_s=0.05))
    new = world.broker.write(b"ORD004", b"{}")
    qtbot.waitUntil(lambda: session.state.new_records == 1)

    session.read_again()
    qtbot.waitUntil(lambda: session.row_count == 4)
    wait_for(qtbot, session, SessionPhase.READY)

    assert 3 == session.row_of(new)
    assert 0 == session.state.new_records


def test_a_server_that_does_not_answer_is_told_and_can_be_tried_again(
    qtbot: QtBot, world: PracticeWorld
) -> None:
    world.fill_with_walkthrough()
    world.broker.reachable = False
    session = world.session()
    session.start()
    wait_for(qtbot, session, SessionPhase.FAILED)
    assert session.state.error is not None
    assert ErrorCode.NO_CONNECTION == session.state.error.code

    world.broker.reachable = True
    session.try_now()
    wait_for(qtbot, session, SessionPhase.READY)

    state = session.state
    assert state.error is None
    assert 3 == session.row_count


def test_going_offline_lets_people_decide_and_comes_back_by_itself(
    qtbot: QtBot, world: PracticeWorld
) -> None:
    ids = world.fill_with_walkthrough()
    session, watch = opened(qtbot, world, Pace(retry_after_s=(0.05,), look_every_s=0.05))
    world.broker.reachable = False
    qtbot.waitUntil(lambda: session.state.offline_since > 0)

    assert 1 == session.stage([ids[0]], M).changed
    assert session.state.next_attempt_at > 0

    world.broker.reachable = True
    qtbot.waitUntil(lambda: session.state.offline_since == 0)

    assert SessionPhase.FAILED not in watch.phases()


def test_a_foreign_position_may_be_looked_at_and_decided_after_taking_over(
    qtbot: QtBot, world: PracticeWorld
) -> None:
    ids = [world.broker.write(b"K%d" % number, b"{}", partition=0) for number in range(4)]
    world.broker.put_offset("kmp-orders", 0, 2)
    session, watch = opened(qtbot, world)
    assert session.state.summary is not None
    assert {0: 2} == session.state.summary.foreign_offsets
    assert tuple(ids) == session.stage(ids, M).left

    session.start(TakeOver.OFFSET)
    qtbot.waitUntil(lambda: session.state.summary is not None and session.state.summary.may_decide)
    wait_for(qtbot, session, SessionPhase.READY)

    assert {session.row_of(ids[0]), session.row_of(ids[1])} == watch.removed()
    assert tuple(ids[:2]) == session.stage(ids, M).left
    assert {ids[2]: M, ids[3]: M} == dict(session.book.staged)


def test_a_queue_set_up_anew_begins_at_row_0_without_decisions(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    session, watch = opened(qtbot, world)
    session.stage(ids, P)
    world.broker.set_up_anew()
    other = world.broker.write(b"OTHER", b"{}", partition=0)

    session.read_again()
    qtbot.waitUntil(lambda: watch.restarts == 1 and session.row_count == 1)
    wait_for(qtbot, session, SessionPhase.READY)

    assert other == session.record_id(0)
    assert {} == dict(session.book.staged)


# Deciding


def test_every_change_reaches_the_book_and_the_draft(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    session, _watch = opened(qtbot, world)
    session.stage(ids, M)
    session.stage([ids[1]], P)
    session.undo()
    session.redo()
    session.stage([ids[2]], None)
    closed(qtbot, session)

    again, _watch = opened(qtbot, world)

    assert {ids[0]: M, ids[1]: P} == dict(again.book.staged)
    assert again.state.restored is not None
    assert (2, 0) == (again.state.restored.applied, again.state.restored.put_aside)


def test_decisions_made_while_reading_are_kept_even_if_closed_before_the_end(
    qtbot: QtBot, world: PracticeWorld
) -> None:
    world.batch = 10
    world.fill_with_shop()
    hold = world.broker.hold(READING)
    session = world.session()
    session.start()
    qtbot.waitUntil(lambda: hold.reached.is_set() and session.row_count == 10)
    first = session.record_id(0)
    assert 1 == session.stage([first], P).changed
    closed(qtbot, session)

    again, _watch = opened(qtbot, world)

    assert {first: P} == dict(again.book.staged)


def test_a_decision_made_while_reading_wins_over_the_draft(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    session, _watch = opened(qtbot, world)
    session.stage(ids, P)
    closed(qtbot, session)
    hold = world.broker.hold(READING)
    again = world.session()
    again.start()
    qtbot.waitUntil(lambda: hold.reached.is_set() and again.row_count > 0)
    seen = again.record_id(0)

    again.stage([seen], M)
    hold.release()
    wait_for(qtbot, again, SessionPhase.READY)

    expected = dict.fromkeys(ids, P) | {seen: M}
    assert expected == dict(again.book.staged)


def test_a_draft_about_records_decided_meanwhile_is_put_aside(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    session, _watch = opened(qtbot, world)
    session.stage(ids, M)
    closed(qtbot, session)
    world.decided_by_somebody_else({ids[0]: P})

    again, _watch = opened(qtbot, world)

    assert {ids[1]: M, ids[2]: M} == dict(again.book.staged)
    assert again.state.restored is not None
    assert (2, 1) == (again.state.restored.applied, again.state.restored.put_aside)


def test_what_others_decided_is_seen_when_reading_again(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    session, _watch = opened(qtbot, world)
    session.stage(ids, M)
    world.decided_by_somebody_else({ids[1]: P})

    session.read_again()
    qtbot.waitUntil(lambda: session.decided_elsewhere == {ids[1]})
    wait_for(qtbot, session, SessionPhase.READY)

    assert {ids[0]: M, ids[2]: M} == dict(session.book.staged)
    assert not session.may_decide(ids[1])


# Committing


def test_the_whole_way_leaves_the_broker_as_decided(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    session, watch = opened(qtbot, world)
    session.stage([ids[0], ids[2]], M)
    session.stage([ids[1]], P)

    committed(qtbot, session)

    assert [Outcome.COMMITTED] == [result.outcome for result in watch.results]
    assert watch.results[0] is session.last_result
    assert [b"ORD001", b"ORD003"] == sorted(record.key or b"" for record in world.broker.retried())
    assert 3 == len(world.broker.tombstones())
    assert {} == dict(session.book.staged)
    qtbot.waitUntil(lambda: watch.removed() == {0, 1, 2})
    assert list(Step) == [progress.step for progress in watch.progress]
    closed(qtbot, session)

    again, _watch = opened(qtbot, world)
    assert 0 == again.row_count
    assert again.state.restored is None


def test_a_skipped_record_stays_and_is_undecided_again(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    session, _watch = opened(qtbot, world)
    session.stage(ids[:2], P)
    session.stage([ids[2]], S)

    committed(qtbot, session)

    assert {} == dict(session.book.staged)
    assert session.may_decide(ids[2])
    assert [ids[2]] == [record.id for record in world.left_on_the_broker()]


def test_own_commits_are_neither_new_records_nor_decided_by_others(
    qtbot: QtBot, world: PracticeWorld
) -> None:
    ids = world.fill_with_walkthrough()
    session, watch = opened(qtbot, world)
    session.stage(ids[:2], P)
    committed(qtbot, session)

    session.read_again()
    wait_for(qtbot, session, SessionPhase.READING)
    wait_for(qtbot, session, SessionPhase.READY)

    assert frozenset() == session.decided_elsewhere
    assert [0] * len(watch.states) == [state.new_records for state in watch.states]


def test_a_conflict_names_the_records_and_keeps_the_rest(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    session, watch = opened(qtbot, world)
    session.stage(ids, M)
    world.decided_by_somebody_else({ids[1]: P}, person="desk-05")

    committed(qtbot, session)

    theirs = watch.results[0].conflicts
    assert [(ids[1], "purge", "desk-05")] == [(each.id, each.decision, each.by) for each in theirs]
    assert [] == world.broker.retried()
    assert {ids[1]} == session.decided_elsewhere

    session.take_out([ids[1]])
    committed(qtbot, session)

    assert Outcome.COMMITTED == watch.results[1].outcome
    assert 2 == len(world.broker.retried())


@pytest.mark.parametrize("seen_by", ["reading again", "a conflict"])
def test_rows_that_others_decided_stay_until_they_are_removed(
    qtbot: QtBot, world: PracticeWorld, seen_by: str
) -> None:
    ids = world.fill_with_walkthrough()
    session, watch = opened(qtbot, world)
    session.stage(ids[:2], M)
    world.decided_by_somebody_else({ids[1]: P})
    if seen_by == "a conflict":
        committed(qtbot, session)
    else:
        session.read_again()
        wait_for(qtbot, session, SessionPhase.READING)
        wait_for(qtbot, session, SessionPhase.READY)
    assert {ids[1]} == session.decided_elsewhere
    assert set() == watch.removed()

    session.remove_elsewhere()
    qtbot.waitUntil(lambda: watch.removed() == {session.row_of(ids[1])})

    assert frozenset() == session.decided_elsewhere
    assert not session.may_decide(ids[1])
    assert {ids[0]: M} == dict(session.book.staged)
    session.read_again()
    wait_for(qtbot, session, SessionPhase.READING)
    wait_for(qtbot, session, SessionPhase.READY)
    assert frozenset() == session.decided_elsewhere


def test_what_the_server_refuses_stays_staged(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    session, watch = opened(qtbot, world)
    session.stage(ids, P)
    world.broker.at_next_commit(AtCommit.REFUSE)

    committed(qtbot, session)

    assert Outcome.NOT_COMMITTED == watch.results[0].outcome
    assert SessionPhase.READY == session.state.phase
    assert dict.fromkeys(ids, P) == dict(session.book.staged)


def test_a_commit_without_connection_says_offline(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    session, watch = opened(qtbot, world)
    session.stage(ids, P)
    world.broker.at_next_commit(AtCommit.NO_CONNECTION)

    committed(qtbot, session)

    assert NotCommittedReason.NO_CONNECTION == watch.results[0].chunks[0].reason
    assert session.state.offline_since > 0


def test_stopped_before_it_is_final_changes_nothing(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    session, watch = opened(qtbot, world)
    session.stage(ids, M)
    hold = world.broker.hold(Step.COPIES)
    session.commit()
    qtbot.waitUntil(hold.reached.is_set)
    assert SessionPhase.COMMITTING == session.state.phase
    assert 0 == session.stage(ids, P).changed

    session.stop_commit()
    qtbot.waitUntil(lambda: bool(watch.results))

    assert NotCommittedReason.STOPPED == watch.results[0].chunks[0].reason
    assert [] == world.broker.retried()
    assert dict.fromkeys(ids, M) == dict(session.book.staged)


# Unknown outcome


def staged_and_unknown(
    qtbot: QtBot, world: PracticeWorld, happening: AtCommit, pace: Pace = NEVER_BY_ITSELF
) -> tuple[QueueSession, Watch, list[RecordId]]:
    ids = world.fill_with_walkthrough()
    session, watch = opened(qtbot, world, pace)
    session.stage(ids, M)
    world.broker.at_next_commit(happening)
    committed(qtbot, session)
    assert Outcome.UNKNOWN == watch.results[0].outcome
    assert SessionPhase.LOCKED == session.state.phase
    return session, watch, ids


def test_locked_until_the_server_says_committed(qtbot: QtBot, world: PracticeWorld) -> None:
    world.broker.unanswered = 1
    session, _watch, ids = staged_and_unknown(qtbot, world, AtCommit.UNKNOWN_THEN_COMMITTED)
    assert 0 == session.stage(ids, P).changed
    assert session.undo() is None
    assert dict.fromkeys(ids, M) == dict(session.book.staged)

    session.try_now()
    qtbot.waitUntil(lambda: session.state.resolution is not None)
    assert SessionPhase.LOCKED == session.state.phase

    session.try_now()
    wait_for(qtbot, session, SessionPhase.READY)

    assert session.state.resolution is not None
    assert Outcome.COMMITTED == session.state.resolution.outcome
    assert {} == dict(session.book.staged)
    assert frozenset() == session.decided_elsewhere
    assert 3 == len(world.broker.retried())


def test_not_committed_after_all_keeps_the_decisions(qtbot: QtBot, world: PracticeWorld) -> None:
    session, _watch, ids = staged_and_unknown(qtbot, world, AtCommit.UNKNOWN_THEN_NOT)

    session.try_now()
    wait_for(qtbot, session, SessionPhase.READY)

    assert session.state.resolution is not None
    assert Outcome.NOT_COMMITTED == session.state.resolution.outcome
    assert dict.fromkeys(ids, M) == dict(session.book.staged)
    committed(qtbot, session)
    assert 3 == len(world.broker.retried())


def test_it_is_asked_again_by_itself(qtbot: QtBot, world: PracticeWorld) -> None:
    world.broker.unanswered = 2
    session, _watch, _ids = staged_and_unknown(
        qtbot, world, AtCommit.UNKNOWN_THEN_COMMITTED, Pace(retry_after_s=(0.05,), look_every_s=3600)
    )

    wait_for(qtbot, session, SessionPhase.READY)

    assert 3 == len(world.broker.retried())


@pytest.mark.parametrize(
    ("happening", "kept"), [(AtCommit.UNKNOWN_THEN_COMMITTED, 0), (AtCommit.UNKNOWN_THEN_NOT, 3)]
)
def test_the_next_start_settles_it_first(
    qtbot: QtBot, world: PracticeWorld, happening: AtCommit, kept: int
) -> None:
    session, _watch, ids = staged_and_unknown(qtbot, world, happening)
    closed(qtbot, session)
    world.broker.unanswered = 1
    again = world.session()
    again.start()
    wait_for(qtbot, again, SessionPhase.LOCKED)

    again.try_now()
    wait_for(qtbot, again, SessionPhase.READY)

    assert dict.fromkeys(ids[:kept], M) == dict(again.book.staged)
    assert kept == again.row_count
    aside = again.state.restored.put_aside if again.state.restored else 0
    assert 0 == aside, "our own commit is not somebody else's"


@pytest.mark.parametrize(
    ("happening", "outcome", "kept"),
    [
        (AtCommit.UNKNOWN_THEN_COMMITTED, Outcome.COMMITTED, 0),
        (AtCommit.UNKNOWN_THEN_NOT, Outcome.NOT_COMMITTED, 3),
    ],
)
def test_what_another_window_found_out_about_our_commit_is_told_as_ours(
    qtbot: QtBot, world: PracticeWorld, happening: AtCommit, outcome: Outcome, kept: int
) -> None:
    session, _watch, ids = staged_and_unknown(qtbot, world, happening)
    _second, _ = opened(qtbot, world)  # settles it, and forgets the journal entry of this computer

    session.try_now()
    wait_for(qtbot, session, SessionPhase.READY)

    told = session.state.resolution
    assert told is not None
    assert (outcome, 3, 0) == (told.outcome, told.merged, told.purged)
    assert frozenset() == session.decided_elsewhere
    assert dict.fromkeys(ids[:kept], M) == dict(session.book.staged)


def test_a_commit_of_an_earlier_start_that_another_window_settled_is_told_as_ours(
    qtbot: QtBot, world: PracticeWorld
) -> None:
    session, _watch, _ids = staged_and_unknown(qtbot, world, AtCommit.UNKNOWN_THEN_COMMITTED)
    closed(qtbot, session)
    world.broker.unanswered = 1
    again = world.session()
    again.start()
    wait_for(qtbot, again, SessionPhase.LOCKED)
    _second, _ = opened(qtbot, world)

    again.try_now()
    wait_for(qtbot, again, SessionPhase.READY)

    assert again.state.resolution is not None
    assert Outcome.COMMITTED == again.state.resolution.outcome
    assert again.state.restored is None, "our own commit is not somebody else's"


def test_nothing_is_told_of_our_commit_where_the_queue_was_set_up_anew(
    qtbot: QtBot, world: PracticeWorld
) -> None:
    session, _watch, _ids = staged_and_unknown(qtbot, world, AtCommit.UNKNOWN_THEN_COMMITTED)
    _second, _ = opened(qtbot, world)
    world.broker.set_up_anew()
    world.fill_with_walkthrough()  # at the same places as those that were committed

    session.try_now()
    wait_for(qtbot, session, SessionPhase.READY)

    assert session.state.resolution is None


def test_what_somebody_else_decided_after_ours_fell_away_is_theirs(
    qtbot: QtBot, world: PracticeWorld
) -> None:
    session, _watch, ids = staged_and_unknown(qtbot, world, AtCommit.UNKNOWN_THEN_NOT)
    _second, _ = opened(qtbot, world)
    world.decided_by_somebody_else(dict.fromkeys(ids, P))

    session.try_now()
    wait_for(qtbot, session, SessionPhase.READY)

    assert session.state.resolution is None
    assert frozenset(ids) == session.decided_elsewhere


# Closing


def test_a_session_that_never_started_says_closed(qtbot: QtBot, world: PracticeWorld) -> None:
    session = world.session()

    closed(qtbot, session)

    assert SessionPhase.CLOSED == session.state.phase


def test_closing_at_once_ends_all_threads(qtbot: QtBot, world: PracticeWorld) -> None:
    world.fill_with_walkthrough()
    session = world.session()
    session.start()

    closed(qtbot, session)

    assert () == open_sessions()


def test_closing_while_reading_ends_the_reading(qtbot: QtBot, world: PracticeWorld) -> None:
    world.fill_with_shop()
    hold = world.broker.hold(READING)
    session = world.session()
    session.start()
    qtbot.waitUntil(hold.reached.is_set)

    closed(qtbot, session)

    assert () == open_sessions()


def test_closing_during_a_commit_waits_for_its_end(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    session, watch = opened(qtbot, world)
    session.stage(ids, M)
    hold = world.broker.hold(Step.COPIES)
    session.commit()
    qtbot.waitUntil(hold.reached.is_set)

    session.close()
    assert not watch.closed
    hold.release()
    qtbot.waitUntil(lambda: watch.closed)

    assert 3 == len(world.broker.retried())
    assert Outcome.COMMITTED == watch.results[0].outcome
    again, _watch = opened(qtbot, world)
    assert {} == dict(again.book.staged)


def test_closing_while_locked_and_while_failed(qtbot: QtBot, world: PracticeWorld) -> None:
    ids = world.fill_with_walkthrough()
    session, _watch = opened(qtbot, world)
    session.stage(ids, M)
    world.broker.at_next_commit(AtCommit.UNKNOWN_THEN_NOT)
    committed(qtbot, session)
    closed(qtbot, session)
    world.broker.reachable = False
    failed = world.session()
    failed.start()
    wait_for(qtbot, failed, SessionPhase.LOCKED)

    closed(qtbot, failed)

    assert () == open_sessions()


def test_pushes_are_joined(qtbot: QtBot, world: PracticeWorld) -> None:
    """Sixty batches of one record must not become sixty pushes."""
    world.batch = 1
    world.fill_with_shop()

    session, watch = opened(qtbot, world)

    arrived = [reply for reply in watch.replies if isinstance(reply, RecordsArrived)]
    assert 60 == session.row_count == sum(len(reply.offsets) for reply in arrived)
    assert len(arrived) < 30
