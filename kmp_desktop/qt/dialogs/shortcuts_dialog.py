"""All keyboard shortcuts, searchable (F1)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QScrollArea, QSizePolicy, QWidget

from kmp_desktop.qt.actions import ShortcutLine
from kmp_desktop.qt.dialogs.frame import FramedDialog
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.buttons import Button, keycap_text, keycap_width, paint_keycap
from kmp_desktop.qt.widgets.labels import label


class ShortcutsDialog(FramedDialog):
    """Keys and what they do, one line each."""

    def __init__(self, lines: Sequence[ShortcutLine], parent: QWidget | None = None) -> None:
        super().__init__("shortcutsDialog", tr("Keyboard shortcuts"), parent)
        px = Theme.current().px
        self.resize(px(560), px(620))
        self.body.addWidget(label(tr("Keyboard shortcuts"), "dialog_title"))
        self._search = QLineEdit()
        self._search.setObjectName("shortcutSearch")
        self._search.setPlaceholderText(tr("Search shortcuts"))
        self._search.setAccessibleName(tr("Search shortcuts"))
        self._search.textChanged.connect(self._on_search)
        self.body.addWidget(self._search)
        self._rows: list[tuple[str, QWidget, QWidget]] = []
        self._nothing = label(tr("No shortcut has these words."), tone="muted", name="noShortcutLabel")
        self._nothing.hide()
        self.body.addWidget(self._nothing)
        self.body.addWidget(self._list((*lines, *_of_the_table())), 1)
        close = Button(tr("Close"), "closeShortcutsButton", "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        self.foot.row.addStretch(1)
        self.foot.row.addWidget(close)

    def shown(self) -> tuple[str, ...]:
        """What the lines that are shown do."""
        return tuple(words.text() for _, _, words in self._rows if isinstance(words, QLabel) and _on(words))

    def _list(self, lines: Sequence[ShortcutLine]) -> QScrollArea:
        inside = QWidget()
        inside.setObjectName("scrollContents")
        grid = QGridLayout(inside)
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(Theme.current().px(16))
        for row, line in enumerate(lines):
            keys, words = Keycaps(line.keys), label(line.does)
            grid.addWidget(keys, row, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(words, row, 1)
            self._rows.append((f"{line.does} {' '.join(line.keys)}".casefold(), keys, words))
        grid.setRowStretch(len(lines), 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setObjectName("shortcutList")
        return area

    def _on_search(self, wanted: str) -> None:
        words = wanted.casefold().split()
        any_left = False
        for text, keys, does in self._rows:
            fits = all(word in text for word in words)
            keys.setVisible(fits)
            does.setVisible(fits)
            any_left = any_left or fits
        self._nothing.setVisible(not any_left)


class Keycaps(QWidget):
    """The alternatives of one shortcut as keycaps."""

    def __init__(self, keys: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caps = tuple(dict.fromkeys(keycap_text(key) for key in keys))
        self.setAccessibleName(tr(" or ").join(keys))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """The size it needs."""
        theme = Theme.current()
        width = sum(keycap_width(cap) + theme.px(6) for cap in self._caps)
        return QSize(width, max(theme.px(24), QFontMetrics(theme.font("caption")).height()))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        theme = Theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, height = 0, theme.px(20)
        for cap in self._caps:
            width = keycap_width(cap)
            paint_keycap(painter, QRect(left, (self.height() - height) // 2, width, height), cap, "text")
            left += width + theme.px(6)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a new font or style sheet."""
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.updateGeometry()
        super().changeEvent(event)


def _of_the_table() -> tuple[ShortcutLine, ...]:
    """Keys that views handle themselves."""
    return (
        ShortcutLine(("Up", "Down"), tr("Previous, next row")),
        ShortcutLine(("PgUp", "PgDown"), tr("A page up, down")),
        ShortcutLine(("Home", "End"), tr("First, last row")),
        ShortcutLine(("Shift+Up", "Shift+Down"), tr("Extend the selection")),
        ShortcutLine(("Ctrl+Space",), tr("Add the row to the selection or take it out")),
        ShortcutLine(("Enter",), tr("From the search field to the first hit")),
        ShortcutLine(("Del",), tr("Take a record out of the review")),
    )


def _on(widget: QWidget) -> bool:
    return not widget.isHidden()
