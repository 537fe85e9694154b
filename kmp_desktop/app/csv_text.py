"""Rows as CSV that a spreadsheet opens as text: nothing in it is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_BOM = "\ufeff"  # without it spreadsheets take UTF-8 for something else
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = frozenset("0123456789.")


def csv_text(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The whole file as text; the first line holds the names."""
    return _BOM + csv_lines((names, *rows))


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """Further lines of a file that ``csv_text`` began."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([_defused(each) for each in row] for row in rows)
    return written.getvalue()


def _defused(cell: str) -> str:
    """A cell that begins like a formula gets an apostrophe; a negative number is none."""
    written = cell.replace("\0", "")
    begins = written.lstrip(" ")[:1]
    if begins == "-" and _NUMBER.issuperset(written.strip()[1:]) and written.strip() != "-":
        return written
    return f"'{written}" if (begins and begins in _FORMULA) or written[:1] in _FORMULA else written
