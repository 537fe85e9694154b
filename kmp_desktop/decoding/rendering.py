"""A tree written out as JSON text, for formats that have no text of their own."""

from __future__ import annotations

from json.encoder import encode_basestring

from kmp_desktop.core.payload import Node, NodeKind

_STEP = "  "
_WIDEST = 64  # characters of indentation: for 100,000 values 200 levels deep it would be 40 MB
_NO_NUMBER = ("NaN", "Infinity", "-Infinity")


def rendered(node: Node, indent: str = "") -> str:
    """Indented JSON; readable forms of decimals and times instead of raw bytes and numbers."""
    match node.kind:
        case NodeKind.OBJECT:
            return _container(node, "{", "}", indent)
        case NodeKind.LIST:
            return _container(node, "[", "]", indent)
        case NodeKind.STRING:
            return encode_basestring(node.value)
        case NodeKind.BYTES:
            return f'"{node.logical or node.value}"'
        case NodeKind.NUMBER if node.logical or node.value in _NO_NUMBER:
            return f'"{node.logical or node.value}"'
        case _:
            return node.value


def _container(node: Node, opening: str, closing: str, indent: str) -> str:
    if not node.children:
        return opening + closing
    inner = indent + _STEP if len(indent) < _WIDEST else indent
    # Called for every record that is read: written for speed.
    if node.kind is NodeKind.OBJECT:
        lines = [f"{inner}{encode_basestring(each.name)}: {rendered(each, inner)}" for each in node.children]
    else:
        lines = [inner + rendered(each, inner) for each in node.children]
    return f"{opening}\n" + ",\n".join(lines) + f"\n{indent}{closing}"
