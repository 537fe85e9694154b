"""A record's key as people read it."""

from __future__ import annotations

from kmp_desktop.core.payload import Node, NodeKind, Tree
from kmp_desktop.engine.content import ContentReader

_FRAME = 0  # first byte of a key written with a schema


def key_shown(key: bytes | None, reader: ContentReader) -> str:
    """The key as text, else as hex; "" without a key. A key in a company format is decoded."""
    if not key:
        return ""
    if key[0] == _FRAME and (decoded := _decoded(key, reader)):
        return decoded
    try:
        shown = key.decode()
    except UnicodeDecodeError:
        return key.hex()
    return shown if shown.isprintable() else key.hex()


def _decoded(key: bytes, reader: ContentReader) -> str:
    payload = reader.payload(key)
    if not isinstance(payload, Tree):
        return ""
    root: Node = payload.root
    return payload.source if root.kind in (NodeKind.OBJECT, NodeKind.LIST) else root.value
