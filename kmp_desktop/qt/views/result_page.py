"""The result page: what became of a commit, never more than is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kmp_desktop.app import outcome_page as words
from kmp_desktop.app.cluster_words import beyond_us_page, ended_page, ending_page
from kmp_desktop.app.decisions_file import save_plan
from kmp_desktop.app.outcome_page import Button as ButtonWords
from kmp_desktop.app.outcome_page import Kind, Move, OutcomePage, Surroundings
from kmp_desktop.app.outcome_words import page_of_commit, page_of_resolution
from kmp_desktop.app.report import commit_report, resolution_report
from kmp_desktop.app.unknown_words import locked_page, settled_elsewhere_page
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.outcome import ClusterWork, CommitProgress, CommitResult, Outcome, Resolution, Step
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.session import SessionPhase, SessionState
from kmp_desktop.qt import when
from kmp_desktop.qt.announce import announce
from kmp_desktop.qt.i18n import say, tr
from kmp_desktop.qt.models.record_names import RecordNames
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.tab_order import tab_after
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.clearing import clear_layout
from kmp_desktop.qt.views.conflict_cards import ConflictChoice, ConflictTableCard
from kmp_desktop.qt.views.record_list_card import RecordListCard
from kmp_desktop.qt.views.result_cards import (
    AttemptsCard,
    DeveloperDetails,
    ReceiptCard,
    lines_card,
    note,
)
from kmp_desktop.qt.views.result_foot import ResultFoot
from kmp_desktop.qt.views.result_head import ResultHead
from kmp_desktop.qt.widgets.card import spaced

_WIDTH = 820
_WIDE = 940  # with a table
_MARGIN = 28
_STILL_ASKING = frozenset({SessionPhase.LOCKED, SessionPhase.COMMITTING, SessionPhase.CLOSED})
_HANDED_OVER = frozenset({Step.COPIES, Step.COMMIT})


class ResultPage(QWidget):
    """Shows a ``CommitResult`` or a ``Resolution``; an unknown outcome turns by itself.

    Made when the queue is opened, because it follows the session from then on.

    Signals:
        to_queues(), to_triage(), to_review(): where a person wants to go.
        try_again(): commit what is still staged.
        show_records(frozenset[RecordId]): show these in the table.
        edit_connection(): open the connection of this queue.
    """

    to_queues = Signal()
    to_triage = Signal()
    to_review = Signal()
    try_again = Signal()
    show_records = Signal(object)
    edit_connection = Signal()

    def __init__(
        self, session: QueueSession, prompts: Prompts | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("resultPage")
        self._session = session
        self._prompts = prompts or Prompts()
        self._page: OutcomePage | None = None
        self._result: CommitResult | None = None
        self._resolution: Resolution | None = None
        self._in_doubt = False
        self._request = ""  # for the Kafka administrator
        self._handed_over_at = 0
        self._attempts: AttemptsCard | None = None
        self._attempt = 0
        self._next_attempt_at = 0
        self._names = RecordNames(session, self)
        self._tick = QTimer(self, interval=500)
        self._tick.timeout.connect(self._show_attempt)
        self._lay_out()
        self._connect()

    @property
    def kind(self) -> Kind | None:
        """Which page is shown; None: none yet."""
        return self._page.kind if self._page is not None else None

    def show_result(self, result: CommitResult | Resolution | None) -> None:
        """Show what became of a commit; None: it ended without any result (a fault of the program)."""
        around = self._around()
        self._request = ""
        self._in_doubt = result is None or result.outcome is Outcome.UNKNOWN
        if isinstance(result, CommitResult):
            self._result, self._resolution = result, None
            self._show(page_of_commit(result, around))
        elif isinstance(result, Resolution):
            self._resolution = result
            self._show(page_of_resolution(result, around, self._result_in_doubt()))
        else:
            self._result = self._resolution = None
            self._show(locked_page(around))

    # ---- parts

    def _lay_out(self) -> None:
        px = Theme.current().px
        self._head = ResultHead()
        self._blocks = QVBoxLayout()
        spaced(self._blocks, 0, 18)
        self._column = QWidget()
        column = QVBoxLayout(self._column)
        spaced(column, 0, 18)
        column.addWidget(self._head)
        column.addLayout(self._blocks)
        column.addStretch()
        contents = QWidget()
        contents.setObjectName("scrollContents")
        centred = QHBoxLayout(contents)
        centred.setContentsMargins(px(_MARGIN), px(36), px(_MARGIN), px(24))
        centred.addStretch(1)
        centred.addWidget(self._column, 100)
        centred.addStretch(1)
        scroll = QScrollArea()
        scroll.setObjectName("resultScroll")
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(contents)
        self._scroll = scroll
        self._foot = ResultFoot()
        page = QVBoxLayout(self)
        spaced(page, 0, 0)
        page.addWidget(scroll, 1)
        page.addWidget(self._foot)

    def _connect(self) -> None:
        self._session.commit_progressed.connect(self._on_progress)
        self._session.state_changed.connect(self._on_state)
        self._session.cluster_work_done.connect(self._on_cluster_work_done)
        self._foot.pressed.connect(self._on_pressed)
        for keys in ("Ctrl+Return", "Ctrl+Enter", "F5", "Esc"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self._on_key)

    # ---- what is shown

    def _show(self, page: OutcomePage) -> None:
        self._page = page
        self._attempts = None
        self._names.forget()
        self._head.say(page.sign, page.tone, say(page.title), say(page.sentence))
        clear_layout(self._blocks)
        self._foot.show_buttons(page.back, page.others, page.primary)
        now = when.now_ms()
        for block in page.blocks:
            for widget in self._widgets_of(block, now):
                self._blocks.addWidget(widget)
        if report := self._report():
            self._blocks.addWidget(DeveloperDetails(report))
        tab_after(self._column, self._foot)
        self._attempt = 1
        self._next_attempt_at = self._session.state.next_attempt_at
        self._tick_if_needed()
        self._fit()
        self._scroll.verticalScrollBar().setValue(0)
        if self.isVisible():
            self._tell()

    def _widgets_of(self, block: words.Block, now: int) -> list[QWidget]:
        match block:
            case words.Card():
                return [lines_card(block, now)]
            case words.Note():
                return [note(block)]
            case words.Attempts():
                self._attempts = AttemptsCard(block, now)
                return [self._attempts]
            case words.Receipt():
                receipt = ReceiptCard(block, now)
                receipt.copied.connect(self._on_copied)
                return [receipt] if block.numbers else []
            case words.RecordList():
                records = RecordListCard(block, self._names)
                records.take_out_wanted.connect(self._session.take_out)
                return [records]
            case words.ConflictCard():
                table = ConflictTableCard(block, self._session.book.get, self._names)
                table.copied.connect(self._on_copied)
                choice = ConflictChoice(block)
                choice.chosen.connect(self._foot.set_primary)
                return [table, choice]

    def _tell(self) -> None:
        """Read the outcome out, and put the focus where it stands."""
        page = self._page
        assert page is not None
        self._head.title.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self._head.title, f"{say(page.title)} {say(page.sentence)}", assertive=page.urgent)

    def _around(self) -> Surroundings:
        session = self._session
        state, queue, counts = session.state, session.queue, session.book.counts()
        summary = state.summary
        known = summary is not None and state.phase is SessionPhase.READY
        return Surroundings(
            queue_topic=queue.queue_topic,
            retry_topic=queue.retry_topic,
            group=queue.group,
            compacts=summary is None or summary.limits.queue_policy.compacts,
            staged=counts.total,
            staged_skips=counts.skip,
            remaining=summary.undecided if summary is not None and known else None,
            person=session.profile.person,
            handed_over_at=self._handed_over_at,
        )

    def _report(self) -> str:
        if self._resolution is not None:
            return resolution_report(self._resolution, self._around())
        if self._result is None:
            return ""
        request = f"{self._request}\n\n" if self._request else ""
        return request + commit_report(self._result, self._around())

    def _result_in_doubt(self) -> CommitResult | None:
        """The commit of this window that a resolution is about."""
        result = self._result
        return result if result is not None and result.outcome is Outcome.UNKNOWN else None

    # ---- while it is not known

    @Slot(object)
    def _on_progress(self, progress: CommitProgress) -> None:
        if progress.step is Step.JOURNAL:
            self._handed_over_at = 0
        elif progress.step in _HANDED_OVER and not self._handed_over_at:
            self._handed_over_at = when.now_ms()

    @Slot(object)
    def _on_state(self, state: SessionState) -> None:
        if not self._in_doubt:
            if self.kind is Kind.SETTLED_ELSEWHERE and state.resolution is not None:
                self._turn(state.resolution)  # the queue was read, and its ledger tells
            elif state.phase is SessionPhase.LOCKED and self._page is not None:
                self.show_result(state.resolution)  # a commit that ends without any result
            return
        if state.next_attempt_at and state.next_attempt_at != self._next_attempt_at:
            self._attempt += 1 if self._next_attempt_at else 0
            self._next_attempt_at = state.next_attempt_at
        torn = state.resolution is not None and bool(state.resolution.missing)
        if torn and self.kind is not Kind.MIXED:
            self.show_result(state.resolution)
        elif state.phase in _STILL_ASKING:
            self._show_attempt()
        else:
            self._turn(state.resolution)

    def _turn(self, resolution: Resolution | None) -> None:
        """The server has answered, to this window or to another one."""
        if resolution is None:
            self._resolution = None
            self._in_doubt = False
            self._show(settled_elsewhere_page())
        elif resolution.outcome is not Outcome.UNKNOWN:
            self.show_result(resolution)

    @Slot()
    def _show_attempt(self) -> None:
        if self._attempts is None:
            return
        at = self._session.state.next_attempt_at
        left = max(round((at - when.now_ms()) / 1000), 1) if at else None
        self._attempts.show_attempt(self._attempt, left, self._last_answer())

    def _last_answer(self) -> str:
        """What the last attempt brought, if it brought words."""
        state = self._session.state
        if state.error is not None:
            return say(state.error.happened)
        told = state.resolution.message if state.resolution is not None else None
        return say(told) if told is not None else ""

    def _tick_if_needed(self) -> None:
        self._show_attempt()
        if self._attempts is not None and self.isVisible():
            self._tick.start()
        else:
            self._tick.stop()

    # ---- what is done

    @Slot(object)
    def _on_pressed(self, button: ButtonWords) -> None:
        ids = frozenset(button.ids)
        moves: dict[Move, Callable[[], object]] = {
            Move.TO_QUEUES: self.to_queues.emit,
            Move.TO_RECORDS: self.to_triage.emit,
            Move.TO_REVIEW: self.to_review.emit,
            Move.TRY_AGAIN: self.try_again.emit,
            Move.ASK_AGAIN: self._session.try_now,
            Move.READ_AGAIN: self._read_again,
            Move.END_CLUSTER_WORK: self._end_cluster_work,
            Move.LEAVE_CONFLICTS: lambda: self._leave(ids),
            Move.SHOW_RECORDS: lambda: self.show_records.emit(ids),
            Move.EDIT_CONNECTION: self.edit_connection.emit,
            Move.COPY_REPORT: self._copy_report,
            Move.SAVE_DECISIONS: self._ask_where_to_save,
        }
        moves[button.move]()

    def _read_again(self) -> None:
        self._session.read_again()
        self.to_triage.emit()

    def _end_cluster_work(self) -> None:
        self._show(ending_page())
        self._session.finish_cluster_work()

    @Slot(object)
    def _on_cluster_work_done(self, answer: object) -> None:
        if isinstance(answer, UserFacingError):
            self.show_result(self._result)
            self._prompts.show_error(self, answer)
        elif isinstance(answer, ClusterWork) and answer.held:
            self._request = answer.request
            self._show(beyond_us_page(answer, self._around()))
        else:
            self._show(ended_page(self._around()))

    def _copy_report(self) -> None:
        self._on_copied(self._report())
        self._foot.say_copied()

    def _leave(self, ids: frozenset[RecordId]) -> None:
        self._session.take_out(ids)
        counts = self._session.book.counts()
        if counts.merge + counts.purge:
            self.to_review.emit()
        else:
            self.to_triage.emit()

    @Slot()
    def _on_key(self) -> None:
        shortcut = self.sender()
        page, primary = self._page, self._foot.primary
        if not isinstance(shortcut, QShortcut) or page is None or primary is None:
            return
        key = shortcut.key().toString().replace("Enter", "Return")
        if key == "Esc":
            if page.esc and page.back is not None:
                self._on_pressed(page.back)
        elif key == primary.key:
            self._on_pressed(primary)

    @Slot(object)
    def _on_copied(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        announce(self, tr("Copied"))

    def _ask_where_to_save(self) -> None:
        suggested = f"{self._session.queue.queue_topic}-decisions.jsonl"
        kinds = tr("Decisions (*.jsonl)")
        self._prompts.save_file(self, tr("Save my decisions"), suggested, kinds, self._save_to)

    def _save_to(self, path: str) -> None:
        try:
            save_plan(Path(path), self._session.book.staged)
        except UserFacingError as error:
            self._prompts.show_error(self, error)
        else:
            announce(self, tr("Saved"))

    # ---- Qt's

    def showEvent(self, event: QShowEvent) -> None:
        """The page appeared."""
        super().showEvent(event)
        if not event.spontaneous() and self._page is not None:
            self._tick_if_needed()
            self._tell()

    def hideEvent(self, event: QHideEvent) -> None:
        """The page went."""
        super().hideEvent(event)
        self._tick.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow a new size."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a new font or style sheet."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._fit()

    def _fit(self) -> None:
        px = Theme.current().px
        wide = self.kind is Kind.CONFLICT
        self._column.setMaximumWidth(px(_WIDE if wide else _WIDTH))
        self._foot.set_compact(self.height() < px(560))
