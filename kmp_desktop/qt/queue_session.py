"""An open queue as the window knows it; the threads behind it are nobody else's business."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from kmp_desktop.app import triage
from kmp_desktop.app.profile_secrets import secrets_of
from kmp_desktop.app.queue_summary import summary_of
from kmp_desktop.core.decision import Change, Decision, DecisionBook
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.outcome import CommitResult, NotCommittedReason, Outcome, Resolution
from kmp_desktop.core.ports import QueueAdapters, ReadProgress
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.core.queue_state import LoadedQueue, TakeOver
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.session import RestoredDraft, SessionPhase, SessionState
from kmp_desktop.core.text import text
from kmp_desktop.core.view import DecidedElsewhere, DecisionsChanged, RecordsArrived, Reply, Request
from kmp_desktop.qt.broker_worker import BrokerWorker, CommitDone, CommitOrder, ReadDone, ReadOrder
from kmp_desktop.qt.draft_keeper import DraftKeeper
from kmp_desktop.qt.engine_worker import EngineWorker
from kmp_desktop.qt.retry_timer import RETRY_AFTER_S, RetryTimer
from kmp_desktop.qt.row_numbers import RowNumbers
from kmp_desktop.qt.runner import WorkerThread
from kmp_desktop.qt.services import Services

_NO_STAGING = (SessionPhase.COMMITTING, SessionPhase.LOCKED, SessionPhase.CLOSED)
_STAGING = frozenset(SessionPhase) - frozenset(_NO_STAGING)
_READABLE = frozenset({SessionPhase.READY, SessionPhase.FAILED})
_CONNECTION_LOST = frozenset({ErrorCode.NO_CONNECTION, ErrorCode.READ_BROKE_OFF})
_THREADS = 3
_ENGINE, _DRAFT = "engine", "draft"  # what a read waits for before the queue is READY

_open: set[QueueSession] = set()


def open_sessions() -> tuple[QueueSession, ...]:
    """Every session that has not said ``closed`` yet; the program ends when there is none."""
    return tuple(_open)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a session tries and looks by itself, in seconds."""

    retry_after_s: tuple[float, ...] = RETRY_AFTER_S
    look_every_s: float = 30.0


