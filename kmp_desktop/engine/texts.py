"""Columns of texts for many rows: bytes in one place, a number for each value, and how values sort."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable
from math import nan

import numpy as np
from numpy.typing import NDArray

NOT_TOLD = -(1 << 62)
"""In columns of whole numbers, and as a rank: there is no value."""

Whole = NDArray[np.int64]

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_MISSING, _EMPTY = 0, 1  # numbers of the values that every column has
_TRIED = 50_000  # different values after which it is seen whether values repeat
_REPEATS = 2
_WORD = 8  # bytes compared at once


class Texts:
    """A text for every row, or ``None``. Equal texts are kept once as long as texts repeat.

    A Python object for each would take several times the memory of the text itself.
    """

    def __init__(self) -> None:
        self._of_row = array("I")
        self._known: dict[str, int] | None = {}
        self._bytes = bytearray()
        self._start = array("Q")
        self._length = array("I")
        self._folded = array("I")  # length of the folded text right behind, 0 where lower case will do
        self._value = array("d")  # what numbers are worth
        self._ranks: tuple[int, Whole] = (0, np.empty(0, np.int64))
        for each in ("", ""):  # what is missing, and what is empty
            self._new(each)

    def __len__(self) -> int:
        return len(self._of_row)

    def __getitem__(self, row: int) -> str | None:
        number = self._of_row[row]
        if number <= _EMPTY:
            return "" if number else None
        start = self._start[number]
        return self._bytes[start : start + self._length[number]].decode("utf-8", "surrogatepass")

    def __setitem__(self, row: int, value: str | None) -> None:
        self._of_row[row] = self._number(value)

    def append(self, value: str | None) -> None:
        """The text of the next row."""
        self._of_row.append(self._number(value))

    def text(self, row: int) -> str:
        """The text of a row, "" where there is none."""
        return self[row] or ""

    def numbers(self) -> NDArray[np.uint32]:
        """A number for every row, the same for the same text; not to be kept."""
        return np.frombuffer(self._of_row, np.uint32)

    def ranks(self) -> Whole:
        """How the rows sort: ``NOT_TOLD`` where nothing is, then what is empty, numbers, words.

        Numbers sort by their value, words by their letters, whether capital or not; words that differ
        in that only share a rank.
        """
        known, ranks = self._ranks
        if known != len(self._start):
            ranks = self._ranked()
            self._ranks = (len(self._start), ranks)
        return ranks[self.numbers()]

    def holding(self, wanted: str, *, whole: bool) -> NDArray[np.bool_]:
        """For every row whether its text holds the wanted one, or (``whole``) is nothing else."""
        needle = wanted.casefold().encode("utf-8", "surrogatepass")
        found = np.zeros(len(self._start), np.bool_)
        if not needle:
            return found[self.numbers()]
        text, start, length = self._bytes.lower(), self._start, self._length
        at = text.find(needle)
        while at >= 0:
            number = bisect_right(start, at) - 1
            middle = start[number] + length[number]  # behind it lies the folded text, if there is any
            first, end = (start[number], middle) if at < middle else (middle, middle + self._folded[number])
            inside = at + len(needle) <= end
            found[number] |= inside and (not whole or (at == first and at + len(needle) == end))
            # Of a value that is found nothing more is to be known.
            at = text.find(needle, middle + self._folded[number] if found[number] else at + 1)
        return found[self.numbers()]

    def empty(self) -> NDArray[np.bool_]:
        """For every row whether there is nothing."""
        return np.less_equal(self.numbers(), _EMPTY)

    def _number(self, value: str | None) -> int:
        if not value:
            return _MISSING if value is None else _EMPTY
        if self._known is None:
            return self._new(value)
        number = self._known.get(value)
        if number is None:
            number = self._known[value] = self._new(value)
            if number > _TRIED and len(self._of_row) < number * _REPEATS:
                self._known = None
        return number

    def _new(self, value: str) -> int:
        written = value.encode("utf-8", "surrogatepass")
        self._start.append(len(self._bytes))
        self._length.append(len(written))
        self._bytes += written
        is_ascii = len(written) == len(value)
        folded = b"" if is_ascii else value.casefold().encode("utf-8", "surrogatepass")
        self._folded.append(len(folded))
        self._bytes += folded
        self._value.append(float(value) if is_ascii and _NUMBER.fullmatch(value) else nan)
        return len(self._start) - 1

    def _ranked(self) -> Whole:
        """A rank for every value."""
        value = np.frombuffer(self._value, np.float64)
        start = np.frombuffer(self._start, np.uint64).astype(np.int64)
        length = np.frombuffer(self._length, np.uint32).astype(np.int64)
        folded = np.frombuffer(self._folded, np.uint32).astype(np.int64)
        start += np.where(folded > 0, length, 0)
        length = np.where(folded > 0, folded, length)
        written = np.frombuffer(bytes(self._bytes) + bytes(_WORD), np.uint8)
        ranks = np.empty(len(value), np.int64)
        ranks[_MISSING], ranks[_EMPTY] = NOT_TOLD, -1
        is_number = ~np.isnan(value)
        numbers, words = np.flatnonzero(is_number), np.flatnonzero(~is_number)[2:]
        in_order = _Order(written, start[numbers], length[numbers])
        in_order.by(lambda at: value[numbers[at]])
        in_order.by(lambda at: length[numbers[at]])
        ranks[numbers] = in_order.by_letters()
        ranks[words] = len(numbers) + _Order(written, start[words], length[words]).by_letters()
        return ranks


class _Order:
    """The place of each text among some; those that are equal so far share one."""

    def __init__(self, written: NDArray[np.uint8], start: Whole, length: Whole) -> None:
        self._words: NDArray[np.uint64] = np.ndarray(
            (max(0, len(written) - _WORD + 1),), ">u8", written.tobytes(), strides=(1,)
        )
        self._start = start
        self._length = length
        self._place = np.zeros(len(start), np.int64)
        self._tied: Whole = np.arange(len(start))

    def by(self, key: Callable[[Whole], NDArray[np.generic]]) -> None:
        """Tell those that are equal so far apart by a value of each."""
        if not len(self._tied):
            return
        values = key(self._tied)
        place = self._place[self._tied]
        order = np.argsort(values) if len(place) == len(self._place) else np.lexsort((values, place))
        at, place, values = self._tied[order], place[order], values[order]
        here = np.arange(len(at))
        begins = np.ones(len(at), np.bool_)
        begins[1:] = place[1:] != place[:-1]
        differs = begins.copy()
        differs[1:] |= values[1:] != values[:-1]
        self._place[at] = place + _last(differs, here) - _last(begins, here)
        alone = differs.copy()
        alone[:-1] &= differs[1:]
        self._tied = at[~alone]

    def by_letters(self) -> Whole:
        """Tell them apart by their bytes, eight at a time; the places."""
        depth = 0
        while len(self._tied) and depth < self._length[self._tied].max():
            self.by(lambda at, depth=depth: self._letters(at, depth))  # type: ignore[misc]
            depth += _WORD
        self.by(lambda at: self._length[at])
        return self._place

    def _letters(self, at: Whole, depth: int) -> NDArray[np.uint64]:
        left = np.clip(self._length[at] - depth, 0, _WORD)
        found = self._words[np.where(left > 0, self._start[at] + depth, 0)].astype(np.uint64)
        letters = found.view(np.uint8)
        letters += ((letters >= ord("A")) & (letters <= ord("Z"))).astype(np.uint8) * np.uint8(32)
        beyond = ((_WORD - left) * 8).astype(np.uint64)
        # A shift by all 64 bits is not defined.
        kept = (found >> np.minimum(beyond, 63)) << np.minimum(beyond, 63)
        return np.where(left > 0, kept, np.uint64(0))


def _last(marks: NDArray[np.bool_], here: Whole) -> Whole:
    """For every place the last one that is marked, up to and with itself."""
    return np.maximum.accumulate(np.where(marks, here, 0))
