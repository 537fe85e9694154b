"""A number for each of many records, in sixteen bytes each: a dictionary would take two hundred."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator

from kmp_desktop.core.record import RecordId


class IdIndex:
    """Whole numbers by record. Quick where records of a partition come in the order of their offsets."""

    def __init__(self) -> None:
        self._offsets: dict[int, array[int]] = {}
        self._numbers: dict[int, array[int]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[RecordId]:
        """The records in the order of their ids."""
        for partition in sorted(self._offsets):
            for offset in self._offsets[partition]:
                yield RecordId(partition, offset)

    def __copy__(self) -> IdIndex:
        """The same numbers, which then go ways of their own."""
        other = IdIndex()
        other._offsets = {each: found[:] for each, found in self._offsets.items()}
        other._numbers = {each: found[:] for each, found in self._numbers.items()}
        other._count = self._count
        return other

    def offsets(self) -> dict[int, array[int]]:
        """The offsets of each partition, ascending; not to be changed."""
        return self._offsets

    def arrays(self) -> dict[int, tuple[array[int], array[int]]]:
        """(offsets, numbers) of each partition, by ascending offset; not to be changed."""
        return {each: (self._offsets[each], self._numbers[each]) for each in self._offsets}

    def put(self, record: RecordId, number: int) -> None:
        """Give a record a number, whether it has one already or not."""
        partition, offset = record
        offsets = self._offsets.get(partition)
        if offsets is None:
            offsets = self._offsets[partition] = array("q")
            self._numbers[partition] = array("Q")
        numbers = self._numbers[partition]
        at = len(offsets) if not offsets or offset > offsets[-1] else bisect_left(offsets, offset)
        if at < len(offsets) and offsets[at] == offset:
            numbers[at] = number
            return
        offsets.insert(at, offset)
        numbers.insert(at, number)
        self._count += 1

    def get(self, record: tuple[int, int]) -> int | None:
        """The number of a record."""
        offsets = self._offsets.get(record[0])
        if not offsets:
            return None
        at = bisect_left(offsets, record[1])
        if at == len(offsets) or offsets[at] != record[1]:
            return None
        return self._numbers[record[0]][at]

    def remove(self, record: RecordId) -> None:
        """Forget a record; raises KeyError where it has no number."""
        if self.get(record) is None:
            raise KeyError(record)
        at = bisect_left(self._offsets[record.partition], record.offset)
        del self._offsets[record.partition][at], self._numbers[record.partition][at]
        self._count -= 1
