"""The page before a queue is taken over: what counts as done is asked before anybody decides."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kmp_desktop.app.outcome_page import Sign, Tone
from kmp_desktop.app.take_over_words import Question, TakeOverWords, take_over_words
from kmp_desktop.core.queue_state import TakeOver
from kmp_desktop.core.session import QueueSummary
from kmp_desktop.qt.announce import announce
from kmp_desktop.qt.i18n import say, tr
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.insets import inset, radio_inset
from kmp_desktop.qt.views.result_head import ResultHead
from kmp_desktop.qt.widgets.buttons import Button, keycap_text
from kmp_desktop.qt.widgets.card import Bar, Card, spaced
from kmp_desktop.qt.widgets.choices import RadioButton
from kmp_desktop.qt.widgets.labels import label

_WIDTH = 820
_MARGIN = 28


def needs_take_over(summary: QueueSummary | None) -> bool:
    """Whether this page has to be shown before anybody may decide."""
    return summary is not None and take_over_words(summary) is not None


class TakeOverPage(QWidget):
    """Asks one of two questions, as ``show_summary`` finds; also for offsets the server forgot.

    Signals:
        take_over(TakeOver): read again, with this answer.
        look_only(): look at the queue without deciding.
    """

    take_over = Signal(object)
    look_only = Signal()

    def __init__(self, session: QueueSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("takeOverPage")
        self._session = session
        self._words: TakeOverWords | None = None
        self._make_parts()
        self._lay_out()
        self._connect()

    def show_summary(self, summary: QueueSummary) -> None:
        """Ask what this queue needs to be asked. A queue that needs nothing leaves the page as it is."""
        words = take_over_words(summary)
        if words is None:
            return
        self._words = words
        forgotten = words.question is Question.FORGOTTEN
        sign = Sign.WARNING if forgotten else Sign.OTHERS
        self._head.say(sign, Tone.WARN, say(words.title), say(words.sentence))
        self._choices.setVisible(not forgotten)
        self._explained.setVisible(forgotten)
        self._confirm.setText(say(words.go_on))
        self._confirm.updateGeometry()
        self._before.setText(say(words.before))
        self._before.setChecked(True)
        if self.isVisible():
            self._tell()

    # ---- parts

    def _make_parts(self) -> None:
        self._head = ResultHead()
        self._head.title.setObjectName("takeOverTitle")
        self._before = RadioButton("", "takeOverBefore")
        self._start = RadioButton(
            tr("Nothing: start at the first record that is still there"), "takeOverStart"
        )
        self._group = QButtonGroup(self)
        self._group.addButton(self._before)
        self._group.addButton(self._start)
        self._before.setChecked(True)
        self._choices = self._choices_card()
        self._explained = self._explained_card()
        self._look = Button(tr("Look only"), "takeOverLookOnly", "plain", "caret-left", keycap_text("Esc"))
        self._confirm = Button(tr("Take over"), "takeOverConfirm", "primary", "check")

    def _choices_card(self) -> Card:
        px = Theme.current().px
        card = Card("takeOverChoices")
        card.box.setContentsMargins(px(20) - radio_inset(), px(14), px(20), px(14))
        card.box.setSpacing(px(6))
        card.box.addWidget(inset(label(tr("What counts as done?"), "section"), radio_inset()))
        card.box.addWidget(self._before)
        card.box.addWidget(self._start)
        for sentence in (
            tr("Records our own markers show as decided stay decided either way."),
            tr(
                "The original tool in its transactional mode stored one too little: "
                "the last record it handled may appear once more."
            ),
        ):
            card.box.addWidget(inset(label(sentence, tone="muted", wrap=True), radio_inset()))
        return card

    def _explained_card(self) -> Card:
        px = Theme.current().px
        card = Card("forgottenExplained")
        card.box.setContentsMargins(px(20), px(14), px(20), px(14))
        card.box.addWidget(label(tr("What this means for you"), "section"))
        for sentence in (
            tr("Servers forget positions that were not used for a long time, or somebody has reset them."),
            tr(
                "What the markers on the queue still tell stays decided. Everything else is offered again: "
                "look whether it was retried already before you retry it."
            ),
            tr("Nothing has been changed."),
        ):
            card.box.addWidget(label(sentence, wrap=True))
        card.hide()
        return card

    def _lay_out(self) -> None:
        px = Theme.current().px
        column = QWidget()
        column.setMaximumWidth(px(_WIDTH))
        inner = QVBoxLayout(column)
        spaced(inner, 0, 18)
        for part in (self._head, self._choices, self._explained):
            inner.addWidget(part)
        inner.addStretch()
        contents = QWidget()
        contents.setObjectName("scrollContents")
        centred = QHBoxLayout(contents)
        centred.setContentsMargins(px(_MARGIN), px(36), px(_MARGIN), px(24))
        centred.addStretch(1)
        centred.addWidget(column, 100)
        centred.addStretch(1)
        scroll = QScrollArea()
        scroll.setObjectName("takeOverScroll")
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(contents)
        foot = Bar("takeOverFoot", "foot", 60)
        foot.row.setContentsMargins(px(_MARGIN), 0, px(_MARGIN), 0)
        foot.row.addWidget(self._look)
        foot.row.addStretch(1)
        foot.row.addWidget(self._confirm)
        page = QVBoxLayout(self)
        spaced(page, 0, 0)
        page.addWidget(scroll, 1)
        page.addWidget(foot)

    def _connect(self) -> None:
        self._look.clicked.connect(self.look_only)
        self._confirm.clicked.connect(self._on_confirm)
        escape = QShortcut(QKeySequence("Esc"), self)
        escape.setAutoRepeat(False)
        escape.activated.connect(self.look_only)

    # ---- what happens

    @Slot()
    def _on_confirm(self) -> None:
        words = self._words
        if words is None:
            return
        start = words.question is Question.FORGOTTEN or self._start.isChecked()
        self.take_over.emit(TakeOver.START if start else TakeOver.OFFSET)

    def _tell(self) -> None:
        words = self._words
        assert words is not None
        self._head.title.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self._head.title, f"{say(words.title)} {say(words.sentence)}")

    # ---- Qt's

    def showEvent(self, event: QShowEvent) -> None:
        """The page appeared."""
        super().showEvent(event)
        if event.spontaneous():
            return
        summary = self._session.state.summary
        if self._words is None and summary is not None:
            self.show_summary(summary)
        if self._words is not None:
            self._tell()
