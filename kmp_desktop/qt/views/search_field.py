"""The search field with its magnifier, count, clear button and keycap."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.icons import pixmap
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.buttons import IconButton, paint_keycap
from kmp_desktop.qt.widgets.labels import label

AFTER_LAST_KEY_MS = 250
NARROW, WIDE = 130, 250  # pixels of the design


class SearchField(QLineEdit):
    """Signals.

    search_changed(str): 250 ms after the last key, or at once when cleared.
    entered: Enter was pressed, the search of now is asked for.
    left: Esc, or arrow down: back to the records.
    """

    search_changed = Signal(object)
    entered = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("searchField")
        self.setPlaceholderText(tr("Search"))
        self.setAccessibleName(tr("Search the records"))
        self.setToolTip(tr("All words must occur; put a phrase in quotes"))
        self._told = ""
        self._later = QTimer(self, singleShot=True, interval=AFTER_LAST_KEY_MS)
        self._later.timeout.connect(self._tell)
        self._count = label("", "caption", tone="muted", name="searchCountLabel")
        self._clear = IconButton("x", tr("Clear the search"), "clearSearchButton")
        self._clear.setFixedSize(Theme.current().px(24), Theme.current().px(24))
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.clicked.connect(self.clear_search)
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, Theme.current().px(4), 0)
        row.setSpacing(Theme.current().px(4))
        row.addStretch(1)
        row.addWidget(self._count)
        row.addWidget(self._clear)
        self.textChanged.connect(self._on_text_changed)
        self.returnPressed.connect(self._on_return)
        Theme.current().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._place()

    def set_count(self, words: str) -> None:
        """Words for how many were found, or nothing."""
        self._count.setText(words)
        self._place()

    @Slot()
    def clear_search(self) -> None:
        """Search for nothing."""
        self.clear()
        self._tell()

    def forget(self) -> None:
        """Search for nothing, without telling anybody."""
        self._told = ""
        self.clear()
        self._later.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc clears and leaves; down leaves."""
        if event.key() == Qt.Key.Key_Down:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The field, its magnifier and, while nobody types, its key."""
        super().paintEvent(event)
        theme = Theme.current()
        side = theme.px(16)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - side) // 2
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(theme.px(11), top, pixmap("magnifying-glass", "muted", side, ratio))
        if not self.text() and not self.hasFocus():
            cap = theme.px(20)
            place = QRect(self.width() - cap - theme.px(8), (self.height() - cap) // 2, cap, cap)
            paint_keycap(painter, place, "/", "muted")
        painter.end()

    @Slot()
    def _on_text_changed(self) -> None:
        self._place()
        self._later.start()

    @Slot()
    def _on_return(self) -> None:
        self._tell()
        self.entered.emit()

    @Slot()
    def _tell(self) -> None:
        self._later.stop()
        text = self.text().strip()
        if text != self._told:
            self._told = text
            self.search_changed.emit(text)

    def _place(self) -> None:
        px = Theme.current().px
        words = self._count.text()
        has_text = bool(self.text())
        self._clear.setVisible(has_text)
        self._count.setVisible(has_text and bool(words))
        right = px(24) if has_text else px(20)
        if has_text and words:
            right += QFontMetrics(Theme.current().font("caption")).horizontalAdvance(words) + px(8)
        self.setTextMargins(px(22), 0, right, 0)

    @Slot()
    def _on_theme_changed(self) -> None:
        px = Theme.current().px
        self.setMinimumWidth(px(NARROW))
        self.setMaximumWidth(px(WIDE))
        self.setFixedHeight(px(34))
        self._place()