class QueueSession(QObject):
    """One open queue. Lives on the GUI thread; every method returns at once.

    It has no Qt parent and stays alive by itself until ``closed``: its threads are ended, never
    killed, and a commit that is running is waited for.

    Signals:
        replied(Reply): answers and pushes of the engine, in order; pushes at most ten times a second.
        state_changed(SessionState): the new ``state``.
        decisions_changed(Change): the book changed, by whatever way.
        commit_progressed(CommitProgress), commit_finished(CommitResult): a commit.
        restarted(): the queue was set up anew; rows begin at 0 again and the book is empty.
        closed(): all threads have ended; the last signal.
    """

    replied = Signal(object)
    state_changed = Signal(object)
    decisions_changed = Signal(object)
    commit_progressed = Signal(object)
    commit_finished = Signal(object)
    restarted = Signal()
    closed = Signal()

    _read_wanted = Signal(object)
    _commit_wanted = Signal(object)
    _resolve_wanted = Signal()
    _look_wanted = Signal()
    _broker_close_wanted = Signal()
    _asked = Signal(object)
    _finish_wanted = Signal(object)
    _registry_wanted = Signal()
    _engine_close_wanted = Signal()

    def __init__(
        self,
        services: Services,
        profile: ConnectionProfile,
        queue: Queue,
        *,
        secrets: Secrets | None = None,
        pace: Pace | None = None,
    ) -> None:
        """``secrets``: use these (for today only) instead of asking the password store."""
        super().__init__()
        self.profile = profile
        self.queue = queue
        self.state = SessionState(phase_since=services.clock.now_ms())
        self.book = DecisionBook()
        self.last_result: CommitResult | None = None
        self._services = services
        self._secrets = secrets
        self._pace = pace or Pace()
        self._rows = RowNumbers()
        self._loaded: LoadedQueue | None = None
        self._elsewhere: frozenset[RecordId] = frozenset()
        self._mine: set[RecordId] = set()  # committed here: not "decided by someone else"
        self._closing = False
        self._started = False
        self._asking = False  # after a locked commit, right now
        self._may_commit = False
        self._ended = 0  # threads
        self._awaited: set[str] = set()  # what a read still waits for before it is READY
        self._finishes = 0  # how many times the engine still has to say that it is up to date
        self._retry = RetryTimer(services.clock, self._pace.retry_after_s, self)
        self._retry.due.connect(self.try_now)
        self._look = QTimer(self)
        self._look.setInterval(round(self._pace.look_every_s * 1000))
        self._look.timeout.connect(self._on_time_to_look)
        self._drafts = DraftKeeper(services.drafts, services.clock, profile.servers, self)
        self._connect_drafts()
        self._broker = BrokerWorker(self._adapters, services.clock)
        self._engine = EngineWorker()
        self._broker_thread = WorkerThread(self._broker, "kmp-broker", self)
        self._engine_thread = WorkerThread(self._engine, "kmp-engine", self)
        self._connect_broker()
        self._connect_engine()
        _open.add(self)

    # What the window asks for

    def start(self, take_over: TakeOver | None = None) -> None:
        """Connect and read; again after FAILED (with the password then stored), or to take over."""
        if not self._started and not self._closing:
            self._started = True
            self._drafts.start()
            self._broker_thread.start()
            self._engine_thread.start()
            self._read(ReadOrder(take_over))
        elif self.state.phase in _READABLE:
            self._read(ReadOrder(take_over, connect_anew=self.state.phase is SessionPhase.FAILED))

    def read_again(self) -> None:
        """Read the queue again: new records are appended, nothing that is staged is lost."""
        self.start()

    def stop_reading(self) -> None:
        """Work with what was read so far."""
        self._broker.stop_reading.set()

    def continue_reading(self) -> None:
        """Read what was left out when reading was stopped."""
        self.start()

    def try_now(self) -> None:
        """Do not wait for the next attempt: ask after a locked commit, or try the connection."""
        phase = self.state.phase
        if phase is SessionPhase.LOCKED and not self._asking:
            self._asking = True
            self._retry.pause()
            self._set(next_attempt_at=0)
            self._resolve_wanted.emit()
        elif phase is SessionPhase.READY and not self.state.committed_elsewhere:
            self._look_wanted.emit()
        else:
            self.start()

    def try_registry_again(self) -> None:
        """Decode again what could not be decoded because the registry did not answer."""
        self._registry_wanted.emit()

    def close(self) -> None:
        """Give everything back; a commit that is running is waited for. Ends in ``closed``."""
        if self._closing:
            return
        self._closing = True
        self._look.stop()
        self._retry.pause()
        if self._started:
            self._broker.stop_reading.set()
            self._broker_close_wanted.emit()
        else:
            QTimer.singleShot(0, self, self._say_closed)

    def ask(self, request: Request) -> None:
        """Ask the engine; the answer comes by ``replied``."""
        if not self._closing:
            self._asked.emit(request)

    def commit(self) -> None:
        """Commit everything staged (and tombstones left over); ends in ``commit_finished``."""
        if self.state.phase is not SessionPhase.READY or self._closing:
            return
        self._look.stop()
        self._retry.pause()
        self._broker.stop_commit.clear()
        self._set(phase=SessionPhase.COMMITTING, resolution=None)
        self._commit_wanted.emit(CommitOrder(dict(self.book.staged)))

    def stop_commit(self) -> None:
        """Stop as long as nothing is final; the part that can no longer be stopped goes on."""
        self._broker.stop_commit.set()

    # Records and decisions

    @property
    def row_count(self) -> int:
        """How many rows there are, also those that turned out to be decided."""
        return len(self._rows)

    def record_id(self, row: int) -> RecordId:
        """The record of a row."""
        return self._rows.record(row)

    def row_of(self, record: RecordId) -> int | None:
        """The row of a record, None where it was not read."""
        return self._rows.row(record)

    @property
    def decided_elsewhere(self) -> frozenset[RecordId]:
        """Records that were offered here and that somebody else decided meanwhile."""
        return self._elsewhere

    def may_decide(self, record: RecordId) -> bool:
        """Whether a decision about this record can be staged now."""
        if self.state.phase not in _STAGING or record in self._elsewhere:
            return False
        loaded = self._loaded
        if loaded is None:
            return self._rows.row(record) is not None
        if record not in loaded.records:
            return self.state.phase is SessionPhase.READING and self._rows.row(record) is not None
        return self._may_commit and loaded.is_open(record)

    def stage(self, ids: Iterable[RecordId], decision: Decision | None) -> triage.StageReport:
        """Stage a decision (None: clear it) for all that may be decided, as one step."""
        report = triage.stage(self.book, ids, decision, self.may_decide)
        self._tell_change(report.change)
        return report

    def undo(self) -> Change | None:
        """Take the last step back; None when there is none, or nothing may be decided now."""
        return self._step(self.book.undo)

    def redo(self) -> Change | None:
        """Do the step again that was taken back last."""
        return self._step(self.book.redo)

    def take_out(self, ids: Iterable[RecordId]) -> None:
        """Forget the decisions about these records; those decided elsewhere leave the history, too."""
        wanted = tuple(ids)
        theirs = [each for each in wanted if each in self._elsewhere]
        self._tell_change(self.book.drop(theirs))
        self._tell_change(self.book.stage([each for each in wanted if each not in self._elsewhere], None))

    def _step(self, step: Callable[[], Change | None]) -> Change | None:
        if self.state.phase not in _STAGING:
            return None
        change = step()
        if change is not None:
            self._tell_change(change)
        return change

    def _tell_change(self, change: Change) -> None:
        if not change:
            return
        self._drafts.change(change)
        self._announce(change)

    def _announce(self, change: Change) -> None:
        if change:
            self._asked.emit(DecisionsChanged(change.after))
            self.decisions_changed.emit(change)

    # Reading

    def _read(self, order: ReadOrder) -> None:
        self._look.stop()
        self._retry.pause()
        self._broker.stop_reading.clear()
        connecting = self._loaded is None or order.connect_anew
        self._set(
            phase=SessionPhase.CONNECTING if connecting else SessionPhase.READING,
            progress=None,
            error=None,
            next_attempt_at=0,
        )
        self._read_wanted.emit(order)

    @Slot(object)
    def _on_progressed(self, progress: ReadProgress) -> None:
        self._set(phase=SessionPhase.READING, progress=progress)

    @Slot(object)
    def _on_read_done(self, done: ReadDone) -> None:
        resolution, loaded = done.opened.resolution, done.opened.loaded
        if loaded is None:
            self._lock(resolution)
            return
        first = self._loaded is None or self._loaded.identity != loaded.identity
        settled = _committed_by(resolution)
        self._mine.update(settled)
        if first:
            self._begin_with(loaded, settled)
        else:
            self._go_on_with(loaded, done.decided_since)
        self._awaited = {_ENGINE, _DRAFT} if first else {_ENGINE}
        self._bring_engine_up_to_date()
        self._retry.reset()
        self._set(
            progress=None,
            summary=summary_of(loaded),
            resolution=resolution or self.state.resolution,
            new_records=0,
            offline_since=0,
            committed_elsewhere=done.opened.committing_elsewhere,
        )

    def _begin_with(self, loaded: LoadedQueue, settled: tuple[RecordId, ...]) -> None:
        if self._loaded is not None:
            # Another topic under the same name: nothing that was decided is about its records.
            self._drafts.forget_held_back()
            self._announce(self.book.drop(tuple(self.book.staged)))
            self._elsewhere = frozenset()
            self._mine.clear()
        self._take(loaded)
        self._drafts.open(loaded, settled)

    def _go_on_with(self, loaded: LoadedQueue, decided_since: frozenset[RecordId]) -> None:
        self._take(loaded)
        self._elsewhere |= decided_since - self._mine
        over = [each for each in self.book.staged if not _still_applies(each, loaded)]
        self._tell_change(self.book.drop(over))
        found = self._drafts.use(loaded)
        self._put_back({each: decision for each, decision in found.items() if each not in self.book.staged})

    def _take(self, loaded: LoadedQueue) -> None:
        self._loaded = loaded
        self._may_commit = loaded.may_commit()

    @Slot(object)
    def _on_restored(self, answer: object) -> None:
        if isinstance(answer, UserFacingError):
            self._set(draft_error=answer)
        elif isinstance(answer, triage.Restored):
            self._put_back(answer.staged)
            if answer.staged or answer.put_aside:
                restored = RestoredDraft(len(answer.staged), len(answer.put_aside), answer.saved_at)
                self._set(restored=restored, draft_saved_at=answer.saved_at)
        self._arrived(_DRAFT)

    def _put_back(self, staged: Mapping[RecordId, Decision]) -> None:
        self.book.put_back(staged)
        ids = tuple(staged)
        self._announce(Change(ids, (None,) * len(ids), tuple(staged.values()), None))

    def _arrived(self, what: str) -> None:
        self._awaited.discard(what)
        reading = self.state.phase in (SessionPhase.CONNECTING, SessionPhase.READING)
        if not self._awaited and reading and self.state.summary is not None:
            self._be_ready()

    def _be_ready(self) -> None:
        if self._closing:
            return
        self._look.start()
        again = self._retry.wait_again() if self.state.committed_elsewhere or self.state.offline_since else 0
        self._set(phase=SessionPhase.READY, next_attempt_at=again)

    @Slot(object)
    def _on_read_failed(self, error: UserFacingError) -> None:
        if self._loaded is not None and error.code in _CONNECTION_LOST:
            self._set(offline_since=self.state.offline_since or self._now(), progress=None)
            self._be_ready()
        else:
            self._set(phase=SessionPhase.FAILED, error=error, progress=None)

    # Committing, and finding out

    @Slot(object)
    def _on_commit_done(self, done: CommitDone) -> None:
        result = done.result
        self._take(done.loaded)
        self._drafts.use(done.loaded)
        self.last_result = result
        self._mine.update(result.merged, result.purged)
        theirs = {each for chunk in result.chunks for each in chunk.decided_by_others} - self._mine
        self._elsewhere |= theirs | {each.id for each in result.conflicts}
        over = {*result.merged, *result.purged, *result.gone, *theirs} - {
            each.id for each in result.conflicts
        }
        if result.outcome is Outcome.COMMITTED:
            # A skip holds until the commit: the record stays in the queue and is offered again.
            over.update(each for each, staged in self.book.staged.items() if staged is Decision.SKIP)
        self._forget_decisions(over)
        self._bring_engine_up_to_date()
        self._set(summary=summary_of(done.loaded))
        self._after_commit(result)
        self.commit_finished.emit(result)
        if _reason(result) is NotCommittedReason.LOAD_AGAIN:
            self.read_again()

    def _after_commit(self, result: CommitResult) -> None:
        if result.outcome is Outcome.UNKNOWN:
            self._lock(None)
            return
        reason = _reason(result)
        if reason is NotCommittedReason.NO_CONNECTION:
            self._set(offline_since=self.state.offline_since or self._now())
        self._set(committed_elsewhere=reason is NotCommittedReason.OTHER_WINDOW)
        self._be_ready()

    def _forget_decisions(self, ids: Iterable[RecordId]) -> None:
        change = self.book.drop(ids)
        if change:
            self._drafts.rewrite(self.book.staged)
            self._announce(change)

    def _lock(self, resolution: Resolution | None) -> None:
        again = 0 if self._closing else self._retry.wait_again()
        self._set(phase=SessionPhase.LOCKED, resolution=resolution, next_attempt_at=again)

    @Slot(object)
    def _on_resolved(self, resolution: Resolution | None) -> None:
        self._asking = False
        if self._closing:
            return
        if resolution is not None and resolution.outcome is Outcome.UNKNOWN:
            self._set(resolution=resolution, next_attempt_at=self._retry.wait_again())
            return
        self._retry.reset()
        settled = _committed_by(resolution)
        self._mine.update(settled)
        self._forget_decisions(settled)
        self._set(resolution=resolution, error=None)
        self._read(ReadOrder())

    @Slot(object)
    def _on_resolve_failed(self, error: UserFacingError) -> None:
        self._asking = False
        if not self._closing:
            busy = error.code is ErrorCode.QUEUE_BUSY
            again = self._retry.wait_again()
            self._set(error=error, committed_elsewhere=busy, next_attempt_at=again)

    # Looking for what is new

    @Slot()
    def _on_time_to_look(self) -> None:
        if self.state.phase is SessionPhase.READY:
            self._look_wanted.emit()

    @Slot(object)
    def _on_looked(self, new_records: int) -> None:
        if self.state.phase is SessionPhase.READY and not self.state.committed_elsewhere:
            self._retry.reset()
            self._set(new_records=new_records, offline_since=0, next_attempt_at=0)

    @Slot(object)
    def _on_look_failed(self, _error: UserFacingError) -> None:
        if self.state.phase is SessionPhase.READY and not self._closing:
            offline_since = self.state.offline_since or self._now()
            self._set(offline_since=offline_since, next_attempt_at=self._retry.wait_again())

    # The engine

    def _bring_engine_up_to_date(self) -> None:
        assert self._loaded is not None
        self._finishes += 1
        self._asked.emit(DecidedElsewhere(self._elsewhere))
        self._finish_wanted.emit(self._loaded)

    @Slot()
    def _on_engine_finished(self) -> None:
        self._finishes -= 1
        if self._finishes == 0:
            self._arrived(_ENGINE)

    @Slot(object)
    def _on_replied(self, reply: Reply) -> None:
        if isinstance(reply, RecordsArrived):
            self._rows.add(reply)
        self.replied.emit(reply)

    @Slot()
    def _on_begun_anew(self) -> None:
        self._rows = RowNumbers()
        self.restarted.emit()

    # Ends

    @Slot(object)
    def _on_broke(self, error: BaseException) -> None:
        """A bug: say only what is known, then let the window's crash handling tell of it."""
        self._asking = False
        if self.state.phase is SessionPhase.COMMITTING:
            self._lock(None)
        elif self.state.phase in (SessionPhase.CONNECTING, SessionPhase.READING):
            self._set(phase=SessionPhase.FAILED, error=_bug(error), progress=None)
        raise error

    @Slot()
    def _on_broker_closed(self) -> None:
        self._broker_thread.end()
        self._engine_close_wanted.emit()
        self._drafts.close()

    @Slot()
    def _on_engine_closed(self) -> None:
        self._engine_thread.end()

    @Slot()
    def _on_thread_ended(self) -> None:
        self._ended += 1
        if self._ended == _THREADS:
            self._say_closed()

    @Slot()
    def _say_closed(self) -> None:
        _open.discard(self)
        self._set(phase=SessionPhase.CLOSED, next_attempt_at=0)
        self.closed.emit()

    # Wiring

    def _adapters(self) -> QueueAdapters:
        """Called in the broker's thread: the password store may ask a person to unlock it."""
        secrets = self._secrets or secrets_of(self._services.secrets, self.profile)
        return self._services.connector(self.profile, self.queue, secrets)

    def _connect_broker(self) -> None:
        broker = self._broker
        self._read_wanted.connect(broker.read)
        self._commit_wanted.connect(broker.commit)
        self._resolve_wanted.connect(broker.resolve)
        self._look_wanted.connect(broker.look)
        self._broker_close_wanted.connect(broker.close)
        broker.connected.connect(self._engine.begin)
        broker.records_read.connect(self._engine.add)
        broker.begun_anew.connect(self._engine.begin_anew)
        broker.progressed.connect(self._on_progressed)
        broker.read_done.connect(self._on_read_done)
        broker.read_failed.connect(self._on_read_failed)
        broker.commit_progressed.connect(self.commit_progressed)
        broker.commit_done.connect(self._on_commit_done)
        broker.resolved.connect(self._on_resolved)
        broker.resolve_failed.connect(self._on_resolve_failed)
        broker.looked.connect(self._on_looked)
        broker.look_failed.connect(self._on_look_failed)
        broker.broke.connect(self._on_broke)
        broker.closed.connect(self._on_broker_closed)
        self._broker_thread.ended.connect(self._on_thread_ended)

    def _connect_engine(self) -> None:
        engine = self._engine
        self._asked.connect(engine.ask)
        self._finish_wanted.connect(engine.finish)
        self._registry_wanted.connect(engine.try_registry_again)
        self._engine_close_wanted.connect(engine.close)
        engine.replied.connect(self._on_replied)
        engine.begun_anew.connect(self._on_begun_anew)
        engine.finished.connect(self._on_engine_finished)
        engine.broke.connect(self._on_broke)
        engine.closed.connect(self._on_engine_closed)
        self._engine_thread.ended.connect(self._on_thread_ended)

    def _connect_drafts(self) -> None:
        self._drafts.restored.connect(self._on_restored)
        self._drafts.saved.connect(self._on_draft_saved)
        self._drafts.failed.connect(self._on_draft_failed)
        self._drafts.broke.connect(self._on_broke)
        self._drafts.ended.connect(self._on_thread_ended)

    @Slot(object)
    def _on_draft_saved(self, at: int) -> None:
        self._set(draft_saved_at=at, draft_error=None)

    @Slot(object)
    def _on_draft_failed(self, error: UserFacingError) -> None:
        self._set(draft_error=error)

    def _now(self) -> int:
        return self._services.clock.now_ms()

    def _set(self, **changes: Any) -> None:
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


def _still_applies(record: RecordId, loaded: LoadedQueue) -> bool:
    if record in loaded.records:
        return loaded.is_open(record)
    # Not read this time, because a person stopped reading: nothing is known about it.
    end = loaded.end.get(record.partition, 0)
    return not loaded.complete and record.offset >= end


def _reason(result: CommitResult) -> NotCommittedReason:
    return result.chunks[-1].reason if result.chunks else NotCommittedReason.NONE


def _bug(error: BaseException) -> UserFacingError:
    return UserFacingError(
        ErrorCode.READ_BROKE_OFF,
        text("Reading the queue stopped unexpectedly."),
        text("Nothing was written. Your decisions are saved on this computer."),
        text("Read the queue again. If it happens again, send the report to your developers."),
        details=f"{type(error).__name__}: {error}",
    )
