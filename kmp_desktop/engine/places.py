"""Where each row's record lies in the topic, and the other way round."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from kmp_desktop.core.record import RecordId


class Places:
    """Partition and offset of every row, in 24 bytes; offsets of a partition come almost always ascending."""

    def __init__(self) -> None:
        self._partition = array("i")
        self._offset = array("q")
        self._offsets: defaultdict[int, array[int]] = defaultdict(lambda: array("q"))
        self._rows: defaultdict[int, array[int]] = defaultdict(lambda: array("I"))

    def __len__(self) -> int:
        return len(self._partition)

    def __getitem__(self, row: int) -> RecordId:
        return RecordId(self._partition[row], self._offset[row])

    def append(self, record: RecordId) -> None:
        """The next row; its record has none yet, or not any more."""
        partition, offset = record
        row = len(self._partition)
        self._partition.append(partition)
        self._offset.append(offset)
        offsets, rows = self._offsets[partition], self._rows[partition]
        if not offsets or offset > offsets[-1]:
            offsets.append(offset)
            rows.append(row)
            return
        at = bisect_left(offsets, offset)
        if offsets[at] == offset:
            rows[at] = row
        else:
            offsets.insert(at, offset)
            rows.insert(at, row)

    def row_of(self, record: RecordId) -> int | None:
        """The last row that this record got."""
        offsets = self._offsets.get(record.partition)
        if offsets is None:
            return None
        at = bisect_left(offsets, record.offset)
        return (
            self._rows[record.partition][at] if at < len(offsets) and offsets[at] == record.offset else None
        )

    def rows_of(self, records: Iterable[RecordId]) -> NDArray[np.uint32]:
        """The rows of those records that have one, in their order."""
        found = [row for each in records if (row := self.row_of(each)) is not None]
        return np.array(found, np.uint32)

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(partition, offset) of every row."""
        partitions = np.frombuffer(self._partition, np.int32).astype(np.int64)
        return partitions, np.frombuffer(self._offset, np.int64)

    def since(self, row: int) -> tuple[array[int], array[int]]:
        """(partitions, offsets) of all rows from this one on."""
        return self._partition[row:], self._offset[row:]
