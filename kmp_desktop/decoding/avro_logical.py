"""Avro's logical types: the raw value is read, this shows what it means.

A logical type that is unknown or wrong in the schema is left out, as Avro demands.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from kmp_desktop.decoding.times import day, epoch_ms, moment, time_of_day

LOGICAL = "kmp.logical"
Logical = Callable[[Any], tuple[str, int | None]]
"""Raw value -> (readable form or "", epoch ms if it is a point in time)."""

_KEYS = ("logicalType", "precision", "scale")
_PER_SECOND = {"millis": 1_000, "micros": 1_000_000, "nanos": 1_000_000_000}
_DURATION_SIZE = 12
_UUID_SIZE = 16
_MAX_SCALE = 1_000  # a scale is a number of digits to write


def hide_logical_types(schema: Any) -> Any:
    """A copy of a schema in which a parser no longer sees logical types: they are under ``LOGICAL``."""
    if isinstance(schema, list):
        return [hide_logical_types(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {key: hide_logical_types(value) for key, value in schema.items() if key not in _KEYS}
    if isinstance(schema.get("logicalType"), str):
        copy[LOGICAL] = {key: schema[key] for key in _KEYS if key in schema}
    return copy


def logical_reader(schema: dict[str, Any]) -> Logical | None:
    """What shows the values of a schema; ``None`` where it has no (valid) logical type."""
    kind, logical = schema["type"], schema.get(LOGICAL)
    if logical is None:
        return None
    name: str = logical["logicalType"]
    base, _, unit = name.rpartition("-")
    if kind in ("int", "long"):
        if name == "date":
            return day
        return _time(base, _PER_SECOND[unit]) if unit in _PER_SECOND else None
    if name == "decimal" and kind in ("bytes", "fixed"):
        return _decimal(logical.get("scale", 0))
    if kind == "fixed":
        return {("uuid", _UUID_SIZE): _uuid, ("duration", _DURATION_SIZE): _duration}.get(
            (name, schema["size"])
        )
    return None


def _time(base: str, per_second: int) -> Logical | None:
    match base:
        case "timestamp":
            return lambda value: (
                (shown, epoch_ms(value, per_second)) if (shown := moment(value, per_second)) else ("", None)
            )
        case "local-timestamp":
            return lambda value: (moment(value, per_second, local=True), None)
        case "time":
            return lambda value: (time_of_day(value, per_second), None)
        case _:
            return None


def _decimal(scale: object) -> Logical | None:
    if not isinstance(scale, int) or not 0 <= scale <= _MAX_SCALE:
        return None
    return lambda raw: (decimal_text(raw, scale), None)


def decimal_text(raw: bytes, scale: int) -> str:
    """An unscaled big-endian number with its decimal point set, every digit kept: "129.90"."""
    unscaled = int.from_bytes(raw, "big", signed=True)
    try:
        digits = str(abs(unscaled)).rjust(scale + 1, "0")
    except ValueError:  # thousands of digits: Python refuses to write them, and nobody reads them
        return ""
    sign = "-" if unscaled < 0 else ""
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else f"{sign}{digits}"


def _uuid(raw: bytes) -> tuple[str, None]:
    return str(uuid.UUID(bytes=raw)), None


def _duration(raw: bytes) -> tuple[str, None]:
    months, days, millis = (int.from_bytes(raw[at : at + 4], "little") for at in (0, 4, 8))
    return f"P{months}M{days}DT{millis // 1000}.{millis % 1000:03}S", None
