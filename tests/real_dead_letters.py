"""Dead letters that real frameworks wrote, and the truth about them (tests/data/dead-letters/README.md)."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from kmp_desktop.core.record import DeadLetter, RecordId, TimestampType

FOLDER = Path(__file__).parent / "data" / "dead-letters"
SCENARIOS = tuple(sorted(path.name.removesuffix(".records.jsonl") for path in FOLDER.glob("*.records.jsonl")))
_TYPES = {"CreateTime": TimestampType.CREATE_TIME, "LogAppendTime": TimestampType.LOG_APPEND_TIME}


class Known(NamedTuple):
    """A dead letter and what is true about it; numbers of its decoded value are exact."""

    record: DeadLetter
    truth: dict[str, Any]


def scenario(name: str) -> list[Known]:
    """The dead letters of a scenario, in order."""
    records = (FOLDER / f"{name}.records.jsonl").read_text(encoding="utf-8").splitlines()
    truths = (FOLDER / f"{name}.expect.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Known(_record(json.loads(record)), json.loads(truth, parse_float=Decimal))
        for record, truth in zip(records, truths, strict=True)
    ]


def schemas() -> dict[int, dict[str, str]]:
    """Schema id -> type and schema, as the registry gave them."""
    found = json.loads((FOLDER / "schemas.json").read_text(encoding="utf-8"))
    return {int(schema_id): schema for schema_id, schema in found.items()}


def _record(line: dict[str, Any]) -> DeadLetter:
    return DeadLetter(
        RecordId(line["partition"], line["offset"]),
        _bytes(line["key_b64"]),
        _bytes(line["value_b64"]),
        tuple((name, _bytes(value)) for name, value in line["headers"]),
        line["timestamp"],
        _TYPES[line["timestamp_type"]],
    )


def _bytes(encoded: str | None) -> bytes | None:
    return None if encoded is None else base64.b64decode(encoded)
