"""How failures of a connection are read and called: the tab “Words”."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kmp_desktop.app.connection_form import Refusal, failure_refusals
from kmp_desktop.core.failure_rules import FailureRules, OwnWords
from kmp_desktop.core.profile import ConnectionProfile
from kmp_desktop.qt.dialogs.rule_rows import RuleKind, RuleRows
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.labels import label


class WordsFields(QWidget):
    """Own words for failures, and what the company's own failure headers hold.

    Signals:
        changed(): something was typed or chosen.
    """

    changed = Signal()

    def __init__(self, profile: ConnectionProfile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        box = QVBoxLayout(self)
        spaced(box, 0, 12)
        rules = profile.failures
        words = RuleKind(
            "failureWords",
            tr("If this occurs in the exception or its message"),
            tr("the failure is called"),
            tr("Add words"),
        )
        self._words = RuleRows(words, [(each.part, each.words) for each in rules.words])
        headers = RuleKind(
            "failureHeaders", tr("Name of the header"), tr("What it holds"), tr("Add a header"), _meanings()
        )
        self._headers = RuleRows(headers, rules.headers)
        box.addWidget(label(tr("Your own words for failures"), "section"))
        note = tr("They replace the program's words in the list and its groups; the first that fit count.")
        box.addWidget(label(note, tone="muted", wrap=True))
        box.addWidget(self._words)
        box.addWidget(label(tr("Failure headers of your own services"), "section"))
        note = tr("Those of Spring, Kafka Connect and other common programs are known without being listed.")
        box.addWidget(label(note, tone="muted", wrap=True))
        box.addWidget(self._headers)
        box.addStretch(1)
        self._words.changed.connect(self.changed)
        self._headers.changed.connect(self.changed)

    def said(self, profile: ConnectionProfile) -> ConnectionProfile:
        """The connection with what the tab says."""
        return replace(profile, failures=self._rules())

    def refusal(self) -> Refusal | None:
        """The first thing that cannot be saved like this."""
        found = failure_refusals(self._rules())
        return found[0] if found else None

    def _rules(self) -> FailureRules:
        words = tuple(OwnWords(part, called) for part, called in self._words.rules())
        return FailureRules(self._headers.rules(), words)


def _meanings() -> tuple[tuple[str, str], ...]:
    return (
        ("message", tr("The reported message")),
        ("exception_class", tr("The exception")),
        ("root_cause", tr("The exception at its root")),
        ("stacktrace", tr("The stack trace")),
        ("stage", tr("The failing step")),
        ("reported_by", tr("Who reported it")),
        ("consumer_group", tr("The consumer group")),
        ("attempts", tr("The number of tries")),
        ("failed_at", tr("When it failed")),
        ("origin_topic", tr("Topic it came from")),
        ("origin_partition", tr("Partition it came from")),
        ("origin_offset", tr("Offset it came from")),
        ("origin_timestamp", tr("When it was first sent")),
    )
