"""Failure headers of Kafka Connect sinks: all text, appended, so the last block is the newest.

The record keeps the time of the copy that failed.
"""

from __future__ import annotations

from kmp_desktop.core.failure_headers import Headers, origin_of, text_of
from kmp_desktop.core.failure_reason import Block, Family

PREFIX = "__connect.errors."
_PARTS = (
    "topic",
    "partition",
    "offset",
    "connector.name",
    "task.id",
    "stage",
    "class.name",
    "exception.class.name",
    "exception.message",
    "exception.stacktrace",
)
NAMES = frozenset(PREFIX + part for part in _PARTS)


def read(headers: Headers) -> list[Block]:
    """The newest failure, or nothing."""
    blocks = headers.blocks(NAMES)
    if not blocks:
        return []
    (first_at, oldest), (last_at, newest) = blocks[0], blocks[-1]
    return [
        Block(
            Family.CONNECT,
            failures=len(blocks),
            first_at=first_at,
            last_at=last_at,
            new_time=False,
            exception=text_of(newest, PREFIX + "exception.class.name"),
            message=text_of(newest, PREFIX + "exception.message"),
            trace=newest.get(PREFIX + "exception.stacktrace") or b"",
            connector=text_of(newest, PREFIX + "connector.name"),
            step_code=text_of(newest, PREFIX + "stage"),
            origin=origin_of(oldest, PREFIX),
        )
    ]
