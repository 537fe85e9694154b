"""Discards that are kept before they are sent, and what may be put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from kmp_desktop.app.recording import Keeping, Place, RecordingSink, RecordingSource
from kmp_desktop.app.restoring import Restorable, restorable, restore
from kmp_desktop.core.checks import review
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.history import HistoryState, RestoreNotKnown
from kmp_desktop.core.outcome import NotCommittedReason, Outcome, Resolution, Step
from kmp_desktop.core.profile import SecretRef
from kmp_desktop.core.queue_state import QueueIdentity
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.text import text
from kmp_desktop.store.backups import SealedBackups
from kmp_desktop.store.history import SqliteHistory
from kmp_desktop.store.secrets import SessionSecrets
from tests.unit.app.desk import Desk, filled
from tests.unit.app.keeping import KeepingSecrets

PLACE = Place("Shop", "Orders", "cs-desk-03", "svc@desk", "window")


class Killed(BaseException):
    """The program is gone."""


class Kept:
    """A desk whose discards are kept in a folder for 30 days."""

    def __init__(
        self, folder: Path, desk: Desk, secrets: SessionSecrets | None = None, days: int = 30
    ) -> None:
        self.history = SqliteHistory(folder)
        self.secrets = secrets or KeepingSecrets()
        self.backups = SealedBackups(folder, self.secrets)
        keeping = Keeping(self.backups, days)
        self.desk = desk
        told: list[Resolution] = []
        sink = RecordingSink(desk.sink, self.history, PLACE, desk.clock, told, keeping)
        source = RecordingSource(desk.source, self.history, desk.clock, told, keeping)
        desk.sink, desk.source = sink, source  # type: ignore[assignment]


class Putting:
    """A ``Restorer`` that answers as the test wants it to."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.put: list[DeadLetter] = []
        self._failure = failure

    def restore(self, identity: QueueIdentity, records: Sequence[DeadLetter]) -> dict[RecordId, RecordId]:
        """Put them a hundred offsets further."""
        assert identity.queue_topic
        if self._failure is not None:
            raise self._failure
        self.put += records
        return {each.id: RecordId(each.id.partition, each.id.offset + 100) for each in records}

    def close(self) -> None:
        """Nothing is open."""


def discarded(folder: Path) -> tuple[Kept, list[RecordId]]:
    """Two records that were discarded, one that was retried, with an entry of number 1."""
    broker, ids = filled(3)
    kept = Kept(folder, Desk(broker))
    kept.desk.commit(
        kept.desk.loaded(), {ids[0]: Decision.PURGE, ids[1]: Decision.MERGE, ids[2]: Decision.PURGE}
    )
    return kept, ids


def refusal() -> UserFacingError:
    """The cluster says no."""
    return UserFacingError(ErrorCode.USAGE, text("No."), text("Nothing."), text("Go on."))


def test_only_discards_are_kept_and_only_once_they_can_be_put_back(tmp_path: Path) -> None:
    kept, ids = discarded(tmp_path)
    assert Restorable((ids[0], ids[2]), ()) == restorable(kept.history.records(1))
    putting = Putting()
    places = restore(kept.history, kept.backups, putting, kept.history.entries()[0], ids[:1], kept.desk.clock)
    assert ({ids[0]: RecordId(0, 100)}, [(b"ORD0", b"{}")]) == (
        places,
        [(each.key, each.value) for each in putting.put],
    )
    assert Restorable((ids[2],), ()) == restorable(kept.history.records(1))


def test_of_two_programs_that_put_the_same_record_back_at_once_only_one_does(tmp_path: Path) -> None:
    kept, ids = discarded(tmp_path)
    entry = kept.history.entries()[0]
    other = Putting()

    class WhileLoading(SealedBackups):
        """Another program is faster, after this one has looked what can be put back."""

        def load(self, number: int) -> dict[RecordId, DeadLetter]:
            restore(kept.history, kept.backups, other, entry, ids[:1], kept.desk.clock)
            return super().load(number)

    putting, slower = Putting(), WhileLoading(tmp_path, kept.secrets)
    with pytest.raises(UserFacingError) as raised:
        restore(kept.history, slower, putting, entry, ids[:1], kept.desk.clock)
    assert "This one put nothing back." == str(raised.value.unchanged)
    assert (1, 0) == (len(other.put), len(putting.put))
    assert Restorable((ids[2],), ()) == restorable(kept.history.records(1))


def test_a_backup_that_was_dropped_meanwhile_is_told(tmp_path: Path) -> None:
    kept, ids = discarded(tmp_path)

    class Dropped(SealedBackups):
        """Its time has passed."""

        def load(self, number: int) -> dict[RecordId, DeadLetter]:
            self.drop(kept.desk.clock.now_ms() + 31 * 86_400_000)
            return super().load(number)

    backups = Dropped(tmp_path, kept.secrets)
    with pytest.raises(UserFacingError) as raised:
        restore(kept.history, backups, Putting(), kept.history.entries()[0], ids[:1], kept.desk.clock)
    assert "The backup of these records is not kept any more." == str(raised.value.happened)


def test_reading_a_queue_drops_the_backups_whose_time_has_passed(tmp_path: Path) -> None:
    kept, ids = discarded(tmp_path)
    assert {ids[0], ids[2]} == set(kept.backups.load(1))
    kept.desk.clock.now += 31 * 86_400_000
    kept.desk.loaded()
    assert {} == kept.backups.load(1)


