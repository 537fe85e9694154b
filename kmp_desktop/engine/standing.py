"""Which records of a queue are open and which are decided, by partition and offset, for a million at once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from kmp_desktop.core.queue_state import LoadedQueue
from kmp_desktop.core.record import RecordId
from kmp_desktop.engine.texts import Whole
from kmp_desktop.store.spool import SpooledRecords

Offsets = dict[int, Whole]
"""Partition -> offsets, ascending."""


def standing(loaded: LoadedQueue) -> tuple[Offsets, Offsets]:
    """(what is open, what is decided) of everything that was read."""
    elsewhere = _by_partition(loaded.decided_in_other_group)
    still_open: Offsets = {}
    decided: Offsets = {}
    for partition, offsets in _offsets(loaded).items():
        state = loaded.state[partition]
        done = offsets < state.base
        for marked in (np.fromiter(state.decided, np.int64), elsewhere.get(partition)):
            if marked is not None and len(marked):
                done |= np.isin(offsets, marked)
        still_open[partition], decided[partition] = offsets[~done], offsets[done]
    return still_open, decided


def among(partitions: Whole, offsets: Whole, wanted: Offsets) -> NDArray[np.bool_]:
    """For each place whether it is one of the wanted."""
    found = np.zeros(len(offsets), np.bool_)
    for partition, there in wanted.items():
        mine = partitions == partition
        found[mine] = np.isin(offsets[mine], there)
    return found


def without(offsets: Offsets, partitions: Whole, known: Whole) -> list[RecordId]:
    """Those that are not at one of the known places, in the order of their ids."""
    left = []
    for partition in sorted(offsets):
        there = offsets[partition]
        new = there[~np.isin(there, known[partitions == partition])]
        left += [RecordId(partition, offset) for offset in new.tolist()]
    return left


def _offsets(loaded: LoadedQueue) -> Offsets:
    records = loaded.records
    if isinstance(records, SpooledRecords):
        return {each: np.array(offsets, np.int64) for each, offsets in records.offsets().items()}
    return _by_partition(records)


def _by_partition(records: Iterable[RecordId]) -> Offsets:
    found: dict[int, list[int]] = {}
    for partition, offset in records:
        found.setdefault(partition, []).append(offset)
    return {partition: np.array(sorted(offsets), np.int64) for partition, offsets in found.items()}
