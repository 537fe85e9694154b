"""The history file: what is noted, found again and kept through damage."""

from __future__ import annotations

import sqlite3
import stat
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.history import Beginning, HistoryRecord, HistoryState
from kmp_desktop.core.queue_state import QueueIdentity
from kmp_desktop.core.record import RecordId
from kmp_desktop.store.history import SqliteHistory
from tests.unit.records import IDENTITY, NOW

ONE = HistoryRecord(RecordId(0, 1), "merge", b"4500318719", "Customer not found")
TWO = HistoryRecord(RecordId(1, 7), "purge", None, "A service did not answer")
BYTES = HistoryRecord(RecordId(0, 2), "purge", b"\xff\x00", "")


def beginning(*records: HistoryRecord, queue: str = "Orders") -> Beginning:
    """What is noted before a commit."""
    return Beginning(
        NOW, IDENTITY, "Shop", queue, "cs-desk-03", "svc@desk", "window", records or (ONE, TWO, BYTES)
    )


def test_what_was_begun_is_found_with_its_records(tmp_path: Path) -> None:
    history = SqliteHistory(tmp_path / "history")
    number = history.begin(beginning())
    (entry,) = history.entries()
    assert (number, NOW, IDENTITY, "Shop", "Orders", "cs-desk-03", "svc@desk", "window") == (
        *(entry.number, entry.at, entry.identity, entry.connection, entry.queue),
        *(entry.person, entry.computer, entry.program),
    )
    assert (HistoryState.CHECKING, "", 1, 2) == (entry.state, entry.receipt, entry.merged, entry.purged)
    assert [ONE, BYTES, TWO] == history.records(number)


def test_how_it_ended_is_noted_for_the_commit_and_for_every_record(tmp_path: Path) -> None:
    history = SqliteHistory(tmp_path)
    number = history.begin(beginning(ONE, TWO))
    history.finish(number, HistoryState.PARTLY, "0a0b0c0d", {ONE.id: True, TWO.id: False})
    assert [True, False] == [each.committed for each in history.records(number)]
    assert (HistoryState.PARTLY, "0a0b0c0d") == (history.entries()[0].state, history.entries()[0].receipt)


def test_a_receipt_is_not_forgotten_when_the_end_is_noted_without_one(tmp_path: Path) -> None:
    history = SqliteHistory(tmp_path)
    number = history.begin(beginning())
    history.finish(number, HistoryState.CHECKING, "0a0b0c0d", {})
    history.finish(number, HistoryState.COMMITTED, "", {})
    assert (HistoryState.COMMITTED, "0a0b0c0d") == (history.entries()[0].state, history.entries()[0].receipt)


def test_only_what_was_begun_on_that_queue_and_has_no_end_is_unsettled(tmp_path: Path) -> None:
    history = SqliteHistory(tmp_path)
    ended, open_one = history.begin(beginning()), history.begin(beginning(ONE))
    history.finish(ended, HistoryState.COMMITTED, "", {})
    (found,) = history.unsettled(IDENTITY)
    assert (open_one, "", ((ONE.id, ONE.decision),)) == (found.number, found.receipt, found.plan)


@pytest.mark.parametrize(
    "other",
    [
        replace(IDENTITY, cluster_id="other"),
        replace(IDENTITY, queue_topic="other"),
        replace(IDENTITY, queue_topic_id=b"other"),
        replace(IDENTITY, group="other"),
    ],
)
def test_another_queue_or_group_settles_nothing(tmp_path: Path, other: QueueIdentity) -> None:
    history = SqliteHistory(tmp_path)
    history.begin(beginning())
    assert [] == history.unsettled(other)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [2, 1]),
        ("  ", [2, 1]),
        ("4500318719", [1]),
        ("customer NOT", [1]),
        ("DESK-03", [2, 1]),
        ("größe", [2]),
        ("0a0b", [1]),
        ("nothing like it", []),
        ("%", []),
        ("'; DROP TABLE commits; --", []),
    ],
)
def test_entries_are_found_by_key_reason_person_queue_and_receipt(
    tmp_path: Path, words: str, found: list[int]
) -> None:
    history = SqliteHistory(tmp_path)
    history.finish(history.begin(beginning(ONE)), HistoryState.COMMITTED, "0a0b0c0d", {})
    history.begin(beginning(BYTES, queue="GRÖSSE"))
    assert found == [each.number for each in history.entries(words)]


def test_looking_makes_no_file(tmp_path: Path) -> None:
    history = SqliteHistory(tmp_path / "history")
    assert ([], [], []) == (history.entries(), history.records(1), history.unsettled(IDENTITY))
    assert [] == list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights in another way")
def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    SqliteHistory(tmp_path / "history").begin(beginning())
    files = list((tmp_path / "history").iterdir())
    assert {0o600} == {stat.S_IMODE(each.stat().st_mode) for each in files}
    assert stat.S_IMODE((tmp_path / "history").stat().st_mode) == 0o700


def test_a_damaged_file_is_put_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    (tmp_path / "history.sqlite").write_bytes(b"no database at all, but long enough" * 10)
    history = SqliteHistory(tmp_path)
    assert 1 == history.begin(beginning())
    assert ["history.damaged.sqlite"] == [each.name for each in (tmp_path / "aside").iterdir()]


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    history = SqliteHistory(tmp_path)
    history.begin(beginning())
    with closing(sqlite3.connect(tmp_path / "history.sqlite")) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(UserFacingError) as raised:
        history.begin(beginning())
    assert "A newer version of this program keeps the history on this computer." == str(raised.value.happened)


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UserFacingError) as raised:
        SqliteHistory(tmp_path / "file").begin(beginning())
    assert "The history on this computer cannot be read or written." == str(raised.value.happened)
