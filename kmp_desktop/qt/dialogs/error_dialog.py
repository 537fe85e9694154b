"""The one layout of errors: what happened, what was not changed, what can be done."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from kmp_desktop import __version__
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.qt.dialogs.frame import FramedDialog
from kmp_desktop.qt.dialogs.verbs import OFFERS, Verb, verb_words
from kmp_desktop.qt.i18n import say, tr
from kmp_desktop.qt.theme import FontRole, Theme
from kmp_desktop.qt.visible_text import lines
from kmp_desktop.qt.widgets.buttons import Button, LinkButton
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.labels import IconDisc, IconLabel, label


@dataclass(frozen=True, slots=True)
class ErrorContent:
    """The words of an error dialog, translated; ``verbs`` from left to right, the last is primary.

    ``report`` is what "Copy report" copies; empty: there is no such button. ``tone``: of the icon.
    """

    icon_name: str
    title: str
    sentence: str
    unchanged: str
    advice: str
    verbs: tuple[Verb, ...]
    escape: Verb
    details: str = ""
    report: str = ""
    request: str = ""
    tone: Literal["error", "warn", "info"] = "error"


def content_of(error: UserFacingError, verbs: Sequence[Verb] | None = None) -> ErrorContent:
    """The dialog of an error that a person is meant to read, with the verbs of its code.

    ``verbs`` leaves out those that lead nowhere where the error is shown.
    """
    offer = OFFERS[error.code]
    offered = offer.verbs if verbs is None else tuple(each for each in offer.verbs if each in verbs)
    if not error.request:
        offered = tuple(each for each in offered if each is not Verb.COPY_REQUEST)
    offered = offered or (Verb.CLOSE,)
    return ErrorContent(
        icon_name=offer.icon_name,
        title=say(error.happened),
        sentence=say(error.more) if error.more is not None else "",
        unchanged=say(error.unchanged),
        advice=say(error.advice),
        verbs=offered,
        escape=offer.escape if offer.escape in offered else offered[0],
        details=error.details,
        report=error_report(error),
        request=error.request,
    )


def error_report(error: UserFacingError) -> str:
    """An error for developers, in English; it has neither payloads nor secrets in it."""
    lines = [
        f"KMP Desktop {__version__}, Python {platform.python_version()}",
        f"{platform.system()} {platform.machine()}",
        f"What happened: {error.happened}",
    ]
    if error.more is not None:
        lines.append(f"  {error.more}")
    lines += [f"What was not changed: {error.unchanged}", f"Code: {error.code.value}"]
    if error.details:
        lines.append(f"Details: {error.details}")
    return "\n".join(lines) + "\n"


class ErrorDialog(FramedDialog):
    """Shows an error and asks for one verb.

    Signals:
        chosen(Verb): once, also when the dialog is closed by Escape (then ``content.escape``).
    """

    chosen = Signal(object)

    def __init__(self, content: ErrorContent, parent: QWidget | None = None) -> None:
        super().__init__("errorDialog", tr("KMP Desktop"), parent)
        self.content = content
        self._verb = content.escape
        self.setMinimumWidth(Theme.current().px(640))
        row = QHBoxLayout()
        spaced(row, 0, 16)
        disc = IconDisc(content.icon_name, content.tone, f"{content.tone}_bg")
        row.addWidget(disc, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._words(), 1)
        self.body.addLayout(row)
        self.body.addStretch(1)
        self._fill_foot()
        self.finished.connect(self._on_finished)

    def _words(self) -> QVBoxLayout:
        content = self.content
        words = QVBoxLayout()
        spaced(words, 0, 8)
        words.addWidget(self._text(content.title, "dialog_title", "errorTitle"))
        if content.sentence:
            words.addWidget(self._text(content.sentence, "body", "errorSentence"))
        words.addSpacing(Theme.current().px(8))
        if content.unchanged:
            heading = tr("What was not changed")
            self._add_part(words, "shield-check", "ok", heading, content.unchanged, "Unchanged")
        if content.advice:
            self._add_part(words, "list-bullets", "accent", tr("What you can do"), content.advice, "Advice")
        if content.details:
            self._add_details(words)
        return words

    def _add_part(
        self, words: QVBoxLayout, icon_name: str, tone: str, heading: str, text: str, name: str
    ) -> None:
        part = QHBoxLayout()
        spaced(part, 0, 10)
        part.addWidget(IconLabel(icon_name, tone), 0, Qt.AlignmentFlag.AlignTop)
        lines = QVBoxLayout()
        spaced(lines, 0, 2)
        lines.addWidget(label(heading, "bold"))
        lines.addWidget(self._text(text, "body", f"error{name}"))
        part.addLayout(lines, 1)
        words.addLayout(part)

    def _add_details(self, words: QVBoxLayout) -> None:
        self._details_button = LinkButton(
            tr("Details for your developers"), "errorDetailsButton", "caret-right"
        )
        self._details_button.setCheckable(True)
        self._details_button.toggled.connect(self._on_details_toggled)
        self._details = QPlainTextEdit(lines(self.content.details))
        self._details.setObjectName("errorDetails")
        self._details.setAccessibleName(tr("Details for your developers"))
        self._details.setReadOnly(True)
        self._details.setProperty("fontRole", "fixed")
        self._details.setMinimumHeight(Theme.current().px(120))
        self._details.hide()
        words.addWidget(self._details_button)
        words.addWidget(self._details)

    def _fill_foot(self) -> None:
        row = self.foot.row
        if self.content.report:
            copy = Button(tr("Copy report"), "copyReportButton", "quiet", "copy")
            copy.clicked.connect(self._on_copy_report)
            row.addWidget(copy)
        row.addStretch(1)
        for verb in self.content.verbs:
            primary = verb is self.content.verbs[-1]
            button = Button(verb_words(verb), f"{verb.value}Button", "primary" if primary else "plain")
            button.setProperty("verb", verb)
            button.clicked.connect(self._on_verb)
            row.addWidget(button)
            if primary:
                button.setDefault(True)
                button.setFocus()

    def _text(self, text: str, role: FontRole, name: str) -> QWidget:
        return label(text, role, name=name, wrap=True, selectable=True)

    def _on_verb(self) -> None:
        verb = Verb(self.sender().property("verb"))
        if verb is Verb.COPY_REQUEST:
            QGuiApplication.clipboard().setText(self.content.request)
            return
        self._verb = verb
        self.accept()

    def _on_finished(self) -> None:
        self.chosen.emit(self._verb)

    def _on_copy_report(self) -> None:
        QGuiApplication.clipboard().setText(self.content.report)

    def _on_details_toggled(self, shown: bool) -> None:
        self._details_button.icon_name = "caret-down" if shown else "caret-right"
        self._details_button.update()
        self._details.setVisible(shown)
        if not shown:
            self.adjustSize()
