"""When ledgers are written anew, so that no server forgets what was decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kmp_desktop.core.ledger_age import ledgers_since, ledgers_to_renew
from kmp_desktop.core.queue_state import CommittedOffset, LoadedQueue, PartitionKind, PartitionState
from tests.unit.records import limits, loaded, record

MINUTE = 60_000
NOW = 1_795_500_000_000


def queue(*, since: int, minutes: int | None = 100, nonces: int = 9) -> LoadedQueue:
    """Two partitions with a ledger, one without."""
    held = loaded([record(0, partition=each) for each in range(3)], limits=limits())
    held.limits = replace(held.limits, offsets_retention_minutes=minutes)
    kinds = (PartitionKind.OURS, PartitionKind.OURS, PartitionKind.FRESH)
    names = tuple(bytes((n,) * 4) for n in range(nonces))
    held.state.update({n: PartitionState(0, frozenset(), names, kind) for n, kind in enumerate(kinds)})
    held.snapshot.update({each: CommittedOffset(0, "x" * 4090) for each in range(2)})
    held.ledgers_since = since
    return held


@pytest.mark.parametrize(
    ("ago", "minutes", "renewed"),
    [
        (49 * MINUTE, 100, set()),
        (51 * MINUTE, 100, {0, 1}),
        (-51 * MINUTE, 100, {0, 1}),  # it cannot lie in the future
        (-1 * MINUTE, 100, set()),  # clocks differ a little
        (3 * 24 * 60 * MINUTE, None, set()),
        (4 * 24 * 60 * MINUTE, None, {0, 1}),
        (NOW, 100, {0, 1}),  # nobody knows
    ],
)
def test_every_ledger_is_renewed_at_half_the_time_that_the_server_keeps_it(
    ago: int, minutes: int | None, renewed: set[int]
) -> None:
    assert renewed == ledgers_to_renew(queue(since=NOW - ago, minutes=minutes), NOW)


def test_a_ledger_without_room_for_one_ancestor_more_stops_no_commit() -> None:
    assert set() == ledgers_to_renew(queue(since=0, nonces=8), NOW)


def test_only_a_commit_that_writes_all_ledgers_makes_all_of_them_young() -> None:
    held = queue(since=5)
    assert (5, NOW, NOW) == tuple(ledgers_since(held, sent, NOW) for sent in ({0, 2}, {0, 1}, {0, 1, 2}))
