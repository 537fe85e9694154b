"""Staged decisions as a plan file: the lines that ``kmp-desktop apply --plan`` reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import text


def plan_lines(staged: Mapping[RecordId, Decision]) -> Iterator[str]:
    """One JSON object a line, in the order of the records; each ends in a line feed."""
    for record in sorted(staged):
        line = {"partition": record.partition, "offset": record.offset, "decision": staged[record].value}
        yield json.dumps(line) + "\n"


def save_plan(path: Path, staged: Mapping[RecordId, Decision]) -> None:
    """Write a plan file as a whole or not at all; raises UserFacingError DISK.

    A file that is there already is replaced: the person was asked where to save.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(plan_lines(staged))
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UserFacingError(
            ErrorCode.DISK,
            text("The decisions could not be saved as a file."),
            text("Nothing was sent. Your decisions are still staged."),
            text("Choose another folder, or free some space."),
            more=text("{reason}: {path}", reason=error.strerror or "?", path=str(path)),
            details=repr(error),
        ) from error
