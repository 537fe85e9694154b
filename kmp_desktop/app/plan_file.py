"""Reading a plan: one decision a line, checked before anything is asked of a broker."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.queue_state import LoadedQueue
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text, text

_EXAMPLE = '{"partition":0,"offset":12,"decision":"merge"}'
_FIELDS = ("partition", "offset", "decision")
_LARGEST = {"partition": 2**31 - 1, "offset": 2**63 - 1}


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What a plan says. ``lines``: where each record is named first, from 1, for messages."""

    path: Path
    decisions: Mapping[RecordId, Decision]
    lines: Mapping[RecordId, int]


def read_plan(path: Path) -> PlanFile:
    """Read a plan file; raises UserFacingError PLAN that names the line.

    Empty lines are passed over; a record may be named again as long as the decision is the same.
    """
    decisions: dict[RecordId, Decision] = {}
    lines: dict[RecordId, int] = {}
    for number, line in _lines(path):
        record, decision = _line(path, number, line)
        if decisions.get(record, decision) is not decision:
            raise _wrong(
                *(path, number),
                text("line {first} decides the same record differently", first=str(lines[record])),
            )
        decisions[record] = decision
        lines.setdefault(record, number)
    return PlanFile(path, decisions, lines)


def check_plan(plan: PlanFile, loaded: LoadedQueue) -> None:
    """Whether every record of the plan lies where a record can be; raises UserFacingError PLAN."""
    for record, number in plan.lines.items():
        if record.partition not in loaded.high:
            reason = text(
                "topic {topic} has no partition {partition}",
                topic=loaded.identity.queue_topic,
                partition=str(record.partition),
            )
        elif record.offset >= loaded.high[record.partition]:
            reason = text(
                "offset {offset} of partition {partition} is not written yet",
                offset=str(record.offset),
                partition=str(record.partition),
            )
        else:
            continue
        raise _wrong(plan.path, number, reason)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        # Lines end where JSON lines end: str.splitlines() would also cut at characters inside texts.
        for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
            decoded = line.decode("utf-8-sig" if number == 1 else "utf-8").strip(" \t\r")
            if decoded:
                yield number, decoded
    except UnicodeDecodeError:
        raise _wrong(path, number, text("not readable as UTF-8 text")) from None
    except OSError as error:
        raise _error(
            text("The plan {file} cannot be read: {reason}.", file=path, reason=error.strerror),
            text("Check the name and the rights of the file."),
        ) from error


def _line(path: Path, number: int, line: str) -> tuple[RecordId, Decision]:
    try:
        said = json.loads(line, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        raise _wrong(path, number, text("not a JSON object")) from None
    if not isinstance(said, _Pairs):
        raise _wrong(path, number, text("not a JSON object"))
    names = [name for name, _ in said]
    for name in _FIELDS:
        if names.count(name) != 1:
            raise _wrong(path, number, _how_often(name, names.count(name)))
    for name in names:
        if name not in _FIELDS:
            raise _wrong(path, number, text("“{name}” is not known here", name=name))
    fields = dict(said)
    place = [_whole_number(path, number, name, fields[name]) for name in ("partition", "offset")]
    return RecordId(*place), _decision(path, number, fields["decision"])


class _Pairs(list[tuple[str, object]]):
    """A JSON object as it is written, with names that occur twice."""


def _how_often(name: str, times: int) -> Text:
    if times:
        return text("“{name}” is there twice", name=name)
    return text("“{name}” is missing", name=name)


def _whole_number(path: Path, number: int, name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST[name]:
        raise _wrong(path, number, text("“{name}” is not a whole number from 0 on", name=name))
    return value


def _decision(path: Path, number: int, value: object) -> Decision:
    for each in Decision:
        if value == each.value:
            return each
    raise _wrong(path, number, text("“decision” is not merge, purge or skip"))


def _wrong(path: Path, number: int, reason: Text) -> UserFacingError:
    return _error(
        text("Line {line} of the plan {file}: {reason}.", line=str(number), file=path, reason=reason),
        text("Put the line right: {example}, or purge, or skip.", example=_EXAMPLE),
    )


def _error(happened: Text, advice: Text) -> UserFacingError:
    return UserFacingError(ErrorCode.PLAN, happened, text("Nothing was written."), advice)
