"""Reading a plan: every mistake is told with its line, before anything is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kmp_desktop.app.decisions_file import plan_lines
from kmp_desktop.app.plan_file import check_plan, read_plan
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.record import RecordId
from tests.unit.records import loaded, record

GOOD = b'{"partition":0,"offset":12,"decision":"merge"}\n'


def _plan(folder: Path, content: bytes) -> Path:
    file = folder / "plan.jsonl"
    file.write_bytes(content)
    return file


def _told(file: Path) -> str:
    with pytest.raises(UserFacingError) as told:
        read_plan(file)
    assert (ErrorCode.PLAN, "Nothing was written.") == (told.value.code, str(told.value.unchanged))
    return str(told.value.happened)


def test_decisions_are_read_with_their_lines(tmp_path: Path) -> None:
    content = (
        b'\xef\xbb\xbf{"partition":0,"offset":12,"decision":"merge"}\r\n'
        b"\n"
        b'  {"decision": "purge", "offset": 9223372036854775807, "partition": 3}  \n'
        b'{"partition":1,"offset":0,"decision":"skip"}'
    )
    plan = read_plan(_plan(tmp_path, content))
    assert {
        RecordId(0, 12): Decision.MERGE,
        RecordId(3, 2**63 - 1): Decision.PURGE,
        RecordId(1, 0): Decision.SKIP,
    } == plan.decisions
    assert {RecordId(0, 12): 1, RecordId(3, 2**63 - 1): 3, RecordId(1, 0): 4} == plan.lines


def test_an_empty_plan_is_a_plan(tmp_path: Path) -> None:
    assert {} == read_plan(_plan(tmp_path, b"")).decisions


def test_the_same_decision_again_is_no_mistake(tmp_path: Path) -> None:
    assert {RecordId(0, 12): Decision.MERGE} == read_plan(_plan(tmp_path, GOOD * 3)).decisions


def test_what_the_window_saves_is_a_plan(tmp_path: Path) -> None:
    staged = {RecordId(1, 5): Decision.SKIP, RecordId(0, 7): Decision.MERGE, RecordId(0, 2): Decision.PURGE}
    file = _plan(tmp_path, "".join(plan_lines(staged)).encode())
    assert staged == read_plan(file).decisions


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"merge", "not a JSON object"),
        (b"[0, 12, 1]", "not a JSON object"),
        (b'{"partition":0,"offset":12', "not a JSON object"),
        (b"[" * 100_000, "not a JSON object"),
        (b"\xff\xfe", "not readable as UTF-8 text"),
        (b'{"partition":0,"offset":12}', "“decision” is missing"),
        (b'{"offset":12,"decision":"merge"}', "“partition” is missing"),
        (b'{"partition":0,"offset":12,"decision":"merge","x":1}', "“x” is not known here"),
        (b'{"partition":0,"partition":1,"offset":12,"decision":"merge"}', "“partition” is there twice"),
        (b'{"partition":0,"offset":12,"decision":"retry"}', "“decision” is not merge, purge or skip"),
        (b'{"partition":0,"offset":12,"decision":null}', "“decision” is not merge, purge or skip"),
        (b'{"partition":0,"offset":12,"decision":["merge"]}', "“decision” is not merge, purge or skip"),
        (b'{"partition":"0","offset":12,"decision":"merge"}', "“partition” is not a whole number from 0 on"),
        (b'{"partition":-1,"offset":12,"decision":"merge"}', "“partition” is not a whole number from 0 on"),
        (b'{"partition":2147483648,"offset":12,"decision":"merge"}', "“partition” is not a whole number"),
        (b'{"partition":true,"offset":12,"decision":"merge"}', "“partition” is not a whole number from 0 on"),
        (b'{"partition":0,"offset":1.0,"decision":"merge"}', "“offset” is not a whole number from 0 on"),
        (b'{"partition":0,"offset":NaN,"decision":"merge"}', "“offset” is not a whole number from 0 on"),
        (b'{"partition":0,"offset":9223372036854775808,"decision":"merge"}', "“offset” is not a whole"),
        (b'{"partition":0,"offset":12,"decision":"purge"}', "line 1 decides the same record differently"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, line: bytes, why: str) -> None:
    file = _plan(tmp_path, GOOD + b"\n" + line + b"\n" + GOOD)
    assert _told(file).startswith(f"Line 3 of the plan {file}: {why}")


@pytest.mark.parametrize("name", ["none.jsonl", "."])
def test_a_plan_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    assert _told(tmp_path / name).startswith(f"The plan {tmp_path / name} cannot be read: ")


def test_line_numbers_have_no_separators(tmp_path: Path) -> None:
    assert "Line 1235 of" in _told(_plan(tmp_path, b"\n" * 1234 + b"x"))


@pytest.mark.parametrize(
    ("partition", "offset", "why"),
    [
        (7, 0, "topic orders.events.dlq has no partition 7"),
        (0, 5, "offset 5 of partition 0 is not written yet"),
        (1, 1_234_567, "offset 1234567 of partition 1 is not written yet"),
    ],
)
def test_what_cannot_be_in_the_queue_is_told_with_its_line(
    tmp_path: Path, partition: int, offset: int, why: str
) -> None:
    queue = loaded([record(4), record(0, partition=1)])
    line = json.dumps({"partition": partition, "offset": offset, "decision": "skip"})
    plan = read_plan(_plan(tmp_path, b'{"partition":0,"offset":4,"decision":"merge"}\n' + line.encode()))
    with pytest.raises(UserFacingError) as told:
        check_plan(plan, queue)
    assert f"Line 2 of the plan {plan.path}: {why}." == str(told.value.happened)


def test_what_is_gone_or_decided_is_no_mistake_of_the_plan(tmp_path: Path) -> None:
    queue = loaded([record(4)], decided=[RecordId(0, 4)])
    lines = [{"partition": 0, "offset": each, "decision": "merge"} for each in range(5)]
    check_plan(read_plan(_plan(tmp_path, "\n".join(map(json.dumps, lines)).encode())), queue)
