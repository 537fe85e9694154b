"""A commit of which the cluster kept only a part is repaired from the journal: nothing lost or doubled.

Real clusters tear a commit by forgetting some of its markers. Here the part that is to be missing is
left out of the transaction, or written in one that is aborted; everything else is the program's own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import pytest
from confluent_kafka import Producer, TopicPartition

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import Outcome, Step
from kmp_desktop.core.record import DeadLetter, Header, RecordId
from kmp_desktop.core.tombstone import is_tombstone, tombstone_of
from kmp_desktop.kafka import commit_attempt, lost_tombstones, repair, resolve
from kmp_desktop.kafka.bounded_producer import BoundedProducer
from kmp_desktop.kafka.commit_attempt import CommitAttempt
from kmp_desktop.kafka.finished_keys import finished_keys, tombstone_headers
from kmp_desktop.kafka.writing import Writer
from tests.integration.kafka.real_queue import NOW, RealQueue

M, P = Decision.MERGE, Decision.PURGE
MakeQueue = Callable[..., RealQueue]


class PowerCut(Exception):  # noqa: N818 - what happens to the program
    """The program ends here."""


def cut() -> None:
    """End it."""
    raise PowerCut


@pytest.fixture(params=["compact", "delete"])
def queue(make_queue: MakeQueue, request: pytest.FixtureRequest) -> RealQueue:
    """Five records with different bytes and keys, and two of one key."""
    queue = make_queue({"cleanup.policy": request.param})
    for number in range(5):
        queue.write(b"K%d" % number, b"value %d" % number, timestamp=NOW + number)
    for number in range(2):
        queue.write(b"K", b"twice %d" % number, timestamp=NOW + 100 + number)
    return queue


def decisions(ids: Collection[RecordId]) -> dict[RecordId, Decision]:
    """Retry all but every third."""
    return {each: P if each.offset % 3 == 2 else M for each in ids}


def tear(
    monkeypatch: pytest.MonkeyPatch, queue: RealQueue, lost: Collection[int], *, offsets_lost: bool
) -> dict[RecordId, DeadLetter]:
    """Commit everything, and end with the commit; copies of the offsets ``lost`` are aborted.

    Returns the records as they were.
    """
    write, send = CommitAttempt.write_copies, CommitAttempt._send

    def written(self: CommitAttempt) -> None:
        self.copies |= aborted_copies(queue, [self.loaded.records[RecordId(0, each)] for each in lost])
        write(self)

    with monkeypatch.context() as patch:
        patch.setattr(CommitAttempt, "write_copies", written)
        patch.setattr(CommitAttempt, "_send", (lambda *_: None) if offsets_lost else send)
        desktop = queue.desktop()
        loaded = desktop.load()
        records = dict(loaded.records)
        with pytest.raises(PowerCut):
            desktop.commit(loaded, decisions(records), {Step.COMMIT: cut})
    return records


def cut_after(step: Callable[[CommitAttempt], None]) -> Callable[[CommitAttempt], None]:
    """A step after which the program ends."""

    def last_step(self: CommitAttempt) -> None:
        step(self)
        cut()

    return last_step


def tear_tombstones(monkeypatch: pytest.MonkeyPatch, queue: RealQueue, lost: bytes) -> None:
    """Discard everything, and end with the commit; the tombstones of the keys in ``lost`` are aborted."""
    write = CommitAttempt.write_tombstones

    def written(self: CommitAttempt) -> None:
        kept = {(0, bytes([each])) for each in lost}
        with monkeypatch.context() as patch:
            patch.setattr(commit_attempt, "finished_keys", lambda *known: finished_keys(*known) - kept)
            write(self)
        for key in sorted(kept):
            headers = tombstone_headers(self.desk, self.memory, self.plan, self.nonce, key)
            self.tombstones[key] = aborted_tombstone(queue, key[1], headers)

    with monkeypatch.context() as patch:
        patch.setattr(CommitAttempt, "write_tombstones", written)
        desktop = queue.desktop()
        loaded = desktop.load()
        with pytest.raises(PowerCut):
            desktop.commit(loaded, dict.fromkeys(loaded.records, P), {Step.COMMIT: cut})


def aborted_tombstone(queue: RealQueue, key: bytes, headers: Sequence[Header]) -> int:
    """Where a tombstone lies that nobody will ever see."""
    name = {"bootstrap.servers": queue.bootstrap, "transactional.id": f"torn-{queue.name}", "log_level": 0}
    producer = Producer(name)
    producer.init_transactions(30)
    producer.begin_transaction()
    writer: Writer[bytes] = Writer(BoundedProducer(producer, 60.0), 1e12)
    writer.write(key, queue.topic, key, None, headers, partition=0)
    place = writer.confirmed()[key][1]
    producer.abort_transaction(30)
    return place


def aborted_copies(queue: RealQueue, records: Collection[DeadLetter]) -> dict[RecordId, tuple[int, int]]:
    """Where copies lie that nobody will ever see."""
    name = {"bootstrap.servers": queue.bootstrap, "transactional.id": f"torn-{queue.name}", "log_level": 0}
    producer = Producer(name)
    producer.init_transactions(30)
    producer.begin_transaction()
    writer: Writer[RecordId] = Writer(BoundedProducer(producer, 60.0), 1e12)
    for each in records:
        writer.write(each.id, queue.retry_topic, each.key, each.value, each.headers, timestamp=each.timestamp)
    places = writer.confirmed()
    producer.abort_transaction(30)
    return places


def check_everything_is_right(queue: RealQueue, records: dict[RecordId, DeadLetter]) -> None:
    """Each merged record is there once, byte for byte, and nothing is left to decide."""
    merged = {each for each, what in decisions(records).items() if what is M}
    expected = sorted((r.key, r.value, r.headers, r.timestamp) for r in records.values() if r.id in merged)
    held = queue.held(queue.retry_topic)
    assert expected == sorted((r.key, r.value, r.headers, r.timestamp) for r in held)
    assert [] == queue.offered()


@pytest.mark.parametrize("lost", [(0,), (0, 1, 3, 4, 6)], ids=["one", "all"])
def test_copies_that_are_lost_are_published_again_and_only_these(
    monkeypatch: pytest.MonkeyPatch, queue: RealQueue, lost: tuple[int, ...]
) -> None:
    records = tear(monkeypatch, queue, lost, offsets_lost=False)
    assert 5 - len(lost) == len(queue.retried())
    desktop = queue.desktop()

    resolution = desktop.sink.resolve()

    assert resolution is not None
    assert (Outcome.COMMITTED, 5, 2) == (resolution.outcome, resolution.merged, resolution.purged)
    check_everything_is_right(queue, records)
    assert desktop.sink.resolve() is None


@pytest.mark.parametrize("lost", [(), (1, 6)], ids=["none", "some"])
def test_decisions_that_are_lost_are_written_again_with_the_same_number_and_the_missing_copies(
    monkeypatch: pytest.MonkeyPatch, queue: RealQueue, lost: tuple[int, ...]
) -> None:
    records = tear(monkeypatch, queue, lost, offsets_lost=True)
    assert -1001 == queue.offset()[0]
    desktop = queue.desktop()

    resolution = desktop.sink.resolve()

    assert resolution is not None
    assert Outcome.COMMITTED == resolution.outcome, str(resolution.message)
    check_everything_is_right(queue, records)
    state = desktop.load().state[0]
    assert bytes.fromhex(resolution.nonce)[:4] in state.nonces
    assert desktop.sink.resolve() is None


def test_a_repair_that_is_cut_off_is_repaired_once_more(
    monkeypatch: pytest.MonkeyPatch, queue: RealQueue
) -> None:
    records = tear(monkeypatch, queue, (1, 6), offsets_lost=True)
    for step in (CommitAttempt.compare, CommitAttempt.write_copies, CommitAttempt.commit):
        with monkeypatch.context() as patch:
            patch.setattr(CommitAttempt, step.__name__, cut_after(step))
            with pytest.raises(PowerCut):
                queue.desktop().sink.resolve()

    resolution = queue.desktop().sink.resolve()

    assert resolution is not None
    assert Outcome.COMMITTED == resolution.outcome, str(resolution.message)
    check_everything_is_right(queue, records)


def test_a_repair_that_is_stopped_writes_nothing_and_is_done_another_time(
    monkeypatch: pytest.MonkeyPatch, make_queue: MakeQueue
) -> None:
    queue = make_queue({"cleanup.policy": "delete"})
    ids = [queue.write(b"K%d" % number) for number in range(2)]
    tear(monkeypatch, queue, (0,), offsets_lost=True)
    stop: list[bool] = []

    def redo(*what: Any) -> None:
        stop.append(True)
        repair.redo(*what)

    desktop = queue.desktop()
    with monkeypatch.context() as patch:
        patch.setattr(resolve, "redo", redo)
        resolution = desktop.sink.resolve(lambda: bool(stop))

    assert resolution is not None
    assert Outcome.UNKNOWN == resolution.outcome
    assert [b"K1"] == queue.retried()
    assert -1001 == queue.offset()[0]
    done = desktop.sink.resolve()
    assert done is not None
    assert (Outcome.COMMITTED, len(ids)) == (done.outcome, len(queue.retried()))


def test_what_somebody_else_decided_since_is_shown_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, make_queue: MakeQueue
) -> None:
    queue = make_queue({"cleanup.policy": "delete"})  # with tombstones all would count as decided
    ids = [queue.write(b"K%d" % number) for number in range(4)]
    tear(monkeypatch, queue, (), offsets_lost=True)
    other = queue.desktop("somebody else")
    other.commit(other.load(), dict.fromkeys(ids[:2], P))
    before = queue.retried()

    resolution = queue.desktop().sink.resolve()

    assert resolution is not None
    assert (Outcome.UNKNOWN, tuple(ids[:2])) == (resolution.outcome, resolution.missing)
    assert before == queue.retried()
    assert ids[2:] == queue.offered()


def test_a_copy_that_nobody_can_tell_of_is_not_written_again(
    monkeypatch: pytest.MonkeyPatch, queue: RealQueue
) -> None:
    """Retention has taken the beginning of the retry topic: the copy may have been read there before."""
    tear(monkeypatch, queue, (0,), offsets_lost=True)
    admin = queue.admin()
    for future in admin.delete_records([TopicPartition(queue.retry_topic, 0, 1)]).values():
        future.result(30)
    before = queue.retried()

    resolution = queue.desktop().sink.resolve()

    assert resolution is not None
    assert (Outcome.UNKNOWN, (RecordId(0, 0),)) == (resolution.outcome, resolution.missing)
    assert before == queue.retried()


def test_tombstones_that_are_lost_are_written_again_and_only_these(
    monkeypatch: pytest.MonkeyPatch, make_queue: MakeQueue
) -> None:
    queue = make_queue()
    for key in (b"A", b"B", b"C", b"B"):
        queue.write(key)
    tear_tombstones(monkeypatch, queue, b"BC")
    assert [b"A"] == queue.tombstones()
    desktop = queue.desktop()

    resolution = desktop.sink.resolve()

    assert resolution is not None
    assert (Outcome.COMMITTED, 4) == (resolution.outcome, resolution.purged)
    assert [b"A", b"B", b"C"] == queue.tombstones()
    told = {tombstone_of(0, each.headers) for each in queue.held() if is_tombstone(each.value, each.headers)}
    assert {resolution.nonce} == {each.nonce for each in told}
    assert {("0", "p"), ("1,3", "p"), ("1-3", "p"), ("2", "p")} >= {(e.decided, e.action) for e in told}
    assert [] == queue.offered()
    assert desktop.sink.resolve() is None


def test_no_lost_tombstone_is_written_over_a_record_that_came_since(
    monkeypatch: pytest.MonkeyPatch, make_queue: MakeQueue
) -> None:
    queue = make_queue()
    for key in (b"B", b"C"):
        queue.write(key)
    tear_tombstones(monkeypatch, queue, b"BC")
    newer = queue.write(b"C", b"newer")

    resolution = queue.desktop().sink.resolve()

    assert resolution is not None
    assert Outcome.COMMITTED == resolution.outcome, str(resolution.message)
    assert [b"B"] == queue.tombstones()
    assert [newer] == queue.offered()


def test_no_lost_tombstone_is_written_over_a_record_that_comes_at_that_moment(
    monkeypatch: pytest.MonkeyPatch, make_queue: MakeQueue
) -> None:
    queue = make_queue()
    for key in (b"B", b"C"):
        queue.write(key)
    tear_tombstones(monkeypatch, queue, b"BC")
    written = lost_tombstones._written
    newer: list[RecordId] = []

    def after_a_stranger(*what: Any) -> Any:
        if not newer:
            newer.append(queue.write(b"C", b"newer"))
        return written(*what)

    monkeypatch.setattr(lost_tombstones, "_written", after_a_stranger)

    resolution = queue.desktop().sink.resolve()

    assert resolution is not None
    assert Outcome.COMMITTED == resolution.outcome, str(resolution.message)
    assert [b"B"] == queue.tombstones()
    assert newer == queue.offered()


def test_copies_behind_another_programs_open_work_are_waited_for_and_then_judged(
    monkeypatch: pytest.MonkeyPatch, make_queue: MakeQueue
) -> None:
    queue = make_queue({"cleanup.policy": "delete"})
    ids = [queue.write(b"K%d" % number) for number in range(2)]
    with queue.transaction(queue.retry_topic) as write:
        write(b"stranger")
        tear(monkeypatch, queue, (1,), offsets_lost=False)
        desktop = queue.desktop()

        before = desktop.sink.resolve()

        assert before is not None
        assert (Outcome.UNKNOWN, ()) == (before.outcome, before.missing)
        assert "open work" in str(before.message)

    after = desktop.sink.resolve()

    assert after is not None
    assert (Outcome.COMMITTED, len(ids)) == (after.outcome, after.merged)
    assert [b"K0", b"K1"] == sorted(queue.retried(), key=str)


def test_that_copies_were_removed_before_they_could_be_seen_is_told_once(
    monkeypatch: pytest.MonkeyPatch, make_queue: MakeQueue
) -> None:
    queue = make_queue({"cleanup.policy": "delete"})
    ids = [queue.write(b"K%d" % number) for number in range(2)]
    tear(monkeypatch, queue, (0,), offsets_lost=False)
    admin = queue.admin()
    for future in admin.delete_records([TopicPartition(queue.retry_topic, 0, 1)]).values():
        future.result(30)
    desktop = queue.desktop()

    resolution = desktop.sink.resolve()

    assert resolution is not None
    assert (Outcome.UNKNOWN, (ids[0],)) == (resolution.outcome, resolution.missing)
    assert "cannot be seen any more" in str(resolution.message)
    assert desktop.sink.resolve() is None
    assert [] == queue.offered()
