"""What was decided is committed anew before a broker forgets it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kmp_desktop.app.keep_ledgers import keep_ledgers
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import Outcome
from kmp_desktop.core.record import RecordId
from kmp_desktop.kafka.offsets import Mark
from kmp_desktop.store.wall_clock import WallClock
from tests.integration.kafka.real_queue import Desktop, RealQueue

P = Decision.PURGE
MakeQueue = Callable[..., RealQueue]


@pytest.fixture
def queue(make_queue: MakeQueue) -> RealQueue:
    """Two partitions, one record decided in each, one left."""
    queue = make_queue(partitions=2)
    for number in range(4):
        queue.write(b"K%d" % number, partition=number % 2)
    desktop = queue.desktop()
    loaded = desktop.load()
    for partition in range(2):
        result = desktop.commit(loaded, {RecordId(partition, 0): P})
        assert Outcome.COMMITTED == result.outcome
    return queue


def mark_of(queue: RealQueue) -> Mark:
    """What the MARK says."""
    mark = Mark.of(queue.offset(queue.mark_group)[1])
    assert mark is not None
    return mark


def nonces(desktop: Desktop) -> list[bytes]:
    """Which commit wrote each partition's ledger."""
    return [state.nonces[0] for _, state in sorted(desktop.load().state.items())]


def test_old_ledgers_are_all_committed_anew_and_nothing_is_decided(queue: RealQueue) -> None:
    group, left = queue.group, queue.offered()
    queue.put_offset(0, f"KG1 {group}\x1f", queue.mark_group)  # from a version that told no time
    desktop = queue.desktop("b")
    first, second = nonces(desktop)
    assert first != second

    result = keep_ledgers(desktop.sink, desktop.load(), WallClock(), lambda: False)

    assert result is not None
    assert (Outcome.COMMITTED, (), ()) == (result.outcome, result.merged, result.purged)
    assert [bytes.fromhex(result.nonce)[:4]] * 2 == nonces(desktop)
    assert 0 < mark_of(queue).ledgers_since <= WallClock().now_ms()
    assert left == queue.offered()
    assert keep_ledgers(desktop.sink, desktop.load(), WallClock(), lambda: False) is None


def test_a_commit_renews_the_ledgers_of_the_other_partitions_when_they_are_old(queue: RealQueue) -> None:
    queue.put_offset(0, f"KG1 {queue.group}\x1f1\x1f", queue.mark_group)
    desktop = queue.desktop("b")

    result = desktop.commit(desktop.load(), {RecordId(0, 1): P})

    assert [bytes.fromhex(result.chunks[0].nonce)[:4]] * 2 == nonces(desktop)


def test_a_commit_of_some_partitions_does_not_claim_that_all_are_young(queue: RealQueue) -> None:
    before = mark_of(queue)
    desktop = queue.desktop("b")

    desktop.commit(desktop.load(), {RecordId(0, 1): P})

    assert before == mark_of(queue)
    assert 2 == len(set(nonces(desktop)))


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("KG1 g\x1f", Mark("g")),
        ("KG1 g\x1f12\x1f", Mark("g", 12_000)),
        ("KG1 g\x1f12", Mark("g")),
        ("KG1 g\x1fgarbage\x1f", Mark("g")),
        ("KG1 g\x1f9999999999999\x1f", Mark("g")),
        ("KG1 g", None),
        ("", None),
    ],
)
def test_a_mark_is_read_with_and_without_its_time(metadata: str, expected: Mark | None) -> None:
    assert expected == Mark.of(metadata)
