"""The history of commits in an SQLite file that only its owner may read."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kmp_desktop.core.history import (
    MOST_ENTRIES,
    Beginning,
    HistoryEntry,
    HistoryRecord,
    HistoryState,
    Unsettled,
)
from kmp_desktop.core.queue_state import QueueIdentity
from kmp_desktop.core.record import RecordId
from kmp_desktop.store.history_file import HistoryFile

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
        self._file = HistoryFile(folder)

    def begin(self, beginning: Beginning) -> int:
        """Note what is about to be tried; the number of its entry."""
        identity = beginning.identity
        with self._file.writing() as database:
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
        with self._file.writing() as database:
            database.execute(
                "UPDATE commits SET state = ?, receipt = CASE ? WHEN '' THEN receipt ELSE ? END"
                " WHERE number = ?",
                (state.value, receipt, receipt, number),
            )
            database.executemany(
                "UPDATE records SET committed = ? WHERE number = ? AND part = ? AND place = ?",
                ((int(done), number, *each) for each, done in committed.items()),
            )

    def unsettled(self, identity: QueueIdentity) -> list[Unsettled]:
        """What was begun on exactly this queue (topic id, group) and whose end is not known."""
        if not self._file.exists():
            return []
        with self._file.reading() as database:
            found = database.execute(
                "SELECT number, receipt, at FROM commits WHERE state = 'checking'"
                " AND cluster_id = ? AND queue_topic = ? AND queue_topic_id = ? AND consumer_group = ?",
                (identity.cluster_id, identity.queue_topic, identity.queue_topic_id, identity.group),
            ).fetchall()
            plans = {number: _records(database, number) for number, _, _ in found}
        return [
            Unsettled(number, receipt, at, tuple((each.id, each.decision) for each in plans[number]))
            for number, receipt, at in found
        ]

    def entries(self, words: str = "", limit: int = MOST_ENTRIES) -> list[HistoryEntry]:
        """The newest first; ``words``: only those whose queue, receipt, person, keys or reasons hold them."""
        if not self._file.exists():
            return []
        found = _FOUND if words.strip() else ""
        with self._file.reading() as database:
            rows = database.execute(
                f"{_ENTRY} {found} ORDER BY number DESC LIMIT :limit",
                {"words": words.strip().casefold(), "limit": limit},
            )
            return [_entry(row) for row in rows]

    def records(self, number: int) -> list[HistoryRecord]:
        """The records of an entry, in the order of their ids."""
        if not self._file.exists():
            return []
        with self._file.reading() as database:
            return _records(database, number)


def _records(database: sqlite3.Connection, number: int) -> list[HistoryRecord]:
    rows = database.execute(
        "SELECT part, place, decision, key, why, committed, coalesce(until, 0), restored_at, restoring"
        " FROM records LEFT JOIN backups USING (number, part, place)"
        " WHERE number = ? ORDER BY part, place",
        (number,),
    )
    return [
        HistoryRecord(
            *(RecordId(part, place), decision, key, why, None if done is None else bool(done)),
            *(until, restored_at, restoring),
        )
        for part, place, decision, key, why, done, until, restored_at, restoring in rows
    ]


def _entry(row: tuple[Any, ...]) -> HistoryEntry:
    number, at, *rest = row
    connection, queue, person, computer, program, state, receipt, merged, purged = rest[6:]
    return HistoryEntry(
        *(number, at, QueueIdentity(*rest[:6]), connection, queue, person, computer, program),
        HistoryState(state),
        *(receipt, merged, purged),
    )
