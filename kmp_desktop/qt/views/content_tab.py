"""The tab "Content": tree, text or bytes, and why something cannot be shown in words."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from kmp_desktop.core.payload import Attempt, Node, Nothing, Plain, Tree, Undecodable
from kmp_desktop.core.view import RecordDetails
from kmp_desktop.qt.dialogs.value_dialog import ValueDialog
from kmp_desktop.qt.i18n import say, tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.clearing import clear_layout
from kmp_desktop.qt.views.content_tree_view import ContentTreeView
from kmp_desktop.qt.views.wrapped_text import FittedArea, ReadOnlyText
from kmp_desktop.qt.visible_bytes import hex_lines
from kmp_desktop.qt.visible_text import lines
from kmp_desktop.qt.widgets.buttons import IconButton, LinkButton
from kmp_desktop.qt.widgets.card import separator, spaced
from kmp_desktop.qt.widgets.empty import EmptyState
from kmp_desktop.qt.widgets.labels import ElidedLabel, IconLabel, label
from kmp_desktop.qt.widgets.segmented import SegmentedButtons

_TEXT_SHOWN = 500_000  # characters
_BYTES_SHOWN = 32_768
_WIDE = 560  # pixels of the design from which 16 bytes stand on a line


class Mode(StrEnum):
    """How content is looked at."""

    TREE = "tree"
    TEXT = "text"
    BYTES = "bytes"


class ContentTab(QWidget):
    """Shows the content of one record; the way of looking stays from record to record.

    Signals:
        try_again_wanted: ask the format registry again.
    """

    try_again_wanted = Signal()

    def __init__(self, *, has_registry: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._details: RecordDetails | None = None
        self._wanted = Mode.TREE  # what a person chose; a record may not have it
        self._all_bytes = False
        self._format = ElidedLabel("", "small", "muted")
        self._format.setObjectName("formatLabel")
        self._modes = SegmentedButtons(
            (
                (Mode.TREE, tr("Tree"), "contentModeTree"),
                (Mode.TEXT, tr("Text"), "contentModeText"),
                (Mode.BYTES, tr("Bytes"), "contentModeBytes"),
            ),
            "contentModeButtons",
        )
        self._modes.chosen.connect(self._on_mode_chosen)
        self._copy = IconButton("copy", tr("Copy the content"), "copyContentButton")
        self._copy.clicked.connect(self._on_copy)
        self.tree = ContentTreeView()
        self.tree.value_wanted.connect(self._on_value_wanted)
        self._text = ReadOnlyText("contentText", tr("Content as text"))
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self._nothing = EmptyState("circle-dashed", tr("No content"))
        self._bytes = _BytesPage(has_registry=has_registry)
        self._bytes.all_wanted.connect(self._on_all_bytes)
        self._bytes.try_again_wanted.connect(self.try_again_wanted)
        self._stack = QStackedWidget()
        for page in (self.tree, self._text, self._bytes, self._nothing):
            self._stack.addWidget(page)
        self._arrange()

    def _arrange(self) -> None:
        px = Theme.current().px
        box = QVBoxLayout(self)
        spaced(box, 0, 0)
        head = QHBoxLayout()
        head.setContentsMargins(px(16), px(8), px(12), px(6))
        head.setSpacing(px(8))
        head.addWidget(self._format, 1)
        head.addWidget(self._modes)
        head.addWidget(self._copy)
        box.addLayout(head)
        box.addWidget(self._stack, 1)

    @property
    def mode(self) -> Mode:
        """How the content is shown now."""
        return Mode(str(self._modes.value()))

    def show_details(self, details: RecordDetails) -> None:
        """Show another record."""
        before, self._details = self._details, details
        self._format.setText(say(details.format_label))
        if before is not None and _same_content(before, details):
            return
        self._all_bytes = False
        payload = details.payload
        self.tree.show_root(payload.root if isinstance(payload, Tree) else None)
        self._modes.button(Mode.TREE).setEnabled(isinstance(payload, Tree))
        self._modes.button(Mode.TEXT).setEnabled(isinstance(payload, Tree | Plain))
        self._modes.button(Mode.BYTES).setEnabled(details.raw_value is not None)
        self._show_mode()

    def set_search(self, words: Sequence[str]) -> None:
        """Show these words bold in the tree."""
        self.tree.set_search(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More bytes fit on a line, or fewer."""
        super().resizeEvent(event)
        if self.mode is Mode.BYTES:
            self._fill_bytes()

    @Slot(object)
    def _on_mode_chosen(self, mode: Mode) -> None:
        self._wanted = mode
        self._show_mode()

    def _show_mode(self) -> None:
        details = self._details
        if details is None:
            return
        possible = [mode for mode in Mode if self._modes.button(mode).isEnabled()]
        if (isinstance(details.payload, Nothing) and self._wanted is not Mode.BYTES) or not possible:
            null = isinstance(details.payload, Nothing) and details.payload.null
            text = (
                tr("The content is null, as delete messages have it.") if null else tr("It has zero bytes.")
            )
            self._nothing.set_text(tr("No content"), text)
            self._stack.setCurrentWidget(self._nothing)
            return
        mode = self._wanted if self._wanted in possible else possible[0]
        self._modes.choose(mode)
        if mode is Mode.TREE:
            self._stack.setCurrentWidget(self.tree)
        elif mode is Mode.TEXT:
            self._text.setPlainText(_as_text(details))
            self._stack.setCurrentWidget(self._text)
        else:
            self._bytes.show_attempts(details.payload)
            self._fill_bytes()
            self._stack.setCurrentWidget(self._bytes)

    def _fill_bytes(self) -> None:
        value = self._details.raw_value if self._details is not None else None
        self._bytes.show_bytes(value or b"", self._stack.width(), show_all=self._all_bytes)

    @Slot()
    def _on_all_bytes(self) -> None:
        self._all_bytes = True
        self._fill_bytes()

    @Slot()
    def _on_copy(self) -> None:
        if self._details is None:
            return
        payload, value = self._details.payload, self._details.raw_value
        if self.mode is not Mode.BYTES and isinstance(payload, Tree | Plain):
            text = payload.source if isinstance(payload, Tree) else payload.content
        else:
            text = (value or b"").hex(" ")
        QGuiApplication.clipboard().setText(text)

    @Slot(object)
    def _on_value_wanted(self, node: Node) -> None:
        dialog = ValueDialog(node, self.tree.content.path(self.tree.currentIndex()), self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


class _BytesPage(QWidget):
    """Why the content cannot be shown in words, and its bytes."""

    all_wanted = Signal()
    try_again_wanted = Signal()

    def __init__(self, *, has_registry: bool) -> None:
        super().__init__()
        self._has_registry = has_registry
        px = Theme.current().px
        box = QVBoxLayout(self)
        spaced(box, 0, 0)
        self._why = QWidget()
        self._why_box = QVBoxLayout(self._why)
        self._why_box.setContentsMargins(px(16), px(2), px(12), px(8))
        self._why_box.setSpacing(px(6))
        self._area = FittedArea(self._why, "attemptsArea")
        box.addWidget(self._area)
        self._line = separator()
        box.addWidget(self._line)
        self._hex = ReadOnlyText("hexView", tr("Content as bytes"))
        self._hex.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        box.addWidget(self._hex, 1)
        self._all = LinkButton("", "showAllBytesButton")
        self._all.clicked.connect(self.all_wanted)
        box.addWidget(self._all, 0, Qt.AlignmentFlag.AlignHCenter)

    def show_attempts(self, payload: object) -> None:
        """What was tried, one entry each."""
        attempts = payload.attempts if isinstance(payload, Undecodable) else ()
        clear_layout(self._why_box)
        self._area.setVisible(bool(attempts))
        self._line.setVisible(bool(attempts))
        if not attempts:
            return
        self._why_box.addWidget(label(tr("Why we cannot show it in words"), "bold"))
        for attempt in attempts:
            self._why_box.addWidget(_attempt(attempt))
        if not self._has_registry:
            return  # nothing that could answer otherwise
        again = LinkButton(tr("Try again"), "tryAgainButton", "arrow-clockwise")
        again.clicked.connect(self.try_again_wanted)
        self._why_box.addWidget(again, 0, Qt.AlignmentFlag.AlignLeft)

    def show_bytes(self, value: bytes, room: int, *, show_all: bool) -> None:
        """8 or 16 bytes a line, whatever fits into ``room``."""
        theme = Theme.current()
        metrics = QFontMetrics(theme.font("fixed"))
        fits = room >= max(theme.px(_WIDE), metrics.horizontalAdvance("0") * 76)
        shown = value if show_all else value[:_BYTES_SHOWN]
        text = hex_lines(shown, 16 if fits else 8)
        if text != self._hex.toPlainText():
            self._hex.setPlainText(text)
        self._all.setVisible(len(shown) < len(value))
        self._all.setText(tr("Show all {n} bytes", n=len(value)))
        self._all.updateGeometry()


def _attempt(attempt: Attempt) -> QWidget:
    made = QFrame()
    row = QHBoxLayout(made)
    spaced(row, 0, 8)
    row.addWidget(IconLabel("x-circle", "error"), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    spaced(words, 0, 0)
    words.addWidget(label(say(attempt.format), "strong"))
    words.addWidget(label(say(attempt.reason), "small", tone="muted", wrap=True))
    row.addLayout(words, 1)
    return made


def _same_content(one: RecordDetails, other: RecordDetails) -> bool:
    """Whether a record was only described again; what is open in the tree stays open then."""
    same = one.id == other.id and one.raw_value == other.raw_value
    return (
        same and isinstance(other.payload, type(one.payload)) and not isinstance(other.payload, Undecodable)
    )


def _as_text(details: RecordDetails) -> str:
    payload = details.payload
    text = payload.source if isinstance(payload, Tree) else ""
    if isinstance(payload, Plain):
        text = payload.content
    shown = lines(text[:_TEXT_SHOWN])
    if len(text) > _TEXT_SHOWN:
        shown += "\n" + tr(
            "… {n} more characters. “Copy the content” copies them, too.", n=len(text) - _TEXT_SHOWN
        )
    return shown
