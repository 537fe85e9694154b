"""The card that says why a record failed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from kmp_desktop.core.failure_words import NOT_READ
from kmp_desktop.core.payload import Undecodable
from kmp_desktop.core.view import RecordDetails
from kmp_desktop.qt import when
from kmp_desktop.qt.i18n import number, say, tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.clearing import clear_layout
from kmp_desktop.qt.views.developer_details import DeveloperDetails
from kmp_desktop.qt.views.wrapped_text import WrappedText
from kmp_desktop.qt.visible_text import one_line, quoted
from kmp_desktop.qt.widgets.buttons import LinkButton
from kmp_desktop.qt.widgets.card import Card
from kmp_desktop.qt.widgets.labels import ElidedLabel, IconLabel, label

_MESSAGE_LINES = 4
_SHORT_MESSAGE_LINES = 2


def facts_of(details: RecordDetails, now: int) -> list[tuple[str, str, str]]:
    """(name, value, tooltip) of what the headers tell; nothing is listed empty."""
    facts = details.facts
    found = [
        (tr("Failed"), _failed(facts.failed_at, now), when.exact(facts.failed_at)),
        (tr("Failing step"), say(facts.step) if facts.step is not None else "", ""),
        (tr("Reported by"), facts.reported_by, ""),
        (tr("Tries"), _tries(facts.tries, facts.last_try, now), ""),
        (tr("First sent"), *_first_sent(facts.first_sent, now)),
    ]
    return [(name, one_line(value), tip) for name, value, tip in found if value]


def _failed(failed_at: int, now: int) -> str:
    moment, ago = when.moment(failed_at, now), when.relative(failed_at, now)
    if moment.casefold().startswith(
        ago.casefold()
    ):  # "Yesterday, 11:59": the same day need not be said twice
        return moment
    return tr("{moment} ({ago})", moment=moment, ago=ago)


def _tries(tries: int | None, last: int | None, now: int) -> str:
    if tries is None:
        return ""
    if last is None:
        return number(tries)
    return tr("{n}, last one {moment}", n=tries, moment=_lower_first(when.moment(last, now)))


def _first_sent(first: int | None, now: int) -> tuple[str, str]:
    return ("", "") if first is None else (when.moment(first, now), when.exact(first))


def _lower_first(words: str) -> str:
    """For the middle of a sentence: "today"."""
    return words[:1].lower() + words[1:]


class WhyCard(Card):
    """Label, reported message, facts, and the closed details for developers.

    In a low inspector (``set_short``) only label and message are shown, with "More".
    """

    def __init__(self, queue_topic: str, parent: QWidget | None = None) -> None:
        super().__init__("whyCard", "panel", margin=12, parent=parent)
        px = Theme.current().px
        self._short = False
        self._opened = False  # by "More" while short
        self._has_facts = False
        head = QHBoxLayout()
        head.setSpacing(px(8))
        self._label = ElidedLabel("", "section")
        self._label.setObjectName("whyLabel")
        self._more = LinkButton(tr("More"), "whyMoreButton", "caret-down")
        self._more.clicked.connect(self._on_more)
        head.addWidget(IconLabel("warning-circle", "error"))
        head.addWidget(self._label, 1)
        head.addWidget(self._more)
        self.box.setSpacing(px(6))
        self.box.addLayout(head)
        self._message = WrappedText("whyMessage", max_lines=_MESSAGE_LINES)
        self._message.setAccessibleName(tr("Reported message"))
        self._message_more = LinkButton(tr("More"), "messageMoreButton")
        self._message_more.clicked.connect(self._on_message_more)
        self.box.addWidget(self._message)
        self.box.addWidget(self._message_more, 0, Qt.AlignmentFlag.AlignLeft)
        self._facts_place = QWidget()
        self._facts = QGridLayout(self._facts_place)
        self._facts.setContentsMargins(0, 0, 0, 0)
        self._facts.setColumnStretch(1, 1)
        self._facts.setHorizontalSpacing(px(12))
        self._facts.setVerticalSpacing(px(5))
        self.box.addWidget(self._facts_place)
        self.developer = DeveloperDetails(queue_topic)
        self.box.addWidget(self.developer)

    def show_details(self, details: RecordDetails) -> None:
        """Show another record."""
        facts = details.facts
        self._label.setText(one_line(say(facts.why)))
        message = quoted(facts.message)
        if not message and facts.why == NOT_READ and isinstance(details.payload, Undecodable):
            message = tr("The service that received this record could not read its content either.")
        self._message.set_max_lines(_MESSAGE_LINES)
        self._message.set_text(message)
        self._message.setVisible(bool(message))
        self._fill_facts(facts_of(details, when.now_ms()))
        self.developer.show_details(details)
        self._opened = False
        self._arrange()

    def set_short(self, short: bool) -> None:
        """Show label and message only."""
        if short != self._short:
            self._short = short
            self._opened = False
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width: the message may fit now, or not any more."""
        super().resizeEvent(event)
        self._update_message_more()

    def _arrange(self) -> None:
        opened = self._opened or not self._short
        self._more.setVisible(self._short)
        self._more.setText(tr("Less") if self._opened else tr("More"))
        self._more.icon_name = "caret-up" if self._opened else "caret-down"
        self._more.updateGeometry()
        self._facts_place.setVisible(opened and self._has_facts)
        self.developer.setVisible(opened)
        self._message.set_max_lines(_MESSAGE_LINES if opened else _SHORT_MESSAGE_LINES)
        self._update_message_more()

    def _update_message_more(self) -> None:
        opened = self._opened or not self._short
        self._message_more.setVisible(opened and self._message.is_cut())

    def _fill_facts(self, facts: list[tuple[str, str, str]]) -> None:
        clear_layout(self._facts)
        for row, (name, value, tip) in enumerate(facts):
            self._facts.addWidget(label(name, "small", tone="muted"), row, 0)
            shown = ElidedLabel(value, "small")
            shown.set_tooltip(tip)
            self._facts.addWidget(shown, row, 1)
        self._has_facts = bool(facts)

    @Slot()
    def _on_more(self) -> None:
        self._opened = not self._opened
        self._arrange()

    @Slot()
    def _on_message_more(self) -> None:
        self._message.set_max_lines(0)
        self._message_more.hide()
