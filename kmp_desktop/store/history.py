"""The history of commits in an SQLite file that only its owner may read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.history import Beginning, HistoryEntry, HistoryRecord, HistoryState
from kmp_desktop.core.queue_state import QueueIdentity
from kmp_desktop.core.record import RecordId
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
  PRIMARY KEY (number, part, place)
) WITHOUT ROWID;
"""
_ENTRY = """
SELECT number, at, cluster_id, queue_topic, queue_topic_id, retry_topic, retry_topic_id, consumer_group,
       connection, queue, person, computer, program, state, receipt,
       (SELECT count(*) FROM records r WHERE r.number = c.number AND decision = 'merge'),
       (SELECT count(*) FROM records r WHERE r.number = c.number AND decision = 'purge')
FROM commits c
"""
_FOUND = """
WHERE instr(folded(queue || ' ' || connection || ' ' || queue_topic), :words)
   OR instr(folded(receipt || ' ' || person), :words)
   OR number IN (SELECT number FROM records WHERE instr(folded(why), :words) OR instr(folded(key), :words))
"""


class SqliteHistory:
    """Implements ``History``. Any thread; nothing stays open between calls."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "history.sqlite"
        self._folder = folder

    def begin(self, beginning: Beginning) -> int:
        """Note what is about to be tried; the number of its entry."""
        identity = beginning.identity
        with self._writing() as database:
            cursor = database.execute(
                "INSERT INTO commits (at, cluster_id, queue_topic, queue_topic_id, retry_topic,"
                " retry_topic_id, consumer_group, connection, queue, person, computer, program, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(beginning.at, identity.cluster_id, identity.queue_topic, identity.queue_topic_id),
                    *(identity.retry_topic, identity.retry_topic_id, identity.group),
                    *(beginning.connection, beginning.queue, beginning.person),
                    *(beginning.computer, beginning.program, HistoryState.CHECKING.value),
                ),
            )
            number = cursor.lastrowid
            assert number is not None
            database.executemany(
                "INSERT INTO records (number, part, place, decision, key, why) VALUES (?, ?, ?, ?, ?, ?)",
                ((number, *each.id, each.decision, each.key, each.why) for each in beginning.records),
            )
        return number

    def finish(
        self, number: int, state: HistoryState, receipt: str, committed: Mapping[RecordId, bool]
    ) -> None:
        """Note how it ended; records that are not named keep what is known of them."""
        with self._writing() as database:
            database.execute(
                "UPDATE commits SET state = ?, receipt = CASE ? WHEN '' THEN receipt ELSE ? END"
                " WHERE number = ?",
                (state.value, receipt, receipt, number),
            )
            database.executemany(
                "UPDATE records SET committed = ? WHERE number = ? AND part = ? AND place = ?",
                ((int(done), number, *each) for each, done in committed.items()),
            )

    def unsettled(self, cluster_id: str, queue_topic: str) -> list[tuple[int, list[RecordId]]]:
        """(number, its records) of what was begun on a queue and whose end is not known."""
        if not self._path.exists():
            return []
        with self._reading() as database:
            numbers = database.execute(
                "SELECT number FROM commits WHERE state = 'checking' AND cluster_id = ? AND queue_topic = ?",
                (cluster_id, queue_topic),
            ).fetchall()
            return [(number, [each.id for each in _records(database, number)]) for (number,) in numbers]

    def entries(self, words: str = "", limit: int = 1_000) -> list[HistoryEntry]:
        """The newest first; ``words``: only those whose queue, receipt, person, keys or reasons hold them."""
        if not self._path.exists():
            return []
        found = _FOUND if words.strip() else ""
        with self._reading() as database:
            rows = database.execute(
                f"{_ENTRY} {found} ORDER BY number DESC LIMIT :limit",
                {"words": words.strip().casefold(), "limit": limit},
            )
            return [_entry(row) for row in rows]

    def records(self, number: int) -> list[HistoryRecord]:
        """The records of an entry, in the order of their ids."""
        if not self._path.exists():
            return []
        with self._reading() as database:
            return _records(database, number)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._disk_errors(), closing(self._open()) as database, database:
            database.execute("BEGIN IMMEDIATE")
            yield database

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
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


def _records(database: sqlite3.Connection, number: int) -> list[HistoryRecord]:
    rows = database.execute(
        "SELECT part, place, decision, key, why, committed FROM records"
        " WHERE number = ? ORDER BY part, place",
        (number,),
    )
    return [
        HistoryRecord(RecordId(part, place), decision, key, why, None if done is None else bool(done))
        for part, place, decision, key, why, done in rows
    ]


def _entry(row: tuple[Any, ...]) -> HistoryEntry:
    number, at, *rest = row
    connection, queue, person, computer, program, state, receipt, merged, purged = rest[6:]
    return HistoryEntry(
        *(number, at, QueueIdentity(*rest[:6]), connection, queue, person, computer, program),
        HistoryState(state),
        *(receipt, merged, purged),
    )


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
