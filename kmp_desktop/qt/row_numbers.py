"""Which record has which row number: the window's side of the engine's numbering."""

from __future__ import annotations

from array import array

from kmp_desktop.core.record import RecordId
from kmp_desktop.core.view import RecordsArrived


class RowNumbers:
    """Two arrays by row, and the way back. Rows are only ever added; one thread only."""

    def __init__(self) -> None:
        self._partitions = array("i")
        self._offsets = array("q")
        self._rows: dict[tuple[int, int], int] = {}

    def __len__(self) -> int:
        return len(self._offsets)

    def add(self, arrived: RecordsArrived) -> None:
        """Take the rows that the engine announced."""
        self._partitions.extend(arrived.partitions)
        self._offsets.extend(arrived.offsets)
        places = zip(arrived.partitions, arrived.offsets, strict=True)
        self._rows.update(zip(places, range(arrived.first, len(self)), strict=True))

    def record(self, row: int) -> RecordId:
        """The record of a row; IndexError where there is none."""
        return RecordId(self._partitions[row], self._offsets[row])

    def row(self, record: RecordId) -> int | None:
        """The row of a record, or None."""
        return self._rows.get(record)
