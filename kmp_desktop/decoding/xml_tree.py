"""XML as a tree. Attributes are named with an "@"; text beside other content is "#text".

Documents that declare entities, or attributes with a default, are refused: a few lines of them can
stand for gigabytes.
"""

from __future__ import annotations

import codecs
from xml.parsers import expat

from kmp_desktop.core.payload import Node, NodeKind
from kmp_desktop.core.text import text
from kmp_desktop.decoding.refusal import MAX_BYTES, MAX_DEPTH, MAX_NODES, NotThisFormat

_STARTS = (b"<", b"\xff\xfe<\0", b"\xfe\xff\0<", b"<\0", b"\0<")


def may_be_xml(value: bytes) -> bool:
    """Whether a value begins like XML."""
    return value.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n").startswith(_STARTS)


def read_xml(data: bytes) -> tuple[Node, str]:
    """(tree, text of the document); raises NotThisFormat."""
    if len(data) > MAX_BYTES:
        raise NotThisFormat(text("It is larger than {n} bytes.", n=MAX_BYTES))
    builder = _Builder()
    parser = builder.parser
    try:
        parser.Parse(data.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n"), True)
    except expat.ExpatError as error:
        where = text(
            "It stops being XML at line {line}, column {column}.", line=error.lineno, column=error.offset + 1
        )
        raise NotThisFormat(where) from None
    except (LookupError, ValueError):  # an encoding that nobody knows
        raise NotThisFormat(text("Its encoding is not known.")) from None
    return builder.root(), _source(data, builder.encoding)


def _source(data: bytes, encoding: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif encoding.lower().startswith("utf-16"):
        encoding = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
    elif data.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


class _Element:
    """An element that is open."""

    __slots__ = ("children", "name", "text")

    def __init__(self, name: str) -> None:
        self.name = name
        self.children: list[Node] = []
        self.text: list[str] = []


class _Builder:
    """Makes nodes of what the parser finds."""

    def __init__(self) -> None:
        self.encoding = ""
        self._open = [_Element("")]
        self._left = MAX_NODES
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.ordered_attributes = True
        self.parser.XmlDeclHandler = self._declared
        self.parser.EntityDeclHandler = self._entity
        self.parser.AttlistDeclHandler = self._attribute
        self.parser.SkippedEntityHandler = self._skipped
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def root(self) -> Node:
        """The whole document: an object with the outermost element."""
        return Node("", NodeKind.OBJECT, children=tuple(self._open[0].children))

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self.encoding = encoding or ""

    def _entity(self, *_declaration: object) -> None:
        raise NotThisFormat(text("It declares entities, which are not opened up."))

    def _attribute(self, _element: str, _name: str, _kind: str, default: str | None, _required: bool) -> None:
        if default is not None:  # every element would get one, also those that are four bytes short
            raise NotThisFormat(text("It declares values of attributes, which are not filled in."))

    def _skipped(self, *_entity: object) -> None:
        raise NotThisFormat(text("It uses entities that it does not declare."))

    def _start(self, name: str, attributes: list[str]) -> None:
        if len(self._open) > MAX_DEPTH:
            raise NotThisFormat(text("It is nested more than {n} levels deep.", n=MAX_DEPTH))
        self._left -= 1 + len(attributes) // 2
        if self._left < 0:
            raise NotThisFormat(text("It has more than {n} values.", n=MAX_NODES))
        element = _Element(name)
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        element.children = [Node(f"@{each}", NodeKind.STRING, value) for each, value in pairs]
        self._open.append(element)

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        said = "".join(element.text)
        if not element.children:
            node = Node(element.name, NodeKind.STRING, said)
        else:
            if said.strip():
                element.children.append(Node("#text", NodeKind.STRING, said.strip()))
            node = Node(element.name, NodeKind.OBJECT, children=tuple(element.children))
        self._open[-1].children.append(node)

    def _text(self, said: str) -> None:
        self._open[-1].text.append(said)
