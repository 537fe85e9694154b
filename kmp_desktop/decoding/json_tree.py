"""JSON as a tree that keeps what the source says: spelling of numbers, order, duplicate names."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from kmp_desktop.core.payload import Node, NodeKind
from kmp_desktop.core.text import text
from kmp_desktop.decoding.refusal import MAX_BYTES, MAX_DEPTH, MAX_NODES, NotThisFormat, TooMuch
from kmp_desktop.decoding.times import guessed_moment, moment

_CAN_START = b' \t\r\n{["-0123456789tfn'
_BOM = b"\xef\xbb\xbf"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# A string that does not end takes all that is left: otherwise every quote in it would be tried again.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


class _Number(str):
    """A number exactly as it is written."""

    __slots__ = ()


class _Members(list[tuple[str, object]]):
    """The members of an object in order, duplicates kept."""

    __slots__ = ()


def read_json(data: bytes) -> tuple[Node, str]:
    """(tree, original text); raises NotThisFormat, and TooMuch for JSON too large for a tree.

    What is nested beyond ``MAX_DEPTH`` or larger than ``MAX_BYTES`` is not looked at closely enough
    to be called JSON.
    """
    if len(data) > MAX_BYTES:
        raise NotThisFormat(text("It is larger than {n} bytes.", n=MAX_BYTES))
    source = _text(data)
    if source.count("[") + source.count("{") > MAX_DEPTH and _depth(source) > MAX_DEPTH:
        raise NotThisFormat(text("It is nested more than {n} levels deep.", n=MAX_DEPTH))
    return _Builder().node("", _parsed(source)), source


def _text(data: bytes) -> str:
    data = data.removeprefix(_BOM)
    if data[:1] not in _CAN_START or not data:
        raise NotThisFormat(
            text("The first byte is {byte}; JSON cannot start with it.", byte=f"{data[0]:02x}")
            if data
            else text("It is empty.")
        )
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        byte = f"{data[error.start]:02x}"
        raise NotThisFormat(
            text("Byte {n} ({byte}) is not valid text.", n=error.start + 1, byte=byte)
        ) from None


def _parsed(source: str) -> object:
    try:
        return json.loads(
            source,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_Members,
        )
    except json.JSONDecodeError as error:
        where = text(
            "It stops being JSON at line {line}, column {column}.", line=error.lineno, column=error.colno
        )
        raise NotThisFormat(where) from None
    except RecursionError:
        raise NotThisFormat(text("It is nested too deep.")) from None


def _refuse_constant(name: str) -> object:
    raise NotThisFormat(text("It contains {name}, which is not JSON.", name=name))


def _depth(source: str) -> int:
    """How deep brackets nest outside strings, not looked at beyond the limit; need not match."""
    deepest = depth = 0
    for found in _STRING_OR_BRACKET.finditer(source):
        character = found.group()
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
            if depth > MAX_DEPTH:
                break
        elif character in "]}":
            depth -= 1
    return deepest


class _Builder:
    """Turns parsed JSON into nodes, and stops when there are too many."""

    def __init__(self) -> None:
        self._left = MAX_NODES

    def node(self, name: str, value: object) -> Node:
        """The node of a value and of all that is in it."""
        self._left -= 1
        if self._left < 0:
            raise TooMuch(text("It has more than {n} values.", n=MAX_NODES))
        if isinstance(value, _Number):
            return _scalar(name, NodeKind.NUMBER, str(value))
        if isinstance(value, str):
            return _scalar(name, NodeKind.STRING, _whole(value))
        if isinstance(value, _Members):
            members = tuple([self.node(_whole(each), inner) for each, inner in value])
            return Node(name, NodeKind.OBJECT, children=members)
        if isinstance(value, Sequence):
            entries = tuple([self.node(str(index), inner) for index, inner in enumerate(value)])
            return Node(name, NodeKind.LIST, children=entries)
        if value is None:
            return Node(name, NodeKind.NULL, "null")
        return Node(name, NodeKind.BOOLEAN, "true" if value else "false")


def _scalar(name: str, kind: NodeKind, value: str) -> Node:
    at = guessed_moment(name, value)
    if at is None:
        return Node(name, kind, value)
    return Node(name, kind, value, logical=moment(at, 1000), logical_ms=at, guessed_time=True)


def _whole(value: str) -> str:
    """Halves of surrogate pairs, which no text may hold, as they are written in JSON."""
    if value.isascii():
        return value
    return _LONE_SURROGATE.sub(lambda half: f"\\u{ord(half.group()):04x}", value)
