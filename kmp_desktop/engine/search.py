"""Full text search: all words must occur, "quotes" keep words together, case does not count.

Neither do separators inside numbers: 4500318719 finds 45-003-187-19 and the other way round. For
that, numbers are closed up, in what is searched as in what is searched for. Texts are kept as UTF-8,
because one letter outside Latin-1 would double a str, and there are hundreds of thousands of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

MAX_BYTES = 16_384
"""How much text of one record is searched."""

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


def matching(rows: Sequence[int], texts: Sequence[bytes], search: str) -> Sequence[int]:
    """Those of ``rows`` whose text holds all that is searched for, in the same order."""
    for needle in needles(search):
        rows = [row for row in rows if needle in texts[row]]
    return rows


def _closed_up(text: str) -> str:
    return _BETWEEN_DIGITS.sub("", text)


def _closed_word(word: str) -> str:
    # A separator at the edge of a word may be one between digits of the text, which is gone there.
    return _AFTER_DIGIT.sub("", _BEFORE_DIGIT.sub("", _closed_up(word)))
