"""Reading a Protobuf schema from its binary form (a serialized ``FileDescriptorProto``).

Only the numbered fields that matter for reading values are looked at; the numbers are those of
``google/protobuf/descriptor.proto``, which never change.
"""

from __future__ import annotations

from collections import defaultdict

from kmp_desktop.decoding.proto_bytes import SIZED, VARINT, ProtoBytes
from kmp_desktop.decoding.proto_schema import ProtoEnum, ProtoField, ProtoFile, ProtoMessage
from kmp_desktop.decoding.proto_text import NotProto
from kmp_desktop.decoding.refusal import NotThisFormat

_FILE_NAME, _FILE_PACKAGE, _FILE_MESSAGES, _FILE_ENUMS, _FILE_EXTENSIONS = 1, 2, 4, 5, 7
_NAME = 1  # of messages, fields, enums and their values
_FIELDS, _NESTED, _ENUMS, _EXTENSIONS, _OPTIONS = 2, 3, 4, 6, 7
_MAP_ENTRY = 7
_EXTENDED, _NUMBER, _LABEL, _TYPE, _TYPE_NAME, _JSON_NAME = 2, 3, 4, 5, 6, 10
_VALUES = 2
_REPEATED = 3
_KINDS = (
    *("", "double", "float", "int64", "uint64", "int32", "fixed64", "fixed32", "bool", "string"),
    *("group", "message", "bytes", "uint32", "enum", "sfixed32", "sfixed64", "sint32", "sint64"),
)
_NAMED = ("group", "message", "enum")
_MAX_DEPTH = 100

_Fields = defaultdict[int, list[bytes | int]]


def read_descriptor(data: bytes) -> ProtoFile:
    """The types that a serialized file descriptor declares; raises NotProto."""
    try:
        fields = _fields(data)
        package = _text(fields, _FILE_PACKAGE)
        if not _text(fields, _FILE_NAME):
            raise NotProto
        file = ProtoFile(package)
        file.messages = [_message(each, package, 0) for each in _inner(fields, _FILE_MESSAGES)]
        file.enums = [_enum(each, package) for each in _inner(fields, _FILE_ENUMS)]
        file.extensions = [_extension(each, package) for each in _inner(fields, _FILE_EXTENSIONS)]
    except NotThisFormat:
        raise NotProto from None
    return file


def _fields(data: bytes) -> _Fields:
    found: _Fields = defaultdict(list)
    source = ProtoBytes(data)
    for number, wire in source.tags(len(data)):
        if wire == VARINT:
            found[number].append(source.varint())
        elif wire == SIZED:
            found[number].append(source.take(source.sized(len(data)) - source.at))
        else:
            raise NotProto
    return found


def _message(data: bytes, scope: str, depth: int) -> ProtoMessage:
    if depth > _MAX_DEPTH:
        raise NotProto
    fields = _fields(data)
    message = ProtoMessage(_full(scope, _text(fields, _NAME)))
    message.nested = [_message(each, message.name, depth + 1) for each in _inner(fields, _NESTED)]
    message.enums = [_enum(each, message.name) for each in _inner(fields, _ENUMS)]
    message.map_entry = any(_number(_fields(each), _MAP_ENTRY) for each in _inner(fields, _OPTIONS))
    entries = {f".{each.name}": each for each in message.nested if each.map_entry}
    for each in _inner(fields, _FIELDS):
        declared = _field(each)
        if entry := entries.get(declared.kind):
            key, value = entry.fields.get(1), entry.fields.get(2)
            if key is None or value is None:
                raise NotProto
            declared.map_key, declared.kind, declared.named = key.kind, value.kind, value.named
            declared.repeated = False
        message.fields[declared.number] = declared
    return message


def _field(data: bytes) -> ProtoField:
    fields = _fields(data)
    kind_number = _number(fields, _TYPE)
    kind = _KINDS[kind_number] if kind_number < len(_KINDS) else ""
    named = kind in _NAMED
    return ProtoField(
        _text(fields, _NAME),
        _number(fields, _NUMBER),
        _text(fields, _TYPE_NAME) if named else kind,
        named,
        _number(fields, _LABEL) == _REPEATED,
        _text(fields, _JSON_NAME),
    )


def _extension(data: bytes, scope: str) -> tuple[str, str, ProtoField]:
    return scope, _text(_fields(data), _EXTENDED), _field(data)


def _enum(data: bytes, scope: str) -> ProtoEnum:
    fields = _fields(data)
    enum = ProtoEnum(_full(scope, _text(fields, _NAME)))
    for each in _inner(fields, _VALUES):
        value = _fields(each)
        number = _number(value, 2)
        enum.symbols.setdefault(number - 2**64 if number >= 2**63 else number, _text(value, _NAME))
    return enum


def _inner(fields: _Fields, number: int) -> list[bytes]:
    return [each for each in fields[number] if isinstance(each, bytes)]


def _text(fields: _Fields, number: int) -> str:
    return next((each.decode("utf-8", "replace") for each in _inner(fields, number)), "")


def _number(fields: _Fields, number: int) -> int:
    return next((each for each in fields[number] if isinstance(each, int)), 0)


def _full(scope: str, name: str) -> str:
    return f"{scope}.{name}" if scope else name
