"""The list of records as a file: CSV for spreadsheets, JSON lines for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum

from kmp_desktop.app.csv_text import csv_lines, csv_text
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.payload import PayloadColumn
from kmp_desktop.core.view import Row

Line = tuple[Row, Decision | None]


class ListFormat(StrEnum):
    """What kind of file."""

    CSV = "csv"
    JSON_LINES = "jsonl"


class ListText:
    """Makes the text of a list, piece by piece; ``columns`` are the chosen payload columns."""

    def __init__(self, kind: ListFormat, columns: Sequence[PayloadColumn]) -> None:
        self._kind = kind
        self._labels = [column.label for column in columns]

    def begin(self) -> str:
        """What stands before all records."""
        if self._kind is ListFormat.JSON_LINES:
            return ""
        first = ("partition", "offset", "decision", "why it failed", "reported message", "message type")
        last = ("failed at (UTC)", "tries", "reported by", "failing step", "key", "came from")
        return csv_text((*first, *self._labels, *last, "size in bytes", "first sent (UTC)"), ())

    def lines(self, records: Iterable[Line]) -> str:
        """One line a record."""
        if self._kind is ListFormat.CSV:
            return csv_lines(self._cells(row, decision) for row, decision in records)
        return "".join(json.dumps(self._object(row, decision)) + "\n" for row, decision in records)

    def _cells(self, row: Row, decision: Decision | None) -> tuple[str, ...]:
        values = self._values(row)
        return (
            *(str(row.id.partition), str(row.id.offset), decision.value if decision else ""),
            *(str(row.why), row.reported, row.message_type),
            *("" if value is None else value for value in values),
            *(_utc(row.failed_at), "" if row.tries is None else str(row.tries)),
            *(row.reported_by, str(row.step or ""), row.key, row.came_from, str(row.size)),
            _utc(row.first_sent or 0),
        )

    def _object(self, row: Row, decision: Decision | None) -> dict[str, object]:
        """Times in milliseconds since 1970; what the record does not tell is null."""
        return {
            "partition": row.id.partition,
            "offset": row.id.offset,
            "decision": decision.value if decision else None,
            "why": str(row.why),
            "reported_message": row.reported or None,
            "message_type": row.message_type or None,
            "content": dict(zip(self._labels, self._values(row), strict=True)),
            "failed_at": row.failed_at if row.failed_at > 0 else None,
            "tries": row.tries,
            "reported_by": row.reported_by or None,
            "step": None if row.step is None else str(row.step),
            "key": row.key,
            "came_from": row.came_from or None,
            "size": row.size,
            "first_sent": row.first_sent,
            "came_back": row.came_back,
            "newer_same_key": row.newer_same_key,
            "readable": not row.unreadable,
        }

    def _values(self, row: Row) -> list[str | None]:
        return [row.payload[at] if at < len(row.payload) else None for at in range(len(self._labels))]


def _utc(then: int) -> str:
    """A time that spreadsheets understand, to the second; empty where it is not told or beyond them."""
    try:
        return datetime.fromtimestamp(then / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S") if then > 0 else ""
    except (OverflowError, ValueError, OSError):
        return str(then)
