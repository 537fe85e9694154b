"""The frame that registry serializers put around a value: 00, schema id in 4 bytes, the data."""

from __future__ import annotations

from typing import NamedTuple

_MAGIC = 0
_FRAME_SIZE = 5


class Frame(NamedTuple):
    """A framed value: the id of its schema and the bytes that follow."""

    schema_id: int
    data: bytes


def split_frame(value: bytes) -> Frame | None:
    """The frame, or ``None`` where there cannot be one."""
    if len(value) < _FRAME_SIZE or value[0] != _MAGIC:
        return None
    return Frame(int.from_bytes(value[1:_FRAME_SIZE], "big"), value[_FRAME_SIZE:])
