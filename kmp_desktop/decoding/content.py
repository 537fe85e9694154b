"""From the bytes of a value to what can be shown of it; never raises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from kmp_desktop.core.payload import Attempt, Node, Nothing, Payload, Plain, Tree, Undecodable
from kmp_desktop.core.ports import RegisteredSchema, SchemaSource, SchemaUnavailable
from kmp_desktop.core.record import Header
from kmp_desktop.core.text import Text, text, text_n
from kmp_desktop.decoding.avro import AvroSchemas
from kmp_desktop.decoding.cbor import may_be_cbor, read_cbor
from kmp_desktop.decoding.framing import Frame, frame_of, glue_frame
from kmp_desktop.decoding.json_tree import read_json
from kmp_desktop.decoding.message_pack import may_be_message_pack, read_message_pack
from kmp_desktop.decoding.protobuf import ProtobufSchemas
from kmp_desktop.decoding.refusal import NotThisFormat, TooMuch
from kmp_desktop.decoding.rendering import rendered
from kmp_desktop.decoding.unpacking import inflate, packing_of
from kmp_desktop.decoding.wide_text import narrow_text, wide_text
from kmp_desktop.decoding.xml_tree import may_be_xml, read_xml

_KINDS = {"AVRO": "Avro", "PROTOBUF": "Protobuf", "JSON": "JSON Schema"}
_CONTROL = bytes({*range(32), 127} - set(b"\t\n\r"))  # characters that no text holds
_QUOTED = 80  # characters of a text that is only likely
_FIRST_MESSAGE = b"\0"  # the index of a Protobuf message where a header does not name one


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

    def decode(self, value: bytes | None, headers: Sequence[Header] = (), part: str = "value") -> Payload:
        """What can be shown of ``value``: the first format that fits it to its last byte.

        ``headers`` may name its schema; ``part``: whether it is the "value" or the "key" of a record.
        """
        if not value:
            return Nothing(null=value is None)
        refused: list[_Refused] = []
        frame = frame_of(value, headers, part)
        try:
            if frame is not None:
                return self._framed(frame, value)
        except _Refused as refusal:
            refused.append(refusal)
        return self._without_frame(value, refused)

    def _without_frame(self, value: bytes, refused: list[_Refused]) -> Payload:
        for read in (self._unpacked, _glue, _json, _wide, _xml, _message_pack, _cbor, _text, _narrow):
            try:
                if (shown := read(value)) is not None:
                    return shown
            except _Refused as refusal:
                refused.append(refusal)
        return Undecodable(
            tuple(each.attempt for each in refused),
            registry_unavailable=any(each.unavailable for each in refused),
        )

    def _framed(self, frame: Frame, value: bytes) -> Payload:
        """What the schema of the frame makes of it."""
        schema = self._schema(frame.schema_id)
        try:
            return self._by_schema(schema, frame, value)
        except NotThisFormat as mismatch:
            raise _Refused(_company_format(frame.schema_id, schema.kind), mismatch.reason) from None

    def _schema(self, schema_id: int | UUID) -> RegisteredSchema:
        # Until the registry says otherwise it is taken for the format that most frames hold.
        tried = _company_format(schema_id, "AVRO")
        if self._schemas is None:
            raise _Refused(tried, text("No format registry is set for this connection."))
        try:
            return self._schemas.schema(schema_id)
        except SchemaUnavailable as failure:
            raise _Refused(tried, failure.reason, unavailable=not failure.unknown) from None

    def _by_schema(self, schema: RegisteredSchema, frame: Frame, value: bytes) -> Payload:
        match schema.kind:
            case "AVRO":
                return self._avro.read(schema, value, frame.start)
            case "JSON":
                return _json_payload(value[frame.start :])
            case "PROTOBUF":
                if frame.start == 0:  # the data alone: its index is in the header
                    return self._protobuf.read(schema, (frame.index or _FIRST_MESSAGE) + value, 0)
                return self._protobuf.read(schema, value, frame.start)
            case _:
                raise NotThisFormat(text("This program does not know {kind}.", kind=schema.kind))

    def _unpacked(self, value: bytes) -> Payload | None:
        """What is inside a packed value; not looked into twice: packed again it is not meant to be read."""
        packing = packing_of(value)
        if packing is None:
            return None
        name, unpack = packing
        try:
            inner = unpack(value)
        except NotThisFormat as mismatch:
            raise _Refused(text("{name}", name=name), mismatch.reason) from None
        if packing_of(inner):
            raise _Refused(text("{name}", name=name), text("What is inside is packed again."))
        shown = self.decode(inner)
        return _within(shown, name) if inner else Plain("", name)


def _within(shown: Payload, name: str) -> Payload:
    """A payload whose format tells what it was wrapped in."""
    if isinstance(shown, Tree | Plain):
        return replace(shown, format=f"{shown.format} ({name})")
    if isinstance(shown, Undecodable):
        inside = tuple(
            Attempt(text("{format} ({name})", format=each.format, name=name), each.reason)
            for each in shown.attempts
        )
        return replace(shown, attempts=inside)
    return shown


def _glue(value: bytes) -> Payload | None:
    """AWS Glue's frame: its schemas cannot be had, but JSON needs none."""
    frame = glue_frame(value)
    if frame is None:
        return None
    tried = text("AWS Glue format {id}", id=str(frame.schema))
    try:
        data = inflate(frame.data) if frame.packed else frame.data
        return _within(_json_payload(data), "AWS Glue")
    except NotThisFormat:
        reason = text("Its description is kept by AWS Glue, which this program cannot ask.")
        raise _Refused(tried, reason) from None


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