@pytest.mark.parametrize("step", [Step.JOURNAL, Step.COPIES, Step.COMMIT, Step.DROP])
def test_a_backup_is_there_before_anything_is_sent(tmp_path: Path, step: Step) -> None:
    broker, ids = filled(1)
    kept = Kept(tmp_path, Desk(broker))

    def kill() -> None:
        raise Killed

    kept.desk.following.at[1, step] = kill
    with pytest.raises(Killed):
        kept.desk.commit(kept.desk.loaded(), {ids[0]: Decision.PURGE})
    assert set(ids) == set(kept.backups.load(1))


def test_what_was_not_committed_cannot_be_put_back(tmp_path: Path) -> None:
    broker, ids = filled(1)
    kept, other = Kept(tmp_path, Desk(broker)), Desk(broker)
    loaded = kept.desk.loaded()
    other.commit(other.loaded(), {ids[0]: Decision.PURGE})
    kept.desk.commit(loaded, {ids[0]: Decision.PURGE})
    entry = kept.history.entries()[0]
    assert HistoryState.NOT_COMMITTED is entry.state
    with pytest.raises(UserFacingError):
        restore(kept.history, kept.backups, Putting(), entry, ids, kept.desk.clock)


def test_a_restore_that_was_refused_may_be_tried_again(tmp_path: Path) -> None:
    kept, ids = discarded(tmp_path)
    entry = kept.history.entries()[0]
    with pytest.raises(UserFacingError):
        restore(kept.history, kept.backups, Putting(refusal()), entry, ids[:1], kept.desk.clock)
    assert Restorable((ids[0], ids[2]), ()) == restorable(kept.history.records(1))


@pytest.mark.parametrize("failure", [RestoreNotKnown("?"), KeyError("a bug")])
def test_a_restore_whose_end_is_not_known_is_told_apart(tmp_path: Path, failure: Exception) -> None:
    kept, ids = discarded(tmp_path)
    entry = kept.history.entries()[0]
    with pytest.raises(type(failure)):
        restore(kept.history, kept.backups, Putting(failure), entry, ids[:1], kept.desk.clock)
    assert Restorable((ids[2],), (ids[0],)) == restorable(kept.history.records(1))


def test_a_refused_second_try_does_not_settle_the_first(tmp_path: Path) -> None:
    kept, ids = discarded(tmp_path)
    entry = kept.history.entries()[0]
    for failure in (RestoreNotKnown("?"), refusal()):
        with pytest.raises(type(failure)):
            restore(kept.history, kept.backups, Putting(failure), entry, ids[:1], kept.desk.clock)
    assert Restorable((ids[2],), (ids[0],)) == restorable(kept.history.records(1))


class Forgetting(SealedBackups):
    """The disk is full once the records are back."""

    def end_restore(self, number: int, records: Mapping[RecordId, bool], at: int) -> None:
        """Cannot be noted."""
        raise refusal()


def test_what_is_back_is_not_called_a_failure_because_it_cannot_be_noted(tmp_path: Path) -> None:
    kept, ids = discarded(tmp_path)
    backups = Forgetting(tmp_path, kept.secrets)
    entry = kept.history.entries()[0]
    places = restore(kept.history, backups, Putting(), entry, ids[:1], kept.desk.clock)
    assert ({ids[0]: RecordId(0, 100)}, Restorable((ids[2],), (ids[0],))) == (
        places,
        restorable(kept.history.records(1)),
    )


@pytest.mark.parametrize(
    ("secrets", "days", "title"),
    [
        (KeepingSecrets(), 30, "A backup of what you discard stays on this computer"),
        (SessionSecrets(), 30, "No backup of what you discard is kept"),
        (KeepingSecrets(), 0, "No backup of what you discard is kept"),
    ],
)
def test_the_review_says_whether_there_will_be_a_backup(
    tmp_path: Path, secrets: SessionSecrets, days: int, title: str
) -> None:
    broker, ids = filled(2)
    kept = Kept(tmp_path, Desk(broker), secrets, days)
    loaded = kept.desk.loaded()

    def said(decision: Decision) -> list[str]:
        return [str(each.title) for each in review(loaded, {ids[0]: decision}, {}).checks]

    assert (True, False) == (title in said(Decision.PURGE), title in said(Decision.MERGE))
    kept.desk.commit(loaded, {ids[0]: Decision.PURGE})
    assert (title[:2] == "A ") == bool(kept.history.records(1)[0].backup_until)


class Locked(KeepingSecrets):
    """Nobody unlocks it."""

    def get(self, ref: SecretRef) -> str | None:
        """Locked."""
        raise UserFacingError(
            ErrorCode.SECRETS_LOCKED,
            text("The password store is locked."),
            text("Nothing."),
            text("Unlock it."),
        )


def test_nothing_is_discarded_while_the_key_of_the_backups_is_locked(tmp_path: Path) -> None:
    broker, ids = filled(2)
    kept = Kept(tmp_path, Desk(broker), Locked())
    result = kept.desk.commit(kept.desk.loaded(), {ids[0]: Decision.PURGE, ids[1]: Decision.MERGE})
    assert (Outcome.NOT_COMMITTED, NotCommittedReason.BACKUP, "The password store is locked.") == (
        result.outcome,
        result.chunks[0].reason,
        str(result.chunks[0].message),
    )
    assert (ids, HistoryState.NOT_COMMITTED) == (Desk(broker).undecided(), kept.history.entries()[0].state)
