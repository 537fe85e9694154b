"""Failure headers of Kafka Streams (KIP-1034): all text, appended, so the last block is the newest.

The record keeps the time of the copy that failed. No header tells whether the key or the content
could not be read; the stack trace does. Before Kafka had this, bakdata's error handling wrote similar
headers (``_OLDER``).
"""

from __future__ import annotations

from kmp_desktop.core.failure_headers import Headers, origin_of, text_of
from kmp_desktop.core.failure_reason import Block, Family
from kmp_desktop.core.failure_spring import KEY_DESERIALISATION, VALUE_DESERIALISATION
from kmp_desktop.core.stack_trace import split_class

PREFIX = "__streams.errors."
_PARTS = (
    "exception",
    "message",
    "stacktrace",
    "topic",
    "partition",
    "offset",
    "processor.node.id",
    "task.id",
)
_OLDER = ("exception.class.name", "exception.message", "exception.stack_trace", "description")
NAMES = frozenset(PREFIX + part for part in (*_PARTS, *_OLDER))
_KEY_FRAME = b".SourceNode.deserializeKey("
_VALUE_FRAME = b".SourceNode.deserializeValue("


def read(headers: Headers) -> list[Block]:
    """The newest failure, or nothing."""
    blocks = headers.blocks(NAMES)
    if not blocks:
        return []
    (first_at, oldest), (last_at, newest) = blocks[0], blocks[-1]
    # Earlier versions wrote "class: message" here.
    written = text_of(newest, PREFIX + "exception") or text_of(newest, PREFIX + "exception.class.name")
    exception, _ = split_class(written)
    message = text_of(newest, PREFIX + "message") or text_of(newest, PREFIX + "exception.message")
    trace = newest.get(PREFIX + "stacktrace") or newest.get(PREFIX + "exception.stack_trace") or b""
    return [
        Block(
            Family.STREAMS,
            failures=len(blocks),
            first_at=first_at,
            last_at=last_at,
            new_time=False,
            exception=exception or written,
            message=message,
            trace=trace,
            step_code=_step(trace),
            origin=origin_of(oldest, PREFIX),
        )
    ]


def _step(trace: bytes) -> str:
    if _VALUE_FRAME in trace:
        return VALUE_DESERIALISATION
    return KEY_DESERIALISATION if _KEY_FRAME in trace else ""
