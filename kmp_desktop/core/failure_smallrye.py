"""Failure headers of SmallRye Reactive Messaging and Quarkus: all text.

They are written before the headers that were there, so the first block is the newest, and what
has nothing to say is left out: only a whole block, beginning at the exception class, belongs
together. Two levels of exceptions are kept; a root cause further down is not in the record.
"""

from __future__ import annotations

import re

from kmp_desktop.core.failure_headers import Headers, as_number, origin_of, text_of
from kmp_desktop.core.failure_reason import Block, Family
from kmp_desktop.core.failure_spring import LISTENER

PREFIX = "dead-letter-"
DELAYED = "delayed-retry-"
_PARTS = ("exception-class-name", "reason", "cause-class-name", "cause", "topic", "partition", "offset")
_DELAYED_PARTS = (*_PARTS, "count", "original-timestamp", "first-processing-timestamp")
_WITH_PREFIX = {
    PREFIX: frozenset(PREFIX + part for part in _PARTS),
    DELAYED: frozenset(DELAYED + part for part in _DELAYED_PARTS),
}
NAMES = _WITH_PREFIX[PREFIX] | _WITH_PREFIX[DELAYED]

_METHOD = re.compile(r"Exception thrown when calling the method ([\w$.]+)#([\w$<>]+)")


def read(headers: Headers) -> list[Block]:
    """The newest failure, or nothing; delayed retries before it are tries, not failures."""
    block = _read(headers, PREFIX) or _read(headers, DELAYED)
    if not block:
        return []
    block.tries = as_number(headers.first(DELAYED + "count"))
    block.first_sent = as_number(headers.first(DELAYED + "original-timestamp"))
    return [block]


def _read(headers: Headers, prefix: str) -> Block | None:
    begin = prefix + "exception-class-name"
    blocks = _blocks(headers, _WITH_PREFIX[prefix], begin)
    if not blocks:
        return None
    (first_at, newest), (_, oldest) = blocks[0], blocks[-1]
    exception = text_of(newest, begin)
    cause = text_of(newest, prefix + "cause-class-name")
    message = text_of(newest, prefix + "reason")
    method = _METHOD.search(message)
    return Block(
        Family.SMALLRYE,
        failures=len(blocks) if prefix == PREFIX else 1,
        first_at=first_at,
        last_at=first_at,
        new_time=True,
        exception=exception,
        cause=cause,
        message=_unless_class(message, exception),
        cause_message=_unless_class(text_of(newest, prefix + "cause"), cause),
        listener=f"{method.group(1)}.{method.group(2)}" if method else "",
        step_code=LISTENER if method else "",
        origin=origin_of(oldest, prefix),
    )


def _blocks(headers: Headers, names: frozenset[str], begin: str) -> list[tuple[int, dict[str, bytes | None]]]:
    found: list[tuple[int, dict[str, bytes | None]]] = []
    for at, (name, value) in enumerate(headers.pairs()):
        if name not in names:
            continue
        if not found or (name == begin and begin in found[-1][1]):
            found.append((at, {}))
        found[-1][1].setdefault(name, value)
    return found


def _unless_class(message: str, name: str) -> str:
    """An exception without a message is written as its class name."""
    return "" if message == name else message
