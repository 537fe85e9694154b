"""Failure headers that the broker writes for share groups (KIP-1191): all text, appended.

Unless copying is switched on the dead letter has neither key nor value: it is only a pointer.
"""

from __future__ import annotations

from kmp_desktop.core.failure_headers import Headers, as_number, origin_of, text_of
from kmp_desktop.core.failure_reason import Block, Family

PREFIX = "__dlq.errors."
_PARTS = ("topic", "partition", "offset", "group", "delivery.count", "message")
NAMES = frozenset(PREFIX + part for part in _PARTS)
GIVEN_UP = "DELIVERY_COUNT_EXCEEDED"


def read(headers: Headers) -> list[Block]:
    """The newest failure, or nothing."""
    blocks = headers.blocks(NAMES)
    if not blocks:
        return []
    (first_at, oldest), (last_at, newest) = blocks[0], blocks[-1]
    message = text_of(newest, PREFIX + "message")
    return [
        Block(
            Family.SHARE_GROUP,
            failures=len(blocks),
            first_at=first_at,
            last_at=last_at,
            new_time=True,
            message=message,
            consumer_group=text_of(newest, PREFIX + "group"),
            step_code=GIVEN_UP if "delivery count exceeded" in message else "",
            tries=as_number(newest.get(PREFIX + "delivery.count")),
            origin=origin_of(oldest, PREFIX),
            pointer=text_of(newest, PREFIX + "topic"),
        )
    ]
