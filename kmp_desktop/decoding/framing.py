"""The frames that registry serializers put around a value, or into a header beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kmp_desktop.core.record import Header

FRAME_SIZE = 5  # bytes before the data
_MAGIC = 0
_LONG_FRAME_SIZE = 9
_GLUE_MAGIC = 3
_GLUE_FRAME_SIZE = 18
_GLUE_PLAIN, _GLUE_ZLIB = 0, 5
_GUID_MAGIC = 1
_GUID_SIZE = 16
_CONFLUENT_HEADERS = {"value": "__value_schema_id", "key": "__key_schema_id"}
_APICURIO_HEADERS = ("globalId", "contentId")
_SCHEMA_HEADERS = {
    part: frozenset((confluent, *(f"apicurio.{part}.{each}" for each in _APICURIO_HEADERS)))
    for part, confluent in _CONFLUENT_HEADERS.items()
}


@dataclass(frozen=True, slots=True)
class Frame:
    """Which schema a value was written with; its data begin at ``start``.

    ``index`` are bytes that belong in front of the data but were written into the header.
    """

    schema_id: int | UUID
    start: int
    index: bytes = b""


@dataclass(frozen=True, slots=True)
class GlueFrame:
    """The frame of AWS Glue: the schema's version, and the data, maybe packed."""

    schema: UUID
    data: bytes
    packed: bool


def framed_schema(value: bytes) -> int | None:
    """The id of the schema in the frame, or ``None`` where there cannot be a frame."""
    if len(value) < FRAME_SIZE or value[0] != _MAGIC:
        return None
    return int.from_bytes(value[1:FRAME_SIZE], "big")


def frame_of(value: bytes, headers: Sequence[Header], part: str) -> Frame | None:
    """The schema of a value (``part`` "value") or a key ("key"); ``None`` where nothing names one."""
    if headers and (found := _in_headers(headers, part)):
        return found
    schema_id = framed_schema(value)
    if schema_id is None:
        return None
    if schema_id == 0 and len(value) >= _LONG_FRAME_SIZE:
        # Registries count from 1: this is the upper half of an id of 8 bytes (Apicurio).
        return Frame(int.from_bytes(value[1:_LONG_FRAME_SIZE], "big"), _LONG_FRAME_SIZE)
    return Frame(schema_id, FRAME_SIZE)


def glue_frame(value: bytes) -> GlueFrame | None:
    """The frame of AWS Glue, or ``None``."""
    if len(value) < _GLUE_FRAME_SIZE or value[0] != _GLUE_MAGIC or value[1] not in (_GLUE_PLAIN, _GLUE_ZLIB):
        return None
    schema = UUID(bytes=value[2:_GLUE_FRAME_SIZE])
    return GlueFrame(schema, value[_GLUE_FRAME_SIZE:], value[1] == _GLUE_ZLIB)


def _in_headers(headers: Sequence[Header], part: str) -> Frame | None:
    wanted = _SCHEMA_HEADERS[part]
    names = {name: value for name, value in headers if name in wanted and value}
    if not names:
        return None
    written = names.get(_CONFLUENT_HEADERS[part], b"")
    if written[:1] == bytes([_GUID_MAGIC]) and len(written) > _GUID_SIZE:
        guid = UUID(bytes=written[1 : _GUID_SIZE + 1])
        return Frame(guid, 0, written[_GUID_SIZE + 1 :])
    if written[:1] == bytes([_MAGIC]) and len(written) >= FRAME_SIZE:
        return Frame(int.from_bytes(written[1:FRAME_SIZE], "big"), 0, written[FRAME_SIZE:])
    for each in _APICURIO_HEADERS:
        number = names.get(f"apicurio.{part}.{each}", b"")
        if len(number) == 8:
            return Frame(int.from_bytes(number, "big"), 0)
    return None
