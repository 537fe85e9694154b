"""Sealed backups: byte for byte, only with the key, only in their own place."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.profile import SecretKind, SecretRef
from kmp_desktop.core.record import DeadLetter, RecordId, TimestampType
from kmp_desktop.store.backups import SealedBackups
from kmp_desktop.store.history import SqliteHistory
from kmp_desktop.store.secrets import SessionSecrets
from tests.unit.records import NOW
from tests.unit.store.test_history import BYTES, ONE, TWO, beginning

LETTERS = (
    DeadLetter(
        TWO.id, None, b"", (("a", b"1"), ("a", None), ("\u00e4", b"")), NOW, TimestampType.CREATE_TIME
    ),
    DeadLetter(BYTES.id, b"\xff\x00", None, (), 0, TimestampType.NOT_AVAILABLE, "a header name"),
)
SECRET = b"4500318719 secret"


@pytest.fixture
def secrets() -> SessionSecrets:
    """A password store."""
    return SessionSecrets()


def kept(folder: Path, secrets: SessionSecrets, *letters: DeadLetter, until: int = NOW) -> SealedBackups:
    """Backups of an entry with number 1."""
    SqliteHistory(folder).begin(beginning(ONE, TWO, BYTES))
    backups = SealedBackups(folder, secrets)
    backups.save(1, letters or LETTERS, until)
    return backups


def test_what_was_saved_is_loaded_byte_for_byte(tmp_path: Path, secrets: SessionSecrets) -> None:
    kept(tmp_path, secrets)
    again = SealedBackups(tmp_path, secrets)
    assert {each.id: each for each in LETTERS} == again.load(1)
    assert {} == again.load(2)
    assert {ONE.id: 0, TWO.id: NOW, BYTES.id: NOW} == {
        each.id: each.backup_until for each in SqliteHistory(tmp_path).records(1)
    }


def test_no_file_holds_what_was_sealed(tmp_path: Path, secrets: SessionSecrets) -> None:
    kept(tmp_path, secrets, replace(LETTERS[0], value=SECRET))
    content = b"".join(each.read_bytes() for each in tmp_path.iterdir() if each.is_file())
    assert (False, False) == (SECRET in content, b"NDUwMDMxODcxOSBMb3ZlbGFjZQ" in content)


def test_without_the_key_nothing_is_opened(tmp_path: Path, secrets: SessionSecrets) -> None:
    backups = kept(tmp_path, secrets)
    secrets.delete(SecretRef("this-computer", SecretKind.BACKUP))
    with pytest.raises(UserFacingError) as raised:
        backups.load(1)
    assert ErrorCode.SECRETS_LOCKED is raised.value.code


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE backups SET sealed = zeroblob(length(sealed))",
        "UPDATE backups SET number = 2",
        "UPDATE backups SET place = place + 1",
    ],
)
def test_a_backup_that_was_changed_or_moved_is_not_opened(
    tmp_path: Path, secrets: SessionSecrets, damage: str
) -> None:
    backups = kept(tmp_path, secrets)
    with closing(sqlite3.connect(tmp_path / "history.sqlite")) as database, database:
        database.execute(damage)
    with pytest.raises(UserFacingError) as raised:
        backups.load(2 if "number" in damage else 1)
    assert "A backup is damaged, or sealed with another key." == str(raised.value.happened)


def test_what_was_to_be_kept_no_longer_is_dropped(tmp_path: Path, secrets: SessionSecrets) -> None:
    backups = kept(tmp_path, secrets, until=NOW)
    backups.drop(NOW)
    assert {each.id for each in LETTERS} == set(backups.load(1))
    backups.drop(NOW + 1)
    assert {} == backups.load(1)


def test_a_restore_is_noted_before_and_after(tmp_path: Path, secrets: SessionSecrets) -> None:
    backups, history = kept(tmp_path, secrets), SqliteHistory(tmp_path)

    def noted() -> list[tuple[RecordId, int, int]]:
        return [(each.id, each.restored_at, each.restoring) for each in history.records(1) if each != ONE]

    backups.begin_restore(1, {TWO.id: 0, BYTES.id: 0})
    assert [(BYTES.id, 0, 1), (TWO.id, 0, 1)] == noted()
    with pytest.raises(UserFacingError):
        backups.begin_restore(1, {TWO.id: 0, BYTES.id: 1})
    assert [(BYTES.id, 0, 1), (TWO.id, 0, 1)] == noted()
    backups.end_restore(1, {TWO.id: True, BYTES.id: False}, NOW)
    assert [(BYTES.id, 0, 0), (TWO.id, NOW, 0)] == noted()
    with pytest.raises(UserFacingError):
        backups.begin_restore(1, {TWO.id: 0})


def test_a_store_that_forgets_is_no_place_for_the_key(tmp_path: Path, secrets: SessionSecrets) -> None:
    assert not SealedBackups(tmp_path, secrets).possible()
