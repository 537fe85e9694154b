"""What rows, columns and search need of a record's content; the full tree is made for one record only.

Twenty thousand records are looked at while they are read, so JSON, by far the most common, takes a
short way: it is parsed, but no tree is built. Numbers stay as they are written, as everywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kmp_desktop.core.payload import Node, NodeKind, Nothing, Payload, Plain, Tree, Undecodable
from kmp_desktop.core.record import Header
from kmp_desktop.decoding.content import ContentDecoder
from kmp_desktop.decoding.refusal import MAX_BYTES

DEPTH = 3
"""How many names deep a field of the content may lie to become a column."""

Path = tuple[str, ...]
_MAX_WORDS = 12_000  # characters of the content that search looks through
_JSON_STARTS = b"{["
_ESCAPES = re.compile(r'\\(?:u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})*|["\\/bfnrt])')


@dataclass(frozen=True, slots=True)
class Content:
    """A record's content as far as rows need it.

    ``root`` is parsed JSON (dict, list, str, bool, None; numbers as text), a ``Node``, or ``None``
    where there is no structure. ``words`` is what search looks through.
    """

    root: object
    words: str
    type_name: str = ""
    readable: bool = True
    waits_for_registry: bool = False


class ContentReader:
    """Reads contents. For one thread."""

    def __init__(self, decoder: ContentDecoder) -> None:
        self._decoder = decoder
        self._json = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_refuse_constant)

    def read(self, value: bytes | None, headers: Sequence[Header] = ()) -> Content:
        """What there is to know of a value; ``headers`` may name its schema; never raises."""
        if value and value[0] in _JSON_STARTS and len(value) <= MAX_BYTES:
            try:
                source = value.decode()
                return _of_json(self._json.decode(source), source)
            except (ValueError, RecursionError):
                pass  # looks like JSON and is none: the decoder finds out what it is
        return _of_payload(self._decoder.decode(value, headers))

    def payload(self, value: bytes | None, headers: Sequence[Header] = ()) -> Payload:
        """The whole content, for showing it."""
        return self._decoder.decode(value, headers)

    def key(self, key: bytes, headers: Sequence[Header] = ()) -> Payload:
        """A key, for showing it."""
        return self._decoder.decode(key, headers, "key")


def scalars(root: object, depth: int = DEPTH) -> Iterator[tuple[Path, str]]:
    """Every single value up to ``depth`` names deep with its path; lists are not entered."""
    for name, value in _members(root):
        if (shown := _scalar(value)) is not None:
            yield (name,), shown
        elif depth > 1:
            for path, inner in scalars(value, depth - 1):
                yield (name, *path), inner


def scalar_at(root: object, path: Path) -> str | None:
    """The value at a path as text; "" for null, ``None`` where there is no such single value."""
    value = root
    for name in path:
        if isinstance(value, dict):
            if name not in value:
                return None
            value = value[name]
        elif isinstance(value, Node):
            value = next((each for each in reversed(value.children) if each.name == name), None)
            if value is None:
                return None
        else:
            return None
    return _scalar(value)


def whole_text(value: str) -> str:
    """Text with halves of surrogate pairs, which no text may hold, written as in JSON."""
    return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _of_json(root: object, source: str) -> Content:
    words = source[:_MAX_WORDS]
    if "\\" in words:  # letters are searched, not their spelling as \u00e4
        words = _ESCAPES.sub(_letters, words)
    return Content(root, words)


def _of_payload(payload: Payload) -> Content:
    match payload:
        case Tree():
            words = payload.source[:_MAX_WORDS]
            return Content(payload.root, words, payload.type_name)
        case Plain():
            return Content(None, payload.content[:_MAX_WORDS])
        case Undecodable():
            waits = payload.registry_unavailable
            return Content(None, "", readable=False, waits_for_registry=waits)
        case Nothing():
            return Content(None, "")


def _letters(escapes: re.Match[str]) -> str:
    return str(json.loads(f'"{escapes.group()}"'))


def _members(root: object) -> Iterator[tuple[str, object]]:
    if isinstance(root, dict):
        yield from root.items()
    elif isinstance(root, Node) and root.kind is NodeKind.OBJECT:
        for child in root.children:
            yield child.name, child


def _scalar(value: object) -> str | None:
    """A single value as text; ``None`` for objects and lists."""
    if isinstance(value, str):
        return whole_text(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Node):
        return _scalar_node(value)
    return None


def _scalar_node(node: Node) -> str | None:
    if node.kind in (NodeKind.OBJECT, NodeKind.LIST):
        return None
    if node.kind is NodeKind.NULL:
        return ""
    return node.logical if node.logical and not node.guessed_time else node.value
