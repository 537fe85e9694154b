"""Commits while other programs, administrators and the broker's cleaner do what they do."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import CommitResult, Compared, NotCommittedReason, Outcome, Step
from kmp_desktop.core.queue_state import FindingCode
from kmp_desktop.core.tombstone import is_tombstone
from tests.integration.kafka.real_queue import NOW, SEGMENT_MS, Desktop, RealQueue, codes, until

M, P = Decision.MERGE, Decision.PURGE
MakeQueue = Callable[..., RealQueue]
_OTHER_MARK = "KG1 somebody-else\x1f"


class Crash(BaseException):
    """The program dies here."""


def reason(result: CommitResult) -> NotCommittedReason:
    return result.chunks[-1].reason


def crash() -> None:
    raise Crash


# What changes between reading and committing


def test_a_group_that_claims_the_queue_after_it_was_read_stops_the_commit(queue: RealQueue) -> None:
    only = queue.write(b"K")
    desktop = queue.desktop()
    loaded = desktop.load()
    queue.put_offset(1, _OTHER_MARK, queue.mark_group)

    result = desktop.commit(loaded, {only: M})

    assert (Outcome.NOT_COMMITTED, NotCommittedReason.OTHER_GROUP) == (result.outcome, reason(result))
    assert [] == queue.retried()


@pytest.mark.parametrize("topic", ["queue", "retry"])
def test_a_topic_that_was_made_anew_after_reading_stops_the_commit(queue: RealQueue, topic: str) -> None:
    only = queue.write(b"K")
    desktop = queue.desktop()
    loaded = desktop.load()
    queue.remake(queue.topic if topic == "queue" else queue.retry_topic)

    result = desktop.commit(loaded, {only: M})

    expected = NotCommittedReason.QUEUE_REMADE if topic == "queue" else NotCommittedReason.LOAD_AGAIN
    assert (Outcome.NOT_COMMITTED, expected) == (result.outcome, reason(result))
    assert [] == queue.retried()


def test_a_retry_topic_that_is_gone_stops_the_commit(queue: RealQueue) -> None:
    only = queue.write(b"K")
    desktop = queue.desktop()
    loaded = desktop.load()
    queue.drop_topic(queue.retry_topic)

    result = desktop.commit(loaded, {only: M})

    assert (Outcome.NOT_COMMITTED, NotCommittedReason.RETRY_MISSING) == (result.outcome, reason(result))


def test_a_queue_made_anew_in_the_middle_of_a_commit_is_noticed_by_where_tombstones_lie(
    queue: RealQueue,
) -> None:
    ids = [queue.write(b"K%d" % number) for number in range(5)]
    desktop = queue.desktop()
    loaded = desktop.load()

    result = desktop.commit(
        loaded, dict.fromkeys(ids[:2], M), {Step.COMPARE: lambda: queue.remake(queue.topic)}
    )

    assert (Outcome.NOT_COMMITTED, NotCommittedReason.QUEUE_REMADE) == (result.outcome, reason(result))
    assert [] == queue.retried()


def test_offsets_deleted_after_reading_have_to_be_read_again(queue: RealQueue) -> None:
    ids = [queue.write(b"K%d" % number) for number in range(3)]
    desktop = queue.desktop()
    desktop.commit(desktop.load(), {ids[0]: P})
    loaded = desktop.load()
    queue.forget_offsets()

    result = desktop.commit(loaded, {ids[1]: M})

    assert (Outcome.NOT_COMMITTED, NotCommittedReason.LOAD_AGAIN) == (result.outcome, reason(result))
    assert [] == queue.retried()


def test_decisions_taken_back_by_hand_have_to_be_read_again(queue: RealQueue) -> None:
    ids = [queue.write(b"K%d" % number) for number in range(3)]
    desktop = queue.desktop()
    first = desktop.load()
    desktop.commit(first, {ids[0]: P})
    before = queue.offset()
    desktop.commit(first, {ids[1]: P})
    loaded = desktop.load()
    queue.put_offset(*before)

    result = desktop.commit(loaded, {ids[2]: M})

    assert (Outcome.NOT_COMMITTED, NotCommittedReason.LOAD_AGAIN) == (result.outcome, reason(result))


def test_a_group_with_a_live_member_is_left_alone_until_it_has_gone(queue: RealQueue) -> None:
    only = queue.write(b"K")
    desktop = queue.desktop()
    member = queue.consumer(queue.group)
    member.subscribe([queue.topic])

    def has_joined() -> bool:
        member.poll(0.1)
        return bool(member.assignment())

    until(has_joined)
    loaded = desktop.load()
    assert FindingCode.GROUP_ACTIVE in codes(loaded)

    result = desktop.commit(loaded, {only: M})

    assert (Outcome.NOT_COMMITTED, NotCommittedReason.GROUP_ACTIVE) == (result.outcome, reason(result))
    member.close()
    assert Outcome.COMMITTED == desktop.commit(loaded, {only: M}).outcome
    assert [b"K"] == queue.retried()


# Records of the same key that come in between


def _comes_plain(queue: RealQueue) -> None:
    queue.write(b"K", b"stranger")


def _comes_as_failed_delete(queue: RealQueue) -> None:
    queue.write(b"K", None)


def _comes_committed(queue: RealQueue) -> None:
    queue.put_in_transaction(b"K", aborted=False)


@pytest.mark.parametrize("comes", [_comes_plain, _comes_as_failed_delete, _comes_committed])
@pytest.mark.parametrize("step", [Step.JOURNAL, Step.OFFSETS])
def test_no_tombstone_reaches_a_record_that_came_in_between(
    queue: RealQueue, comes: Callable[[RealQueue], None], step: Step
) -> None:
    ours, other = queue.write(b"K"), queue.write(b"other")
    desktop = queue.desktop()

    result = desktop.commit(desktop.load(), {ours: P, other: M}, {step: lambda: comes(queue)})

    assert (Outcome.COMMITTED, (ours,)) == (result.outcome, result.deferred)
    assert [b"other"] == queue.tombstones()
    (stranger,) = queue.offered()
    assert b"K" == desktop.load().records[stranger].key

    assert Outcome.COMMITTED == desktop.commit(desktop.load(), {stranger: P}).outcome
    assert [b"other", b"K"] == queue.tombstones()
    assert [b"other"] == queue.retried(), "nothing was sent twice"


def test_a_record_in_between_that_is_aborted_postpones_the_tombstone_to_the_next_commit(
    queue: RealQueue,
) -> None:
    ours = queue.write(b"K")
    desktop = queue.desktop()

    result = desktop.commit(
        desktop.load(), {ours: P}, {Step.OFFSETS: lambda: queue.put_in_transaction(b"K", aborted=True)}
    )

    assert (Outcome.COMMITTED, []) == (result.outcome, queue.tombstones())
    loaded = desktop.load()
    assert ([], {(0, b"K")}) == (loaded.undecided(), loaded.left)
    assert FindingCode.LEFT_OVER in codes(loaded)

    assert Outcome.COMMITTED == desktop.commit(loaded, {}).outcome
    assert [b"K"] == queue.tombstones()
    assert set() == desktop.load().left


def test_a_record_in_between_in_an_open_transaction_does_not_stop_a_commit(queue: RealQueue) -> None:
    ours = queue.write(b"K")
    desktop = queue.desktop()
    loaded = desktop.load()
    with queue.transaction() as write:
        result = desktop.commit(loaded, {ours: M}, {Step.OFFSETS: lambda: write(b"K")})

    assert Outcome.COMMITTED == result.outcome
    assert ([b"K"], []) == (queue.retried(), queue.tombstones())


def test_a_decision_of_another_group_in_between_is_a_conflict(queue: RealQueue) -> None:
    ours = queue.write(b"K")
    desktop = queue.desktop()
    theirs = (("kmp-v", b"1"), ("kmp-group", b"another"), ("kmp-decided", b"0"), ("kmp-action", b"m"))

    result = desktop.commit(
        desktop.load(), {ours: M}, {Step.OFFSETS: lambda: queue.write(b"K", None, theirs)}
    )

    assert (Outcome.CONFLICT, [ours]) == (result.outcome, [each.id for each in result.conflicts])
    assert [] == queue.retried()


# The broker's cleaner


def test_forced_compaction_loses_nothing_undecided(queue: RealQueue) -> None:
    older = queue.write(b"K", b"older", timestamp=NOW)
    newer = queue.write(b"K", b"newer", timestamp=NOW + 2 * SEGMENT_MS)
    done = queue.write(b"done", timestamp=NOW + 4 * SEGMENT_MS)
    desktop = queue.desktop()
    result = desktop.commit(desktop.load(), {older: P, done: M})
    assert (older,) == result.deferred

    queue.configure(
        segment_ms=str(SEGMENT_MS), min_cleanable_dirty_ratio="0.01", delete_retention_ms="600000"
    )
    _roll(queue)
    until(lambda: not any(each.key == b"done" and each.value is not None for each in queue.held()))

    assert newer in queue.offered()
    loaded = desktop.load()
    assert b"newer" == loaded.records[newer].value
    assert older not in loaded.records, "the newer record of its key removed it, as in any such topic"

    assert Outcome.COMMITTED == desktop.commit(loaded, {newer: M}).outcome
    assert [b"K", b"done"] == sorted(each or b"" for each in queue.tombstones())
    _roll(queue)
    until(lambda: not any(each.key == b"K" and each.value is not None for each in queue.held()))
    assert newer not in queue.offered()
    assert sorted([b"done", b"newer", b"value"])[1:] == sorted(
        each.value or b"" for each in queue.held(queue.retry_topic)
    )


def _roll(queue: RealQueue) -> None:
    """Begin a new segment: the newest one is never cleaned."""
    later = time.time_ns() // 1_000_000 + 60_000
    for number in range(3):
        queue.write(b"filler", b"%d" % number, timestamp=later + number * 2 * SEGMENT_MS)


# Limits


def test_decisions_that_do_not_fit_say_which_records_make_room(make_queue: MakeQueue) -> None:
    queue = make_queue({"cleanup.policy": "delete"})
    ids = queue.write_many(40_000)
    desktop = queue.desktop()
    loaded = desktop.load()
    scattered = dict.fromkeys(random.Random(5).sample(ids, 20_000), P)

    result = desktop.commit(loaded, scattered, max_records=5_000)

    assert (Outcome.NOT_COMMITTED, NotCommittedReason.LEDGER_FULL) == (result.outcome, reason(result))
    assert result.partly, "the parts before it are written"
    assert 20_000 - len(result.not_sent) == len(result.purged)
    low = result.chunks[-1].low_offsets
    assert low
    assert Outcome.COMMITTED == desktop.commit(loaded, dict.fromkeys(low, P)).outcome
    again = desktop.commit(loaded, dict.fromkeys(result.not_sent, P))
    assert [] == queue.tombstones()
    decided = {*result.purged, *low, *again.purged}
    assert [each for each in ids if each not in decided] == queue.offered()


def test_a_ledger_larger_than_this_broker_takes_is_refused_before_anything_begins(queue: RealQueue) -> None:
    ids = [queue.write(b"K%d" % number) for number in range(3)]
    desktop = queue.desktop()
    loaded = desktop.load()
    loaded.limits = replace(loaded.limits, metadata_max=20)

    result = desktop.commit(loaded, {ids[1]: P}, {Step.INIT: crash})

    assert NotCommittedReason.LEDGER_FULL == reason(result)
    assert ids == queue.offered()


def test_nothing_is_tombstoned_where_nothing_is_compacted(make_queue: MakeQueue) -> None:
    queue = make_queue({"cleanup.policy": "delete"})
    ids = [queue.write(b"K"), queue.write(None), queue.write(b"K", None)]
    desktop = queue.desktop()

    result = desktop.commit(desktop.load(), {ids[0]: P, ids[1]: M, ids[2]: M})

    assert (Outcome.COMMITTED, Compared.IDENTICAL) == (result.outcome, result.chunks[0].compared)
    assert [None, b"K"] == sorted(queue.retried(), key=lambda key: key or b"")
    assert not any(is_tombstone(each.value, each.headers) for each in queue.held())
    assert [] == queue.offered()


def test_copies_that_the_retry_topic_has_cleaned_are_not_called_different(make_queue: MakeQueue) -> None:
    queue = make_queue({}, {"cleanup.policy": "delete", "retention.ms": "1000"})
    only = queue.write(b"K")  # an hour old: the retry topic takes and removes it
    desktop = queue.desktop()

    result = desktop.commit(
        desktop.load(), {only: M}, {Step.VERIFY: lambda: until(lambda: not queue.retried())}
    )

    assert (Outcome.COMMITTED, Compared.NOT_COMPARED) == (result.outcome, result.chunks[0].compared)
    assert () == result.chunks[0].different


# What is found out later


def died(desktop: Desktop, queue: RealQueue, step: Step) -> None:
    """A program that dies when a step is done; its lock goes with it, its journal stays."""
    ids = queue.offered()
    with pytest.raises(Crash):
        desktop.commit(desktop.load(), dict.fromkeys(ids, M), {step: crash})


@pytest.mark.parametrize(
    ("step", "expected"),
    [(Step.INTERLEAVE, Outcome.NOT_COMMITTED), (Step.COMMIT, Outcome.COMMITTED)],
)
def test_an_unfinished_commit_is_settled_by_whatever_group_the_queue_is_opened_with(
    queue: RealQueue, step: Step, expected: Outcome
) -> None:
    queue.write(b"K")
    died(queue.desktop(), queue, step)
    other = queue.desktop(group=f"{queue.group}-other")

    resolution = other.sink.resolve()

    assert resolution is not None
    assert (expected, 1) == (resolution.outcome, resolution.merged)
    assert other.sink.resolve() is None
    assert [b"K"] * (expected is Outcome.COMMITTED) == queue.retried()


def test_a_commit_is_found_though_the_offsets_were_deleted_since(queue: RealQueue) -> None:
    queue.write(b"K")
    desktop = queue.desktop()
    died(desktop, queue, Step.COMMIT)
    queue.forget_offsets()

    resolution = desktop.sink.resolve()

    assert resolution is not None
    assert Outcome.COMMITTED == resolution.outcome
    assert FindingCode.OFFSETS_LOST in codes(desktop.load())


@pytest.mark.parametrize(
    ("step", "expected"),
    [(Step.INTERLEAVE, Outcome.NOT_COMMITTED), (Step.COMMIT, Outcome.COMMITTED)],
)
def test_what_was_sent_back_is_known_though_the_queue_was_made_anew_since(
    queue: RealQueue, step: Step, expected: Outcome
) -> None:
    queue.write(b"K")
    desktop = queue.desktop()
    died(desktop, queue, step)
    queue.remake(queue.topic)

    resolution = desktop.sink.resolve()

    assert resolution is not None
    assert expected == resolution.outcome
    assert desktop.sink.resolve() is None
