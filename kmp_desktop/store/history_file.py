"""The SQLite file of the history, which only its owner may read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.text import text
from kmp_desktop.store.disk import disk_errors, move_aside, private_folder

_VERSION = 1
_OWNER_ONLY = 0o600
_WAIT_S = 30.0  # for another window that is writing
_SCHEMA = """
CREATE TABLE commits (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  cluster_id TEXT NOT NULL, queue_topic TEXT NOT NULL, queue_topic_id BLOB NOT NULL,
  retry_topic TEXT NOT NULL, retry_topic_id BLOB NOT NULL, consumer_group TEXT NOT NULL,
  connection TEXT NOT NULL, queue TEXT NOT NULL,
  person TEXT NOT NULL, computer TEXT NOT NULL, program TEXT NOT NULL,
  state TEXT NOT NULL, receipt TEXT NOT NULL DEFAULT ''
);
CREATE INDEX commits_unsettled ON commits (cluster_id, queue_topic) WHERE state = 'checking';
CREATE TABLE records (
  number INTEGER NOT NULL REFERENCES commits (number),
  part INTEGER NOT NULL, place INTEGER NOT NULL,
  decision TEXT NOT NULL, key BLOB, why TEXT NOT NULL,
  committed INTEGER,
  restored_at INTEGER NOT NULL DEFAULT 0,
  restoring INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (number, part, place)
) WITHOUT ROWID;
CREATE TABLE backups (
  number INTEGER NOT NULL, part INTEGER NOT NULL, place INTEGER NOT NULL,
  until INTEGER NOT NULL, sealed BLOB NOT NULL,
  PRIMARY KEY (number, part, place)
);
CREATE INDEX backups_until ON backups (until);
"""


class HistoryFile:
    """Opens the file for one piece of work at a time. Any thread; nothing stays open between calls."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "history.sqlite"
        self._folder = folder

    def exists(self) -> bool:
        """Whether anything was ever written; looking makes no file."""
        return self._path.exists()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, on disk afterwards; raises UserFacingError DISK."""
        with self._disk_errors(), closing(self._open()) as database, database:
            database.execute("BEGIN IMMEDIATE")
            yield database

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Raises UserFacingError DISK."""
        with self._disk_errors(), closing(self._open()) as database:
            yield database

    def _open(self) -> sqlite3.Connection:
        private_folder(self._folder)
        try:
            return self._connected()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            # No database any more: the commits to come matter more than the ones that are lost in it.
            move_aside(self._path, self._folder / "aside", "damaged")
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        if not self._path.exists():
            self._path.touch(mode=_OWNER_ONLY)
        database = sqlite3.connect(self._path, timeout=_WAIT_S, isolation_level=None)
        try:
            database.execute("PRAGMA synchronous = FULL")
            database.create_function("folded", 1, _folded, deterministic=True)
            version = database.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                _create(database)
            else:
                _check_version(version, self._path)
        except BaseException:
            database.close()
            raise
        return database

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        happened = text("The history on this computer cannot be read or written.")
        unchanged = text("Nothing was committed.")
        with disk_errors(happened, unchanged):
            try:
                yield
            except sqlite3.Error as error:
                raise OSError(None, str(error), str(self._path)) from error


def _create(database: sqlite3.Connection) -> None:
    """Make the tables, unless another window has just done so."""
    database.execute("BEGIN IMMEDIATE")
    try:
        if database.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {_VERSION}")
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _check_version(version: int, path: Path) -> None:
    if version != _VERSION:
        raise UserFacingError(
            ErrorCode.DISK,
            text("A newer version of this program keeps the history on this computer."),
            text("Nothing was committed."),
            text("Use the newer version."),
            details=str(path),
        )


def _folded(value: object) -> str:
    """Text for searching, whatever a column holds."""
    text_of = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
    return text_of.casefold()
