"""The card "Checks before committing": stops, warnings, what passed, and what can be done about each."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kmp_desktop.core.queue_state import CopyTimes, Severity
from kmp_desktop.core.review import Check, CheckCode, Review
from kmp_desktop.qt import when
from kmp_desktop.qt.announce import announce
from kmp_desktop.qt.i18n import say, tr, trn
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.clearing import clear_layout
from kmp_desktop.qt.views.insets import inset, link_inset
from kmp_desktop.qt.widgets.buttons import IconButton, LinkButton
from kmp_desktop.qt.widgets.card import Card, separator, spaced
from kmp_desktop.qt.widgets.labels import IconLabel, label

_SIGNS = {
    Severity.STOP: ("x-circle", "error"),
    Severity.WARNING: ("warning", "warn"),
    Severity.INFO: ("info", "info"),
    Severity.PASSED: ("check-circle", "ok"),
}
_MOST_REASONS = 5
_OTHER_TIMES = {CheckCode.NEW_TIME: CopyTimes.EXACT, CheckCode.EXACT_TIME: CopyTimes.FITTING}


class CheckList(Card):
    """Everything that was checked, worst first.

    Signals:
        again_wanted(): check again.
        show_wanted(tuple[RecordId, ...]): show these records in the table.
        take_out_wanted(tuple[RecordId, ...]): forget the decisions about these.
        times_wanted(CopyTimes): which time the copies are to get.
    """

    again_wanted = Signal()
    show_wanted = Signal(object)
    take_out_wanted = Signal(object)
    times_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("checkList", parent=parent)
        self._done = label(tr("checking …"), tone="muted", name="checksDoneLabel")
        again = IconButton("arrow-clockwise", tr("Check again"), "checkAgainButton", "F5")
        again.clicked.connect(self.again_wanted)
        head = QHBoxLayout()
        spaced(head, 0, 8)
        head.addWidget(label(tr("Checks before committing"), "section"), 1)
        head.addWidget(self._done)
        head.addWidget(again)
        self._rows = QVBoxLayout()
        spaced(self._rows, 0, 0)
        self.box.setSpacing(0)
        self.box.setContentsMargins(*(Theme.current().px(side) for side in (16, 10, 16, 8)))
        self.box.addLayout(head)
        self.box.addLayout(self._rows)

    def show_checking(self) -> None:
        """The answer is on its way; what was found before stays."""
        self._done.setText(tr("checking …"))

    def show_review(self, review: Review, now: int) -> None:
        """Show what was found. ``now``: epoch milliseconds."""
        clear_layout(self._rows)
        for nth, check in enumerate(review.checks):
            if nth:
                self._rows.addWidget(separator())
            self._rows.addWidget(self._row(nth, check, review))
        self._done.setText(tr("done {time}", time=when.clock_time(now)))
        self._announce(review)

    def _row(self, nth: int, check: Check, review: Review) -> QWidget:
        row = QWidget()
        row.setObjectName(f"check_{check.code.value}_{nth}")
        line = QHBoxLayout(row)
        line.setContentsMargins(0, Theme.current().px(9), 0, Theme.current().px(9))
        line.setSpacing(Theme.current().px(10) - link_inset())
        line.addWidget(IconLabel(*_SIGNS[check.severity]), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        spaced(words, 0, 2)
        passed = check.severity is Severity.PASSED
        title = inset(label(say(check.title), "body" if passed else "bold", wrap=True), link_inset())
        words.addWidget(title)
        detail = say(check.detail)
        if passed:
            title.setToolTip(detail)
        elif detail:
            words.addWidget(inset(label(detail, tone="muted", wrap=True), link_inset()))
        if check.code is CheckCode.REFUSED:
            self._add_reasons(words, review)
        self._add_actions(words, nth, check)
        line.addLayout(words, 1)
        return row

    def _add_reasons(self, words: QVBoxLayout, review: Review) -> None:
        """Name the reason of each, if there is more than one."""
        if len({each.reason for each in review.refused}) < 2:
            return
        for each in review.refused[:_MOST_REASONS]:
            line = tr(
                "Record {offset} of partition {partition}: {reason}",
                offset=str(each.id.offset),
                partition=each.id.partition,
                reason=each.reason,
            )
            words.addWidget(inset(label(line, "small", tone="muted", wrap=True), link_inset()))
        more = len(review.refused) - _MOST_REASONS
        if more > 0:
            told = trn(more, "and {n} more", "and {n} more")
            words.addWidget(inset(label(told, "small", tone="muted"), link_inset()))

    def _add_actions(self, words: QVBoxLayout, nth: int, check: Check) -> None:
        buttons = []
        if check.show and check.severity is not Severity.PASSED:
            show = LinkButton(_show_words(check), f"checkShowButton_{nth}")
            show.clicked.connect(lambda: self.show_wanted.emit(check.show))
            buttons.append(show)
        if check.may_take_out and check.ids:
            n = len(check.ids)
            out = LinkButton(trn(n, "Take it out", "Take the {n} out"), f"checkTakeOutButton_{nth}")
            out.clicked.connect(lambda: self.take_out_wanted.emit(check.ids))
            buttons.append(out)
        if check.code in _OTHER_TIMES:
            change = LinkButton(_times_words(check), f"checkTimesButton_{nth}")
            change.clicked.connect(lambda: self.times_wanted.emit(_OTHER_TIMES[check.code]))
            buttons.append(change)
        if not buttons:
            return
        line = QHBoxLayout()
        spaced(line, 0, 16)
        for button in buttons:
            line.addWidget(button)
        line.addStretch(1)
        words.addLayout(line)

    def _announce(self, review: Review) -> None:
        stops = sum(check.severity is Severity.STOP for check in review.checks)
        warnings = sum(check.severity is Severity.WARNING for check in review.checks)
        told = tr("Checks done.")
        if stops:
            told += " " + trn(stops, "{n} stop.", "{n} stops.")
        if warnings:
            told += " " + trn(warnings, "{n} warning.", "{n} warnings.")
        announce(self, told)


def _show_words(check: Check) -> str:
    if check.code is CheckCode.DISCARD_BEFORE_NEWER:
        return trn(len(check.show), "Show the undecided record", "Show the undecided records")
    if check.code is CheckCode.RETRY_BEFORE_NEWER:
        return tr("Show")
    return trn(len(check.show), "Show it", "Show the {n}")


def _times_words(check: Check) -> str:
    if check.code is CheckCode.NEW_TIME:
        return trn(len(check.ids), "Keep its own time", "Keep their own times")
    return tr("Use the time of the commit")
