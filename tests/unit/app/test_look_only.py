"""A connection for looking only: its queues are shown, and nothing can be decided."""

from __future__ import annotations

from kmp_desktop.app.look_only import LookOnly
from kmp_desktop.app.may_decide import why_not_decide
from kmp_desktop.app.queue_summary import summary_of
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import Outcome
from kmp_desktop.core.session import SessionPhase, SessionState
from tests.unit.app.desk import Desk, filled


def test_its_queues_are_shown_and_nothing_can_be_decided_or_committed() -> None:
    broker, ids = filled(2)
    desk = Desk(broker)
    loaded = LookOnly(desk.source).load(desk.following)

    assert ids == [each.id for each in loaded.undecided()]
    state = SessionState(SessionPhase.READY, summary=summary_of(loaded))
    assert "This connection is for looking only." == str(why_not_decide(state))
    result = desk.commit(loaded, dict.fromkeys(ids, Decision.MERGE))
    assert (Outcome.NOT_COMMITTED, ids) == (result.outcome, desk.undecided())


def test_new_records_and_what_waits_are_told_as_ever() -> None:
    broker, ids = filled(2)
    desk = Desk(broker)
    source = LookOnly(desk.source)
    loaded = source.load(desk.following)
    broker.write(b"new", b"{}")

    assert 1 == source.new_records(loaded)
    assert 1 + len(ids) == source.waiting(lambda: False)[0]
    source.close()
