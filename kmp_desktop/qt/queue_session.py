"""An open queue as the window knows it; the threads behind it are nobody else's business."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from kmp_desktop.app.profile_secrets import secrets_of
from kmp_desktop.app.settled_elsewhere import doubt_of, told_by_ledger
from kmp_desktop.app.triage import Restored, StageReport
from kmp_desktop.core.decision import Change, Decision, DecisionBook
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.outcome import CommitResult, NotCommittedReason, Outcome, Resolution
from kmp_desktop.core.ports import QueueAdapters, ReadProgress
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.core.queue_state import CopyTimes, TakeOver
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.session import RestoredDraft, SessionPhase, SessionState
from kmp_desktop.core.text import text
from kmp_desktop.core.view import DecisionsChanged, Request
from kmp_desktop.process.messages import (
    BringUpToDateOrder,
    CommitDone,
    CommitOrder,
    Died,
    ReadDone,
    ReadOrder,
)
from kmp_desktop.qt.attempts import Attempts, Pace
from kmp_desktop.qt.draft_keeper import DraftKeeper
from kmp_desktop.qt.engine_process import EngineProcess
from kmp_desktop.qt.engine_view import EngineView
from kmp_desktop.qt.far_side import DeskHere, FarSide
from kmp_desktop.qt.queue_link import QueueLink
from kmp_desktop.qt.services import Services
from kmp_desktop.qt.staged_decisions import StagedDecisions

__all__ = ["Pace", "QueueSession", "open_sessions"]

_FIXED = (SessionPhase.COMMITTING, SessionPhase.LOCKED, SessionPhase.CLOSED)  # nothing is staged then
_READABLE = frozenset({SessionPhase.READY, SessionPhase.FAILED})
_CONNECTION_LOST = frozenset({ErrorCode.NO_CONNECTION, ErrorCode.READ_BROKE_OFF})
_DEATHS_IN_A_ROW = 3
_READING, _ENGINE, _DRAFT = "reading", "engine", "draft"

_open: set[QueueSession] = set()


def open_sessions() -> tuple[QueueSession, ...]:
    """Every session that has not said ``closed`` yet; the program ends when there is none."""
    return tuple(_open)


class QueueSession(QObject):
    """One open queue. Lives on the GUI thread; every method returns at once.

    It has no Qt parent and stays alive by itself until ``closed``: its threads are ended, never
    killed, and a commit that is running is waited for.

    Signals:
        replied(Reply): answers and pushes of the engine, in order; pushes at most ten times a second.
        state_changed(SessionState): the new ``state``.
        decisions_changed(Change): the book changed, by whatever way.
        commit_progressed(CommitProgress), commit_finished(CommitResult): a commit.
        cluster_work_done(ClusterWork | UserFacingError): what ``finish_cluster_work`` has left.
        restarted(): the queue was set up anew; rows begin at 0 again and the book is empty.
        closed(): all threads have ended; the last signal.
    """

    replied = Signal(object)
    state_changed = Signal(object)
    decisions_changed = Signal(object)
    commit_progressed = Signal(object)
    commit_finished = Signal(object)
    cluster_work_done = Signal(object)
    restarted = Signal()
    closed = Signal()

    def __init__(
        self,
        services: Services,
        profile: ConnectionProfile,
        queue: Queue,
        *,
        secrets: Secrets | None = None,
        pace: Pace | None = None,
    ) -> None:
        """``secrets``: use these (for today only); the password store is asked for the others."""
        super().__init__()
        self.profile = profile
        self.queue = queue
        self.state = SessionState(phase_since=services.clock.now_ms())
        self.last_result: CommitResult | None = None
        self._services = services
        self._today = secrets or Secrets()
        self._started = self._closing = False
        self._asking = False  # after a locked commit, right now
        self._doubt: Resolution | None = None  # a commit whose outcome this window does not know
        self._deaths = 0  # of the process behind the queue, since it was READY
        self._awaited: set[str] = set()  # what a read still waits for before the queue is READY
        self._attempts = Attempts(services.clock, pace or Pace(), self)
        self._attempts.retry_due.connect(self.try_now)
        self._drafts = DraftKeeper(services.drafts, services.clock, profile.servers, self)
        self._decisions = StagedDecisions(self._drafts, self)
        self._link = QueueLink(self._far_side(), self._drafts, self)
        self._attempts.look_due.connect(self._link.look)
        self._connect_link(self._link)
        self._engine = EngineView(self._link, self)
        self._connect_engine()
        self._connect_decisions()
        self._link.ended.connect(self._say_closed)
        _open.add(self)

    # What the window asks for

    def start(self, take_over: TakeOver | None = None) -> None:
        """Connect and read; again after FAILED (with the password then stored), or to take over."""
        if self._closing:
            return
        if not self._started:
            self._started = True
            self._link.start()
            self._read(ReadOrder(take_over))
        elif self.state.phase in _READABLE:
            self._read(ReadOrder(take_over, connect_anew=self.state.phase is SessionPhase.FAILED))

    def read_again(self) -> None:
        """Read the queue again: new records are appended, nothing that is staged is lost."""
        self.start()

    def stop_reading(self) -> None:
        """Work with what was read so far."""
        self._link.stop_reading()

    def continue_reading(self) -> None:
        """Read what was left out when reading was stopped."""
        self.start()

    @Slot()
    def try_now(self) -> None:
        """Do not wait for the next attempt: ask after a locked commit, or try the connection."""
        phase = self.state.phase
        if self._closing or self._asking:
            return
        if phase is SessionPhase.LOCKED:
            self._asking = True
            self._attempts.stop()
            self._set(next_attempt_at=0)
            self._link.resolve()
        elif phase is SessionPhase.READY and not self.state.committed_elsewhere:
            self._link.look()
        else:
            self.start()

    def try_registry_again(self) -> None:
        """Decode again what could not be decoded because the registry did not answer."""
        self._link.try_registry_again()

    def save_draft_again(self) -> None:
        """Try once more to write decisions that could not be saved (``state.draft_error``)."""
        self._drafts.save_again()

    def close(self) -> None:
        """Give everything back; a commit that is running is waited for. Ends in ``closed``."""
        if self._closing:
            return
        self._closing = True
        self._attempts.stop()
        if self._started:
            self._link.close()
        else:
            QTimer.singleShot(0, self, self._say_closed)

    def ask(self, request: Request) -> None:
        """Ask the engine; the answer comes by ``replied``."""
        self._link.ask(request)

    def commit(self, times: CopyTimes = CopyTimes.FITTING) -> None:
        """Commit everything staged (and tombstones left over); ends in ``commit_finished``.

        ``times``: which time the copies of retried records get.
        """
        if self.state.phase is not SessionPhase.READY or self._closing:
            return
        self._attempts.stop()
        self._attempts.succeeded()
        self._set(phase=SessionPhase.COMMITTING, resolution=None, next_attempt_at=0)
        self._link.commit(CommitOrder(dict(self.book.staged), times))

    def stop_commit(self) -> None:
        """Stop as long as nothing is final; a part that can no longer be stopped goes on."""
        self._link.stop_commit()

    def finish_cluster_work(self) -> None:
        """End what the cluster has not finished of earlier commits: a person wants it. Then read again."""
        if not self._closing:
            self._link.finish_cluster_work()

    @Slot(object)
    def _on_cluster_work_done(self, answer: object) -> None:
        self.cluster_work_done.emit(answer)
        self.read_again()  # it shows what is still in the way, if something is

    # Records and decisions

    @property
    def book(self) -> DecisionBook:
        """What is staged; to be read only, changes go through the methods here."""
        return self._decisions.book

    @property
    def row_count(self) -> int:
        """How many rows there are, also those that turned out to be decided."""
        return len(self._engine.rows)

    def record_id(self, row: int) -> RecordId:
        """The record of a row."""
        return self._engine.rows.record(row)

    def record_ids(self, rows: Iterable[int]) -> tuple[RecordId, ...]:
        """The records of many rows."""
        return self._engine.rows.records(rows)

    def row_of(self, record: RecordId) -> int | None:
        """The row of a record, None where it was not read."""
        return self._engine.rows.row(record)

    @property
    def decided_elsewhere(self) -> frozenset[RecordId]:
        """Records that were offered here and that somebody else decided meanwhile."""
        return self._decisions.elsewhere

    def may_decide(self, record: RecordId) -> bool:
        """Whether a decision about this record can be staged now."""
        if self.state.phase in _FIXED:
            return False
        known = self._decisions.may_decide(record)
        if known is None:
            # While reading only the rows are known; whether it is so is looked at when reading ends.
            return self.state.phase is not SessionPhase.READY and self._engine.rows.row(record) is not None
        return known

    def stage(self, ids: Iterable[RecordId], decision: Decision | None) -> StageReport:
        """Stage a decision (None: clear it) for all that may be decided, as one step."""
        ready = self.state.phase is SessionPhase.READY
        return self._decisions.stage(ids, decision, self._decisions.is_open if ready else self.may_decide)

    def undo(self) -> Change | None:
        """Take the last step back; None when there is none, or nothing may be decided now."""
        return None if self.state.phase in _FIXED else self._decisions.undo()

    def redo(self) -> Change | None:
        """Do the step again that was taken back last."""
        return None if self.state.phase in _FIXED else self._decisions.redo()

    def take_out(self, ids: Iterable[RecordId]) -> None:
        """Forget the decisions about these records; those decided elsewhere leave the history, too."""
        if self.state.phase not in _FIXED:
            self._decisions.take_out(ids)

    def remove_elsewhere(self) -> None:
        """Take the rows of records that somebody else decided out of the list."""
        let_go = self._decisions.let_go_elsewhere()
        known = self._decisions.loaded
        if known is not None and self.state.summary is not None:
            order = BringUpToDateOrder(known.version, let_go)
            self._engine.bring_up_to_date(order, self.decided_elsewhere)
            self._set(summary=replace(self.state.summary, undecided=len(known.open_records)))

    @Slot(object)
    def _on_changed(self, change: Change) -> None:
        self._link.ask(DecisionsChanged(change.after))
        self.decisions_changed.emit(change)

    # Reading

    def _read(self, order: ReadOrder) -> None:
        self._attempts.stop()
        self._awaited = {_READING}
        known = self._decisions.loaded is not None and not order.connect_anew
        phase = SessionPhase.READING if known else SessionPhase.CONNECTING
        self._set(phase=phase, progress=None, error=None, next_attempt_at=0)
        self._link.read(order)

    @Slot(object)
    def _on_progressed(self, progress: ReadProgress) -> None:
        self._set(phase=SessionPhase.READING, progress=progress)

    @Slot(object)
    def _on_read_done(self, done: ReadDone) -> None:
        resolution, loaded = done.resolution or self.state.resolution, done.known
        if loaded is None:
            self._lock(resolution)
            return
        resolution = resolution or self._told_by_ledger(done)
        self._attempts.succeeded()
        self._set(
            summary=done.summary,
            resolution=resolution,
            new_records=0,
            offline_since=0,
            committed_elsewhere=done.committing_elsewhere,
        )
        before, settled = self._decisions.loaded, _committed_by(resolution)
        if before is not None and before.identity == loaded.identity:
            self._awaited = {_ENGINE}
            self._decisions.go_on_with(loaded, done.decided_since, settled)
        else:
            self._awaited = {_ENGINE, _DRAFT}
            self._decisions.begin_with(loaded, settled)
        self._engine.bring_up_to_date(BringUpToDateOrder(loaded.version), self.decided_elsewhere)

    def _told_by_ledger(self, done: ReadDone) -> Resolution | None:
        """What became of the commit in doubt where another window has settled it."""
        doubt, loaded, before = self._doubt, done.known, self._decisions.loaded
        told = told_by_ledger(doubt, loaded) if doubt is not None and loaded is not None else None
        if before is not None and loaded is not None and before.identity != loaded.identity:
            told = None  # the queue was set up anew: its records are others
        if done.committing_elsewhere and told is not None and told.outcome is not Outcome.COMMITTED:
            return None  # what the other window is about to settle may be just this
        if not done.committing_elsewhere:
            self._doubt = None
        return told

    @Slot(object)
    def _on_restored(self, answer: object) -> None:
        if isinstance(answer, UserFacingError):
            self._set(draft_error=answer)
        elif isinstance(answer, Restored):
            self._decisions.put_back(answer.staged)
            if answer.staged or answer.put_aside:
                back = RestoredDraft(len(answer.staged), len(answer.put_aside), answer.saved_at)
                self._set(restored=back, draft_saved_at=answer.saved_at)
        self._arrived(_DRAFT)

    @Slot()
    def _on_engine_up_to_date(self) -> None:
        self._arrived(_ENGINE)

    def _arrived(self, what: str) -> None:
        """READY means that all rows are known and the draft is back."""
        if what in self._awaited:
            self._awaited.remove(what)
            if not self._awaited:
                self._be_ready()

    def _be_ready(self) -> None:
        try_again = bool(self.state.committed_elsewhere or self.state.offline_since) and not self._closing
        next_attempt = self._attempts.try_later() if try_again else 0
        self._deaths = 0
        if not self._closing:
            self._attempts.begin_looking()
        self._set(phase=SessionPhase.READY, next_attempt_at=next_attempt)

    @Slot(object)
    def _on_read_failed(self, error: UserFacingError) -> None:
        self._awaited.clear()
        if self._decisions.loaded is not None and error.code in _CONNECTION_LOST:
            self._set(offline_since=self.state.offline_since or self._now(), progress=None)
            self._be_ready()
        else:
            self._set(phase=SessionPhase.FAILED, error=error, progress=None)

    # Committing, and finding out

    @Slot(object)
    def _on_commit_done(self, done: CommitDone) -> None:
        result = done.result
        self.last_result = result
        if result.outcome is Outcome.UNKNOWN:
            self._doubt = doubt_of(result, self.book.staged)
        self._decisions.after_commit(result, done.known, done.decided_since)
        self._engine.bring_up_to_date(BringUpToDateOrder(done.known.version), self.decided_elsewhere)
        reason = result.chunks[-1].reason if result.chunks else NotCommittedReason.NONE
        offline = reason is NotCommittedReason.NO_CONNECTION
        self._set(
            summary=done.summary,
            committed_elsewhere=reason is NotCommittedReason.OTHER_WINDOW,
            offline_since=(self.state.offline_since or self._now()) if offline else 0,
        )
        if result.outcome is Outcome.UNKNOWN:
            self._lock(None)
        else:
            self._be_ready()
        self.commit_finished.emit(result)
        if reason is NotCommittedReason.LOAD_AGAIN:
            self.read_again()

    def _lock(self, resolution: Resolution | None) -> None:
        self._awaited.clear()
        self._doubt = resolution or self._doubt
        next_attempt = 0 if self._closing else self._attempts.try_later()
        self._set(phase=SessionPhase.LOCKED, resolution=resolution, next_attempt_at=next_attempt)

    @Slot(object)
    def _on_resolved(self, resolution: Resolution | None) -> None:
        self._asking = False
        if self._closing:
            return
        if resolution is not None and resolution.outcome is Outcome.UNKNOWN:
            self._set(resolution=resolution, next_attempt_at=self._attempts.try_later())
            return
        self._attempts.succeeded()
        if resolution is not None:
            self._doubt = None
        self._decisions.settle(_committed_by(resolution))
        self._set(resolution=resolution, committed_elsewhere=False)
        self._read(ReadOrder())

    @Slot(object)
    def _on_resolve_failed(self, error: UserFacingError) -> None:
        self._asking = False
        if not self._closing:
            busy = error.code is ErrorCode.QUEUE_BUSY
            next_attempt = self._attempts.try_later()
            self._set(error=error, committed_elsewhere=busy, next_attempt_at=next_attempt)

    # Looking for what is new

    @Slot(object)
    def _on_looked(self, new_records: int) -> None:
        if self.state.phase is SessionPhase.READY and not self.state.committed_elsewhere:
            self._attempts.succeeded()
            self._set(new_records=new_records, offline_since=0, next_attempt_at=0)

    @Slot(object)
    def _on_look_failed(self, _error: UserFacingError) -> None:
        if self.state.phase is SessionPhase.READY and not self._closing:
            offline_since = self.state.offline_since or self._now()
            self._set(offline_since=offline_since, next_attempt_at=self._attempts.try_later())

    # Ends

    @Slot(object)
    def _on_broke(self, error: BaseException) -> None:
        """A bug: claim only what is known, then let the window's crash handling tell of it."""
        self._asking = False
        if self.state.phase is SessionPhase.COMMITTING:
            self._lock(None)
        elif self.state.phase is SessionPhase.LOCKED and not self._closing:
            self._set(next_attempt_at=self._attempts.try_later())
        elif self.state.phase in (SessionPhase.CONNECTING, SessionPhase.READING):
            self._awaited.clear()
            self._set(phase=SessionPhase.FAILED, error=_stopped_unexpectedly(error), progress=None)
        raise error

    @Slot(object)
    def _on_died(self, died: Died) -> None:
        """The process behind the queue is gone: start it again, read again, keep every decision.

        Whether a commit that was running became final is in the journal.
        """
        self._asking = False
        if self._closing:
            return
        phase = self.state.phase
        self._engine.forget()
        self._deaths += 1
        if not died.could_start or self._deaths > _DEATHS_IN_A_ROW:
            self._awaited.clear()
            self._set(phase=SessionPhase.FAILED, error=_ended_unexpectedly(died), progress=None)
            return
        self._set(engine_ended_at=self._now(), progress=None)
        if self.book.total:
            self._link.ask(DecisionsChanged(tuple(self.book.staged.items())))
        if phase in (SessionPhase.COMMITTING, SessionPhase.LOCKED):
            self._lock(None)
            self.try_now()
        elif phase is not SessionPhase.FAILED:
            self._read(ReadOrder(connect_anew=True))

    @Slot()
    def _say_closed(self) -> None:
        _open.discard(self)
        self._set(phase=SessionPhase.CLOSED, next_attempt_at=0)
        self.closed.emit()

    # Wiring

    def _far_side(self) -> FarSide:
        services = self._services
        if services.engine is not None:
            return EngineProcess(services.engine, self.profile, self.queue, self._secrets, self)

        def adapters() -> QueueAdapters:
            return services.connector(self.profile, self.queue, self._secrets())

        return DeskHere(adapters, services.clock, self)

    def _secrets(self) -> Secrets:
        """Called in another thread: the password store may ask a person to unlock it."""
        return secrets_of(self._services.secrets, self.profile, self._today)

    def _connect_link(self, link: QueueLink) -> None:
        link.progressed.connect(self._on_progressed)
        link.read_done.connect(self._on_read_done)
        link.read_failed.connect(self._on_read_failed)
        link.commit_progressed.connect(self.commit_progressed)
        link.commit_done.connect(self._on_commit_done)
        link.resolved.connect(self._on_resolved)
        link.resolve_failed.connect(self._on_resolve_failed)
        link.cluster_work_done.connect(self._on_cluster_work_done)
        link.looked.connect(self._on_looked)
        link.look_failed.connect(self._on_look_failed)
        link.broke.connect(self._on_broke)
        link.died.connect(self._on_died)

    def _connect_engine(self) -> None:
        self._engine.replied.connect(self.replied)
        self._engine.restarted.connect(self.restarted)
        self._engine.up_to_date.connect(self._on_engine_up_to_date)

    def _connect_decisions(self) -> None:
        self._decisions.changed.connect(self._on_changed)
        self._drafts.restored.connect(self._on_restored)
        self._drafts.saved.connect(self._on_draft_saved)
        self._drafts.failed.connect(self._on_draft_failed)
        self._drafts.broke.connect(self._on_broke)

    @Slot(object)
    def _on_draft_saved(self, at: int) -> None:
        self._set(draft_saved_at=at, draft_error=None)

    @Slot(object)
    def _on_draft_failed(self, error: UserFacingError) -> None:
        self._set(draft_error=error)

    def _now(self) -> int:
        return self._services.clock.now_ms()

    def _set(self, **changes: Any) -> None:
        """Change fields of the state and say so, if that makes it another one."""
        if changes.get("phase", self.state.phase) is not self.state.phase:
            changes["phase_since"] = self._now()
        new = replace(self.state, **changes)
        if new != self.state:
            self.state = new
            self.state_changed.emit(new)


def _committed_by(resolution: Resolution | None) -> tuple[RecordId, ...]:
    if resolution is None or resolution.outcome is not Outcome.COMMITTED:
        return ()
    return tuple(record for record, _ in resolution.plan)


def _stopped_unexpectedly(error: BaseException) -> UserFacingError:
    return UserFacingError(
        ErrorCode.READ_BROKE_OFF,
        text("Reading the queue stopped unexpectedly."),
        text("Nothing was written. Your decisions are kept."),
        text("Read the queue again. If it happens again, send the report to your developers."),
        details=type(error).__name__,
    )


def _ended_unexpectedly(died: Died) -> UserFacingError:
    return UserFacingError(
        ErrorCode.READ_BROKE_OFF,
        text("The part of the program that reads the queue ends again and again."),
        text("Nothing was lost. Your decisions are kept."),
        text("Read the queue again. If it happens again, send the log to your developers."),
        details=died.details,
    )
