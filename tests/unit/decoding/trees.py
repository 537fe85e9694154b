"""Trees written short, for comparing."""

from __future__ import annotations

from kmp_desktop.core.payload import Node, NodeKind


def shown(node: Node) -> object:
    """A tree as Python values: objects as lists of (name, value), scalars as they are spelled."""
    match node.kind:
        case NodeKind.OBJECT:
            return [(child.name, shown(child)) for child in node.children]
        case NodeKind.LIST:
            return [shown(child) for child in node.children]
        case NodeKind.NULL:
            return None
        case _:
            return node.value


def at(node: Node, *path: str) -> Node:
    """The first node under these names."""
    for name in path:
        node = next(child for child in node.children if child.name == name)
    return node


def size(node: Node) -> int:
    """How many nodes a tree has."""
    return 1 + sum(size(child) for child in node.children)