def _wide(value: bytes) -> Payload | None:
    """Text of several bytes a letter, and the JSON in it."""
    found = wide_text(value)
    if found is None:
        return None
    name, written = found
    try:
        return _within(_json_payload(written.encode()), name)
    except NotThisFormat:
        return (_xml(value) if may_be_xml(value) else None) or Plain(written, f"Text ({name})")


def _xml(value: bytes) -> Payload | None:
    if not may_be_xml(value):
        return None
    try:
        root, source = read_xml(value)
    except NotThisFormat as mismatch:
        raise _Refused(text("XML"), mismatch.reason) from None
    return Tree(root, source, "XML", root.children[0].name)


def _message_pack(value: bytes) -> Payload | None:
    return _binary(value, "MessagePack", may_be_message_pack, read_message_pack)


def _cbor(value: bytes) -> Payload | None:
    return _binary(value, "CBOR", may_be_cbor, read_cbor)


def _binary(
    value: bytes, name: str, may_be: Callable[[bytes], bool], read: Callable[[bytes], Node]
) -> Payload | None:
    if not may_be(value):
        return None
    try:
        root = read(value)
    except NotThisFormat as mismatch:
        raise _Refused(text("{name}", name=name), mismatch.reason) from None
    return Tree(root, rendered(root), name)


def _text(value: bytes) -> Payload:
    readable = value.decode("utf-8", "ignore")
    no_utf8 = len(value) - len(readable.encode())
    if wrong := no_utf8 + len(value) - len(value.translate(None, _CONTROL)):
        reason = text_n(wrong, "{n} byte is not valid text.", "{n} bytes are not valid text.")
        raise _Refused(text("Plain text"), reason)
    return Plain(readable.removeprefix("\ufeff"))


def _narrow(value: bytes) -> Payload | None:
    """Never shown as content: nothing in the bytes tells which of many alphabets they are."""
    found = narrow_text(value)
    if found is None:
        return None
    quoted = found[:_QUOTED] + ("…" if len(found) > _QUOTED else "")
    raise _Refused(
        text("Text of Western Europe (Windows-1252)"),
        text("It could be “{said}”, but nothing in it tells so.", said=quoted),
    )


def _company_format(schema_id: int | UUID, kind: str) -> Text:
    # As text: an id is a name, and no name has thousands separators.
    return text("Company format {id} ({kind})", id=str(schema_id), kind=_KINDS.get(kind, kind))
