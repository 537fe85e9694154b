"""Content as plain data for programs (``print --json``): nothing loses digits on its way."""

from __future__ import annotations

from decimal import Decimal

from kmp_desktop.core.payload import Node, NodeKind, Nothing, Payload, Plain, Tree, Undecodable

_LARGEST_SAFE = 2**53 - 1  # beyond it JSON readers that know only doubles round
_SAFE_DIGITS = 16


def to_plain(payload: Payload) -> object:
    """The content as ``json.dumps`` takes it; ``None`` for no content and for what cannot be decoded.

    Numbers that a double would round are text; bytes are hex; decimals are exact text; a name that
    occurs again gets " (2nd)".
    """
    match payload:
        case Tree():
            return _plain(payload.root)
        case Plain():
            return payload.content
        case Nothing():
            return None if payload.null else ""
        case Undecodable():
            return None


def why_undecodable(payload: Payload) -> str | None:
    """One line per format that was tried; ``None`` for content that can be shown."""
    if not isinstance(payload, Undecodable):
        return None
    return "\n".join(f"{attempt.format}: {attempt.reason}" for attempt in payload.attempts)


def _plain(node: Node) -> object:
    plain: object = node.value
    match node.kind:
        case NodeKind.OBJECT:
            plain = _object(node)
        case NodeKind.LIST:
            plain = [_plain(child) for child in node.children]
        case NodeKind.NUMBER:
            plain = _number(node.value)
        case NodeKind.BOOLEAN:
            plain = node.value == "true"
        case NodeKind.NULL:
            plain = None
        case NodeKind.BYTES if node.logical:
            plain = node.logical
    return plain


def _object(node: Node) -> dict[str, object]:
    found: dict[str, object] = {}
    times: dict[str, int] = {}
    for child in node.children:
        nth = times.get(child.name, 0) + 1
        name = child.name if nth == 1 else f"{child.name} ({ordinal(nth)})"
        while name in found:
            nth += 1
            name = f"{child.name} ({ordinal(nth)})"
        times[child.name] = nth
        found[name] = _plain(child)
    return found


def ordinal(n: int) -> str:
    """1 -> "1st", 2 -> "2nd", 11 -> "11th"."""
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def _number(value: str) -> int | float | str:
    if value.lstrip("-").isdigit():
        if len(value) > _SAFE_DIGITS + 1 or abs(int(value)) > _LARGEST_SAFE:
            return value
        return int(value)
    try:
        as_float = float(value)
        exact = Decimal(repr(as_float)) == Decimal(value)
    except (ValueError, ArithmeticError):
        return value
    return as_float if exact and as_float - as_float == 0 else value
