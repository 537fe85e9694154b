"""Decoded content for the eyes; merging never looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kmp_desktop.core.text import Text


class NodeKind(StrEnum):
    """What a node of the content tree is."""

    OBJECT = "object"
    LIST = "list"
    STRING = "string"
    NUMBER = "number"  # ``value`` exactly as written in the source
    BOOLEAN = "boolean"
    NULL = "null"
    BYTES = "bytes"  # ``value`` is hex


@dataclass(frozen=True, slots=True)
class Node:
    """One value of the content, in source order. Lists name their entries "0", "1", ...

    ``value`` is the exact text for scalars, empty for OBJECT and LIST. ``logical`` is the readable
    form of a logical type (a time, an exact decimal); ``branch`` the chosen branch of a union.
    """

    name: str
    kind: NodeKind
    value: str = ""
    children: tuple[Node, ...] = ()
    logical: str = ""
    logical_ms: int | None = None  # the value is a point in time, epoch ms
    guessed_time: bool = False  # "(read as time)": no schema said so
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One format that was tried on bytes that could not be shown, and why not."""

    format: Text
    reason: Text


@dataclass(frozen=True, slots=True)
class Tree:
    """Structured content; ``source`` is the original text for JSON, rendered for Avro."""

    root: Node
    source: str
    format: str  # "JSON", "Avro", ...
    type_name: str = ""  # Avro/Protobuf record name, full


@dataclass(frozen=True, slots=True)
class Plain:
    """Readable text that is not structured."""

    content: str
    format: str = "Text"


@dataclass(frozen=True, slots=True)
class Undecodable:
    """Bytes that no format explains; ``attempts`` say why."""

    attempts: tuple[Attempt, ...]
    registry_unavailable: bool = False  # the registry did not answer: may change


@dataclass(frozen=True, slots=True)
class Nothing:
    """No content: a null value (``deleted`` meaning) or zero bytes."""

    null: bool


Payload = Tree | Plain | Undecodable | Nothing


@dataclass(frozen=True, slots=True)
class PayloadColumn:
    """A field of the content shown in the table, e.g. ("orderNumber",) "Order number"."""

    path: tuple[str, ...]
    label: str  # where a person chose the field it may be empty: its name in words is shown


MAX_PAYLOAD_COLUMNS = 2
"""How many fields of the content the table has room for."""


def dotted(path: tuple[str, ...]) -> str:
    """A field as people write it: "customer.name"."""
    return ".".join(path)


def path_of(field: str) -> tuple[str, ...]:
    """The path of a field as people write it; empty where it is none. A name with a dot in it has no path."""
    path = tuple(name.strip() for name in field.split("."))
    return path if all(path) else ()
