"""The dialog of a running commit: which step runs, what it waits for, and whether it can be stopped."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from kmp_desktop.app import progress_words as words
from kmp_desktop.app.progress_words import Stage, Stand
from kmp_desktop.core.outcome import CommitProgress
from kmp_desktop.core.session import SessionPhase, SessionState
from kmp_desktop.qt.announce import announce
from kmp_desktop.qt.i18n import say, tr
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.badge import EnvironmentBadge
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.labels import IconLabel, label, set_tone

_SIZE = (600, 400)
_BAR_STEPS = 1000
_OVER = frozenset({SessionPhase.READY, SessionPhase.LOCKED, SessionPhase.FAILED, SessionPhase.CLOSED})


class CommitProgressDialog(QDialog):
    """Window-modal while a commit runs; opens and goes by itself with the session's commit.

    Neither Esc nor the window's close button ends it: a commit is stopped by its button or not at all.
    """

    def __init__(self, session: QueueSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("commitProgressDialog")
        self.setProperty("ground", "plain")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._session = session
        counts = session.book.counts()
        self._total = counts.merge + counts.purge
        self._discards = counts.purge
        self._stand = words.START
        self._stopping = False
        self._since_step = QElapsedTimer()
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self._show_foot)
        self._make_parts()
        self._lay_out()
        session.commit_progressed.connect(self._on_progress)
        session.commit_finished.connect(self._on_over)
        session.state_changed.connect(self._on_state)
        self._show()

    # ---- parts

    def _make_parts(self) -> None:
        px = Theme.current().px
        self.setWindowTitle(say(words.progress_title(self._total)))
        self._title = label(self.windowTitle(), "dialog_title", name="commitProgressTitle", wrap=True)
        self._badge = EnvironmentBadge(self._session.profile.environment, "commitProgressBadge")
        self._part = label("", tone="muted", name="commitPartLabel")
        self._bar = QProgressBar()
        self._bar.setObjectName("commitProgress")
        self._bar.setRange(0, _BAR_STEPS)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.windowTitle())
        self._steps = QWidget()
        self._steps.setObjectName("commitSteps")
        self._rows = [_Step(stage) for stage in Stage]
        self._foot = label("", tone="muted", name="commitFootLabel", wrap=True)
        self._stop = Button("", "stopCommitButton", "plain", "x")
        self._stop.clicked.connect(self._on_stop)
        self.resize(px(_SIZE[0]), px(_SIZE[1]))
        self.setMinimumWidth(px(480))

    def _lay_out(self) -> None:
        px = Theme.current().px
        head = QHBoxLayout()
        spaced(head, 0, 12)
        head.addWidget(self._title, 1)
        head.addWidget(self._part, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        steps = QVBoxLayout(self._steps)
        spaced(steps, 0, 0)
        for row in self._rows:
            steps.addWidget(row)
        foot = QHBoxLayout()
        spaced(foot, 0, 12)
        foot.addWidget(self._foot, 1)
        foot.addWidget(self._stop)
        box = QVBoxLayout(self)
        box.setContentsMargins(px(28), px(24), px(28), px(20))
        box.setSpacing(px(16))
        box.addLayout(head)
        box.addWidget(self._bar)
        box.addWidget(self._steps)
        box.addStretch(1)
        box.addLayout(foot)

    # ---- what happens

    @Slot(object)
    def _on_progress(self, progress: CommitProgress) -> None:
        before = self._stand
        self._stand = words.stand(before, progress, self._discards)
        self._since_step.start()
        self._show()
        if (self._stand.part, self._stand.stage) != (before.part, before.stage):
            announce(self, say(words.stage_sentence(self._stand.stage, self._stand)))

    @Slot(object)
    def _on_over(self, _result: object) -> None:
        self._end()

    @Slot(object)
    def _on_state(self, state: SessionState) -> None:
        """A commit that ends without a result (a fault of the program) must not keep the dialog."""
        if state.phase in _OVER:
            self._end()

    @Slot()
    def _on_stop(self) -> None:
        self._stopping = True
        self._session.stop_commit()
        self._show()

    def _end(self) -> None:
        """Go, and give the focus back to the window, if the person is still in this program."""
        if not self.isVisible():
            return
        self.done(0)
        window = self.parentWidget()
        here = QGuiApplication.applicationState() is Qt.ApplicationState.ApplicationActive
        if window is not None and here:
            window.window().activateWindow()

    # ---- what is shown

    def _show(self) -> None:
        where = self._stand
        part = words.part_sentence(where)
        self._part.setText(say(part) if part is not None else "")
        self._part.setVisible(part is not None)
        self._bar.setValue(round(where.share * _BAR_STEPS))
        detail = words.stage_detail(where)
        for row in self._rows:
            row.show_stand(where, say(detail) if detail is not None else "")
        self._stop.setVisible(where.may_stop)
        self._stop.setEnabled(not self._stopping)
        self._stop.setText(tr("Stopping …") if self._stopping else say(words.stop_label(where)))
        self._stop.updateGeometry()
        self._show_foot()

    @Slot()
    def _show_foot(self) -> None:
        waited = self._since_step.elapsed() // 1000 if self._since_step.isValid() else 0
        self._foot.setText(say(words.foot(self._stand, waited)))

    # ---- Qt's

    def showEvent(self, event: QShowEvent) -> None:
        """The commit begins."""
        super().showEvent(event)
        self._since_step.start()
        self._tick.start()
        self._stop.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """The commit is over."""
        super().hideEvent(event)
        self._tick.stop()

    def reject(self) -> None:
        """Esc does nothing: neither stopping nor looking away would be meant by it."""

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window's close button does nothing while the commit runs."""
        event.ignore()


class _Step(QWidget):
    """One sentence with its sign: done, running, to come."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.setObjectName(f"commitStep_{stage.name.lower()}")
        self._stage = stage
        self._icon = IconLabel("circle", "muted", 18)
        self._title = label("", "strong", wrap=True)
        self._detail = label("", tone="muted", wrap=True)
        lines = QVBoxLayout()
        spaced(lines, 0, 1)
        lines.addWidget(self._title)
        lines.addWidget(self._detail)
        row = QHBoxLayout(self)
        row.setContentsMargins(Theme.current().px(1), Theme.current().px(8), 0, Theme.current().px(8))
        row.setSpacing(Theme.current().px(13))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(lines, 1)

    def show_stand(self, where: Stand, detail: str) -> None:
        """Show this step as it is now."""
        running, done = where.stage is self._stage, where.stage > self._stage
        icon, tone = ("check-circle", "ok") if done else ("circle", "muted")
        if running:
            icon, tone = "hourglass-medium", "info"
        self._icon.set_icon(icon, tone)
        self._title.setText(say(words.stage_sentence(self._stage, where)))
        self._title.setProperty("fontRole", "bold" if running else "strong")
        set_tone(self._title, "" if running or done else "muted")
        self._title.style().polish(self._title)
        self._detail.setText(detail if running else "")
        self._detail.setVisible(running and bool(detail))
        state = tr("done") if done else tr("running") if running else tr("to come")
        self.setAccessibleName(f"{self._title.text()}, {state}")
