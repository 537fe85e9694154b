"""From the bytes of a value to what can be shown of it; never raises."""

from __future__ import annotations

from kmp_desktop.core.payload import Attempt, Nothing, Payload, Plain, Tree, Undecodable
from kmp_desktop.core.ports import RegisteredSchema, SchemaSource, SchemaUnavailable
from kmp_desktop.core.text import Text, text, text_n
from kmp_desktop.decoding.avro import AvroSchemas
from kmp_desktop.decoding.framing import FRAME_SIZE, framed_schema
from kmp_desktop.decoding.json_tree import read_json
from kmp_desktop.decoding.protobuf import ProtobufSchemas
from kmp_desktop.decoding.refusal import NotThisFormat, TooMuch

_KINDS = {"AVRO": "Avro", "PROTOBUF": "Protobuf", "JSON": "JSON Schema"}
_CONTROL = bytes({*range(32), 127} - set(b"\t\n\r"))  # characters that no text holds


class _Refused(Exception):  # noqa: N818 - the answer to a question, not a fault of the program
    """A format that was tried and does not fit; ``unavailable``: the registry could not be asked."""

    def __init__(self, tried: Text, reason: Text, *, unavailable: bool = False) -> None:
        super().__init__(str(reason))
        self.attempt = Attempt(tried, reason)
        self.unavailable = unavailable


class ContentDecoder:
    """Decodes values, with a schema registry or (``None``) without one. For one thread."""

    def __init__(self, schemas: SchemaSource | None) -> None:
        self._schemas = schemas
        self._avro = AvroSchemas()
        self._protobuf = ProtobufSchemas()

    def decode(self, value: bytes | None) -> Payload:
        """What can be shown of ``value``: the first format that fits it to its last byte."""
        if not value:
            return Nothing(null=value is None)
        refused: list[_Refused] = []
        for read in (self._framed, _json, _text):
            try:
                if (shown := read(value)) is not None:
                    return shown
            except _Refused as refusal:
                refused.append(refusal)
        return Undecodable(
            tuple(each.attempt for each in refused),
            registry_unavailable=any(each.unavailable for each in refused),
        )

    def _framed(self, value: bytes) -> Payload | None:
        """What the schema of the frame makes of it; ``None`` where there is no frame."""
        schema_id = framed_schema(value)
        if schema_id is None:
            return None
        schema = self._schema(schema_id)
        try:
            return self._by_schema(schema, value)
        except NotThisFormat as mismatch:
            raise _Refused(_company_format(schema_id, schema.kind), mismatch.reason) from None

    def _schema(self, schema_id: int) -> RegisteredSchema:
        # Until the registry says otherwise it is taken for the format that most frames hold.
        tried = _company_format(schema_id, "AVRO")
        if self._schemas is None:
            raise _Refused(tried, text("No format registry is set for this connection."))
        try:
            return self._schemas.schema(schema_id)
        except SchemaUnavailable as failure:
            raise _Refused(tried, failure.reason, unavailable=not failure.unknown) from None

    def _by_schema(self, schema: RegisteredSchema, value: bytes) -> Payload:
        match schema.kind:
            case "AVRO":
                return self._avro.read(schema, value, FRAME_SIZE)
            case "JSON":
                return _json_payload(value[FRAME_SIZE:])
            case "PROTOBUF":
                return self._protobuf.read(schema, value, FRAME_SIZE)
            case _:
                raise NotThisFormat(text("This program does not know {kind}.", kind=schema.kind))


def _json(value: bytes) -> Payload:
    try:
        return _json_payload(value)
    except NotThisFormat as mismatch:
        raise _Refused(text("JSON"), mismatch.reason) from None


def _json_payload(data: bytes) -> Payload:
    try:
        root, source = read_json(data)
    except TooMuch:
        return Plain(data.decode("utf-8-sig"), "JSON")
    return Tree(root, source, "JSON")


def _text(value: bytes) -> Payload:
    readable = value.decode("utf-8", "ignore")
    no_utf8 = len(value) - len(readable.encode())
    if wrong := no_utf8 + len(value) - len(value.translate(None, _CONTROL)):
        reason = text_n(wrong, "{n} byte is not valid text.", "{n} bytes are not valid text.")
        raise _Refused(text("Plain text"), reason)
    return Plain(readable.removeprefix("\ufeff"))


def _company_format(schema_id: int, kind: str) -> Text:
    # As text: an id is a name, and no name has thousands separators.
    return text("Company format {id} ({kind})", id=str(schema_id), kind=_KINDS.get(kind, kind))
