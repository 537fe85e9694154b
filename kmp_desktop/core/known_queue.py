"""What a window knows of a queue that was read: everything but the records themselves."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from kmp_desktop.core.id_index import IdIndex
from kmp_desktop.core.queue_state import LoadedQueue, PartitionState, QueueIdentity
from kmp_desktop.core.record import RecordId

_AT_A_TIME = 2_000


class ReadQueue(Protocol):
    """What can be asked of a queue that was read, whether its records are at hand or not."""

    @property
    def identity(self) -> QueueIdentity:
        """Exactly which queue it is."""

    @property
    def state(self) -> Mapping[int, PartitionState]:
        """The ledger of each partition."""

    @property
    def end(self) -> Mapping[int, int]:
        """The first offset of each partition that was not read."""

    @property
    def complete(self) -> bool:
        """False: a person stopped reading."""

    @property
    def records(self) -> Container[RecordId]:
        """Everything read."""

    def is_decided(self, record: RecordId) -> bool:
        """Whether the ledger says that this record is decided."""

    def is_open(self, record: RecordId) -> bool:
        """Whether nobody has decided this record, here or in another group."""


class RecordSet(frozenset[RecordId]):
    """Records in any number; goes through a pipe as two arrays."""

    def __reduce__(self) -> tuple[object, ...]:
        partitions = array("i", [each.partition for each in self])
        return _set_of, (partitions, array("q", [each.offset for each in self]))


def _set_of(partitions: array[int], offsets: array[int]) -> RecordSet:
    found: set[RecordId] = set()
    # A few at a time: other threads have their turn only between two calls.
    for first in range(0, len(offsets), _AT_A_TIME):
        some = slice(first, first + _AT_A_TIME)
        found.update(map(RecordId, partitions[some], offsets[some]))
    return RecordSet(found)


@dataclass(frozen=True, slots=True)
class Checksums:
    """The CRC-32 of every record read, by partition: offsets in order, and beside them the sums."""

    places: Mapping[int, tuple[array[int], array[int]]]

    def __contains__(self, record: object) -> bool:
        return isinstance(record, RecordId) and self.get(record) is not None

    def __iter__(self) -> Iterator[RecordId]:
        for partition, (offsets, _) in self.places.items():
            for offset in offsets:
                yield RecordId(partition, offset)

    def get(self, record: RecordId) -> int | None:
        """The sum of a record; None where it was not read."""
        offsets, sums = self.places.get(record.partition, _NOTHING)
        place = bisect_left(offsets, record.offset)
        if place == len(offsets) or offsets[place] != record.offset:
            return None
        return sums[place]

    def or_else(self, older: Checksums) -> Checksums:
        """These, and those of ``older`` for records that are not among them."""
        sums = {each: older.get(each) or 0 for each in older}
        sums.update((each, self.get(each) or 0) for each in self)
        return _checksums(sorted(sums.items()))


_NOTHING: tuple[array[int], array[int]] = (array("q"), array("I"))


def _checksums(sums: Iterable[tuple[RecordId, int]]) -> Checksums:
    """``sums``: by partition, then offset."""
    places: dict[int, tuple[array[int], array[int]]] = {}
    for partition, found in groupby(sums, key=lambda each: each[0].partition):
        offsets, values = array("q"), array("I")
        for record, value in found:
            offsets.append(record.offset)
            values.append(value)
        places[partition] = (offsets, values)
    return Checksums(places)


@dataclass(frozen=True, slots=True)
class KnownQueue:
    """One reading, or what a commit has left of it. Dictionaries are keyed by partition.

    ``version`` names the ``LoadedQueue`` it was taken from to whoever holds that.
    """

    version: int
    identity: QueueIdentity
    state: Mapping[int, PartitionState]
    end: Mapping[int, int]  # first offset not read
    complete: bool  # False: a person stopped reading
    records: Checksums
    open_records: frozenset[RecordId]  # read, and decided by nobody
    decided_in_other_group: frozenset[RecordId]
    may_commit: bool  # no finding forbids it

    def is_decided(self, record: RecordId) -> bool:
        """Whether the ledger says that this record is decided, by anybody."""
        return self.state[record.partition].is_decided(record.offset)

    def is_open(self, record: RecordId) -> bool:
        """Whether nobody has decided this record yet, here or in another group."""
        return not self.is_decided(record) and record not in self.decided_in_other_group


def known_of(loaded: LoadedQueue, version: int, sums: IdIndex) -> KnownQueue:
    """A queue without its records; shares nothing that a commit changes.

    ``sums``: the CRC-32 of its records, so that none of them has to be looked at again; where one is
    not known the record is.
    """
    return KnownQueue(
        version=version,
        identity=loaded.identity,
        state=dict(loaded.state),
        end=dict(loaded.end),
        complete=loaded.complete,
        records=_checksums((each, _sum_of(each, sums, loaded)) for each in sorted(loaded.records)),
        open_records=RecordSet(filter(loaded.is_open, loaded.records)),
        decided_in_other_group=frozenset(loaded.decided_in_other_group),
        may_commit=loaded.may_commit(),
    )


def _sum_of(record: RecordId, sums: IdIndex, loaded: LoadedQueue) -> int:
    known = sums.get(record)
    return loaded.records[record].crc() if known is None else known
