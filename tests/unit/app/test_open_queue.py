"""Opening a queue: an unfinished commit is settled before anything is shown."""

from __future__ import annotations

import pytest

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.outcome import Outcome
from kmp_desktop.practice.broker import AtCommit
from tests.unit.app.desk import Desk, filled


def test_a_queue_without_history_is_simply_read() -> None:
    broker, ids = filled(3)
    opened = Desk(broker).open()
    assert opened.loaded is not None
    assert (None, False, ids) == (
        opened.resolution,
        opened.committing_elsewhere,
        [each.id for each in opened.loaded.undecided()],
    )


@pytest.mark.parametrize(
    ("happening", "outcome", "left"),
    [
        (AtCommit.UNKNOWN_THEN_COMMITTED, Outcome.COMMITTED, 2),
        (AtCommit.UNKNOWN_THEN_NOT, Outcome.NOT_COMMITTED, 3),
    ],
)
def test_an_unfinished_commit_is_told_and_what_is_shown_is_the_truth(
    happening: AtCommit, outcome: Outcome, left: int
) -> None:
    broker, ids = filled(3)
    desk = Desk(broker)
    broker.at_next_commit(happening)
    desk.commit(desk.loaded(), {ids[0]: Decision.MERGE})
    opened = Desk(broker, desk.computer).open()
    assert opened.loaded is not None
    assert opened.resolution is not None
    assert (outcome, left) == (opened.resolution.outcome, len(opened.loaded.undecided()))


def test_nothing_is_shown_while_an_outcome_is_not_known() -> None:
    broker, ids = filled(3)
    desk = Desk(broker)
    broker.at_next_commit(AtCommit.UNKNOWN_THEN_COMMITTED)
    broker.unanswered = 1
    desk.commit(desk.loaded(), {ids[0]: Decision.MERGE})
    opened = desk.open()
    assert opened.resolution is not None
    assert (Outcome.UNKNOWN, None) == (opened.resolution.outcome, opened.loaded)
    assert desk.open().loaded is not None


def test_a_queue_that_another_window_is_committing_can_be_looked_at() -> None:
    broker, ids = filled(3)
    desk = Desk(broker)
    broker.at_next_commit(AtCommit.UNKNOWN_THEN_COMMITTED)
    desk.commit(desk.loaded(), {ids[0]: Decision.MERGE})
    other_window = desk.computer.lock()
    assert other_window.take(broker.cluster_id, broker.queue.name)
    opened = desk.open()
    assert (None, True, True) == (opened.resolution, opened.committing_elsewhere, opened.loaded is not None)


def test_an_unreachable_broker_is_told() -> None:
    broker, _ = filled(3)
    broker.reachable = False
    with pytest.raises(UserFacingError) as told:
        Desk(broker).open()
    assert ErrorCode.NO_CONNECTION == told.value.code
