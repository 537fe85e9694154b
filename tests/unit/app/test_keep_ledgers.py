"""Opening a queue keeps alive what was decided in it, where that is due and allowed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kmp_desktop.app.keep_ledgers import keep_ledgers
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import Outcome
from kmp_desktop.core.queue_state import LoadedQueue, PartitionKind, PartitionState
from tests.unit.app.desk import Desk, filled


def opened() -> tuple[Desk, LoadedQueue]:
    """A queue with a decision that nobody knows the age of."""
    broker, ids = filled(2)
    desk = Desk(broker)
    desk.commit(desk.loaded(), {ids[0]: Decision.MERGE})
    loaded = desk.loaded()
    loaded.ledgers_since = 0
    return desk, loaded


def test_what_may_be_old_is_committed_anew() -> None:
    desk, loaded = opened()
    result = keep_ledgers(desk.sink, loaded, desk.clock, lambda: False)
    assert result is not None
    assert (Outcome.COMMITTED, (), ()) == (result.outcome, result.merged, result.purged)


def _stopped(loaded: LoadedQueue) -> None:
    loaded.complete = False


def _young(loaded: LoadedQueue) -> None:
    loaded.ledgers_since = loaded.read_at


def _new(loaded: LoadedQueue) -> None:
    loaded.state = {0: PartitionState(0, frozenset(), (), PartitionKind.FRESH)}


def _taken_over(loaded: LoadedQueue) -> None:
    loaded.state[1] = PartitionState(5, frozenset(), (), PartitionKind.TAKEN)


@pytest.mark.parametrize("why_not", [_stopped, _young, _new, _taken_over])
def test_nothing_is_committed_where_it_is_not_due_or_something_has_to_be_said_first(
    why_not: Callable[[LoadedQueue], None],
) -> None:
    desk, loaded = opened()
    why_not(loaded)
    assert keep_ledgers(desk.sink, loaded, desk.clock, lambda: False) is None


def test_who_may_only_look_commits_nothing() -> None:
    broker, ids = filled(2)
    desk = Desk(broker)
    desk.commit(desk.loaded(), {ids[0]: Decision.MERGE})
    broker.may_write = False
    loaded = desk.loaded()
    loaded.ledgers_since = 0
    assert keep_ledgers(desk.sink, loaded, desk.clock, lambda: False) is None
