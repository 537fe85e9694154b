"""The list of records as CSV and as JSON lines."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

from kmp_desktop.app.list_text import ListFormat, ListText
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.payload import PayloadColumn
from tests.qt.rows import row

ORDER = (PayloadColumn(("orderNumber",), "Order number"),)


def cells(text: str) -> list[list[str]]:
    """What a spreadsheet reads."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_csv_has_a_line_of_names_and_one_for_each_record() -> None:
    made = ListText(ListFormat.CSV, ORDER)
    known = replace(
        row(3), payload=("4711",), failed_at=1_700_000_000_123, tries=3, key="k", came_from="a/0/7"
    )
    text = made.begin() + made.lines([(known, Decision.MERGE)]) + made.lines([(row(4), None)])
    names, first, second = cells(text)
    told = dict(zip(names, first, strict=True))
    assert text.startswith("\ufeff")
    assert ("merge", "4711", "2023-11-14 22:13:20", "3", "k", "a/0/7") == (
        *(told["decision"], told["Order number"], told["failed at (UTC)"]),
        *(told["tries"], told["key"], told["came from"]),
    )
    assert [str(known.id.partition), str(known.id.offset)] == first[:2]
    assert "" == second[2]


def test_what_would_be_a_formula_is_none_in_csv_and_untouched_in_json() -> None:
    hostile = replace(row(0), reported='=HYPERLINK("http://x")', payload=("+1",), key="@SUM(1)\r\n")
    line = cells(ListText(ListFormat.CSV, ORDER).lines([(hostile, None)]))[0]
    assert ['\'=HYPERLINK("http://x")', "'+1", "'@SUM(1)\r\n"] == [line[4], line[6], line[11]]
    told = json.loads(ListText(ListFormat.JSON_LINES, ORDER).lines([(hostile, None)]))
    assert ['=HYPERLINK("http://x")', {"Order number": "+1"}, "@SUM(1)\r\n"] == [
        *(told["reported_message"], told["content"], told["key"]),
    ]


def test_json_lines_tell_null_for_what_a_record_does_not_tell() -> None:
    bare = replace(row(0), payload=(None,), tries=None, step=None, failed_at=0, first_sent=None, reported="")
    made = ListText(ListFormat.JSON_LINES, ORDER)
    assert "" == made.begin()
    told = json.loads(made.lines([(bare, None)]))
    names = ("decision", "tries", "step", "failed_at", "first_sent", "reported_message")
    assert [None] * 6 == [told[name] for name in names]
    assert {"Order number": None} == told["content"]


def test_one_record_is_one_line_whatever_it_holds() -> None:
    odd = replace(row(0), key="a\u2028b\n\ud800", reported="c\0d")
    lines = ListText(ListFormat.JSON_LINES, ()).lines([(odd, None), (odd, None)])
    assert 2 == len(lines.splitlines())
    assert lines.isascii()


def test_times_beyond_all_calendars_are_told_as_numbers() -> None:
    far = replace(row(0), failed_at=1 << 62)
    assert str(1 << 62) in cells(ListText(ListFormat.CSV, ()).lines([(far, None)]))[0]
