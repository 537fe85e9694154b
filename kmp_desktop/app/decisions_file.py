"""Staged decisions as a plan file: the lines that ``kmp-desktop apply --plan`` reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.record import RecordId


def plan_lines(staged: Mapping[RecordId, Decision]) -> Iterator[str]:
    """One JSON object a line, in the order of the records; each ends in a line feed."""
    for record in sorted(staged):
        line = {"partition": record.partition, "offset": record.offset, "decision": staged[record].value}
        yield json.dumps(line) + "\n"
