"""A record's key as people read it."""

from __future__ import annotations

from collections.abc import Sequence

from kmp_desktop.core.payload import Node, NodeKind, Tree
from kmp_desktop.core.record import Header
from kmp_desktop.decoding.framing import frame_of
from kmp_desktop.engine.content import ContentReader

_FRAME = 0  # first byte of a key written with a schema


def key_shown(key: bytes | None, reader: ContentReader, headers: Sequence[Header] = ()) -> str:
    """The key as text, else as hex; "" without a key. A key in a company format is decoded."""
    if not key:
        return ""
    if (key[0] == _FRAME or frame_of(key, headers, "key")) and (decoded := _decoded(key, reader, headers)):
        return decoded
    try:
        shown = key.decode()
    except UnicodeDecodeError:
        return key.hex()
    return shown if shown.isprintable() else key.hex()


def _decoded(key: bytes, reader: ContentReader, headers: Sequence[Header]) -> str:
    payload = reader.key(key, headers)
    if not isinstance(payload, Tree):
        return ""
    root: Node = payload.root
    return payload.source if root.kind in (NodeKind.OBJECT, NodeKind.LIST) else root.value
