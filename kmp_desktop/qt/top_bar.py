"""The bar above the pages: where one is, in which system, and how fresh it is."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from kmp_desktop.core.profile import ConnectionProfile, Environment, Queue
from kmp_desktop.core.session import SessionPhase, SessionState
from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.i18n import tr, trn
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.when import clock_time, day, exact, now_ms
from kmp_desktop.qt.widgets.badge import EnvironmentBadge
from kmp_desktop.qt.widgets.buttons import ActionButton, Button
from kmp_desktop.qt.widgets.card import Bar, separator
from kmp_desktop.qt.widgets.labels import ElidedLabel, IconLabel, label, set_tone

_SEARCH_WIDTH = 240


class TopBar(Bar):
    """Back, title, badge on the left; freshness and what can be read anew on the right.

    Signals:
        back_wanted(): to the queues.
        search_changed(str): the search field of the queues page.
        read_wanted(): read the new records.
    """

    back_wanted = Signal()
    search_changed = Signal(str)
    read_wanted = Signal()

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("topBar", "bar", 50, parent)
        self._state: SessionState | None = None
        self._back = Button(tr("Queues"), "backButton", "quiet", "caret-left")
        self._back.setToolTip(tr("Back to the queues"))
        self._back.clicked.connect(self.back_wanted)
        self._line = separator(vertical=True)
        self._title = ElidedLabel(role="title")
        self._title.setObjectName("queueTitle")
        self._badge = EnvironmentBadge(Environment.TEST, "environmentBadge")
        self._search = QLineEdit()
        self._search.setObjectName("queueSearchField")
        self._search.setPlaceholderText(tr("Search queues"))
        self._search.setAccessibleName(tr("Search queues"))
        self._search.setClearButtonEnabled(True)
        self._search.setFixedWidth(Theme.current().px(_SEARCH_WIDTH))
        self._search.textChanged.connect(self.search_changed)
        self._fresh_icon = IconLabel("check-circle", "ok")
        self._fresh = label(tone="muted", name="freshnessLabel")
        self._new = Button("", "newRecordsButton", "info")
        self._new.clicked.connect(self.read_wanted)
        self._refresh = ActionButton(actions.refresh, "quiet", icon_only=True)
        self._history = ActionButton(actions.history, "quiet", icon_only=True)
        left: tuple[QWidget, ...] = (self._back, self._line, self._title, self._badge)
        fresh = (self._fresh_icon, self._fresh, self._new, self._refresh)
        right: tuple[QWidget, ...] = (self._search, *fresh, self._history)
        for part in left:
            self.row.addWidget(part)
        self.row.addStretch(1)
        for part in right:
            self.row.addWidget(part)
        self._midnight = QTimer(self)  # "Read today" is wrong tomorrow
        self._midnight.setInterval(60_000)
        self._midnight.timeout.connect(self._on_minute)

    def show_queues(self) -> None:
        """The bar of the queues page."""
        self._state = None
        self._title.setText(tr("Queues"))
        self._title.set_tooltip("")
        self._show(queue=False)

    def show_history(self) -> None:
        """The bar of the history."""
        self._state = None
        self._title.setText(tr("History"))
        self._title.set_tooltip("")
        self._show(queue=False)
        self._search.hide()
        self._history.hide()
        for part in (self._back, self._line):
            part.show()

    def show_queue(
        self, profile: ConnectionProfile, queue: Queue, state: SessionState, *, records: bool
    ) -> None:
        """The bar of an open queue; ``records``: with what reads them anew."""
        self._title.setText(one_line(queue.name))
        topics = [tr("Dead letter topic: {name}", name=one_line(queue.queue_topic))]
        if queue.retry_topic:
            topics.append(tr("Retry topic: {name}", name=one_line(queue.retry_topic)))
        self._title.set_tooltip("\n".join(topics))
        self._badge.set_environment(profile.environment)
        self._show(queue=True)
        self._refresh.setVisible(records)
        self.show_state(state)
        if not records:
            self._new.hide()

    def show_state(self, state: SessionState) -> None:
        """How fresh the records are, and how many more there are."""
        self._state = state
        icon_name, tone, words = _freshness(state)
        self._fresh_icon.set_icon(icon_name, tone)
        self._fresh.setText(words)
        set_tone(self._fresh, tone if tone in ("info", "warn", "error") else "muted")
        read_at = state.summary.read_at if state.summary is not None else 0
        self._fresh.setToolTip(exact(read_at))
        shown = state.new_records > 0 and state.phase is SessionPhase.READY
        self._new.setText(trn(state.new_records, "{n} new", "{n} new"))
        tip = trn(state.new_records, "Read the new record", "Read the {n} new records")
        self._new.setToolTip(tip)
        self._new.setAccessibleName(tip)
        self._new.updateGeometry()
        self._new.setVisible(shown)

    def set_compact(self, compact: bool) -> None:
        """A small window says only what is not as usual."""
        usual = self._state is not None and _freshness(self._state)[1] == "ok"
        hidden = self._state is None or (compact and usual)
        self._fresh.setHidden(hidden)
        self._fresh_icon.setHidden(hidden)

    def focus_search(self) -> None:
        """Begin to type what is looked for."""
        self._search.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """It is shown."""
        super().showEvent(event)
        self._midnight.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """It is hidden."""
        super().hideEvent(event)
        self._midnight.stop()

    def _show(self, *, queue: bool) -> None:
        for part in (self._back, self._line, self._badge, self._fresh_icon, self._fresh, self._refresh):
            part.setVisible(queue)
        self._search.setHidden(queue)
        self._history.show()
        self._new.hide()

    @Slot()
    def _on_minute(self) -> None:
        if self._state is not None:
            self.show_state(self._state)


def _freshness(state: SessionState) -> tuple[str, str, str]:
    """Icon, tone and words."""
    phase = state.phase
    if state.offline_since and phase in (SessionPhase.READY, SessionPhase.LOCKED):
        return "wifi-slash", "warn", tr("No connection since {time}", time=clock_time(state.offline_since))
    words = {
        SessionPhase.CONNECTING: ("hourglass-medium", "info", tr("Connecting …")),
        SessionPhase.CHECKING: ("hourglass-medium", "info", tr("Checking the last commit …")),
        SessionPhase.COMMITTING: ("hourglass-medium", "info", tr("Committing …")),
        SessionPhase.LOCKED: ("question", "warn", tr("Checking the last commit …")),
        SessionPhase.FAILED: ("wifi-slash", "warn", tr("Not connected")),
        SessionPhase.CLOSED: ("circle", "muted", ""),
    }
    if phase in words:
        return words[phase]
    if phase is SessionPhase.READING:
        return "hourglass-medium", "info", _reading(state)
    read_at = state.summary.read_at if state.summary is not None else 0
    words_now = tr("Read {day} {time}", day=day(read_at, now_ms()), time=clock_time(read_at))
    return "check-circle", "ok", words_now


def _reading(state: SessionState) -> str:
    progress = state.progress
    if progress is None or progress.offsets_total <= 0:
        return tr("Reading …")
    share = min(100, progress.offsets_done * 100 // progress.offsets_total)
    return tr("Reading, {share} %", share=share)
