"""Avro binary data as a tree, read along its schema.

Read here and not by fastavro's reader, which gives up on logical values out of range, ignores bytes
left over, does not tell which branch of a union was taken and can be kept busy for ever by a crafted
count of entries without size. fastavro parses the schemas and is the yardstick of the tests.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import fastavro

from kmp_desktop.core.payload import Node, NodeKind, Tree
from kmp_desktop.core.ports import RegisteredSchema
from kmp_desktop.core.text import text, text_n
from kmp_desktop.decoding.avro_bytes import AvroBytes
from kmp_desktop.decoding.avro_logical import hide_logical_types, logical_reader
from kmp_desktop.decoding.avro_scalars import (
    PRIMITIVES,
    Reader,
    enum,
    fixed,
    logical_bytes,
    logical_number,
    raw_bytes,
)
from kmp_desktop.decoding.refusal import NotThisFormat
from kmp_desktop.decoding.rendering import rendered


class AvroSchemas:
    """Reads values along registered schemas; each schema is parsed once."""

    def __init__(self) -> None:
        self._readers: dict[int, AvroReader | NotThisFormat] = {}

    def read(self, schema: RegisteredSchema, value: bytes, start: int) -> Tree:
        """The tree of what ``value`` holds from ``start`` on.

        Raises NotThisFormat, also when the schema itself cannot be read.
        """
        reader = self._readers.get(schema.id)
        if reader is None:
            reader = self._readers[schema.id] = _parsed(schema)
        if isinstance(reader, NotThisFormat):
            raise reader
        return reader.read(value, start)


def _parsed(schema: RegisteredSchema) -> AvroReader | NotThisFormat:
    try:
        return AvroReader(schema)
    except Exception:  # noqa: BLE001 - fastavro raises whatever a wrong schema makes it stumble over
        return NotThisFormat(text("The registry's description of this format cannot be read."))


class AvroReader:
    """Reads the values of one schema."""

    def __init__(self, schema: RegisteredSchema) -> None:
        self._named: dict[str, dict[str, Any]] = {}
        for _, reference in schema.references:
            self._parse(reference)
        parsed = self._parse(schema.schema)
        self._by_name: dict[str, Reader] = {}
        self._makers: dict[str, Callable[[dict[str, Any]], Reader]] = {
            "record": self._record,
            "error": self._record,
            "array": self._array,
            "map": self._map,
            "enum": self._enum,
            "fixed": self._fixed,
        }
        self._root = raw_bytes if parsed in ("bytes", {"type": "bytes"}) else self._reader(parsed)
        self._type_name = parsed.get("name", "") if isinstance(parsed, dict) else ""

    def read(self, value: bytes, start: int = 0) -> Tree:
        """The tree of data that fills ``value`` from ``start`` to its last byte."""
        source = AvroBytes(value, start)
        root = self._root(source, "", "")
        if left := len(value) - source.at:
            raise NotThisFormat(text_n(left, "{n} byte is left over.", "{n} bytes are left over."))
        return Tree(root, rendered(root), "Avro", self._type_name)

    def _parse(self, schema: str) -> Any:
        return fastavro.parse_schema(
            hide_logical_types(json.loads(schema)), named_schemas=self._named, _write_hint=False
        )

    def _reader(self, schema: Any) -> Reader:
        if isinstance(schema, list):
            return self._union(schema)
        if isinstance(schema, str):
            return PRIMITIVES.get(schema) or self._by_reference(schema)
        make = self._makers.get(schema["type"], self._scalar)
        return make(schema)

    def _scalar(self, schema: dict[str, Any]) -> Reader:
        kind, logical = schema["type"], logical_reader(schema)
        if logical is None:
            return self._reader(kind)
        return logical_bytes(logical) if kind == "bytes" else logical_number(logical)

    def _enum(self, schema: dict[str, Any]) -> Reader:
        return self._remembered(schema, enum(schema["symbols"]))

    def _fixed(self, schema: dict[str, Any]) -> Reader:
        return self._remembered(schema, fixed(schema["size"], logical_reader(schema)))

    def _remembered(self, schema: dict[str, Any], reader: Reader) -> Reader:
        self._by_name[schema["name"]] = reader
        return reader

    def _by_reference(self, name: str) -> Reader:
        """A named type; looked up when it is read first, since a record may contain itself."""

        def read(source: AvroBytes, node: str, branch: str) -> Node:
            reader = self._by_name.get(name)
            if reader is None:
                reader = self._by_name[name] = self._reader(self._named[name])
            return reader(source, node, branch)

        return read

    def _record(self, schema: dict[str, Any]) -> Reader:
        fields: list[tuple[str, Reader]] = []

        def read(source: AvroBytes, name: str, branch: str) -> Node:
            source.enter()
            children = tuple([reader(source, field, "") for field, reader in fields])
            source.leave()
            return Node(name, NodeKind.OBJECT, children=children, branch=branch)

        self._by_name[schema["name"]] = read
        fields.extend((field["name"], self._reader(field["type"])) for field in schema["fields"])
        return read

    def _union(self, schema: list[Any]) -> Reader:
        branches = [(_branch_name(each), self._reader(each)) for each in schema]

        def read(source: AvroBytes, name: str, _branch: str) -> Node:
            index = source.long()
            if not 0 <= index < len(branches):
                raise source.mismatch()
            branch, reader = branches[index]
            source.enter()
            node = reader(source, name, branch)
            source.leave()
            return node

        return read

    def _array(self, schema: dict[str, Any]) -> Reader:
        entry = self._reader(schema["items"])

        def read(source: AvroBytes, name: str, branch: str) -> Node:
            source.enter()
            entries: list[Node] = []
            for count in source.blocks():
                first = len(entries)
                entries.extend(entry(source, str(first + index), "") for index in range(count))
            source.leave()
            return Node(name, NodeKind.LIST, children=tuple(entries), branch=branch)

        return read

    def _map(self, schema: dict[str, Any]) -> Reader:
        value = self._reader(schema["values"])

        def read(source: AvroBytes, name: str, branch: str) -> Node:
            source.enter()
            entries = [value(source, source.text(), "") for count in source.blocks() for _ in range(count)]
            source.leave()
            return Node(name, NodeKind.OBJECT, children=tuple(entries), branch=branch)

        return read


def _branch_name(schema: Any) -> str:
    if isinstance(schema, str):
        return schema
    return str(schema.get("name") or schema["type"])
