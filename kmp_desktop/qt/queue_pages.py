"""The pages of one open queue, and which of them is shown when."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from kmp_desktop.core.outcome import CommitResult, Outcome, Resolution
from kmp_desktop.core.queue_state import TakeOver
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.session import SessionPhase, SessionState
from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.dialogs.commit_progress import CommitProgressDialog
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.views.result_page import ResultPage
from kmp_desktop.qt.views.review_page import ReviewPage
from kmp_desktop.qt.views.take_over_page import TakeOverPage, needs_take_over
from kmp_desktop.qt.views.triage_page import TriagePage

_NEXT_PAGE_MS = 20


class QueuePages(QObject):
    """Triage, review, result and take-over page of a session, kept in the window's stack.

    Only the first is made at once. The window answers before each of the others is made, which is soon
    after it, or when it is needed.

    Signals:
        page_changed(): another page of this queue wants to be shown (``current``).
        to_queues(): a person leaves the queue.
        edit_connection(): a person wants to change its connection.
        toast_wanted(ToastMessage)
    """

    page_changed = Signal()
    to_queues = Signal()
    edit_connection = Signal()
    toast_wanted = Signal(object)

    def __init__(
        self, session: QueueSession, actions: Actions, prompts: Prompts, stack: QStackedWidget
    ) -> None:
        super().__init__(stack)
        self.session = session
        self._stack = stack
        self._told: Resolution | None = None
        self._taken_over = False
        self._progress: CommitProgressDialog | None = None
        self._prompts = prompts
        self._review: ReviewPage | None = None
        self._result: ResultPage | None = None
        self._take_over: TakeOverPage | None = None
        self.pages: list[QWidget] = []  # those that are made
        self.triage = TriagePage(session, actions, stack)
        self._put(self.triage)
        self.triage.review_wanted.connect(self._show_review)
        self.triage.back_wanted.connect(self.to_queues)
        self.triage.toast_wanted.connect(self.toast_wanted)
        self.current: QWidget = self.triage
        self._later = QTimer(self, singleShot=True, interval=_NEXT_PAGE_MS)
        self._later.timeout.connect(self._make_next)
        self._later.start()
        session.state_changed.connect(self._on_state)
        session.commit_finished.connect(self._on_commit_finished)

    def come_back(self) -> None:
        """A person opens the queue again: a result that was read is over, the records are read anew."""
        if self.current is self._result and self.session.state.phase is SessionPhase.READY:
            self._show(self.triage)
            self.session.read_again()

    def dispose(self) -> None:
        """Take the pages out of the window; the session is closed by somebody else."""
        self._close_progress()
        self._later.stop()
        self.session.state_changed.disconnect(self._on_state)
        self.session.commit_finished.disconnect(self._on_commit_finished)
        for page in self.pages:
            self._stack.removeWidget(page)
            page.hide()
            # Whoever looks for a widget by its name finds the next pages, although these still live a moment.
            page.setParent(None)
            page.deleteLater()
        self.deleteLater()

    # The pages

    @property
    def review(self) -> ReviewPage:
        """What a commit would do."""
        if self._review is None:
            self._review = page = ReviewPage(self.session, self._stack)
            self._put(page)
            page.back_wanted.connect(self._show_triage)
            page.commit_wanted.connect(self._commit)
            page.show_records.connect(self._show_records)
        return self._review

    @property
    def result(self) -> ResultPage:
        """What a commit did."""
        if self._result is None:
            self._result = page = ResultPage(self.session, self._prompts, self._stack)
            self._put(page)
            page.to_queues.connect(self.to_queues)
            page.to_triage.connect(self._show_triage)
            page.to_review.connect(self._show_review)
            page.try_again.connect(self._commit)
            page.show_records.connect(self._show_records)
            page.edit_connection.connect(self.edit_connection)
        return self._result

    @property
    def take_over(self) -> TakeOverPage:
        """What becomes of another program's position."""
        if self._take_over is None:
            self._take_over = page = TakeOverPage(self.session, self._stack)
            self._put(page)
            page.take_over.connect(self._on_take_over)
            page.look_only.connect(self._on_look_only)
        return self._take_over

    def _put(self, page: QWidget) -> None:
        self._stack.addWidget(page)
        self.pages.append(page)

    @Slot()
    def _make_next(self) -> None:
        """One of those that are not made; more than one at a time would hold the window up."""
        before = len(self.pages)
        for page in (lambda: self.review, lambda: self.result, lambda: self.take_over):
            page()
            if len(self.pages) > before:
                self._later.start()
                return

    # What happens

    @Slot()
    def _show_triage(self) -> None:
        self._show(self.triage)

    @Slot()
    def _show_review(self) -> None:
        self._show(self.review)

    @Slot(object)
    def _show_records(self, ids: frozenset[RecordId]) -> None:
        self._show(self.triage)
        self.triage.show_only(ids)

    @Slot()
    def _commit(self) -> None:
        if self.session.state.phase is not SessionPhase.READY:
            return
        self._progress = CommitProgressDialog(self.session, self._stack.window())
        self._progress.open()
        self.session.commit(self.review.times)

    @Slot(object)
    def _on_commit_finished(self, result: CommitResult) -> None:
        self._close_progress()
        self.result.show_result(result)
        self._show(self.result)

    @Slot(object)
    def _on_take_over(self, how: TakeOver) -> None:
        self._taken_over = True
        self._show(self.triage)
        self.session.start(how)

    @Slot()
    def _on_look_only(self) -> None:
        self._taken_over = True
        self._show(self.triage)

    @Slot(object)
    def _on_state(self, state: SessionState) -> None:
        if state.phase is SessionPhase.LOCKED and self.current is not self._result:
            self.result.show_result(self._in_doubt(state))
            self._show(self.result)
        elif self._is_news(state.resolution):
            self._told = state.resolution
            if self.current is not self._result:  # that page turns by itself
                self.result.show_result(state.resolution)
                self._show(self.result)
        elif self._has_to_take_over(state):
            assert state.summary is not None
            self.take_over.show_summary(state.summary)
            self._show(self.take_over)

    def _in_doubt(self, state: SessionState) -> CommitResult | Resolution | None:
        """What is known of the commit whose outcome is not."""
        last = self.session.last_result
        return state.resolution or (last if last is not None and last.outcome is Outcome.UNKNOWN else None)

    def _is_news(self, resolution: Resolution | None) -> bool:
        """An unfinished commit was settled, and nobody was told yet."""
        return (
            resolution is not None
            and resolution is not self._told
            and resolution.outcome is not Outcome.UNKNOWN
        )

    def _has_to_take_over(self, state: SessionState) -> bool:
        asked = self._taken_over or self.current is self._take_over
        return not asked and state.phase is SessionPhase.READY and needs_take_over(state.summary)

    def _close_progress(self) -> None:
        if self._progress is not None:
            self._progress.done(0)
            self._progress.deleteLater()
            self._progress = None

    def _show(self, page: QWidget) -> None:
        if page is not self.current:
            self.current = page
            self.page_changed.emit()
