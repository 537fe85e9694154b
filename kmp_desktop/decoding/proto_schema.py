"""What a Protobuf schema declares, as far as reading values needs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

SCALARS = frozenset(
    {
        *("double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64"),
        *("fixed32", "fixed64", "sfixed32", "sfixed64", "bool", "string", "bytes"),
    }
)


@dataclass(slots=True)
class ProtoField:
    """A field; ``kind`` is a scalar's name or, with ``named``, that of a message or enum."""

    name: str
    number: int
    kind: str
    named: bool = False
    repeated: bool = False
    json_name: str = ""
    map_key: str = ""  # scalar kind of a map's keys; ``kind`` is that of its values

    def shown_name(self) -> str:
        """Its name in JSON: ``order_number`` is "orderNumber"."""
        return self.json_name or lower_camel(self.name)


@dataclass(slots=True)
class ProtoMessage:
    """A message type; ``nested`` in the order of the schema, which message indexes count in."""

    name: str  # full, without a leading dot
    fields: dict[int, ProtoField] = field(default_factory=dict)
    nested: list[ProtoMessage] = field(default_factory=list)
    enums: list[ProtoEnum] = field(default_factory=list)
    map_entry: bool = False


@dataclass(slots=True)
class ProtoEnum:
    """An enum type; of several names for one number the first counts."""

    name: str
    symbols: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class ProtoFile:
    """One schema file; ``extensions`` are (scope, extended message, field)."""

    package: str = ""
    messages: list[ProtoMessage] = field(default_factory=list)
    enums: list[ProtoEnum] = field(default_factory=list)
    extensions: list[tuple[str, str, ProtoField]] = field(default_factory=list)


class ProtoTypes:
    """All named types of some files."""

    def __init__(self, files: list[ProtoFile]) -> None:
        self._types: dict[str, ProtoMessage | ProtoEnum] = {}
        for file in files:
            self._types.update((each.name, each) for each in file.enums)
            for message in _with_nested(file.messages):
                self._types[message.name] = message
                self._types.update((each.name, each) for each in message.enums)
        for file in files:
            for scope, extended, added in file.extensions:
                target = self.find(extended, scope)
                if isinstance(target, ProtoMessage):
                    added.json_name = f"[{scope}.{added.name}]" if scope else f"[{added.name}]"
                    target.fields.setdefault(added.number, added)

    def find(self, name: str, scope: str) -> ProtoMessage | ProtoEnum | None:
        """The type that ``name`` means inside ``scope``, looked for from the inside out."""
        if name.startswith("."):
            return self._types.get(name[1:])
        while True:
            if found := self._types.get(f"{scope}.{name}" if scope else name):
                return found
            if not scope:
                return None
            scope = scope.rpartition(".")[0]


def lower_camel(name: str) -> str:
    """A field's name as Protobuf writes it in JSON."""
    first, *others = name.split("_")
    return first + "".join(each[:1].upper() + each[1:] for each in others)


def _with_nested(messages: list[ProtoMessage]) -> Iterator[ProtoMessage]:
    for message in messages:
        yield message
        yield from _with_nested(message.nested)
