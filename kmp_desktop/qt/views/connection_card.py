"""One connection on the queues page: its heading, and a row for each of its queues."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kmp_desktop.core.errors import ErrorCode
from kmp_desktop.core.profile import ConnectionProfile, Environment, Queue
from kmp_desktop.qt.i18n import number, say, tr, trn
from kmp_desktop.qt.queue_overview import QueueKey, QueueLine, QueueOverview
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.when import clock_time, exact, now_ms, relative
from kmp_desktop.qt.widgets.badge import EnvironmentBadge
from kmp_desktop.qt.widgets.buttons import Button, LinkButton
from kmp_desktop.qt.widgets.card import Card, separator, spaced
from kmp_desktop.qt.widgets.labels import ElidedLabel, label, set_tone
from kmp_desktop.qt.widgets.progress_bar import DecisionProgress

_COUNT_WIDTH = 130
_NEWEST_WIDTH = 170
_DRAFT_WIDTH = 210
_BUTTON_WIDTH = 110


class ConnectionCard(QWidget):
    """Heading and card of one connection.

    Signals:
        open_wanted(QueueKey), edit_wanted(str)
    """

    open_wanted = Signal(object)
    edit_wanted = Signal(str)

    def __init__(
        self, profile: ConnectionProfile, overview: QueueOverview, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.profile = profile
        self._overview = overview
        self._rows = {QueueKey(profile.id, queue.id): _QueueRow(profile, queue) for queue in profile.queues}
        box = QVBoxLayout(self)
        spaced(box, 0, 12)
        box.addLayout(self._heading())
        self._card = Card(f"queueList_{profile.id}", margin=0)
        px = Theme.current().px
        self._card.box.setContentsMargins(px(20), px(6), px(16), px(6))
        self._card.box.setSpacing(0)
        self._lines: list[QWidget] = []
        for nth, row in enumerate(self._rows.values()):
            if nth:
                line = separator()
                self._lines.append(line)
                self._card.box.addWidget(line)
            self._card.box.addWidget(row)
            row.open_wanted.connect(self.open_wanted)
        if not self._rows:
            self._card.box.addWidget(_without_queues())
        box.addWidget(self._card)
        self.show_all()

    def set_narrow(self, narrow: bool) -> None:
        """Leave out what a small window has no room for."""
        for row in self._rows.values():
            row.set_narrow(narrow)

    def search(self, words: Sequence[str]) -> bool:
        """Show the queues with all words; False: there is none, the card is hidden."""
        found = [row for row in self._rows.values() if row.matches(words)]
        for row in self._rows.values():
            row.setVisible(row in found)
        for nth, line in enumerate(self._lines, 1):
            rows = list(self._rows.values())
            line.setVisible(rows[nth] in found and any(row in found for row in rows[:nth]))
        shown = bool(found) or not words
        self.setVisible(shown)
        return shown

    def show_line(self, key: QueueKey) -> None:
        """Show what is known of a queue now."""
        if key in self._rows:
            self._rows[key].show_line(self._overview.line(key))
        self._show_status()

    def show_all(self) -> None:
        """Show everything anew, e.g. because a minute has passed."""
        for key, row in self._rows.items():
            row.show_line(self._overview.line(key))
        self._show_status()

    def _heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        spaced(row, 0, 10)
        row.addWidget(label(one_line(self.profile.name), "title"))
        row.addWidget(EnvironmentBadge(self.profile.environment))
        self._status = label(tone="muted", name=f"connectionStatus_{self.profile.id}")
        row.addWidget(self._status)
        row.addStretch(1)
        if self.profile.environment is not Environment.PRACTICE:
            edit = LinkButton(tr("Edit connection"), f"editConnectionButton_{self.profile.id}")
            edit.clicked.connect(self._on_edit)
            row.addWidget(edit)
        return row

    def _show_status(self) -> None:
        status = self._overview.status(self.profile)
        if self.profile.environment is Environment.PRACTICE:
            self._status.setText(tr("On this computer only"))
        elif status is True and self.profile.user:
            self._status.setText(tr("Connected as {user}", user=one_line(self.profile.user)))
        elif status is True:
            self._status.setText(tr("Connected"))
        elif status is ErrorCode.SIGN_IN:
            self._status.setText(tr("Sign-in failed"))
        else:
            self._status.setText(tr("Not connected"))
        set_tone(self._status, "error" if status is ErrorCode.SIGN_IN else "muted")

    @Slot()
    def _on_edit(self) -> None:
        self.edit_wanted.emit(self.profile.id)


class _QueueRow(QWidget):
    open_wanted = Signal(object)

    def __init__(self, profile: ConnectionProfile, queue: Queue) -> None:
        super().__init__()
        self._profile, self._queue = profile, queue
        self._key = QueueKey(profile.id, queue.id)
        px = Theme.current().px
        row = QHBoxLayout(self)
        row.setContentsMargins(0, px(8), 0, px(8))
        row.setSpacing(px(16))
        name = ElidedLabel(one_line(queue.name), "bold")
        topics = queue.queue_topic
        if queue.retry_topic:
            topics = tr("{queue} → {retry}", queue=queue.queue_topic, retry=queue.retry_topic)
        name.set_tooltip(one_line(topics))
        about = ElidedLabel(one_line(queue.description or topics), tone="muted")
        row.addLayout(_pair(name, about), 1)
        self._count = label(role="bold", name=f"waitingLabel_{profile.id}_{queue.id}")
        self._count_caption = ElidedLabel(tr("waiting"), tone="muted")
        row.addWidget(_column(_COUNT_WIDTH, self._count, self._count_caption))
        self._newest = ElidedLabel()
        self._newest_caption = ElidedLabel(tr("newest record"), tone="muted")
        self._newest_column = _column(_NEWEST_WIDTH, self._newest, self._newest_caption)
        row.addWidget(self._newest_column)
        self._draft = ElidedLabel(role="body")
        self._draft.setObjectName(f"draftLabel_{profile.id}_{queue.id}")
        self._bar = DecisionProgress(width=180, height=6)
        row.addWidget(_column(_DRAFT_WIDTH, self._draft, self._bar))
        self._button = Button(tr("Open"), f"openQueueButton_{profile.id}_{queue.id}")
        self._button.setMinimumWidth(px(_BUTTON_WIDTH))
        self._button.clicked.connect(self._on_open)
        row.addWidget(self._button)

    def set_narrow(self, narrow: bool) -> None:
        """Without the newest record."""
        self._newest_column.setHidden(narrow)

    def matches(self, words: Sequence[str]) -> bool:
        """Whether all words (case folded) occur in what is known of this queue."""
        queue, profile = self._queue, self._profile
        texts = (queue.name, queue.description, queue.queue_topic, queue.retry_topic, profile.name)
        everything = "\n".join(texts).casefold()
        return all(word in everything for word in words)

    def show_line(self, line: QueueLine) -> None:
        """Show what is known now."""
        self._show_waiting(line)
        self._show_newest(line)
        self._show_draft(line)
        self._bar.setVisible(not line.checking and line.draft.total > 0)
        self._bar.set_counts(line.draft, max(line.waiting or 0, line.draft.total))

    def _show_waiting(self, line: QueueLine) -> None:
        caption, tip = tr("waiting"), ""
        if line.waiting is None:
            self._count.setText("?" if line.error is not None else "…")
        elif line.exact or line.waiting == 0:
            self._count.setText(number(line.waiting))
        else:
            self._count.setText(tr("up to {n}", n=line.waiting))
            tip = tr("Open the queue to see how many of these are still undecided.")
        if line.exact and line.read_at:
            caption = tr("waiting, read {time}", time=clock_time(line.read_at))
            tip = exact(line.read_at)
        self._count.setToolTip(tip)
        self._count_caption.setText(caption)

    def _show_newest(self, line: QueueLine) -> None:
        failed = line.error is not None
        if line.error is not None:
            error = line.error
            self._newest.setText(say(error.happened))
            self._newest_caption.set_tooltip(" ".join(say(part) for part in (error.unchanged, error.advice)))
            self._newest_caption.setText(say(error.advice))
        else:
            if line.newest is None:
                self._newest.setText("…")
            else:
                self._newest.setText(relative(line.newest, now_ms()) or "—")
            self._newest.set_tooltip(exact(line.newest or 0))
            self._newest_caption.set_tooltip("")
            self._newest_caption.setText(tr("newest record"))
        set_tone(self._newest, "error" if failed else "")

    def _show_draft(self, line: QueueLine) -> None:
        decided = line.draft.total
        self._button.setText(tr("Open"))
        self._button.set_kind("plain")
        if line.checking:
            self._draft.setText(tr("Checking the last commit …"))
            self._button.setText(tr("Show"))
        elif decided:
            self._draft.setText(trn(decided, "{n} decided, not committed", "{n} decided, not committed"))
            self._button.setText(tr("Continue"))
            self._button.set_kind("primary")
        else:
            self._draft.setText(tr("No open decisions"))
        set_tone(self._draft, "warn" if line.checking else "" if decided else "muted")
        self._button.setAccessibleName(
            tr("{verb}: {name}", verb=self._button.text(), name=one_line(self._queue.name))
        )

    @Slot()
    def _on_open(self) -> None:
        self.open_wanted.emit(self._key)


def _pair(first: QWidget, second: QWidget) -> QVBoxLayout:
    pair = QVBoxLayout()
    spaced(pair, 0, 2)
    pair.addStretch(1)
    pair.addWidget(first)
    pair.addWidget(second)
    pair.addStretch(1)
    return pair


def _column(width: int, first: QWidget, second: QWidget) -> QWidget:
    column = QWidget()
    column.setLayout(_pair(first, second))
    column.setFixedWidth(Theme.current().px(width))
    column.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
    return column


def _without_queues() -> QWidget:
    made = label(tr("No queue yet. Choose “Edit connection” to add one."), tone="muted", wrap=True)
    made.setAlignment(Qt.AlignmentFlag.AlignVCenter)
    made.setMinimumHeight(Theme.current().px(44))
    return made
