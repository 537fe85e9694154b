"""Which record has which row number: the window's side of the engine's numbering."""

from __future__ import annotations

from collections.abc import Iterable

from kmp_desktop.core.record import RecordId
from kmp_desktop.core.view import RecordsArrived


class RowNumbers:
    """The records by row, and the way back. Rows are only ever added; one thread only."""

    def __init__(self) -> None:
        self._records: list[RecordId] = []
        self._rows: dict[RecordId, int] = {}

    def __len__(self) -> int:
        return len(self._records)

    def add(self, arrived: RecordsArrived) -> None:
        """Take the rows that the engine announced."""
        records = list(map(RecordId, arrived.partitions, arrived.offsets))
        self._records.extend(records)
        self._rows.update(zip(records, range(arrived.first, len(self)), strict=True))

    def record(self, row: int) -> RecordId:
        """The record of a row; IndexError where there is none."""
        return self._records[row]

    def records(self, rows: Iterable[int]) -> tuple[RecordId, ...]:
        """The records of many rows: a whole list is selected at once."""
        return tuple(map(self._records.__getitem__, rows))

    def row(self, record: RecordId) -> int | None:
        """The row of a record, or None."""
        return self._rows.get(record)
