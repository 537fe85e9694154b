"""The frame that registry serializers put around a value: 00, schema id in 4 bytes, the data."""

from __future__ import annotations

FRAME_SIZE = 5  # bytes before the data
_MAGIC = 0


def framed_schema(value: bytes) -> int | None:
    """The id of the schema in the frame, or ``None`` where there cannot be a frame."""
    if len(value) < FRAME_SIZE or value[0] != _MAGIC:
        return None
    return int.from_bytes(value[1:FRAME_SIZE], "big")
