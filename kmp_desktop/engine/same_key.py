"""Which records share a key, and which of them have a newer one.

In one partition the offset tells what is newer. Across partitions, where nothing does for certain,
the records' own times decide.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmp_desktop.core.record import DeadLetter
from kmp_desktop.engine.texts import Whole

_NO_KEY = 0
_LIVE = 50  # while rows arrive it is looked again when there is one more for each so many


@dataclass(frozen=True, slots=True)
class Placed:
    """Where records lie and their own times (epoch ms), by row."""

    partition: Whole
    offset: Whole
    timestamp: Whole


class SameKey:
    """Rows by key, known by a hash of 64 bits: a million keys would take 200 MB as they are."""

    def __init__(self) -> None:
        self._keys = array("q")
        self._decided: list[DeadLetter] = []
        self._looked: int | None = None  # rows when ``newer`` was found out; None: to be looked at again
        self._newer: NDArray[np.bool_] = np.empty(0, np.bool_)

    def add(self, key: bytes | None) -> None:
        """The key of the next row."""
        self._keys.append(_hash(key))

    def look_again(self) -> None:
        """Rows were removed."""
        self._looked = None

    def set_decided(self, decided: Iterable[DeadLetter]) -> None:
        """Replace the records that are decided and still there (only those that share a row's key)."""
        there = list(decided)
        shared = np.isin(_hashes(there), np.frombuffer(self._keys, np.int64))
        self._decided = [
            record for record, kept in zip(there, shared, strict=True) if kept and record.key is not None
        ]
        self._looked = None

    def rows(self, key: bytes | None, removed: bytearray) -> Sequence[int]:
        """The rows with this key, in the order of arrival; without a key there are none."""
        if key is None:
            return ()
        same = np.frombuffer(self._keys, np.int64) == _hash(key)
        return [int(row) for row in np.flatnonzero(same) if not removed[row]]

    def decided(self, key: bytes | None) -> Sequence[DeadLetter]:
        """The decided records with this key."""
        return [record for record in self._decided if record.key == key]

    def newer(self, placed: Placed, removed: bytearray) -> NDArray[np.bool_]:
        """For every row whether there is a newer record with its key."""
        rows = len(self._keys)
        if self._looked is None or (rows - self._looked) * _LIVE > self._looked:
            self._newer = self._found(placed, removed)
            self._looked = rows
        elif rows > len(self._newer):
            self._newer = np.append(self._newer, np.zeros(rows - len(self._newer), np.bool_))
        return self._newer

    def _found(self, placed: Placed, removed: bytearray) -> NDArray[np.bool_]:
        keys = np.frombuffer(self._keys, np.int64)
        found = np.zeros(len(keys), np.bool_)
        mine = np.flatnonzero((np.frombuffer(removed, np.uint8) == 0) & (keys != _NO_KEY))
        others = self._decided
        every = np.concatenate((keys[mine], _hashes(others)))
        shared = _repeated(every)
        if not len(shared):
            return found
        part = np.concatenate((placed.partition[mine], _whole(each.id.partition for each in others)))[shared]
        offset = np.concatenate((placed.offset[mine], _whole(each.id.offset for each in others)))[shared]
        moment = np.concatenate((placed.timestamp[mine], _whole(each.timestamp for each in others)))[shared]
        newer = _have_newer(every[shared], part, offset, moment)
        of_rows = shared < len(mine)
        found[mine[shared[of_rows]]] = newer[of_rows]
        return found


def _have_newer(keys: Whole, part: Whole, offset: Whole, moment: Whole) -> NDArray[np.bool_]:
    """For every record whether another one with its key is newer."""
    key = np.unique(keys, return_inverse=True)[1]
    width = int(part.max()) + 1
    pairs, pair = np.unique(key * width + part, return_inverse=True)
    last = np.full(len(pairs), np.iinfo(np.int64).min)
    np.maximum.at(last, pair, offset)
    latest = np.full(len(pairs), np.iinfo(np.int64).min)
    np.maximum.at(latest, pair, moment)
    # The latest of each key, and the latest in another partition than that.
    order = np.lexsort((-latest, pairs // width))
    of_key = pairs[order] // width
    first = np.flatnonzero(np.diff(of_key, prepend=-1))
    best = order[first]
    second = np.minimum(first + 1, len(order) - 1)
    has_second = (second > first) & (of_key[second] == of_key[first])
    next_best = np.where(has_second, latest[order[second]], np.iinfo(np.int64).min)
    elsewhere = np.where(best[key] == pair, next_best[key], latest[best[key]])
    newer: NDArray[np.bool_] = (offset < last[pair]) | (moment < elsewhere)
    return newer


def _repeated(keys: Whole) -> Whole:
    """Where the keys lie that occur more than once."""
    in_order = np.sort(keys)
    twice = np.unique(in_order[1:][in_order[1:] == in_order[:-1]])
    if not len(twice):
        return np.empty(0, np.int64)
    at = np.minimum(np.searchsorted(twice, keys), len(twice) - 1)
    return np.flatnonzero(twice[at] == keys)


def _hash(key: bytes | None) -> int:
    return _NO_KEY if key is None else hash(key) or 1


def _hashes(records: Iterable[DeadLetter]) -> Whole:
    return _whole(_hash(record.key) for record in records)


def _whole(numbers: Iterable[int]) -> Whole:
    return np.fromiter(numbers, np.int64)


def is_newer(record: DeadLetter, than: DeadLetter) -> bool:
    """Whether a record with the same key is newer than another."""
    if record.id.partition == than.id.partition:
        return record.id.offset > than.id.offset
    return record.timestamp > than.timestamp
