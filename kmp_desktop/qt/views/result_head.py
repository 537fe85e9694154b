"""The head of a result page: sign, headline, one sentence."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from kmp_desktop.app.outcome_page import Sign, Tone
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.result_cards import ICONS, TOKENS
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.labels import IconDisc, label

_BY_KEY = frozenset({Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason})


class Headline(QLabel):
    """A title that takes the focus when its page appears, so that it is read out first.

    Its frame shows only when somebody went there with the keyboard: nothing can be done with it.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("fontRole", "page_title")
        self.setWordWrap(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._framed = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt's."""
        self._framed = event.reason() in _BY_KEY
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Qt's."""
        self._framed = False
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        super().paintEvent(event)
        if not self._framed:
            return
        theme = Theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent"), 2))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), theme.px(4), theme.px(4))
        painter.end()


class ResultHead(QWidget):
    """A disc with the sign of the outcome, ``resultTitle`` and ``resultText``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._disc = IconDisc("info", "info", "info_bg", 56)
        self.title = Headline("resultTitle")
        self._text = label("", "lead", name="resultText", wrap=True)
        words = QVBoxLayout()
        spaced(words, 0, 4)
        words.addWidget(self.title)
        words.addWidget(self._text)
        words.addStretch(1)
        row = QHBoxLayout(self)
        spaced(row, 0, 18)
        row.addWidget(self._disc, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def say(self, sign: Sign, tone: Tone, title: str, sentence: str) -> None:
        """Show another outcome."""
        token = TOKENS[tone]
        self._disc.set_look(ICONS[sign], token, f"{token}_bg")
        self.title.setText(title)
        self._text.setText(sentence)
        self._text.setVisible(bool(sentence))
