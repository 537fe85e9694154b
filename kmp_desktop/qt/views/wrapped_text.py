"""Text of records that wraps anywhere, is as high as it needs, and can be marked and copied."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QScrollArea, QSizePolicy, QTextEdit, QWidget

from kmp_desktop.qt.theme import FontRole, Theme


class WrappedText(QTextEdit):
    """Plain text only; long words are broken. At most ``max_lines`` high (0 = no limit)."""

    def __init__(
        self, name: str = "", role: FontRole = "body", max_lines: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._role: FontRole = role
        self._max_lines = max_lines
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(0)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        Theme.current().changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Take the font and colours of the theme."""
        font = Theme.current().font(self._role)
        self.setStyleSheet(
            "QTextEdit { border: none; background: transparent; padding: 0; min-height: 0;"
            f' font-family: "{font.family()}"; font-size: {font.pointSizeF():g}pt; }}'
        )
        self.document().setDefaultFont(font)
        self.setTabStopDistance(2 * QFontMetricsF(font).horizontalAdvance(" "))
        self.updateGeometry()

    def set_text(self, text: str) -> None:
        """Show another text."""
        self.setPlainText(text)
        self.updateGeometry()

    def set_max_lines(self, lines: int) -> None:
        """Another limit of the height."""
        self._max_lines = lines
        self.updateGeometry()

    def is_cut(self) -> bool:
        """Whether there is more than the limit lets one see."""
        return bool(self._max_lines) and self._whole_height(self.width()) > self._limit()

    def hasHeightForWidth(self) -> bool:
        """Yes: text wraps."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height that the text needs when wrapped to a width."""
        whole = self._whole_height(width)
        return min(whole, self._limit()) if self._max_lines else whole

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        width = self.width() if self.width() > 1 else 200
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Long words do not make anything wider."""
        return QSize(40, self._line())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width needs another height."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def _line(self) -> int:
        return self.fontMetrics().lineSpacing()

    def _limit(self) -> int:
        return self._max_lines * self._line() + 1

    def _whole_height(self, width: int) -> int:
        document = self.document().clone()
        document.setTextWidth(max(20, width))
        return max(self._line(), round(document.size().height() + 0.5))


class ReadOnlyText(QPlainTextEdit):
    """A whole page of text in the fixed-width font, without a border of its own."""

    def __init__(self, name: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setReadOnly(True)
        self.setProperty("fontRole", "fixed")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        Theme.current().changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Take the colours of the theme."""
        px, accent = Theme.current().px, Theme.current().tokens.accent
        padding = f"border-radius: 0; padding: {px(4)}px {px(8)}px;"
        self.setStyleSheet(
            f"QPlainTextEdit {{ border: 2px solid transparent; {padding} }}"
            f"QPlainTextEdit:focus {{ border: 2px solid {accent}; {padding} }}"
        )


class FittedArea(QScrollArea):
    """A scroll area that is as high as what it holds where there is room for it."""

    def __init__(self, content: QWidget, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._content = content
        content.setObjectName("scrollContents")
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content.installEventFilter(self)

    def sizeHint(self) -> QSize:
        """The height of the content at this width."""
        content = self._content
        width = self.viewport().width()
        layout = content.layout()
        if layout is not None and layout.hasHeightForWidth():
            height = layout.heightForWidth(width)
        else:
            height = content.sizeHint().height()
        return QSize(width, height)

    def minimumSizeHint(self) -> QSize:
        """A line or two."""
        return QSize(0, Theme.current().px(60))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width needs another height."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The content changed its size."""
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
