"""What a source and a sink promise, whatever is behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from kmp_desktop.app.commit import commit
from kmp_desktop.app.open_queue import open_queue
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import (
    ClusterWork,
    CommitProgress,
    CommitResult,
    Compared,
    NotCommittedReason,
    Outcome,
    Step,
)
from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.core.queue_state import (
    CleanupPolicy,
    FindingCode,
    LoadedQueue,
    PartitionKind,
    TakeOver,
)
from kmp_desktop.core.record import DeadLetter, Header, RecordId
from kmp_desktop.store.wall_clock import WallClock
from tests.contract.worlds import NOW, KafkaQueue, PracticeQueue, Window, World, copy_of

M, P, S = Decision.MERGE, Decision.PURGE, Decision.SKIP
_ODD_HEADERS: tuple[Header, ...] = (("a", b"1"), ("a", None), ("b", b""), ("a", b"2"), ("ä", b"\xff"))


class Reading:
    """Follows a load; ``stop_after`` so many records."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.seen: list[DeadLetter] = []
        self.steps: list[ReadProgress] = []
        self._stop_after = stop_after

    def records(self, batch: Sequence[DeadLetter]) -> None:
        """Keep what came."""
        self.seen.extend(batch)

    def progress(self, progress: ReadProgress) -> None:
        """Keep how far it is."""
        self.steps.append(progress)

    def stopped(self) -> bool:
        """Stop when enough was seen."""
        return self._stop_after is not None and len(self.seen) >= self._stop_after


class Committing:
    """Follows a commit; ``before`` runs when a step is done, ``stop_at`` asks for an end there."""

    def __init__(self, stop_at: Step | None = None, before: Mapping[Step, Callable[[], object]] = {}) -> None:
        self.steps: list[Step] = []
        self._stop_at = stop_at
        self._before = dict(before)

    def step(self, progress: CommitProgress) -> None:
        """Keep the step, and let the test act."""
        self.steps.append(progress.step)
        act = self._before.pop(progress.step, None)
        if act is not None:
            act()

    def stopped(self) -> bool:
        """Stop from the step on."""
        return self._stop_at in self.steps


