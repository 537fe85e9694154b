"""Reading a Protobuf schema from its text (``.proto``): proto2, proto3 and editions.

Options, services and ranges are passed over; they do not change how values are read.
"""

from __future__ import annotations

import re

from kmp_desktop.decoding.proto_schema import SCALARS, ProtoEnum, ProtoField, ProtoFile, ProtoMessage

_TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*.*?\*/"""
    r"""|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\.?[A-Za-z_][\w.]*|[-+]?\d[\w.+]*|[-+{}\[\]()<>=;:,/.])""",
    re.DOTALL,
)
_LABELS = ("optional", "required", "repeated")
_PASSED_OVER = ("option", "reserved", "extensions", "import", "syntax", "edition")
_MAX_DEPTH = 100  # of messages within messages
_CLOSING = {"{": "}", "[": "]", "(": ")", "<": ">"}


class NotProto(ValueError):  # noqa: N818 - the answer to a question, not a fault of the program
    """The text is no Protobuf schema."""


def read_proto(source: str) -> ProtoFile:
    """The types that a schema text declares; raises NotProto."""
    parser = _Parser(_tokens(source))
    try:
        return parser.file()
    except IndexError:
        raise NotProto from None


def _tokens(source: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    while at < len(source):
        found = _TOKEN.match(source, at)
        if found is None:
            raise NotProto(source[at : at + 10])
        at = found.end()
        if found.group(1):
            tokens.append(found.group(1))
    return tokens


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._file = ProtoFile()

    def file(self) -> ProtoFile:
        """The whole file."""
        while self._at < len(self._tokens):
            match self._next():
                case "package":
                    self._file.package = self._next()
                    self._expect(";")
                case "message":
                    self._file.messages.append(self._message(self._file.package, 0))
                case "enum":
                    self._file.enums.append(self._enum(self._file.package))
                case "extend":
                    self._extend(self._file.package, 0)
                case "service":
                    self._next()
                    self._skip_block()
                case ";":
                    pass
                case word if word in _PASSED_OVER:
                    self._skip_statement()
                case word:
                    raise NotProto(word)
        return self._file

    def _message(self, scope: str, depth: int, name: str = "") -> ProtoMessage:
        if depth > _MAX_DEPTH:
            raise NotProto
        message = ProtoMessage(_full(scope, name or self._name()))
        self._expect("{")
        self._members(message, depth)
        return message

    def _members(self, message: ProtoMessage, depth: int) -> None:
        """Everything up to the closing brace of a message, or of a oneof in it."""
        while (word := self._next()) != "}":
            following = self._tokens[self._at]
            if word == "message" and self._is_block():
                message.nested.append(self._message(message.name, depth + 1))
            elif word == "enum" and self._is_block():
                message.enums.append(self._enum(message.name))
            elif word == "oneof" and self._is_block():
                self._next()
                self._expect("{")
                self._members(message, depth)
            elif word == "extend" and following != "=":
                self._extend(message.name, depth)
            elif word in _PASSED_OVER:
                self._skip_statement()
            elif word != ";":
                self._field(message, word, depth)

    def _is_block(self) -> bool:
        """Whether a word that fields may be named, too, begins a block: ``message Name {``."""
        return self._tokens[self._at + 1] == "{"

    def _field(self, message: ProtoMessage, word: str, depth: int) -> None:
        repeated = word == "repeated"
        kind = self._next() if word in _LABELS else word
        if kind == "group":
            self._group(message, repeated, depth)
            return
        map_key = ""
        if kind == "map" and self._tokens[self._at] == "<":
            self._next()
            map_key = self._next()
            self._expect(",")
            kind = self._next()
            self._expect(">")
        name = self._name()
        self._expect("=")
        number = self._number()
        json_name = self._field_options()
        self._expect(";")
        named = kind not in SCALARS
        message.fields[number] = ProtoField(name, number, kind, named, repeated, json_name, map_key)

    def _group(self, message: ProtoMessage, repeated: bool, depth: int) -> None:
        name = self._name()
        self._expect("=")
        number = self._number()
        self._field_options()
        message.nested.append(self._message(message.name, depth + 1, name))
        message.fields[number] = ProtoField(name.lower(), number, name, named=True, repeated=repeated)

    def _extend(self, scope: str, depth: int) -> None:
        extended = self._next()
        self._expect("{")
        fields = ProtoMessage(scope)  # only holds what is declared in the braces
        self._members(fields, depth)
        self._file.extensions += [(scope, extended, each) for each in fields.fields.values()]

    def _enum(self, scope: str) -> ProtoEnum:
        enum = ProtoEnum(_full(scope, self._name()))
        self._expect("{")
        while (word := self._next()) != "}":
            if word in ("option", "reserved") and self._tokens[self._at] != "=":
                self._skip_statement()
            elif word != ";":
                self._expect("=")
                enum.symbols.setdefault(self._number(), word)
                self._field_options()
                self._expect(";")
        return enum

    def _field_options(self) -> str:
        """The ``json_name`` among a field's options, the others are passed over."""
        if self._tokens[self._at] != "[":
            return ""
        begin = self._at
        self._skip_block()
        options = self._tokens[begin : self._at]
        for at, word in enumerate(options[:-2]):
            if word == "json_name" and options[at + 1] == "=":
                return options[at + 2][1:-1]
        return ""

    def _skip_statement(self) -> None:
        while self._tokens[self._at] != ";":
            if self._tokens[self._at] in _CLOSING:
                self._skip_block()
            else:
                self._at += 1
        self._at += 1

    def _skip_block(self) -> None:
        """Everything from an opening bracket to the one that closes it."""
        open_brackets = [_CLOSING.get(self._next(), "")]
        while open_brackets:
            word = self._next()
            if word in _CLOSING:
                open_brackets.append(_CLOSING[word])
            elif word == open_brackets[-1]:
                open_brackets.pop()

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1]

    def _name(self) -> str:
        name = self._next()
        if not name.isidentifier():
            raise NotProto(name)
        return name

    def _number(self) -> int:
        written = self._next()
        if written in ("-", "+"):
            written += self._next()
        try:
            octal = written.lstrip("-").startswith("0") and written.lstrip("-").isdigit()
            return int(written, 8 if octal else 0)
        except ValueError:
            raise NotProto(written) from None

    def _expect(self, word: str) -> None:
        if self._next() != word:
            raise NotProto(word)


def _full(scope: str, name: str) -> str:
    return f"{scope}.{name}" if scope else name
