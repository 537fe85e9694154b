"""Full text search: all words must occur, "quotes" keep words together, case does not count.

Neither do separators inside numbers: 4500318719 finds 45-003-187-19 and the other way round. For
that, numbers are closed up, in what is searched as in what is searched for. Texts are kept as UTF-8,
because one letter outside Latin-1 would double a str, and there are hundreds of thousands of them.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

MAX_BYTES = 16_384
"""How much text of one record is searched."""

PIECE_BYTES = 8 << 20
_END = b"\xff"  # in no UTF-8
_SELDOM = 8  # where fewer than one row in so many is left, these are looked at one by one
_MANY = 200
_MOST_LINES = 20_000
_LONGEST_LINE = 2_000  # characters

_SEPARATORS = " .,'\u2019/_\u00a0\u2009\u202f-"
# Written so that the separator is found first: twice as fast, and every record goes through it.
_BETWEEN_DIGITS = re.compile(f"[{re.escape(_SEPARATORS)}](?<=[0-9].)(?=[0-9])")
_BEFORE_DIGIT = re.compile(f"^[{re.escape(_SEPARATORS)}]+(?=[0-9])")
_AFTER_DIGIT = re.compile(f"(?<=[0-9])[{re.escape(_SEPARATORS)}]+$")
_WORD = re.compile(r'"([^"]*)"?|([^\s"]+)')


def searchable(parts: Iterable[str]) -> bytes:
    """The text of a record as it is searched."""
    text = "\n".join(parts).casefold()
    return _closed_up(text).encode("utf-8", "replace")[:MAX_BYTES]


def needles(search: str) -> tuple[bytes, ...]:
    """What must all occur in a text. A quotation mark that is not closed yet reaches to the end."""
    words = [phrase or word for phrase, word in _WORD.findall(search.casefold())]
    return tuple(_closed_word(word).encode("utf-8", "replace") for word in words if word.strip())


class SearchTexts:
    """What is searched of every row, in few large pieces: one call looks through thousands of rows.

    The last answer is remembered: a search is typed letter by letter, and while a queue is read the
    same search is asked again for a few rows more.
    """

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []
        self._lines = _SharedLines()
        self._rows = 0
        self._changed: dict[int, bytes] = {}
        self._last: tuple[tuple[bytes, ...], NDArray[np.bool_]] = ((), np.empty(0, np.bool_))

    def __len__(self) -> int:
        return self._rows

    def append(self, lines: Iterable[str], content: str) -> None:
        """The text of the next row: lines, many of which other rows have, too, and its content."""
        own = [line for line in self._lines.take(lines) if line]
        if not self._pieces or len(self._pieces[-1].content) >= PIECE_BYTES:
            self._pieces.append(_Piece(self._rows))
        self._pieces[-1].append(searchable([*own, content]))
        self._rows += 1

    def replace(self, row: int, lines: Iterable[str], content: str) -> None:
        """Another text of a row."""
        self._changed[row] = searchable([*lines, content])
        self._last = ((), np.empty(0, np.bool_))

    def holding(self, search: str) -> NDArray[np.bool_]:
        """For every row whether its text holds all that is searched for."""
        words = needles(search)
        before, known = self._last
        found = np.ones(self._rows, np.bool_)
        if all(any(old in new for new in words) for old in before):
            found[: len(known)] = known
        first = len(known) if before == words else 0
        for word in self._seldom_first(words):
            in_line = self._lines.holding(word)
            left = found & ~in_line
            for piece in self._pieces:
                piece.narrow(word, left, first)
            found = (found & in_line) | left
        for row, text in self._changed.items():
            found[row] = all(word in text for word in words)
        self._last = (words, found)
        return found

    def _seldom_first(self, words: tuple[bytes, ...]) -> list[bytes]:
        """What few rows hold leaves little to look at for the others."""
        if len(words) < 2 or not self._pieces:
            return list(words)
        return sorted(words, key=self._pieces[-1].share)


class _SharedLines:
    """Lines that rows have in common, each kept and looked through once: most of what headers say."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {"": 0}
        self._texts: list[bytes] = [b""]
        self._of_rows = array("I")
        self._starts = array("Q")

    def take(self, lines: Iterable[str]) -> list[str]:
        """The lines of the next row; those that it alone has are given back."""
        self._starts.append(len(self._of_rows))
        self._of_rows.append(0)  # so that every row has one
        known, own = self._known, []
        for line in lines:
            number = known.get(line)
            if number is None:
                if len(known) >= _MOST_LINES or len(line) > _LONGEST_LINE:
                    own.append(line)
                    continue
                number = known[line] = len(known)
                self._texts.append(searchable([line]))
            self._of_rows.append(number)
        return own

    def holding(self, word: bytes) -> NDArray[np.bool_]:
        """For every row whether one of its lines holds a word."""
        holds = np.fromiter((word in text for text in self._texts), np.bool_, len(self._texts))
        if not len(self._starts):
            return np.empty(0, np.bool_)
        starts = np.frombuffer(self._starts, np.uint64).astype(np.int64)
        return np.logical_or.reduceat(holds[np.frombuffer(self._of_rows, np.uint32)], starts)


class _Piece:
    """The texts of some rows one behind the other, each with an end that no text holds."""

    def __init__(self, first: int) -> None:
        self.content = bytearray()
        self._first = first
        self._starts = array("I")

    def append(self, text: bytes) -> None:
        self._starts.append(len(self.content))
        self.content += text
        self.content += _END

    def share(self, word: bytes) -> int:
        """How many of the first rows hold a word."""
        rows = np.arange(min(len(self._starts), _MANY))
        return int(np.count_nonzero(self._each(word, rows)))

    def narrow(self, word: bytes, found: NDArray[np.bool_], first: int) -> None:
        """Take those rows from ``first`` on out of ``found`` that do not hold the word."""
        begin = max(0, first - self._first)
        rows = len(self._starts)
        if begin >= rows:
            return
        mine = found[self._first : self._first + rows]
        candidates = begin + np.flatnonzero(mine[begin:])
        if len(candidates) * _SELDOM < rows - begin:
            mine[candidates] = self._each(word, candidates)
            return
        holds = np.zeros(rows, np.bool_)
        after = self._seldom(word, begin, holds)
        if after < rows:
            left = np.arange(after, rows)
            holds[left] = self._each(word, left)
        mine[begin:] &= holds[begin:]

    def _each(self, word: bytes, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Row by row: right where most hold the word, or few are to be looked at."""
        starts = np.frombuffer(self._starts, np.uint32)
        ends = np.append(starts[1:], np.uint32(len(self.content)))
        places = map(self.content.find, repeat(word), starts[rows].tolist(), ends[rows].tolist())
        return np.fromiter(places, np.int64, len(rows)) >= 0

    def _seldom(self, word: bytes, begin: int, holds: NDArray[np.bool_]) -> int:
        """From one find to the next, until too many are found; the first row not looked at."""
        find, starts = self.content.find, self._starts
        row, hits = begin, 0
        at = find(word, starts[begin])
        while at >= 0:
            row = bisect_right(starts, at, row) - 1
            holds[row] = True
            hits += 1
            row += 1
            if row == len(starts) or (hits > _MANY and hits * 2 > row - begin):
                return row
            at = find(word, starts[row])
        return len(starts)


def _closed_up(text: str) -> str:
    return _BETWEEN_DIGITS.sub("", text)


def _closed_word(word: str) -> str:
    # A separator at the edge of a word may be one between digits of the text, which is gone there.
    return _AFTER_DIGIT.sub("", _BEFORE_DIGIT.sub("", _closed_up(word)))
