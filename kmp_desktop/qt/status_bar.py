"""The bar below the pages: how much is decided, and that nothing has been sent yet."""

from __future__ import annotations

from PySide6.QtCore import QTimeZone
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kmp_desktop.core.decision import Counts
from kmp_desktop.core.outcome import CommitResult, Outcome, Resolution
from kmp_desktop.core.profile import Environment
from kmp_desktop.core.session import SessionPhase, SessionState
from kmp_desktop.qt.i18n import say, tr, trn
from kmp_desktop.qt.visible_text import plain_tooltip
from kmp_desktop.qt.when import clock_time, now_ms, utc_offset
from kmp_desktop.qt.widgets.card import Bar, spaced
from kmp_desktop.qt.widgets.labels import IconLabel, label, set_tone
from kmp_desktop.qt.widgets.progress_bar import DecisionProgress


class StatusBar(Bar):
    """Left: decisions. Right: whether something was sent, the draft, the time zone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("statusBar", "foot", 36, parent)
        self._compact = False
        self._open = False
        self._left, self._right = QWidget(), QWidget()
        self._hint = label(tr("Keyboard shortcuts: F1"), tone="muted", name="shortcutHintLabel")
        self._fill_left()
        self._fill_right()
        self.row.addWidget(self._left)
        self.row.addStretch(1)
        self.row.addWidget(self._right)
        self.row.addWidget(self._hint)

    def show_no_queue(self) -> None:
        """No queue is shown."""
        self._open = False
        self._show()

    def show_queue(
        self,
        environment: Environment,
        state: SessionState,
        counts: Counts,
        last_result: CommitResult | None,
    ) -> None:
        """What is decided of the open queue, and what has become of it."""
        self._open = True
        self._show()
        self._show_counts(state, counts)
        self._show_sent(environment, state, last_result)
        self._show_draft(state)

    def set_compact(self, compact: bool) -> None:
        """Without the right half in a small window."""
        self._compact = compact
        self._show()

    def _fill_left(self) -> None:
        row = QHBoxLayout(self._left)
        spaced(row, 0, 12)
        self._progress = DecisionProgress("decisionProgress")
        self._decided = label(role="bold", name="decidedLabel")
        row.addWidget(self._progress)
        row.addWidget(self._decided)
        self._counts = {}
        for icon_name, tone, name in (
            ("arrow-bend-up-left", "retry", "retryCountLabel"),
            ("trash", "discard", "discardCountLabel"),
            ("skip-forward", "skip", "skipCountLabel"),
        ):
            icon, words = IconLabel(icon_name, tone), label(name=name)
            row.addWidget(icon)
            row.addWidget(words)
            self._counts[tone] = (icon, words)

    def _fill_right(self) -> None:
        row = QHBoxLayout(self._right)
        spaced(row, 0, 18)
        self._sent_icon = IconLabel("shield-check", "muted")
        self._sent = label(tone="muted", name="sentStateLabel")
        self._draft_icon = IconLabel("check", "muted")
        self._draft = label(tone="muted", name="draftLabel")
        for icon, words in ((self._sent_icon, self._sent), (self._draft_icon, self._draft)):
            pair = QHBoxLayout()
            spaced(pair, 0, 6)
            pair.addWidget(icon)
            pair.addWidget(words)
            row.addLayout(pair)
        row.addWidget(label(_time_zone(), tone="muted", name="timezoneLabel"))

    def _show(self) -> None:
        self._left.setVisible(self._open)
        self._right.setVisible(self._open and not self._compact)
        self._hint.setVisible(not self._open)

    def _show_counts(self, state: SessionState, counts: Counts) -> None:
        reading = state.phase in (SessionPhase.CONNECTING, SessionPhase.CHECKING, SessionPhase.READING)
        if state.progress is not None and reading:
            total = state.progress.records
        else:
            total = state.summary.undecided if state.summary is not None else 0
        total = max(total, counts.total)
        words = "{decided} of {total} decided so far" if reading else "{decided} of {total} decided"
        self._decided.setText(tr(words, decided=counts.total, total=total))
        self._progress.set_counts(counts, total)
        for tone, count, one in (
            ("retry", counts.merge, tr("{n} retry", n=counts.merge)),
            ("discard", counts.purge, tr("{n} discard", n=counts.purge)),
            ("skip", counts.skip, tr("{n} skip", n=counts.skip)),
        ):
            icon, shown = self._counts[tone]
            shown.setText(one)
            icon.setVisible(count > 0)
            shown.setVisible(count > 0)

    def _show_sent(
        self, environment: Environment, state: SessionState, last_result: CommitResult | None
    ) -> None:
        icon_name, tone, words = "shield-check", "muted", tr("Nothing has been sent yet")
        final, committed_at = _committed(last_result, state.resolution)
        if environment is Environment.PRACTICE:
            words = tr("Practice: nothing leaves this computer")
        elif state.phase is SessionPhase.COMMITTING:
            icon_name, tone, words = "hourglass-medium", "info", tr("Committing …")
        elif state.phase is SessionPhase.LOCKED:
            icon_name, tone, words = "question", "warn", tr("It is not known yet whether the commit worked")
        elif final:
            time = clock_time(committed_at)
            icon_name, tone = "paper-plane-tilt", "muted"
            words = trn(final, "{n} decision committed {time}", "{n} decisions committed {time}", time=time)
        self._sent_icon.set_icon(icon_name, tone)
        self._sent.setText(words)
        set_tone(self._sent, tone)

    def _show_draft(self, state: SessionState) -> None:
        failed = state.draft_error
        if failed is not None:
            self._draft_icon.set_icon("warning", "warn")
            self._draft.setText(tr("The draft could not be saved"))
            self._draft.setToolTip(plain_tooltip(say(failed.happened)))
        else:
            self._draft_icon.set_icon("check", "muted")
            self._draft.setText(tr("Draft saved {time}", time=clock_time(state.draft_saved_at)))
            self._draft.setToolTip("")
        set_tone(self._draft, "warn" if failed is not None else "muted")
        shown = failed is not None or state.draft_saved_at > 0
        self._draft.setVisible(shown)
        self._draft_icon.setVisible(shown)


def _time_zone() -> str:
    zone = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
    return tr("Times: {zone} ({offset})", zone=zone, offset=utc_offset(now_ms()))


def _committed(last: CommitResult | None, settled: Resolution | None) -> tuple[int, int]:
    """(decisions known to be committed last, when that began or ended in epoch ms or 0).

    A commit whose outcome was looked up afterwards counts as much as one that was told at once.
    """
    final = len(last.merged) + len(last.purged) if last is not None else 0
    if settled is not None and settled.outcome is Outcome.COMMITTED:
        return final + settled.merged + settled.purged, settled.started_at
    return final, last.finished_at if last is not None else 0
