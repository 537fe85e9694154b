"""Failures told by the content: a JSON object around the original message, as home-grown code writes it.

``{"original_message": {...}, "error_type": "ValueError", "error_message": "...", "original_topic": ...}``.
A message of a business may be about an error itself. So only what names an error *and* the message or
the topic it came from is such an envelope.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from kmp_desktop.core import failure_flat
from kmp_desktop.core.failure_headers import Headers
from kmp_desktop.core.failure_reason import Block, Family
from kmp_desktop.core.record import Header

MAX_BYTES = 1_000_000  # a larger content is not looked into: it would be parsed for every record
_SIGNS = (b"riginal", b"ource", b"ailed")  # cheap to look for; every envelope holds one of them
_ORIGINALS = frozenset(
    f"{origin}_{what}"
    for origin in ("original", "source", "failed")
    for what in ("message", "payload", "value", "event", "record", "body", "data", "content", "topic")
)
_ABOUT_THE_ERROR = frozenset({"class", "message", "text", "stack", "cause"})
_PARTS_OF_ERROR = ("error", "exception", "failure")
_PARTS_OF_ORIGIN = ("original", "source", "origin")


def read(value: bytes | None) -> list[Block]:
    """The failure that an envelope tells of, or nothing."""
    if not value or value[:1] != b"{" or len(value) > MAX_BYTES or not any(sign in value for sign in _SIGNS):
        return []
    try:
        document = json.loads(value, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return []
    told = tuple(_told(document))
    meanings = {failure_flat.meaning_of(name)[0] for name, _ in told}
    if not _holds_the_original(document, told) or not meanings & _ABOUT_THE_ERROR:
        return []
    blocks = failure_flat.read(Headers(told))
    for block in blocks:
        block.family = Family.ENVELOPE
    return blocks


def _told(document: dict[str, object]) -> Iterator[Header]:
    """Members as if they were headers; those of an inner object behind the name of the outer one."""
    for name, value in document.items():
        if isinstance(value, str):
            yield name, value.encode("utf-8", "replace")
        elif isinstance(value, dict) and name in (*_PARTS_OF_ERROR, *_PARTS_OF_ORIGIN):
            for inner, each in value.items():
                if isinstance(each, str):
                    yield f"{name}_{inner}", each.encode("utf-8", "replace")


def _holds_the_original(document: dict[str, object], told: tuple[Header, ...]) -> bool:
    names = (*document, *(name for name, _ in told))
    return any(failure_flat.plain_name(name) in _ORIGINALS for name in names)
