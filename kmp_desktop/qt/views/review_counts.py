"""The three count cards of the review page; a click shows only those records in the tree."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kmp_desktop.app.review_words import discard_sentence, retry_sentence, skip_sentence
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.review import Review
from kmp_desktop.qt.i18n import number, say, tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.buttons import press_on_enter
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.chip import LOOKS, chip_word
from kmp_desktop.qt.widgets.labels import IconDisc, label

_NAMES = {
    Decision.MERGE: "retryCountCard",
    Decision.PURGE: "discardCountCard",
    Decision.SKIP: "skipCountCard",
}
_SIDE_BY_SIDE_FROM = 560  # pixels of the design; below that the cards stand on top of each other


class CountCards(QWidget):
    """Retry, discard and skip side by side.

    Signals:
        chosen(Decision | None): show only these in the tree; None: all again.
    """

    chosen = Signal(object)

    def __init__(self, *, compacts: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sentences = {
            Decision.MERGE: retry_sentence(),
            Decision.PURGE: discard_sentence(compacts),
            Decision.SKIP: skip_sentence(),
        }
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._cards = {each: CountCard(each, say(sentences[each])) for each in Decision}
        self._row = QGridLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(Theme.current().px(12))
        for card in self._cards.values():
            card.clicked.connect(self._on_clicked)
        self._columns = 0
        self._arrange(3)

    def show_review(self, review: Review) -> None:
        """Show other counts; a card that is chosen and has nothing any more is left."""
        counts = {Decision.MERGE: review.retry, Decision.PURGE: review.discard, Decision.SKIP: review.skip}
        for decision, card in self._cards.items():
            card.set_count(counts[decision])
            if card.isChecked() and not counts[decision]:
                card.setChecked(False)
                self.chosen.emit(None)

    def say_discard(self, *, compacts: bool) -> None:
        """Other words for what a discard does."""
        self._cards[Decision.PURGE].set_sentence(say(discard_sentence(compacts)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow a new size."""
        super().resizeEvent(event)
        self._arrange(3 if self.width() >= Theme.current().px(_SIDE_BY_SIDE_FROM) else 1)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for nth, card in enumerate(self._cards.values()):
            self._row.addWidget(card, nth // columns, nth % columns)
        for column in range(3):
            self._row.setColumnStretch(column, 1 if column < columns else 0)

    def _on_clicked(self) -> None:
        clicked = self.sender()
        chosen = None
        for decision, card in self._cards.items():
            if card is not clicked:
                card.setChecked(False)
            elif card.isChecked():
                chosen = decision
        self.chosen.emit(chosen)


class CountCard(QAbstractButton):
    """Icon disc, count, word and one sentence; checked while the tree shows only these."""

    def __init__(self, decision: Decision, sentence: str) -> None:
        super().__init__()
        self.setObjectName(_NAMES[decision])
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setToolTip(tr("Show only these below; again: show all"))
        look = LOOKS[decision]
        self._decision = decision
        self._count = label("0", "page_title")
        self._sentence = label(sentence, tone="muted", wrap=True)
        word = label(chip_word(decision), "title", tone=look.tone)
        for part in (self._count, word, self._sentence):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        line = QHBoxLayout()
        spaced(line, 0, 8)
        line.addWidget(self._count)
        line.addWidget(word, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addStretch(1)
        words = QVBoxLayout()
        spaced(words, 0, 2)
        words.addLayout(line)
        words.addWidget(self._sentence)
        words.addStretch(1)
        disc = IconDisc(look.icon_name, look.tone, look.ground, 40)
        disc.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._row = QHBoxLayout(self)
        spaced(self._row, 16, 14)
        self._row.addWidget(disc, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(words, 1)
        self.set_count(0)

    def set_count(self, count: int) -> None:
        """Show another count; 0 cannot be chosen."""
        self._count.setText(number(count))
        self.setEnabled(count > 0)
        self._describe()

    def set_sentence(self, sentence: str) -> None:
        """Other words under the count."""
        self._sentence.setText(sentence)
        self._describe()

    def sizeHint(self) -> QSize:
        """The size it needs."""
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """The least it needs."""
        return self._row.minimumSize()

    def hasHeightForWidth(self) -> bool:
        """The sentence may take two lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """How high it is then."""
        return self._row.heightForWidth(width)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        theme = Theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen, over = self.isChecked(), self.underMouse() and self.isEnabled()
        painter.setBrush(theme.color("selected" if chosen else "hover" if over else "surface"))
        painter.setPen(QPen(theme.color("accent" if chosen else "line"), 1))
        radius = theme.px(8)
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), radius, radius)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses it, as Space does."""
        if not press_on_enter(self, event):
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a new font or style sheet."""
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.updateGeometry()
        super().changeEvent(event)

    def _describe(self) -> None:
        self.setAccessibleName(f"{self._count.text()} {chip_word(self._decision)}, {self._sentence.text()}")
