"""The cards of a result page: one builder for each kind of block that says something."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from kmp_desktop.app import outcome_page as page
from kmp_desktop.app.outcome_page import Line, Sign, Tone
from kmp_desktop.qt import when
from kmp_desktop.qt.i18n import say, tr, trn
from kmp_desktop.qt.theme import FontRole, Theme
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.widgets.banner import Banner
from kmp_desktop.qt.widgets.buttons import LinkButton
from kmp_desktop.qt.widgets.card import Card, separator, spaced
from kmp_desktop.qt.widgets.labels import IconLabel, label

ICONS = {
    Sign.OK: "check-circle",
    Sign.WARNING: "warning",
    Sign.ERROR: "x-circle",
    Sign.INFO: "info",
    Sign.UNKNOWN: "question",
    Sign.RUNNING: "hourglass-medium",
    Sign.PENDING: "circle",
    Sign.OTHERS: "users",
    Sign.RETRY: "arrow-bend-up-left",
    Sign.DISCARD: "trash",
    Sign.SKIP: "skip-forward",
    Sign.UNCHANGED: "shield-check",
    Sign.ADVICE: "list-bullets",
    Sign.CHECK: "check",
    Sign.FORBIDDEN: "prohibit",
    Sign.STOPPED: "hand-palm",
}
_WORTH_TELLING_S = 0.1
TOKENS = {each: each.value for each in Tone} | {Tone.QUIET: "muted"}


def lines_card(card: page.Card, now: int) -> Card:
    """A card of lines, with rules between them if it says so."""
    made = Card()
    px = Theme.current().px
    made.box.setContentsMargins(px(20), px(14), px(20), px(14))
    made.box.setSpacing(px(10))
    if card.title is not None:
        made.box.addWidget(label(say(card.title), "section"))
    for nth, line in enumerate(card.lines):
        if nth and card.ruled:
            made.box.addWidget(separator())
        made.box.addWidget(_line(line, now, prominent=card.ruled, quiet=card.ruled))
    return made


def note(block: page.Note) -> Banner:
    """A coloured strip."""
    kinds = {Tone.OK: "ok", Tone.WARN: "warn", Tone.ERROR: "error"}
    kind = kinds.get(block.tone, "info")
    made = Banner(kind, say(block.title), say(block.sentence))  # type: ignore[arg-type]  # a literal
    made.setObjectName("resultNote")
    return made


class AttemptsCard(Card):
    """The card "What we know" of an unknown outcome: two facts, the attempt that comes, and the end."""

    def __init__(self, block: page.Attempts, now: int) -> None:
        super().__init__("attemptsCard")
        self._block = block
        self._now = now
        px = Theme.current().px
        self.box.setContentsMargins(px(20), px(14), px(20), px(14))
        self.box.setSpacing(px(12))
        self.box.addWidget(label(tr("What we know"), "section"))
        for line in block.lines:
            self.box.addWidget(_line(line, now, prominent=False, quiet=True))
        self._attempt = label("", "bold", name="attemptLabel")
        self._next = label("", tone="muted", wrap=True, name="nextAttemptLabel")
        words = QVBoxLayout()
        spaced(words, 0, 2)
        words.addWidget(self._attempt)
        words.addWidget(self._next)
        self.box.addLayout(_with_icon(Sign.RUNNING, Tone.INFO, words, 16))
        self.box.addWidget(_line(block.last, now, prominent=False, quiet=True))

    def show_attempt(self, nth: int, seconds_left: int | None, last_answer: str = "") -> None:
        """Tell which attempt comes, and when (None: it runs now); and what the last one brought."""
        self._attempt.setText(tr("Asking the server again: attempt {n}", n=nth))
        goes_on = tr("This goes on by itself, also after you close the window and open the queue again.")
        soon = tr("Asking now.")
        if seconds_left is not None:
            soon = trn(seconds_left, "Next attempt in {n} second.", "Next attempt in {n} seconds.")
        self._next.setText(" ".join(part for part in (last_answer, soon, goes_on) if part))


class ReceiptCard(Card):
    """The commit's own number, when, and by whom.

    Signals:
        copied(str): the receipt as text, for the clipboard.
    """

    copied = Signal(object)

    def __init__(self, block: page.Receipt, now: int) -> None:
        super().__init__("receiptCard")
        self._lines = _receipt_lines(block, now)
        px = Theme.current().px
        self.box.setContentsMargins(px(20), px(12), px(20), px(14))
        self.box.setSpacing(px(4))
        copy = LinkButton(tr("Copy"), "copyReceiptButton", "copy")
        copy.setAccessibleName(tr("Copy the receipt"))
        copy.clicked.connect(self._on_copy)
        head = QHBoxLayout()
        head.addWidget(label(tr("Receipt"), "section"), 1)
        head.addWidget(copy)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(16))
        grid.setVerticalSpacing(px(4))
        grid.setColumnMinimumWidth(0, px(88))
        grid.setColumnStretch(1, 1)
        for row, (title, value, name) in enumerate(self._lines):
            grid.addWidget(label(title, tone="muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            shown = label(value, name=name, wrap=True, selectable=name == "receiptNumber")
            grid.addWidget(shown, row, 1, Qt.AlignmentFlag.AlignTop)
        self.box.addLayout(head)
        self.box.addLayout(grid)

    def _on_copy(self) -> None:
        self.copied.emit("\n".join(f"{title}: {value}" for title, value, _ in self._lines) + "\n")


class DeveloperDetails(QWidget):
    """The link "Details for your developers" and what it opens."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._toggle = LinkButton(tr("Details for your developers"), "resultDetailsButton", "caret-right")
        self._toggle.setCheckable(True)
        self._toggle.toggled.connect(self._on_toggled)
        self._card = Card("resultDetails", "panel")
        shown = label(text, "fixed", wrap=True, selectable=True, name="resultDetailsText")
        self._card.box.addWidget(shown)
        self._card.hide()
        box = QVBoxLayout(self)
        spaced(box, 0, 4)
        box.addWidget(self._toggle, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self._card)

    def _on_toggled(self, opened: bool) -> None:
        self._toggle.icon_name = "caret-down" if opened else "caret-right"
        self._toggle.update()
        self._card.setVisible(opened)


