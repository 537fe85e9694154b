"""Committing what is staged, part by part, up to the first part that is not committed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import (
    ChunkResult,
    CommitProgress,
    NotCommittedReason,
    Outcome,
    Refused,
    Step,
)
from kmp_desktop.core.ports import CommitObserver
from kmp_desktop.core.profile import Queue
from kmp_desktop.core.queue_state import Finding, FindingCode, LoadedQueue, Plan, Severity, TakeOver
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import text
from kmp_desktop.practice.broker import AtCommit, PracticeBroker
from kmp_desktop.practice.sink import PracticeSink
from tests.unit.app.desk import GROUP, Desk, filled

MERGE, PURGE, SKIP = Decision.MERGE, Decision.PURGE, Decision.SKIP


class Picky(PracticeSink):
    """In front of a server that does not take some records, and tells one at a try."""

    unwanted: Collection[RecordId] = ()

    def commit_chunk(
        self, loaded: LoadedQueue, plan: Plan, observer: CommitObserver, part: int, parts: int
    ) -> ChunkResult:
        """Refuse the first that is not wanted."""
        unwanted = sorted(set(self.unwanted) & plan.keys())
        if not unwanted:
            return super().commit_chunk(loaded, plan, observer, part, parts)
        observer.step(CommitProgress(part, parts, Step.COPIES, 1, 1))
        refused = (Refused(unwanted[0], text("too odd")),)
        return ChunkResult(Outcome.NOT_COMMITTED, reason=NotCommittedReason.REFUSED, refused=refused)


def picky(broker: PracticeBroker, unwanted: Collection[RecordId]) -> Desk:
    """A desktop in front of such a server."""
    desk = Desk(broker)
    queue = Queue("q", "Orders", broker.queue.name, broker.retry.name, GROUP)
    sink = Picky(broker, desk.computer, queue, "desk", desk.clock)
    sink.unwanted = unwanted
    desk.sink = sink
    return desk


def test_all_decisions_are_committed_and_a_skip_leaves_its_record() -> None:
    broker, ids = filled(4)
    desk = Desk(broker)
    result = desk.commit(desk.loaded(), {ids[0]: MERGE, ids[1]: PURGE, ids[2]: SKIP})
    assert (Outcome.COMMITTED, (ids[0],), (ids[1],), 1, 1, False) == (
        result.outcome,
        result.merged,
        result.purged,
        result.skipped,
        result.parts,
        result.partly,
    )
    assert ((), (), (), ()) == (result.not_sent, result.locked, result.gone, result.refused)
    assert (ids[2:], 1) == (Desk(broker).undecided(), len(broker.retried()))


def test_the_loaded_queue_is_up_to_date_afterwards() -> None:
    broker, ids = filled(3)
    desk = Desk(broker)
    loaded = desk.loaded()
    desk.commit(loaded, {ids[0]: MERGE})
    assert ids[1:] == [each.id for each in loaded.undecided()]
    assert Outcome.COMMITTED == desk.commit(loaded, {ids[1]: PURGE}).outcome


def test_parts_are_committed_one_after_the_other() -> None:
    broker, ids = filled(5)
    desk = Desk(broker)
    result = desk.commit(desk.loaded(), dict.fromkeys(ids, MERGE), max_records=2)
    assert (3, [2, 2, 1]) == (result.parts, [len(each.merged) for each in result.chunks])
    assert [(1, 3), (2, 3), (3, 3)] == sorted({(part, parts) for part, parts, _ in desk.following.steps})


def test_nothing_but_skips_writes_nothing() -> None:
    broker, ids = filled(2)
    desk = Desk(broker)
    result = desk.commit(desk.loaded(), dict.fromkeys(ids, SKIP))
    assert (Outcome.COMMITTED, 0, 2) == (result.outcome, result.parts, result.skipped)
    assert {} == broker.offsets


def test_tombstones_left_over_are_put_without_any_decision() -> None:
    broker, (first,) = filled(1)
    desk = Desk(broker)
    loaded = desk.loaded()
    broker.write(b"ORD0", b"a stranger")
    desk.commit(loaded, {first: PURGE})
    assert [] == broker.tombstones()
    broker.queue.partitions[0].records.pop()  # the stranger's transaction is aborted
    again = desk.loaded()
    assert 1 == len(again.left)
    result = desk.commit(again, {})
    assert (Outcome.COMMITTED, 1, 1) == (result.outcome, result.parts, len(broker.tombstones()))
    assert 0 == desk.commit(desk.loaded(), {}).parts


def test_records_that_cannot_be_written_are_left_out_and_named() -> None:
    broker, ids = filled(3)
    desk = Desk(broker)
    loaded = desk.loaded()
    loaded.records[ids[1]] = replace(loaded.records[ids[1]], unfaithful="header name is not readable text")
    result = desk.commit(loaded, {**dict.fromkeys(ids, MERGE), RecordId(0, 999): PURGE})
    assert [(ids[1], "header name is not readable text")] == [
        (each.id, str(each.reason)) for each in result.refused
    ]
    assert ((RecordId(0, 999),), (ids[0], ids[2])) == (result.gone, result.merged)
    assert Outcome.COMMITTED == result.outcome


def test_what_the_server_does_not_take_is_named_and_the_others_go_on() -> None:
    broker, ids = filled(5)
    desk = picky(broker, {ids[1], ids[2], ids[3]})
    result = desk.commit(desk.loaded(), dict.fromkeys(ids, MERGE), max_records=2)
    assert (Outcome.COMMITTED, (ids[0], ids[4]), ()) == (result.outcome, result.merged, result.not_sent)
    assert [(each, "too odd") for each in ids[1:4]] == [
        (each.id, str(each.reason)) for each in result.refused
    ]
    assert [b"ORD0", b"ORD4"] == [each.key for each in broker.retried()]


def test_stopping_takes_effect_before_the_rest_of_a_part_is_tried_again() -> None:
    broker, ids = filled(2)
    desk = picky(broker, {ids[0]})
    desk.following.at[1, Step.COPIES] = lambda: setattr(desk.following, "stop", True)
    result = desk.commit(desk.loaded(), dict.fromkeys(ids, MERGE))
    assert (Outcome.NOT_COMMITTED, NotCommittedReason.STOPPED, (ids[1],), [ids[0]]) == (
        result.outcome,
        result.chunks[0].reason,
        result.not_sent,
        [each.id for each in result.refused],
    )


def test_it_ends_at_the_first_part_that_is_refused() -> None:
    broker, ids = filled(5)
    desk = Desk(broker)
    broker.at_next_commit(AtCommit.SUCCEED, AtCommit.REFUSE)
    result = desk.commit(desk.loaded(), dict.fromkeys(ids, MERGE), max_records=2)
    assert (Outcome.NOT_COMMITTED, True, tuple(ids[:2]), tuple(ids[2:])) == (
        result.outcome,
        result.partly,
        result.merged,
        result.not_sent,
    )
    assert [Outcome.COMMITTED, Outcome.NOT_COMMITTED] == [each.outcome for each in result.chunks]


def test_records_of_a_part_with_unknown_outcome_are_locked() -> None:
    broker, ids = filled(5)
    desk = Desk(broker)
    broker.at_next_commit(AtCommit.SUCCEED, AtCommit.UNKNOWN_THEN_NOT)
    result = desk.commit(desk.loaded(), dict.fromkeys(ids, MERGE), max_records=2)
    assert (Outcome.UNKNOWN, tuple(ids[2:4]), (ids[4],)) == (result.outcome, result.locked, result.not_sent)


def test_stopping_takes_effect_between_parts() -> None:
    broker, ids = filled(4)
    desk = Desk(broker)
    following = desk.following
    following.at[1, Step.COMMIT] = lambda: setattr(following, "stop", True)
    result = desk.commit(desk.loaded(), dict.fromkeys(ids, MERGE), max_records=2)
    assert (Outcome.NOT_COMMITTED, NotCommittedReason.STOPPED, tuple(ids[2:])) == (
        result.outcome,
        result.chunks[-1].reason,
        result.not_sent,
    )
    assert 2 == len(broker.retried())


def test_stopping_within_a_part_changes_nothing() -> None:
    broker, ids = filled(2)
    desk = Desk(broker)
    following = desk.following
    following.at[1, Step.COPIES] = lambda: setattr(following, "stop", True)
    result = desk.commit(desk.loaded(), dict.fromkeys(ids, MERGE))
    assert (NotCommittedReason.STOPPED, [], {}) == (result.chunks[0].reason, broker.retried(), broker.offsets)


def test_a_conflict_names_the_records_and_keeps_the_rest() -> None:
    broker, ids = filled(3)
    mine, theirs = Desk(broker), Desk(broker)
    loaded = mine.loaded()
    theirs.apply({ids[1]: PURGE})
    result = mine.commit(loaded, dict.fromkeys(ids, MERGE))
    assert (Outcome.CONFLICT, [(ids[1], "purge", "desk")], (ids[0], ids[2])) == (
        result.outcome,
        [(each.id, each.decision, each.by) for each in result.conflicts],
        result.not_sent,
    )
    assert [] == broker.retried()


def test_what_a_part_learns_about_later_ones_is_a_conflict_and_never_written_twice() -> None:
    broker, ids = filled(4)
    mine, theirs = Desk(broker), Desk(broker)
    loaded = mine.loaded()
    theirs.apply({ids[3]: MERGE})
    result = mine.commit(loaded, dict.fromkeys(ids, MERGE), max_records=2)
    assert (Outcome.CONFLICT, [ids[3]], (ids[2],)) == (
        result.outcome,
        [each.id for each in result.conflicts],
        result.not_sent,
    )
    assert [b"ORD3", b"ORD0", b"ORD1"] == [each.key for each in broker.retried()]


def test_a_finding_that_forbids_committing_is_the_reason() -> None:
    broker, ids = filled(2)
    broker.put_offset(GROUP, 0, 1)
    desk = Desk(broker)
    result = desk.commit(desk.loaded(), dict.fromkeys(ids, MERGE))
    assert (Outcome.NOT_COMMITTED, NotCommittedReason.TAKE_OVER, tuple(ids)) == (
        result.outcome,
        result.chunks[0].reason,
        result.not_sent,
    )
    taken = desk.open(TakeOver.START).loaded
    assert taken is not None
    assert Outcome.COMMITTED == desk.commit(taken, dict.fromkeys(ids, MERGE)).outcome


def test_a_retry_topic_that_is_not_there_stops_everything_instead_of_refusing_each_record() -> None:
    broker, ids = filled(2)
    desk = Desk(broker)
    loaded = desk.loaded()
    loaded.identity = replace(loaded.identity, retry_topic="", retry_topic_id=b"")
    missing = Finding(FindingCode.RETRY_MISSING, Severity.STOP, text("It does not exist."), text("Ask."))
    loaded.findings = (missing,)
    result = desk.commit(loaded, dict.fromkeys(ids, MERGE))
    assert (Outcome.NOT_COMMITTED, NotCommittedReason.RETRY_MISSING, (), tuple(ids)) == (
        result.outcome,
        result.chunks[0].reason,
        result.refused,
        result.not_sent,
    )


@pytest.mark.parametrize("max_records", [1, 2, 5_000])
def test_the_time_it_took_is_told(max_records: int) -> None:
    broker, ids = filled(2)
    desk = Desk(broker)
    loaded = desk.loaded()
    desk.following.at[1, Step.COMMIT] = lambda: setattr(desk.clock, "now", desk.clock.now + 1_500)
    result = desk.commit(loaded, dict.fromkeys(ids, MERGE), max_records)
    assert (1.5, desk.clock.now) == (result.seconds, result.finished_at)


class Narrow(PracticeSink):
    """In front of a group whose ledger has room for so many decisions more."""

    room = 0

    def commit_chunk(
        self, loaded: LoadedQueue, plan: Plan, observer: CommitObserver, part: int, parts: int
    ) -> ChunkResult:
        """Refuse what does not fit."""
        observer.step(CommitProgress(part, parts, Step.JOURNAL, 0, 1))
        if len(plan) > self.room:
            return ChunkResult(Outcome.NOT_COMMITTED, reason=NotCommittedReason.LEDGER_FULL)
        self.room -= len(plan)
        return super().commit_chunk(loaded, plan, observer, part, parts)


@pytest.mark.parametrize(
    ("records", "room", "committed", "parts"),
    [(4_000, 2_750, 2_500, 4), (4_000, 4_000, 4_000, 1), (1_000, 100, 0, 2), (500, 499, 0, 1)],
)
def test_of_a_part_that_the_ledger_has_no_room_for_the_oldest_that_fit_are_committed(
    records: int, room: int, committed: int, parts: int
) -> None:
    broker, ids = filled(records)
    desk = Desk(broker)
    queue = Queue("q", "Orders", broker.queue.name, broker.retry.name, GROUP)
    desk.sink = sink = Narrow(broker, desk.computer, queue, "desk", desk.clock)
    sink.room = room
    result = desk.commit(desk.loaded(), dict.fromkeys(ids, PURGE))
    assert (ids[:committed], tuple(ids[committed:]), parts) == (
        list(result.purged),
        result.not_sent,
        result.parts,
    )
    full = result.chunks[-1].reason is NotCommittedReason.LEDGER_FULL
    assert full is (committed < records)
