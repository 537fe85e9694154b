"""One dead letter as the broker holds it: raw bytes, never decoded here."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

Header = tuple[str, bytes | None]
"""A record header: name, raw value (``None`` is a null value, ``b""`` an empty one)."""


class RecordId(NamedTuple):
    """Where a record lies in the queue's topic; orders by partition, then offset."""

    partition: int
    offset: int


class TimestampType(IntEnum):
    """What a record's timestamp means; the numbers are librdkafka's."""

    NOT_AVAILABLE = 0
    CREATE_TIME = 1
    LOG_APPEND_TIME = 2


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record of the queue's topic, byte for byte.

    ``timestamp`` is epoch milliseconds. ``headers`` keeps order, duplicates and nulls.
    ``unfaithful`` says why a copy could not be made byte for byte (a header name that the
    client library cannot carry); such a record is shown but never merged.
    """

    id: RecordId
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...] = ()
    timestamp: int = 0
    timestamp_type: TimestampType = TimestampType.CREATE_TIME
    unfaithful: str | None = None

    def crc(self) -> int:
        """CRC-32 over key and value: tells whether a draft still means this record."""
        value_start = zlib.crc32(b"\0none" if self.key is None else self.key)
        return zlib.crc32(b"\0none" if self.value is None else self.value, value_start)

    def size(self) -> int:
        """Bytes of key, value and headers together."""
        headers = sum(len(name) + len(value or b"") for name, value in self.headers)
        return len(self.key or b"") + len(self.value or b"") + headers