def _receipt_lines(block: page.Receipt, now: int) -> list[tuple[str, str, str]]:
    """(title, value, object name) of each line that is known."""
    lines = []
    if block.numbers:
        title = trn(len(block.numbers), "Number", "Numbers")
        lines.append((title, "\n".join(block.numbers), "receiptNumber"))
    if block.finished_at:
        moment = when.moment(block.finished_at, now, seconds=True)
        told = moment
        if block.seconds >= _WORTH_TELLING_S:
            told = tr("{moment}, in {seconds} seconds", moment=moment, seconds=f"{block.seconds:.1f}")
        lines.append((tr("Committed"), told, "receiptTime"))
    elif block.began_at:
        lines.append((tr("Begun"), when.moment(block.began_at, now, seconds=True), "receiptTime"))
    if block.person:
        lines.append((tr("By"), one_line(block.person), "receiptPerson"))
    return lines


def _line(line: Line, now: int, *, prominent: bool, quiet: bool) -> QWidget:
    """``prominent``: larger title and icon; ``quiet``: the detail is muted."""
    made = QWidget()
    words = QVBoxLayout()
    spaced(words, 0, 2)
    detail = line.detail_at(_time_of(line.at, now))
    title_role: FontRole = "section" if prominent else "bold" if detail is not None else "body"
    if line.tone is Tone.QUIET:
        title_role = "strong"
    title = label(say(line.title), title_role, tone="muted" if line.tone is Tone.QUIET else "", wrap=True)
    words.addWidget(title)
    if detail is not None:
        words.addWidget(label(say(detail), tone="muted" if quiet else "", wrap=True))
    row = _with_icon(line.sign, line.tone, words, 18 if prominent else 16)
    if line.state is not None:
        tone = TOKENS[line.state_tone]
        sign = "warning" if line.state_tone is Tone.WARN else "check-circle"
        row.addWidget(label(say(line.state), "bold", tone=tone), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(IconLabel(sign, tone), 0, Qt.AlignmentFlag.AlignVCenter)
    made.setLayout(row)
    return made


def _time_of(at: int, now: int) -> str:
    """The time alone for today: these are moments of a commit that was made just now."""
    if not at:
        return ""
    if when.day(at, now) == when.day(now, now):
        return when.clock_time(at, seconds=True)
    return when.moment(at, now, seconds=True)


def _with_icon(sign: Sign, tone: Tone, words: QVBoxLayout, size: int) -> QHBoxLayout:
    row = QHBoxLayout()
    spaced(row, 0, 12)
    icon = IconLabel(ICONS[sign], TOKENS[tone], size)
    icon.setContentsMargins(0, Theme.current().px(2), 0, 0)
    row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
    row.addLayout(words, 1)
    return row