@pytest.fixture(params=["practice", "kafka"])
def make_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Make a queue with a cleanup policy."""
    made: list[World] = []

    def make(policy: CleanupPolicy = CleanupPolicy.COMPACT) -> World:
        world: World
        if request.param == "practice":
            world = PracticeQueue(policy)
        else:
            world = KafkaQueue(request.getfixturevalue("kafka"), tmp_path, policy)
        made.append(world)
        return world

    yield make
    for world in made:
        world.close()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


def load(window: Window, take_over: TakeOver | None = None) -> LoadedQueue:
    loaded = open_queue(window.source, window.sink, Reading(), take_over).loaded
    assert loaded is not None
    return loaded


def put(window: Window, loaded: LoadedQueue, staged: Mapping[RecordId, Decision]) -> CommitResult:
    return commit(window.sink, loaded, staged, Committing(), WallClock())


def undecided(world: World) -> list[RecordId]:
    """What somebody who comes new to the queue is offered."""
    window = world.window("somebody new")
    return [record.id for record in load(window).undecided()]


def codes(loaded: LoadedQueue) -> set[FindingCode]:
    return {finding.code for finding in loaded.findings}


# Loading


def test_loading_gives_every_record_byte_for_byte(make_world: Callable[..., World]) -> None:
    world = make_world(CleanupPolicy.DELETE)  # a compacted topic takes no record without key
    ids = [
        world.write(0, b"K1", b"\x00\xffvalue", _ODD_HEADERS, NOW + 1),
        world.write(0, None, b"no key", (), NOW + 2),
        world.write(1, b"", b"", (("why", b""),), NOW + 3),
    ]
    reading = Reading()

    loaded = world.window().source.load(reading)

    assert ids == [record.id for record in loaded.undecided()]
    assert sorted(ids) == sorted(record.id for record in reading.seen)
    first, second, third = (loaded.records[each] for each in ids)
    assert (b"K1", b"\x00\xffvalue", _ODD_HEADERS, NOW + 1) == copy_of(first)
    assert (None, b"no key", (), NOW + 2) == copy_of(second)
    assert (b"", b"", (("why", b""),), NOW + 3) == copy_of(third)
    assert loaded.complete
    assert loaded.may_commit()


def test_an_empty_queue_is_read_to_its_end(world: World) -> None:
    loaded = load(world.window())

    assert [] == loaded.undecided()
    assert loaded.complete
    assert {PartitionKind.FRESH} == {state.kind for state in loaded.state.values()}


def test_loading_tells_how_far_it_is(world: World) -> None:
    for number in range(25):
        world.write(number % 2, b"K%d" % number)
    reading = Reading()

    world.window().source.load(reading)

    assert 25 == reading.steps[-1].records
    assert reading.steps[-1].offsets_done == reading.steps[-1].offsets_total
    done = [step.offsets_done for step in reading.steps]
    assert sorted(done) == done


def test_a_stopped_load_says_so_and_holds_what_was_read(world: World) -> None:
    world.write_many(30_000)
    reading = Reading(stop_after=1)

    loaded = world.window().source.load(reading)

    assert not loaded.complete
    assert 0 < loaded.end[0] < 30_000
    assert loaded.end[0] == len(loaded.records) == len(reading.seen)
    assert loaded.end[0] == max(each.offset for each in loaded.records) + 1


def test_new_records_are_counted_and_our_own_commits_are_not_new(world: World) -> None:
    ids = [world.write(0, b"K1"), world.write(1, b"K2")]
    window = world.window()
    loaded = load(window)
    assert 0 == window.source.new_records(loaded)
    put(window, loaded, {ids[0]: M, ids[1]: P})
    assert 0 == window.source.new_records(loaded)

    world.write(0, b"K3")

    assert window.source.new_records(loaded) > 0
    assert 0 == window.source.new_records(load(window))


def test_waiting_tells_an_upper_bound_and_the_newest_time(world: World) -> None:
    window = world.window()
    assert (0, None) == window.source.waiting(lambda: False)
    ids = [world.write(0, b"K%d" % number, timestamp=NOW + number) for number in range(3)]
    assert (3, NOW + 2) == window.source.waiting(lambda: False)

    put(window, load(window), dict.fromkeys(ids, M))

    # Tombstones and the ends of transactions may count, too: it is an upper bound.
    world.write(0, b"K9")
    waiting, newest = window.source.waiting(lambda: False)
    assert waiting >= 1
    assert newest is not None


# Deciding


def test_merged_records_appear_once_with_equal_bytes_headers_and_times(world: World) -> None:
    ids = [
        world.write(0, b"K1", b"\x00\xff", _ODD_HEADERS, NOW + 1),
        world.write(0, b"K2", b"two", (), NOW + 2),
        world.write(1, b"K3", b"three", (("x", None),), NOW + 3),
    ]
    window = world.window()
    loaded = load(window)
    expected = sorted(copy_of(loaded.records[each])[:2] for each in ids)

    result = put(window, loaded, dict.fromkeys(ids, M))

    assert Outcome.COMMITTED == result.outcome
    assert tuple(ids) == tuple(sorted(result.merged))
    assert Compared.IDENTICAL == result.chunks[0].compared
    copies = world.retried()
    assert expected == sorted(copy[:2] for copy in copies)
    by_key = {copy[0]: copy for copy in copies}
    assert [copy_of(loaded.records[each]) for each in ids] == [
        by_key[loaded.records[each].key] for each in ids
    ]
    assert [] == undecided(world)


def test_discarded_records_are_removed_by_tombstones_in_their_own_partition(world: World) -> None:
    ids = [world.write(0, b"K1"), world.write(1, b"K2")]
    window = world.window()

    result = put(window, load(window), dict.fromkeys(ids, P))

    assert tuple(ids) == tuple(sorted(result.purged))
    assert [(0, b"K1"), (1, b"K2")] == world.tombstone_keys()
    assert [] == world.retried()
    assert [] == undecided(world)


def test_where_nothing_is_compacted_no_tombstone_is_written(make_world: Callable[..., World]) -> None:
    world = make_world(CleanupPolicy.DELETE)
    ids = [world.write(0, b"K1"), world.write(0, b"K2"), world.write(1, None)]
    window = world.window()

    put(window, load(window), {ids[0]: P, ids[1]: M, ids[2]: P})

    assert [] == world.tombstone_keys()
    assert [] == undecided(world)


def test_a_skip_leaves_the_record_in_the_queue(world: World) -> None:
    ids = [world.write(0, b"K%d" % number) for number in range(3)]
    window = world.window()

    result = put(window, load(window), {ids[0]: P, ids[1]: S, ids[2]: M})

    assert 1 == result.skipped
    assert [ids[1]] == undecided(world)


def test_several_parts_are_all_committed(world: World) -> None:
    ids = [world.write(number % 2, b"K%d" % (number // 2)) for number in range(10)]
    window = world.window()

    result = commit(
        window.sink, load(window), dict.fromkeys(ids, M), Committing(), WallClock(), max_records=3
    )

    assert (4, Outcome.COMMITTED) == (result.parts, result.outcome)
    assert 10 == len(world.retried())
    assert 10 == len(set(world.tombstone_keys())) == len(world.tombstone_keys())
    assert [] == undecided(world)


def test_a_discard_below_an_undecided_record_of_its_key_takes_effect_later(world: World) -> None:
    older, newer = world.write(0, b"K"), world.write(0, b"K")
    window = world.window()
    loaded = load(window)

    result = put(window, loaded, {older: P})

    assert (older,) == result.deferred
    assert [] == world.tombstone_keys()
    assert [newer] == undecided(world)

    result = put(window, loaded, {newer: P})

    assert () == result.deferred
    assert [(0, b"K")] == world.tombstone_keys()
    assert [] == undecided(world)


def test_no_tombstone_reaches_a_record_that_came_after_reading(world: World) -> None:
    ours = world.write(0, b"K")
    window = world.window()
    loaded = load(window)
    stranger = world.write(0, b"K", b"newer")

    result = put(window, loaded, {ours: P})

    assert Outcome.COMMITTED == result.outcome
    assert [] == world.tombstone_keys()
    assert [stranger] == undecided(world)


def test_a_tombstone_that_nobody_could_write_goes_along_with_a_later_commit(world: World) -> None:
    """Two desktops decide the records of one key, neither sees that it decides the last one."""
    first = world.write(0, b"K")
    here, there = world.window("a"), world.window("b")
    here_loaded = load(here)
    second = world.write(0, b"K")
    there_loaded = load(there)
    put(there, there_loaded, {second: P})
    put(here, here_loaded, {first: P})
    assert [] == world.tombstone_keys()

    loaded = load(world.window("c"))
    assert [] == loaded.undecided()
    assert {(0, b"K")} == loaded.left
    assert FindingCode.LEFT_OVER in codes(loaded)

    window = world.window("c")
    result = put(window, load(window), {})

    assert Outcome.COMMITTED == result.outcome
    assert [(0, b"K")] == world.tombstone_keys()
    assert set() == load(window).left


# Two desktops


def test_disjoint_decisions_of_two_desktops_are_both_committed(world: World) -> None:
    ids = [world.write(0, b"K%d" % number) for number in range(4)]
    here, there = world.window("a"), world.window("b")
    here_loaded, there_loaded = load(here), load(there)
    put(there, there_loaded, {ids[0]: P, ids[2]: M})

    result = put(here, here_loaded, {ids[1]: P, ids[3]: M})

    assert Outcome.COMMITTED == result.outcome
    assert [] == here_loaded.undecided(), "what the other one decided is known now"
    assert [] == undecided(world)
    assert 2 == len(world.retried())


def test_overlapping_decisions_conflict_and_name_who_decided_what(world: World) -> None:
    ids = [world.write(0, b"K%d" % number) for number in range(3)]
    here, there = world.window("a", "desk-03"), world.window("b", "desk-05")
    here_loaded = load(here)
    put(there, load(there), {ids[0]: P, ids[1]: M})

    result = put(here, here_loaded, dict.fromkeys(ids, M))

    assert Outcome.CONFLICT == result.outcome
    assert [(ids[0], "purge", "desk-05"), (ids[1], "merge", "desk-05")] == [
        (each.id, each.decision, each.by) for each in result.conflicts
    ]
    assert 1 == len(world.retried())
    assert [ids[2]] == undecided(world)

    result = put(here, here_loaded, {ids[2]: M})

    assert Outcome.COMMITTED == result.outcome
    assert 2 == len(world.retried())


def test_a_decision_made_between_our_steps_is_never_overwritten(world: World) -> None:
    """The other desktop commits after we compared and before anything of ours is final."""
    only = world.write(0, b"K")
    here, there = world.window("a"), world.window("b", "desk-05")
    here_loaded, there_loaded = load(here), load(there)
    committing = Committing(before={Step.COPIES: lambda: put(there, there_loaded, {only: P})})

    result = commit(here.sink, here_loaded, {only: M}, committing, WallClock())

    assert Outcome.COMMITTED != result.outcome
    assert Outcome.CONFLICT == put(here, here_loaded, {only: M}).outcome
    assert [] == world.retried()


def test_a_second_group_may_look_but_not_decide(world: World) -> None:
    ids = [world.write(0, b"K%d" % number) for number in range(2)]
    window = world.window()
    put(window, load(window), {ids[0]: M})

    loaded = load(world.window("b", group=f"{world.group}-other"))

    assert FindingCode.OTHER_GROUP in codes(loaded)
    assert not loaded.may_commit()


# States that are not ours


@pytest.mark.parametrize(
    ("take_over", "offered"), [(TakeOver.OFFSET, [2, 3]), (TakeOver.START, [0, 1, 2, 3])]
)
def test_another_programs_position_is_taken_over_only_when_a_person_says_how(
    world: World, take_over: TakeOver, offered: list[int]
) -> None:
    ids = [world.write(0, b"K%d" % number) for number in range(4)]
    world.put_offset(0, 2)
    window = world.window()
    loaded = load(window)
    assert FindingCode.TAKE_OVER_NEEDED in codes(loaded)
    assert not loaded.may_commit()
    assert PartitionKind.FOREIGN == loaded.state[0].kind
    assert ids == [record.id for record in loaded.undecided()]

    taken = load(window, take_over)
    assert [ids[each] for each in offered] == [record.id for record in taken.undecided()]
    put(window, taken, {ids[3]: P})

    again = load(window)
    assert PartitionKind.OURS == again.state[0].kind
    assert [ids[each] for each in offered[:-1]] == [record.id for record in again.undecided()]


@pytest.mark.parametrize("decided", [True, False], ids=["one partition decided", "nothing decided"])
def test_one_commit_makes_ours_every_partition_that_was_taken_over(world: World, decided: bool) -> None:
    ids = [world.write(partition, b"K%d" % number) for partition in (0, 1) for number in range(3)]
    world.put_offset(0, 1)
    world.put_offset(1, 2)
    window = world.window()

    taken = load(window, TakeOver.OFFSET)
    result = put(window, taken, {ids[1]: M} if decided else {})

    again = load(world.window("b"))
    assert Outcome.COMMITTED == result.outcome
    assert {0: PartitionKind.OURS, 1: PartitionKind.OURS} == {
        partition: state.kind for partition, state in again.state.items()
    }
    assert again.may_commit()
    assert ids[2 if decided else 1 : 3] + ids[5:] == [record.id for record in again.undecided()]
    assert not load(window).taken_over()


def test_forgotten_offsets_are_noticed_and_tombstones_tell_what_was_decided(world: World) -> None:
    ids = [world.write(0, b"K%d" % number) for number in range(3)]
    window = world.window()
    put(window, load(window), {ids[0]: P, ids[1]: M})
    world.forget_offsets()

    loaded = load(world.window())

    assert PartitionKind.LOST in {state.kind for state in loaded.state.values()}
    assert not loaded.may_commit()
    assert [ids[2]] == [record.id for record in loaded.undecided()]


# Ends that are not committed


@pytest.mark.parametrize("step", [Step.JOURNAL, Step.COMPARE, Step.OFFSETS, Step.COPIES])
def test_stopping_before_it_is_final_changes_nothing(world: World, step: Step) -> None:
    ids = [world.write(0, b"K%d" % number) for number in range(3)]
    window = world.window()
    loaded = load(window)

    result = commit(window.sink, loaded, dict.fromkeys(ids, M), Committing(stop_at=step), WallClock())

    assert Outcome.NOT_COMMITTED == result.outcome
    assert NotCommittedReason.STOPPED == result.chunks[0].reason
    assert [] == world.retried()
    assert ids == undecided(world)
    assert Outcome.COMMITTED == put(window, loaded, dict.fromkeys(ids, M)).outcome


def test_the_steps_are_reported_in_their_order(world: World) -> None:
    only = world.write(0, b"K")
    window = world.window()
    committing = Committing()

    commit(window.sink, load(window), {only: M}, committing, WallClock())

    assert list(Step) == list(dict.fromkeys(committing.steps))


def test_two_windows_of_one_computer_do_not_commit_at_once(world: World) -> None:
    ids = [world.write(0, b"K%d" % number) for number in range(2)]
    first, second = world.window("a"), world.window("a")
    first_loaded, second_loaded = load(first), load(second)
    results: list[CommitResult] = []
    committing = Committing(
        before={Step.INIT: lambda: results.append(put(second, second_loaded, {ids[1]: M}))}
    )

    commit(first.sink, first_loaded, {ids[0]: M}, committing, WallClock())

    assert NotCommittedReason.OTHER_WINDOW == results[0].chunks[0].reason
    assert [ids[1]] == undecided(world)


def test_nothing_unfinished_is_nothing_to_settle(world: World) -> None:
    only = world.write(0, b"K")
    window = world.window()
    assert window.sink.resolve() is None

    put(window, load(window), {only: P})

    assert window.sink.resolve() is None


def test_where_the_cluster_has_finished_everything_ending_it_changes_nothing(world: World) -> None:
    only = world.write(0, b"K")
    window = world.window()

    work = window.sink.finish_cluster_work(load(window))

    assert ClusterWork() == work
    assert [only] == undecided(world)
    assert Outcome.COMMITTED == put(window, load(window), {only: M}).outcome
    assert [b"K"] == [key for key, *_ in world.retried()]


def test_what_looks_like_an_unfinished_commit_of_ours_stops_every_commit_until_it_ends(world: World) -> None:
    only = world.write(0, b"K")
    window = world.window()
    loaded = load(window)

    with world.hold_equal_copy(loaded.records[only]):
        result = put(window, loaded, {only: M})
        work = window.sink.finish_cluster_work(loaded)

        assert NotCommittedReason.CLUSTER_UNFINISHED == result.chunks[0].reason
        assert Outcome.NOT_COMMITTED == result.outcome
        assert 1 == len(work.held), "it was not ours, so it could not be ended"
        assert work.held[0].rpartition("/")[0] in work.request
        assert [only] == undecided(world)

    assert Outcome.COMMITTED == put(window, load(window), {only: M}).outcome
    assert [b"K"] == [key for key, *_ in world.retried()]
