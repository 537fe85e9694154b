"""Commits in the history: begun before anything is sent, ended by the result or by the next reading."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from kmp_desktop.app.recording import Place, RecordingConnector, RecordingSink, RecordingSource
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.history import Beginning, HistoryRecord, HistoryState
from kmp_desktop.core.outcome import NotCommittedReason, Outcome, Resolution, Step
from kmp_desktop.core.ports import QueueAdapters
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.store.backups import SealedBackups
from kmp_desktop.store.history import SqliteHistory
from kmp_desktop.store.secrets import SessionSecrets
from tests.unit.app.desk import Desk, filled

PLACE = Place("Shop", "Orders", "cs-desk-03", "svc@desk", "window")


class Killed(BaseException):
    """The program is gone."""


def recorded(desk: Desk, history: SqliteHistory) -> Desk:
    """A desk whose commits are noted."""
    told: list[Resolution] = []
    desk.sink = RecordingSink(desk.sink, history, PLACE, desk.clock, told)  # type: ignore[assignment]
    desk.source = RecordingSource(desk.source, history, desk.clock, told)  # type: ignore[assignment]
    return desk


def fates(history: SqliteHistory) -> list[tuple[HistoryState, list[tuple[str, bool | None]]]]:
    """State and fates of every entry, the newest first."""
    return [
        (entry.state, [(each.decision, each.committed) for each in history.records(entry.number)])
        for entry in history.entries()
    ]


def test_a_commit_is_noted_with_its_receipt_and_the_fate_of_every_record(tmp_path: Path) -> None:
    broker, ids = filled(3)
    history = SqliteHistory(tmp_path)
    desk = recorded(Desk(broker), history)
    result = desk.commit(
        desk.loaded(), {ids[0]: Decision.MERGE, ids[1]: Decision.PURGE, ids[2]: Decision.SKIP}
    )
    (entry,) = history.entries()
    assert [(HistoryState.COMMITTED, [("merge", True), ("purge", True)])] == fates(history)
    assert (result.chunks[0].nonce, "cs-desk-03", "No reason given") == (
        entry.receipt,
        entry.person,
        history.records(entry.number)[0].why,
    )


def test_every_part_is_an_entry_of_its_own(tmp_path: Path) -> None:
    broker, ids = filled(4)
    history = SqliteHistory(tmp_path)
    desk = recorded(Desk(broker), history)
    desk.commit(desk.loaded(), dict.fromkeys(ids, Decision.PURGE), max_records=2)
    assert [(HistoryState.COMMITTED, [("purge", True)] * 2)] * 2 == fates(history)


def test_what_others_decided_first_is_noted_as_not_committed(tmp_path: Path) -> None:
    broker, ids = filled(2)
    history = SqliteHistory(tmp_path)
    desk, other = recorded(Desk(broker), history), Desk(broker)
    loaded = desk.loaded()
    other.commit(other.loaded(), {ids[0]: Decision.PURGE})
    assert desk.commit(loaded, {ids[0]: Decision.MERGE}).outcome is Outcome.CONFLICT
    assert [(HistoryState.NOT_COMMITTED, [("merge", False)])] == fates(history)


@pytest.mark.parametrize("step", [each for each in Step if each is not Step.INTERLEAVE])
def test_a_program_killed_at_any_step_is_settled_by_the_next_reading(tmp_path: Path, step: Step) -> None:
    broker, ids = filled(2)
    history = SqliteHistory(tmp_path)
    desk = recorded(Desk(broker), history)

    def kill() -> None:
        raise Killed

    desk.following.at[1, step] = kill
    try:
        desk.commit(desk.loaded(), {ids[0]: Decision.MERGE, ids[1]: Decision.PURGE})
    except Killed:
        assert HistoryState.CHECKING is history.entries()[0].state
    again = recorded(Desk(broker, desk.computer), history)
    undecided = set(again.undecided())
    done = not undecided & set(ids)
    state = HistoryState.COMMITTED if done else HistoryState.NOT_COMMITTED
    assert [(state, [("merge", done), ("purge", done)])] == fates(history)


def test_that_a_colleague_decided_the_records_of_a_killed_commit_does_not_make_it_ours(
    tmp_path: Path,
) -> None:
    broker, ids = filled(1)
    history = SqliteHistory(tmp_path)
    desk = recorded(Desk(broker), history)

    def kill() -> None:
        raise Killed

    desk.following.at[1, Step.TOMBSTONES] = kill
    with pytest.raises(Killed):
        desk.commit(desk.loaded(), {ids[0]: Decision.PURGE})
    colleague = Desk(broker)
    colleague.commit(colleague.loaded(), {ids[0]: Decision.MERGE})
    again = recorded(Desk(broker, desk.computer), history)
    assert [] == again.undecided()
    (state, records), *_ = fates(history)
    assert (HistoryState.NOT_COMMITTED, [("purge", False)]) == (state, records)


def test_without_journal_and_number_nobody_claims_a_decision_for_us(tmp_path: Path) -> None:
    broker, ids = filled(1)
    history = SqliteHistory(tmp_path)
    desk = recorded(Desk(broker), history)
    history.begin(_beginning(desk, ids[0]))
    colleague = Desk(broker)
    colleague.commit(colleague.loaded(), {ids[0]: Decision.MERGE})
    desk.loaded()
    assert [(HistoryState.CHECKING, [("purge", None)])] == fates(history)


def test_two_tries_of_the_same_records_each_have_their_own_end(tmp_path: Path) -> None:
    broker, ids = filled(1)
    history = SqliteHistory(tmp_path)
    desk = recorded(Desk(broker), history)
    history.begin(_beginning(desk, ids[0]))

    def kill() -> None:
        raise Killed

    desk.following.at[1, Step.COMMIT] = kill
    with pytest.raises(Killed):
        desk.commit(desk.loaded(), {ids[0]: Decision.PURGE})
    recorded(Desk(broker, desk.computer), history).undecided()
    assert [HistoryState.COMMITTED, HistoryState.NOT_COMMITTED] == [state for state, _ in fates(history)]


def _beginning(desk: Desk, record: RecordId) -> Beginning:
    loaded = desk.loaded()
    noted = HistoryRecord(record, "purge", loaded.records[record].key)
    place = (PLACE.connection, PLACE.queue, PLACE.person, PLACE.computer, PLACE.program)
    return Beginning(desk.clock.now_ms(), loaded.identity, *place, [noted])


class Full(SqliteHistory):
    """A history on a disk that is full, from the beginning or at the end of a commit."""

    def __init__(self, folder: Path, *, at_beginning: bool) -> None:
        super().__init__(folder)
        self._at_beginning = at_beginning

    def begin(self, beginning: Beginning) -> int:
        """Full at once, or later."""
        if self._at_beginning:
            SqliteHistory(Path(__file__)).begin(beginning)
        return super().begin(beginning)

    def finish(
        self, number: int, state: HistoryState, receipt: str, committed: Mapping[RecordId, bool]
    ) -> None:
        """Full."""
        SqliteHistory(Path(__file__)).finish(number, state, receipt, committed)


def test_what_cannot_be_noted_is_not_committed(tmp_path: Path) -> None:
    broker, ids = filled(1)
    desk = recorded(Desk(broker), Full(tmp_path, at_beginning=True))
    result = desk.commit(desk.loaded(), {ids[0]: Decision.PURGE})
    assert (Outcome.NOT_COMMITTED, NotCommittedReason.BACKUP) == (result.outcome, result.chunks[0].reason)
    assert ids == Desk(broker).undecided()


def test_a_result_is_true_even_if_its_end_cannot_be_noted(tmp_path: Path) -> None:
    broker, ids = filled(1)
    history = Full(tmp_path, at_beginning=False)
    desk = recorded(Desk(broker), history)
    assert desk.commit(desk.loaded(), {ids[0]: Decision.PURGE}).outcome is Outcome.COMMITTED
    assert [(HistoryState.CHECKING, [("purge", None)])] == fates(history)
    assert [] == desk.undecided()


def test_a_connector_keeps_everything_else_of_its_adapters(tmp_path: Path) -> None:
    class Letters(list[DeadLetter]):
        """Where an engine keeps its records."""

    desk = Desk(filled(1)[0])

    def behind(profile: ConnectionProfile, queue: Queue, secrets: Secrets) -> QueueAdapters:
        assert (profile.id, queue.id, secrets) == ("p", "q", Secrets())
        return QueueAdapters(lambda: desk.source, lambda: desk.sink, lambda: None, Letters)

    backups = SealedBackups(tmp_path, SessionSecrets())
    connector = RecordingConnector(behind, SqliteHistory(tmp_path), backups, "desk", desk.clock)
    adapters = connector(ConnectionProfile("p", "P", "b:1"), Queue("q", "Q", "a", "b", "g"), Secrets())
    assert (Letters, RecordingSource, RecordingSink) == (
        adapters.letters,
        type(adapters.source()),
        type(adapters.sink()),
    )
