"""One long value of the content, wrapped and copyable; JSON inside a text as a tree."""

from __future__ import annotations

import json
import re

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from kmp_desktop.core.payload import Node, NodeKind
from kmp_desktop.qt.i18n import tr, trn
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.visible_text import lines, one_line
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.labels import ElidedLabel, label

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_SHOWN = 1_000_000  # characters; more would stop the window


class ValueDialog(QDialog):
    """Shows a value as it was sent; "Lay out JSON" only changes how it is looked at."""

    def __init__(self, node: Node, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("valueDialog")
        self.setProperty("ground", "plain")
        self.setWindowTitle(tr("Value"))
        self._value = node.value
        self._laid_out = _laid_out(node)
        px = Theme.current().px
        self.resize(px(640), px(460))
        box = QVBoxLayout(self)
        box.setContentsMargins(px(16), px(16), px(16), px(16))
        box.setSpacing(px(10))
        box.addWidget(ElidedLabel(one_line(path), "title"))
        size = len(node.value) // 2 if node.kind is NodeKind.BYTES else len(node.value)
        if node.kind is NodeKind.BYTES:
            words = trn(size, "{n} byte", "{n} bytes")
        else:
            words = trn(size, "{n} character", "{n} characters")
        if size > _SHOWN:
            words = tr("{size}, the first {shown} are shown", size=words, shown=_SHOWN)
        box.addWidget(label(words, "small", tone="muted"))
        self._text = QPlainTextEdit()
        self._text.setObjectName("valueText")
        self._text.setAccessibleName(tr("Value"))
        self._text.setReadOnly(True)
        self._text.setProperty("fontRole", "fixed")
        box.addWidget(self._text, 1)
        foot = QHBoxLayout()
        self._lay_out = Button(tr("Lay out JSON"), "layOutJsonButton")
        self._lay_out.setCheckable(True)
        self._lay_out.setVisible(bool(self._laid_out))
        self._lay_out.toggled.connect(self._on_lay_out)
        copy = Button(tr("Copy"), "copyValueButton", icon_name="copy")
        copy.clicked.connect(self._on_copy)
        close = Button(tr("Close"), "closeValueButton", "primary")
        close.clicked.connect(self.accept)
        foot.addWidget(self._lay_out)
        foot.addStretch(1)
        foot.addWidget(copy)
        foot.addWidget(close)
        box.addLayout(foot)
        self._lay_out.setChecked(bool(self._laid_out))
        self._on_lay_out(bool(self._laid_out))

    @Slot(bool)
    def _on_lay_out(self, laid_out: bool) -> None:
        shown = self._laid_out if laid_out else self._value
        self._text.setPlainText(lines(shown[:_SHOWN]))

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._value)


def _laid_out(node: Node) -> str:
    """The text with JSON laid out; empty if it is none. Numbers stay as they are written."""
    if node.kind is not NodeKind.STRING or not node.value.strip().startswith(("{", "[")):
        return ""
    try:
        return _indented(node.value)
    except (ValueError, RecursionError):
        return ""


def _indented(source: str) -> str:
    """Only blanks outside of texts are changed, so that nothing is converted."""
    json.loads(source, parse_float=str, parse_int=str)  # raises where it is no JSON
    out: list[str] = []
    depth = 0
    for sign in _tokens(source):
        if sign in "{[":
            depth += 1
            out.append(sign + "\n" + "  " * depth)
        elif sign in "}]":
            depth -= 1
            out.append("\n" + "  " * depth + sign)
        elif sign == ",":
            out.append(",\n" + "  " * depth)
        else:
            out.append(": " if sign == ":" else sign)
    return "".join(out)


def _tokens(source: str) -> list[str]:
    """Texts, numbers, words and single signs, without the blanks between them."""
    return _TOKEN.findall(source)
