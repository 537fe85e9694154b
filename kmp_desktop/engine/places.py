"""Where each row's record lies in the topic, and the other way round."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from kmp_desktop.core.id_index import IdIndex
from kmp_desktop.core.record import RecordId
from kmp_desktop.engine.texts import Whole


class Places:
    """Partition and offset of every row. A record that got another row later is found there."""

    def __init__(self) -> None:
        self._partition = array("i")
        self._offset = array("q")
        self._rows = IdIndex()

    def __len__(self) -> int:
        return len(self._partition)

    def __getitem__(self, row: int) -> RecordId:
        return RecordId(self._partition[row], self._offset[row])

    def append(self, record: RecordId) -> None:
        """The next row."""
        self._rows.put(record, len(self._partition))
        self._partition.append(record.partition)
        self._offset.append(record.offset)

    def row_of(self, record: RecordId) -> int | None:
        """The last row that this record got."""
        return self._rows.get(record)

    def rows_of(self, records: Iterable[RecordId]) -> NDArray[np.uint32]:
        """The rows of those records that have one, in their order."""
        found = [row for each in records if (row := self._rows.get(each)) is not None]
        return np.array(found, np.uint32)

    def arrays(self) -> tuple[Whole, Whole]:
        """(partition, offset) of every row; not to be kept."""
        partitions = np.frombuffer(self._partition, np.int32).astype(np.int64)
        return partitions, np.frombuffer(self._offset, np.int64)

    def since(self, row: int) -> tuple[array[int], array[int]]:
        """(partitions, offsets) of all rows from this one on."""
        return self._partition[row:], self._offset[row:]
