"""Where each row's record lies in the topic, and the other way round."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

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

    def rows_at(self, records: Sequence[RecordId]) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
        """(row, whether there is one) of each record, for many at once."""
        partitions = np.fromiter((each[0] for each in records), np.int64, len(records))
        offsets = np.fromiter((each[1] for each in records), np.int64, len(records))
        rows, found = np.zeros(len(records), np.uint32), np.zeros(len(records), np.bool_)
        for partition, (known, numbers) in self._rows.arrays().items():
            mine = np.flatnonzero(partitions == partition)
            there = np.frombuffer(known, np.int64)
            at = np.minimum(np.searchsorted(there, offsets[mine]), len(there) - 1)
            rows[mine] = np.frombuffer(numbers, np.uint64)[at]
            found[mine] = there[at] == offsets[mine]
        return rows, found

    def arrays(self) -> tuple[Whole, Whole]:
        """(partition, offset) of every row; not to be kept."""
        partitions = np.frombuffer(self._partition, np.int32).astype(np.int64)
        return partitions, np.frombuffer(self._offset, np.int64)

    def since(self, row: int) -> tuple[array[int], array[int]]:
        """(partitions, offsets) of all rows from this one on."""
        return self._partition[row:], self._offset[row:]
