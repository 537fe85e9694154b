"""Applying a plan: what can be committed is committed, everything else is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kmp_desktop.app.apply import Applied
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.outcome import NotCommittedReason, Outcome, Step
from kmp_desktop.core.queue_state import CleanupPolicy, TakeOver
from kmp_desktop.core.record import RecordId
from kmp_desktop.practice.broker import AtCommit, PracticeBroker, UnfinishedWork
from tests.unit.app.desk import GROUP, Desk, filled

MERGE, PURGE, SKIP = Decision.MERGE, Decision.PURGE, Decision.SKIP


def _keys(broker: PracticeBroker) -> list[bytes | None]:
    return [each.key for each in broker.retried()]


def _ends(applied: Applied) -> tuple[Outcome, Outcome, bool]:
    return applied.outcome, applied.ended, applied.partly


DONE = (Outcome.COMMITTED, Outcome.COMMITTED, False)


def test_a_plan_is_committed() -> None:
    broker, ids = filled(4)
    desk = Desk(broker)
    applied = desk.apply({ids[0]: MERGE, ids[1]: PURGE, ids[2]: SKIP})
    assert DONE == _ends(applied)
    assert ((ids[0],), (ids[1],), 1, tuple(ids[:2])) == (
        applied.merged,
        applied.purged,
        applied.skipped,
        applied.decided,
    )
    assert ([b"ORD0"], 1) == (_keys(broker), len(desk.following.chunks))


def test_the_same_plan_again_writes_nothing() -> None:
    broker, ids = filled(4)
    decisions = {ids[0]: MERGE, ids[1]: PURGE, ids[2]: SKIP}
    Desk(broker).apply(decisions)
    desk = Desk(broker)
    applied = desk.apply(decisions)
    assert DONE == _ends(applied)
    assert ((), (), 1, tuple(ids[:2])) == (applied.merged, applied.purged, applied.skipped, applied.decided)
    assert ([b"ORD0"], []) == (_keys(broker), desk.following.chunks)


def test_records_that_are_gone_are_named() -> None:
    broker = PracticeBroker(partitions=1, policy=CleanupPolicy.DELETE)
    ids = [broker.write(b"k%d" % each, b"{}") for each in range(4)]
    log = broker.queue.partitions[0]
    log.records, log.low = log.records[2:], 2
    applied = Desk(broker).apply({ids[0]: MERGE, ids[1]: SKIP, ids[2]: MERGE})
    assert DONE == _ends(applied)
    assert (tuple(ids[:2]), (ids[2],), (ids[2],)) == (applied.gone, applied.merged, applied.decided)


def test_what_the_ledger_knows_to_be_decided_is_not_gone_when_it_was_removed() -> None:
    broker, ids = filled(4)
    Desk(broker).apply({ids[0]: MERGE, ids[2]: PURGE})
    broker.compact()
    applied = Desk(broker).apply(dict.fromkeys(ids, MERGE))
    assert ((), tuple(ids), (ids[1], ids[3])) == (applied.gone, applied.decided, applied.merged)


def test_compacted_records_are_gone() -> None:
    broker, ids = filled(2)
    newer = broker.write(b"ORD0", b"newer")
    broker.compact()
    applied = Desk(broker).apply({ids[0]: MERGE, ids[1]: MERGE, newer: MERGE})
    assert ((ids[0],), (ids[1], newer)) == (applied.gone, applied.merged)


def test_what_an_open_transaction_holds_back_is_refused() -> None:
    broker, ids = filled(3)
    broker.queue.partitions[0].held_from = 2
    applied = Desk(broker).apply(dict.fromkeys(ids, MERGE))
    assert DONE == _ends(applied)
    assert ([ids[2]], tuple(ids[:2])) == ([each.id for each in applied.refused], applied.merged)


@pytest.mark.parametrize("record", [RecordId(1, 0), RecordId(0, 3)])
def test_a_plan_with_records_that_cannot_be_there_writes_nothing(record: RecordId) -> None:
    broker, ids = filled(3)
    with pytest.raises(UserFacingError) as told:
        Desk(broker).apply({ids[0]: MERGE, record: MERGE})
    assert (ErrorCode.PLAN, {}) == (told.value.code, broker.offsets)


def test_what_others_decide_meanwhile_is_taken_out_and_the_rest_goes_on() -> None:
    broker, ids = filled(6)
    desk, other = Desk(broker), Desk(broker)
    desk.following.on_chunk = _once(lambda: other.apply({ids[3]: PURGE, ids[4]: MERGE}))
    applied = desk.apply(dict.fromkeys(ids, MERGE), max_records=2)
    assert (Outcome.CONFLICT, Outcome.COMMITTED, True) == _ends(applied)
    assert (tuple(ids[3:5]), tuple(ids)) == (applied.conflicts, applied.decided)
    assert (*ids[:3], ids[5]) == applied.merged
    assert [Outcome.COMMITTED, Outcome.CONFLICT, Outcome.COMMITTED] == [
        each.outcome for each in desk.following.chunks
    ]
    assert 6 - 1 == len(broker.retried())


@pytest.mark.parametrize("max_records", [1, 2, 3])
def test_two_desks_with_overlapping_plans_merge_nothing_twice(max_records: int) -> None:
    broker, ids = filled(12, partitions=2)
    one, other = Desk(broker), Desk(broker)
    results: list[Applied] = []
    one.following.at[2, Step.COPIES] = lambda: results.append(
        other.apply(dict.fromkeys(ids[::3], MERGE), max_records=max_records)
    )
    results.append(one.apply(dict.fromkeys(ids, MERGE), max_records=max_records))
    assert sorted({*ids}) == sorted(each for applied in results for each in applied.merged)
    assert 12 == len(set(_keys(broker))) == len(_keys(broker))
    assert [Outcome.COMMITTED] * 2 == [each.ended for each in results]


def test_a_lost_answer_is_looked_up_and_the_rest_goes_on() -> None:
    broker, ids = filled(4)
    broker.at_next_commit(AtCommit.UNKNOWN_THEN_COMMITTED)
    broker.unanswered = 3
    desk = Desk(broker)
    applied = desk.apply(dict.fromkeys(ids, MERGE), max_records=2)
    assert DONE == _ends(applied)
    assert (tuple(ids), 4, 3) == (applied.merged, len(broker.retried()), len(desk.following.waits))
    assert [(Outcome.COMMITTED, 2), (Outcome.COMMITTED, 2)] == [
        (each.outcome, len(each.merged)) for each in desk.following.chunks
    ]


def test_a_lost_answer_that_meant_no_is_tried_again() -> None:
    broker, ids = filled(4)
    broker.at_next_commit(AtCommit.UNKNOWN_THEN_NOT)
    applied = Desk(broker).apply({ids[0]: MERGE, ids[1]: PURGE})
    assert DONE == _ends(applied)
    assert ((ids[0],), (ids[1],), 1) == (applied.merged, applied.purged, len(broker.retried()))


def test_an_outcome_that_stays_unknown_is_told_after_a_while() -> None:
    broker, ids = filled(4)
    broker.at_next_commit(AtCommit.SUCCEED, AtCommit.UNKNOWN_THEN_COMMITTED)
    broker.unanswered = 1_000
    desk = Desk(broker)
    applied = desk.apply(dict.fromkeys(ids, MERGE), max_records=2)
    assert (Outcome.UNKNOWN, Outcome.UNKNOWN, True) == _ends(applied)
    assert (tuple(ids[:2]), tuple(ids[:2])) == (applied.merged, applied.decided)
    assert Outcome.UNKNOWN == desk.following.chunks[-1].outcome
    broker.unanswered = 0
    again = Desk(broker, desk.computer).apply(dict.fromkeys(ids, MERGE))
    assert (DONE, tuple(ids), 4) == (_ends(again), again.decided, len(broker.retried()))


def test_a_connection_that_breaks_while_the_outcome_is_unknown_leaves_it_unknown() -> None:
    broker, ids = filled(2)
    broker.at_next_commit(AtCommit.UNKNOWN_THEN_COMMITTED)
    desk = Desk(broker)
    desk.following.at[1, Step.COMMIT] = lambda: setattr(broker, "reachable", False)
    applied = desk.apply(dict.fromkeys(ids, MERGE))
    assert (Outcome.UNKNOWN, Outcome.UNKNOWN, False) == _ends(applied)
    broker.reachable = True
    assert [] == Desk(broker, desk.computer).undecided()


def test_an_unknown_outcome_of_an_earlier_run_is_waited_for_before_anything_is_done() -> None:
    broker, ids = filled(2)
    broker.at_next_commit(AtCommit.UNKNOWN_THEN_COMMITTED)
    broker.unanswered = 1_000
    desk = Desk(broker)
    desk.commit(desk.loaded(), {ids[0]: MERGE})
    again = desk.apply({ids[0]: MERGE, ids[1]: MERGE})
    assert (Outcome.UNKNOWN, (), ()) == (again.outcome, again.merged, again.decided)
    assert [b"ORD0"] == _keys(broker)


def test_a_broker_that_cannot_be_reached_is_told_at_once() -> None:
    broker, ids = filled(2)
    broker.reachable = False
    with pytest.raises(UserFacingError) as told:
        Desk(broker).apply({ids[0]: MERGE})
    assert ErrorCode.NO_CONNECTION == told.value.code


def test_a_connection_that_breaks_between_chunks_keeps_what_is_done() -> None:
    broker, ids = filled(4)
    desk = Desk(broker)
    desk.following.on_chunk = _once(lambda: setattr(broker, "reachable", False))
    applied = desk.apply(dict.fromkeys(ids, MERGE), max_records=2)
    assert (Outcome.NOT_COMMITTED, Outcome.NOT_COMMITTED, True) == _ends(applied)
    assert (tuple(ids[:2]), tuple(ids[:2])) == (applied.merged, applied.decided)


def test_a_connection_that_breaks_when_reading_again_keeps_what_is_known() -> None:
    broker, ids = filled(4)
    desk, other = Desk(broker), Desk(broker)

    def first_conflict_then_silence() -> None:
        if Outcome.CONFLICT == desk.following.chunks[-1].outcome:
            broker.reachable = False
        elif broker.reachable:
            other.apply({ids[2]: PURGE})

    desk.following.on_chunk = first_conflict_then_silence
    applied = desk.apply(dict.fromkeys(ids, MERGE), max_records=2)
    assert (Outcome.CONFLICT, Outcome.NOT_COMMITTED, True) == _ends(applied)
    assert applied.error is not None
    assert (ErrorCode.NO_CONNECTION, tuple(ids[:3])) == (applied.error.code, applied.decided)


def test_a_refusal_ends_it() -> None:
    broker, ids = filled(4)
    broker.at_next_commit(AtCommit.REFUSE)
    applied = Desk(broker).apply(dict.fromkeys(ids, MERGE))
    assert (Outcome.NOT_COMMITTED, Outcome.NOT_COMMITTED, False) == _ends(applied)
    assert applied.failure is not None
    assert (NotCommittedReason.REFUSED, []) == (applied.failure.reason, broker.retried())


def test_stopping_keeps_what_is_done() -> None:
    broker, ids = filled(4)
    desk = Desk(broker)
    desk.following.on_chunk = lambda: setattr(desk.following, "stop", True)
    applied = desk.apply(dict.fromkeys(ids, MERGE), max_records=2)
    assert (Outcome.NOT_COMMITTED, Outcome.NOT_COMMITTED, True) == _ends(applied)
    assert applied.failure is not None
    assert (NotCommittedReason.STOPPED, tuple(ids[:2])) == (applied.failure.reason, applied.merged)


def test_stopping_while_reading_writes_nothing() -> None:
    broker, ids = filled(4)
    desk = Desk(broker)
    desk.following.stop = True
    applied = desk.apply(dict.fromkeys(ids, MERGE))
    assert (Outcome.NOT_COMMITTED, Outcome.NOT_COMMITTED, False) == _ends(applied)
    assert {} == broker.offsets


def test_stopping_while_an_outcome_is_looked_up_leaves_it_unknown() -> None:
    broker, ids = filled(2)
    broker.at_next_commit(AtCommit.UNKNOWN_THEN_COMMITTED)
    broker.unanswered = 1_000
    desk = Desk(broker)
    desk.following.on_wait = lambda: setattr(desk.following, "stop", True)
    applied = desk.apply(dict.fromkeys(ids, MERGE))
    assert (Outcome.UNKNOWN, 1) == (applied.outcome, len(desk.following.waits))


def test_an_outcome_that_another_program_of_this_computer_looked_up_is_told_as_ours() -> None:
    broker, ids = filled(3)
    broker.at_next_commit(AtCommit.UNKNOWN_THEN_COMMITTED)
    broker.unanswered = 1
    desk = Desk(broker)
    desk.following.on_wait = Desk(broker, desk.computer).loaded
    applied = desk.apply({ids[0]: MERGE, ids[1]: PURGE})
    assert (DONE, (ids[0],), (ids[1],), ()) == (
        _ends(applied),
        applied.merged,
        applied.purged,
        applied.conflicts,
    )


def test_another_window_that_is_committing_is_waited_for() -> None:
    broker, ids = filled(2)
    desk = Desk(broker)
    other = desk.computer.lock()
    other.take(broker.cluster_id, broker.queue.name)
    desk.following.on_wait = other.release
    applied = desk.apply(dict.fromkeys(ids, MERGE))
    assert (DONE, tuple(ids), 1) == (_ends(applied), applied.merged, len(desk.following.waits))


def test_another_window_that_never_ends_is_told_after_a_while() -> None:
    broker, ids = filled(2)
    desk = Desk(broker)
    other = desk.computer.lock()
    other.take(broker.cluster_id, broker.queue.name)
    applied = desk.apply(dict.fromkeys(ids, MERGE))
    assert (Outcome.NOT_COMMITTED, Outcome.NOT_COMMITTED, False) == _ends(applied)
    assert applied.failure is not None
    assert NotCommittedReason.OTHER_WINDOW == applied.failure.reason
    assert desk.clock.now >= 1_795_500_000_000 + 90_000


def test_an_application_in_the_group_is_not_waited_for() -> None:
    broker, ids = filled(2)
    broker.group_active = True
    desk = Desk(broker)
    applied = desk.apply(dict.fromkeys(ids, MERGE))
    assert applied.failure is not None
    assert (NotCommittedReason.GROUP_ACTIVE, []) == (applied.failure.reason, desk.following.waits)


@pytest.mark.parametrize(
    ("take_over", "merged", "decided"),
    [(TakeOver.OFFSET, [2, 3], [0, 1, 2, 3]), (TakeOver.START, [0, 1, 2, 3], [0, 1, 2, 3])],
)
def test_another_programs_offset_is_taken_over_as_said(
    take_over: TakeOver, merged: list[int], decided: list[int]
) -> None:
    broker, ids = filled(4)
    broker.put_offset(GROUP, 0, 2)
    asked = Desk(broker).apply(dict.fromkeys(ids, MERGE))
    assert asked.failure is not None
    assert (NotCommittedReason.TAKE_OVER, (), {0: 2}) == (
        asked.failure.reason,
        asked.merged,
        {partition: each.offset for partition, each in broker.offsets[GROUP].items()},
    )
    applied = Desk(broker).apply(dict.fromkeys(ids, MERGE), take_over=take_over)
    assert (tuple(ids[each] for each in merged), tuple(ids[each] for each in decided)) == (
        applied.merged,
        applied.decided,
    )


@pytest.mark.parametrize("decision", [MERGE, SKIP])
def test_what_was_taken_over_is_not_asked_about_again(decision: Decision) -> None:
    broker = PracticeBroker(partitions=2)
    ids = [broker.write(b"k%d" % each, b"{}", partition=each % 2) for each in range(4)]
    broker.put_offset(GROUP, 0, 1)
    broker.put_offset(GROUP, 1, 0)
    first = Desk(broker).apply({ids[2]: decision}, take_over=TakeOver.OFFSET)
    second = Desk(broker).apply({ids[1]: MERGE})
    assert (DONE, DONE, (ids[1],)) == (_ends(first), _ends(second), second.merged)


def test_below_the_log_start_an_offset_that_starts_anew_does_not_count_as_decided() -> None:
    broker = PracticeBroker(partitions=1, policy=CleanupPolicy.DELETE)
    ids = [broker.write(b"k%d" % each, b"{}") for each in range(4)]
    log = broker.queue.partitions[0]
    log.records, log.low = log.records[2:], 2
    broker.put_offset(GROUP, 0, 3)
    started = Desk(broker).apply({ids[0]: MERGE, ids[2]: MERGE}, take_over=TakeOver.START)
    assert ((ids[0],), (ids[2],)) == (started.gone, started.merged)


def test_when_only_tombstones_are_left_over_a_refusal_is_no_failure_of_the_plan() -> None:
    broker, ids = filled(1)
    desk = Desk(broker)
    loaded = desk.loaded()
    broker.write(b"ORD0", b"a stranger")
    desk.commit(loaded, {ids[0]: PURGE})
    broker.queue.partitions[0].records.pop()
    broker.at_next_commit(AtCommit.REFUSE)
    assert DONE == _ends(desk.apply({ids[0]: PURGE}))
    assert (DONE, 1) == (_ends(desk.apply({ids[0]: PURGE})), len(broker.tombstones()))


def _once(action: Callable[[], object]) -> Callable[[], None]:
    left = [action]

    def run() -> None:
        while left:
            left.pop()()

    return run


def test_what_somebody_else_decides_before_anything_was_tried_is_a_conflict_too() -> None:
    broker, ids = filled(4)
    desk, other = Desk(broker), Desk(broker)
    lock = desk.computer.lock()
    lock.take(broker.cluster_id, broker.queue.name)

    def decide_and_leave() -> None:
        other.apply({ids[0]: MERGE, ids[3]: PURGE})
        lock.release()

    desk.following.on_wait = decide_and_leave
    applied = desk.apply({ids[0]: PURGE, ids[1]: MERGE, ids[3]: SKIP})
    assert (Outcome.CONFLICT, Outcome.COMMITTED, True) == _ends(applied)
    assert ((ids[0],), (ids[1],), ()) == (applied.conflicts, applied.merged, applied.purged)
    assert (ids[0], ids[1], ids[3]) == applied.decided


def test_what_the_cluster_has_not_finished_is_ended_only_when_a_person_said_so() -> None:
    broker, ids = filled(2)
    broker.unfinished = UnfinishedWork.OURS
    desk = Desk(broker)

    asked = desk.apply(dict.fromkeys(ids, MERGE))
    desk.following.repair = True
    repaired = desk.apply(dict.fromkeys(ids, MERGE))

    assert (Outcome.NOT_COMMITTED, Outcome.NOT_COMMITTED, False) == _ends(asked)
    assert asked.failure is not None
    assert NotCommittedReason.CLUSTER_UNFINISHED == asked.failure.reason
    assert (DONE, tuple(ids)) == (_ends(repaired), repaired.merged)


def test_what_cannot_be_ended_from_here_is_tried_once_and_names_what_to_ask_for() -> None:
    broker, ids = filled(2)
    broker.unfinished = UnfinishedWork.NOT_OURS
    desk = Desk(broker)
    desk.following.repair = True

    applied = desk.apply(dict.fromkeys(ids, MERGE))

    assert Outcome.NOT_COMMITTED == applied.ended
    assert applied.failure is not None
    assert "orders.events.retry/0" in applied.failure.details
    assert 1 == len(desk.following.waits)
