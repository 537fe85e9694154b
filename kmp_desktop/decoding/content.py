"""From the bytes of a value to what can be shown of it; never raises."""

from __future__ import annotations

import re

from kmp_desktop.core.payload import Attempt, Nothing, Payload, Plain, Tree, Undecodable
from kmp_desktop.core.ports import RegisteredSchema, SchemaSource, SchemaUnavailable
from kmp_desktop.core.text import Text, text, text_n
from kmp_desktop.decoding.avro import AvroSchemas
from kmp_desktop.decoding.framing import FRAME_SIZE, framed_schema
from kmp_desktop.decoding.json_tree import read_json
from kmp_desktop.decoding.refusal import NotThisFormat, TooMuch

_KINDS = {"AVRO": "Avro", "PROTOBUF": "Protobuf", "JSON": "JSON Schema"}
# What no text holds: bytes that are no UTF-8 (as surrogates) and control characters but blanks.
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\udc80-\udcff]")


class ContentDecoder:
    """Decodes values, with a schema registry or (``None``) without one. For one thread."""

    def __init__(self, schemas: SchemaSource | None) -> None:
        self._schemas = schemas
        self._avro = AvroSchemas()

    def decode(self, value: bytes | None) -> Payload:
        """What can be shown of ``value``: the first format that fits it to its last byte."""
        if not value:
            return Nothing(null=value is None)
        attempts: list[Attempt] = []
        unavailable = False
        schema_id = framed_schema(value)
        if schema_id is not None:
            shown, unavailable = self._framed(schema_id, value, attempts)
            if shown is not None:
                return shown
        try:
            root, source = read_json(value)
            return Tree(root, source, "JSON")
        except NotThisFormat as refused:
            attempts.append(Attempt(text("JSON"), refused.reason))
        readable = value.decode("utf-8", "surrogateescape")
        if not (wrong := len(_NOT_TEXT.findall(readable))):
            return Plain(readable.removeprefix("\ufeff"))
        attempts.append(Attempt(text("Plain text"), _not_text(wrong)))
        return Undecodable(tuple(attempts), registry_unavailable=unavailable)

    def _framed(self, schema_id: int, value: bytes, attempts: list[Attempt]) -> tuple[Payload | None, bool]:
        """(what the frame's schema makes of it, whether the registry could not be asked)."""
        if self._schemas is None:
            reason = text("No format registry is set for this connection.")
            attempts.append(Attempt(_company_format(schema_id, "AVRO"), reason))
            return None, False
        try:
            schema = self._schemas.schema(schema_id)
        except SchemaUnavailable as unavailable:
            attempts.append(Attempt(_company_format(schema_id, "AVRO"), unavailable.reason))
            return None, not unavailable.unknown
        try:
            return self._by_schema(schema, value), False
        except NotThisFormat as refused:
            attempts.append(Attempt(_company_format(schema.id, schema.kind), refused.reason))
            return None, False

    def _by_schema(self, schema: RegisteredSchema, value: bytes) -> Payload:
        match schema.kind:
            case "AVRO":
                return self._avro.read(schema, value, FRAME_SIZE)
            case "JSON":
                return _json(value[FRAME_SIZE:])
            case "PROTOBUF":
                raise NotThisFormat(text("Protobuf, shown as bytes."))
            case _:
                raise NotThisFormat(text("This program does not know {kind}.", kind=schema.kind))


def _json(data: bytes) -> Payload:
    try:
        root, source = read_json(data)
    except TooMuch:
        return Plain(data.decode(), "JSON")
    return Tree(root, source, "JSON")


def _company_format(schema_id: int, kind: str) -> Text:
    # As text: an id is a name, and no name has thousands separators.
    return text("Company format {id} ({kind})", id=str(schema_id), kind=_KINDS.get(kind, kind))


def _not_text(wrong: int) -> Text:
    return text_n(wrong, "{n} byte is not valid text.", "{n} bytes are not valid text.")
