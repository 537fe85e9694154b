"""Applying a plan without a window: what can be committed is committed, the rest is named.

A window stops at a conflict and asks; here nobody can be asked. So records that somebody else has
decided are taken out, the queue is read again, and the rest of the plan goes on.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Protocol

from kmp_desktop.app.commit import commit
from kmp_desktop.app.open_queue import open_queue
from kmp_desktop.app.plan_file import PlanFile, check_plan
from kmp_desktop.app.settled_elsewhere import doubt_of, told_by_ledger
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.first_retry import is_first_retry
from kmp_desktop.core.outcome import (
    ChunkResult,
    ClusterWork,
    CommitResult,
    NotCommittedReason,
    Outcome,
    Refused,
    Resolution,
)
from kmp_desktop.core.plan import MAX_RECORDS
from kmp_desktop.core.ports import Clock, CommitObserver, DeadLetterSource, DecisionSink, LoadObserver, never
from kmp_desktop.core.queue_state import (
    CopyTimes,
    Finding,
    FindingCode,
    LoadedQueue,
    PartitionKind,
    Plan,
    Severity,
    TakeOver,
)
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text, text

_PASSING = frozenset(
    {NotCommittedReason.CONTENTION, NotCommittedReason.OTHER_WINDOW, NotCommittedReason.LOAD_AGAIN}
)
_NOTHING_KNOWN = frozenset({FindingCode.CLUSTER_UNFINISHED, FindingCode.MAY_NOT_COMMIT})
"""Findings of a read that could not see what is decided: "undecided" was a guess then."""
_COMMITS_LESS = frozenset({FindingCode.POLICY_UNKNOWN, FindingCode.RETRY_READ_DENIED})

_SETTLE_PAUSE_S = 2.0
_CONTENTION_PAUSE_S = (0.3, 2.0)


class ApplyObserver(LoadObserver, CommitObserver, Protocol):
    """Follows a running apply; called in its thread."""

    def chunk(self, result: ChunkResult) -> None:
        """A chunk came to its end (not: an attempt that is repeated)."""

    def waiting(self, why: Text) -> None:
        """Something must be waited for."""

    def wait(self, seconds: float) -> None:
        """Wait; return at once when stopped."""

    def may_repair(self) -> bool:
        """Whether a person said that what the cluster has not finished may be ended."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a plan.

    ``outcome`` is that of the first chunk that was not committed, ``ended`` that of the last one.
    ``merged`` and ``purged`` are what this run committed; ``decided`` is everything in the plan that
    is known to be decided now, by anybody. ``failure`` and ``error`` say why something was not;
    ``would_stop`` what would have stopped a commit, where there was nothing to commit; ``first_retry``
    that nothing was retried from this queue before; ``limits`` what was committed with less than usual:
    without tombstones, or without comparing the copies.
    """

    outcome: Outcome
    ended: Outcome
    partly: bool
    merged: tuple[RecordId, ...]
    purged: tuple[RecordId, ...]
    skipped: int
    decided: tuple[RecordId, ...]
    conflicts: tuple[RecordId, ...]
    refused: tuple[Refused, ...]
    gone: tuple[RecordId, ...]
    failure: ChunkResult | None = None
    error: UserFacingError | None = None
    would_stop: tuple[Finding, ...] = ()
    first_retry: bool = False
    limits: tuple[Finding, ...] = ()


def apply(
    source: DeadLetterSource,
    sink: DecisionSink,
    plan: PlanFile,
    observer: ApplyObserver,
    clock: Clock,
    *,
    take_over: TakeOver | None = None,
    max_records: int = MAX_RECORDS,
    patience_s: float = 90.0,
    times: CopyTimes = CopyTimes.FITTING,
) -> Applied:
    """Commit what the plan says; runs in the thread of both adapters.

    Raises UserFacingError when nothing at all could be tried: the queue cannot be read, or the plan
    names records that cannot be there. ``patience_s``: how long it is tried again when others commit
    at the same time, or an outcome is not known, without anything getting ahead.
    """
    how = _How(take_over, max_records, int(patience_s * 1000), times)
    return _Application(source, sink, plan, observer, clock, how).run()


@dataclass(frozen=True, slots=True)
class _How:
    """What ``apply`` was told; the names are those of its parameters."""

    take_over: TakeOver | None
    max_records: int
    patience_ms: int
    times: CopyTimes


class _Where(Enum):
    """Where a record of the plan is now."""

    OPEN = auto()
    DECIDED = auto()
    GONE = auto()
    HELD = auto()  # above the last stable offset: in a transaction that is not finished


class _ReportingSink:
    """A sink that tells about each chunk as soon as it is committed."""

    def __init__(self, sink: DecisionSink, observer: ApplyObserver) -> None:
        self._sink = sink
        self._observer = observer

    def resolve(self, stopped: Callable[[], bool] = never) -> Resolution | None:
        """As it is."""
        return self._sink.resolve(stopped)

    def commit_chunk(
        self, loaded: LoadedQueue, plan: Plan, observer: CommitObserver, part: int, parts: int
    ) -> ChunkResult:
        """Commit, then tell."""
        result = self._sink.commit_chunk(loaded, plan, observer, part, parts)
        if result.outcome is Outcome.COMMITTED:
            self._observer.chunk(result)
        return result

    def finish_cluster_work(self, loaded: LoadedQueue) -> ClusterWork:
        """As it is."""
        return self._sink.finish_cluster_work(loaded)

    def close(self) -> None:
        """Nothing: whoever made the sink closes it."""


class _Application:
    """One run: what is known so far, and the loop over reading and committing."""

    def __init__(
        self,
        source: DeadLetterSource,
        sink: DecisionSink,
        plan: PlanFile,
        observer: ApplyObserver,
        clock: Clock,
        how: _How,
    ) -> None:
        self._source = source
        self._sink = _ReportingSink(sink, observer)
        self._plan = plan
        self._observer = observer
        self._clock = clock
        self._how = how
        self._progress_at = clock.now_ms()
        self._committed_chunks = 0
        self._has_repaired = False
        self._merged: set[RecordId] = set()
        self._purged: set[RecordId] = set()
        self._decided: set[RecordId] = set()
        self._conflicts: set[RecordId] = set()
        self._seen_open: set[RecordId] = set()  # what this run saw undecided and meant to decide
        self._refused: dict[RecordId, Refused] = {}
        self._gone: set[RecordId] = set()
        self._skipped = 0
        self._unknown: ChunkResult | None = None  # the chunk whose outcome is being looked up
        self._doubt: Resolution | None = None  # the same, as it can be found in the ledger
        self._first: Outcome | None = None
        self._failure: ChunkResult | None = None
        self._error: UserFacingError | None = None
        self._would_stop: tuple[Finding, ...] = ()
        self._limits: tuple[Finding, ...] = ()
        self._is_first_retry = False

    def run(self) -> Applied:
        """Read, commit, and again as long as something can still be done."""
        loaded = self._open()
        if loaded is not None:
            check_plan(self._plan, loaded)
            self._is_first_retry = is_first_retry(loaded)
        while loaded is not None and self._round(loaded):
            loaded = self._open_again()
        if loaded is None and self._failure is None:
            self._fail(self._unknown or ChunkResult(Outcome.UNKNOWN))
        return self._applied()

    def _round(self, loaded: LoadedQueue) -> bool:
        """Commit what is open; whether it is worth reading again and going on."""
        if not loaded.complete:
            self._fail(ChunkResult(Outcome.NOT_COMMITTED, reason=NotCommittedReason.STOPPED))
            return False
        todo = self._sort(loaded)
        try:
            result = commit(
                *(self._sink, loaded, todo, self._observer, self._clock),
                max_records=self._how.max_records,
                times=self._how.times,
            )
        except UserFacingError as error:
            self._break_off(error)
            return False
        self._take(result)
        if result.chunks:
            self._limits = tuple(each for each in loaded.findings if each.code in _COMMITS_LESS)
        if result.outcome is Outcome.UNKNOWN:
            self._doubt = doubt_of(result, todo)
        if not result.chunks and not self._committed_chunks:
            self._would_stop = tuple(each for each in loaded.findings if each.severity is Severity.STOP)
        if result.outcome is Outcome.COMMITTED:
            return False
        if result.outcome is not Outcome.UNKNOWN and set(todo.values()) <= {Decision.SKIP}:
            # Only tombstones left over by earlier commits were to be written: nothing of this plan.
            return False
        last = result.chunks[-1]
        if last.reason is NotCommittedReason.CLUSTER_UNFINISHED and self._may_repair():
            return self._repaired(loaded, last)
        return self._goes_on(last, todo)

    def _may_repair(self) -> bool:
        """Once: what is unfinished again after that is not helped by it."""
        return not self._has_repaired and self._observer.may_repair()

    def _repaired(self, loaded: LoadedQueue, last: ChunkResult) -> bool:
        """End what the cluster has not finished; whether to read again and go on."""
        self._has_repaired = True
        self._observer.waiting(text("The cluster has not finished an earlier commit. Ending it."))
        try:
            left = self._sink.finish_cluster_work(loaded)
        except UserFacingError as error:
            self._break_off(error)
            return False
        if left.held:
            call = text("The cluster does not finish it. Please call your Kafka administrator.")
            self._fail(replace(last, message=call, details=left.request))
        return not left.held

    def _goes_on(self, last: ChunkResult, todo: Mapping[RecordId, Decision]) -> bool:
        """After a chunk that was not committed: whether to read again, having waited if need be."""
        if not _theirs(last).isdisjoint(todo):
            self._first = self._first or Outcome.CONFLICT
            self._observer.chunk(last)
            return True
        if last.outcome is Outcome.UNKNOWN:
            self._unknown = last
            return True
        passing = last.outcome is Outcome.CONFLICT or last.reason in _PASSING
        if passing and self._patient():
            self._observer.waiting(text("Somebody else is committing to this queue. Trying again."))
            self._observer.wait(random.uniform(*_CONTENTION_PAUSE_S))  # noqa: S311 - no secret
            return True
        self._fail(last)
        return False

    def _open(self) -> LoadedQueue | None:
        """Settle and read; None when an outcome stays unknown although it was asked for a while."""
        while True:
            opened = open_queue(self._source, self._sink, self._observer, self._how.take_over, self._settle)
            if opened.loaded is not None:
                self._settle_by_ledger(opened.loaded)
                return opened.loaded
            if not self._patient():
                return None
            self._wait_for_outcome()

    def _open_again(self) -> LoadedQueue | None:
        """Like ``_open`` once something was tried: what breaks off now must not hide what is done."""
        while True:
            try:
                return self._open()
            except UserFacingError as error:
                if self._unknown is None:
                    self._break_off(error)
                    return None
                if not self._patient():
                    self._error = error
                    return None
                self._wait_for_outcome()

    def _wait_for_outcome(self) -> None:
        self._observer.waiting(text("It is not known yet whether the last commit worked. Asking again."))
        self._observer.wait(_SETTLE_PAUSE_S)

    def _patient(self) -> bool:
        waited = self._clock.now_ms() - self._progress_at
        return waited < self._how.patience_ms and not self._observer.stopped()

    def _settle(self, resolution: Resolution) -> None:
        """Take over what became of this run's own chunk; that of an earlier run shows when reading."""
        if self._unknown is None or resolution.outcome is Outcome.UNKNOWN:
            return
        if resolution.outcome is Outcome.COMMITTED:
            merged = tuple(each for each, what in resolution.plan if what == Decision.MERGE)
            purged = tuple(each for each, what in resolution.plan if what == Decision.PURGE)
            chunk = ChunkResult(Outcome.COMMITTED, merged=merged, purged=purged, nonce=resolution.nonce)
            self._count(chunk)
            self._observer.chunk(chunk)
        self._unknown = None

    def _settle_by_ledger(self, loaded: LoadedQueue) -> None:
        """Another program of this computer looked the outcome up; that it was committed is in the ledger."""
        if self._unknown is None or self._doubt is None:
            return
        told = told_by_ledger(self._doubt, loaded)
        if told is not None and told.outcome is Outcome.COMMITTED:
            self._settle(told)

    def _sort(self, loaded: LoadedQueue) -> dict[RecordId, Decision]:
        """What of the plan is still to be done; notes what is decided, gone or held back."""
        self._gone.clear()
        self._skipped = 0
        todo: dict[RecordId, Decision] = {}
        for record, decision in self._plan.decisions.items():
            match _where(record, loaded, self._how.take_over):
                case _Where.DECIDED:
                    self._decided.add(record)
                    self._note_if_theirs(record)
                case _ if record in self._decided:
                    pass  # a reset of the ledger in the middle of this run changes nothing of that
                case _Where.GONE:
                    self._gone.add(record)
                case _Where.HELD:
                    self._refused[record] = Refused(
                        record, text("another program's transaction that wrote it is not finished")
                    )
                case _Where.OPEN:
                    todo[record] = decision
                    self._skipped += decision is Decision.SKIP
        if all(finding.code not in _NOTHING_KNOWN for finding in loaded.findings):
            self._seen_open.update(each for each, what in todo.items() if what is not Decision.SKIP)
        return todo

    def _note_if_theirs(self, record: RecordId) -> None:
        """Somebody else decided it since this run read it first: a conflict, although nothing was tried."""
        ours = self._merged | self._purged
        # With an outcome that nobody looked up here, it may well be this run that decided it.
        if self._unknown is None and record in self._seen_open and record not in ours:
            self._conflicts.add(record)
            self._first = self._first or Outcome.CONFLICT

    def _take(self, result: CommitResult) -> None:
        for chunk in result.chunks:
            if chunk.outcome is Outcome.COMMITTED:
                self._count(chunk)
            theirs = _theirs(chunk) & self._plan.decisions.keys()
            if not theirs <= self._conflicts:
                self._progress_at = self._clock.now_ms()
            self._conflicts |= theirs
            self._decided |= theirs
        self._refused |= {each.id: each for each in result.refused}

    def _count(self, chunk: ChunkResult) -> None:
        self._committed_chunks += 1
        self._merged.update(chunk.merged)
        self._purged.update(chunk.purged)
        self._decided.update(chunk.merged, chunk.purged)
        self._progress_at = self._clock.now_ms()

    def _fail(self, chunk: ChunkResult) -> None:
        self._failure = chunk
        self._first = self._first or chunk.outcome
        self._observer.chunk(chunk)

    def _break_off(self, error: UserFacingError) -> None:
        self._error = error
        self._fail(ChunkResult(Outcome.NOT_COMMITTED, message=error.happened, details=error.details))

    def _applied(self) -> Applied:
        outcome = self._first or Outcome.COMMITTED
        decided = self._decided & self._plan.decisions.keys()
        return Applied(
            outcome=outcome,
            ended=Outcome.COMMITTED if self._failure is None else self._failure.outcome,
            partly=self._committed_chunks > 0 and outcome is not Outcome.COMMITTED,
            merged=tuple(sorted(self._merged)),
            purged=tuple(sorted(self._purged)),
            skipped=self._skipped,
            decided=tuple(sorted(decided)),
            conflicts=tuple(sorted(self._conflicts)),
            refused=tuple(self._refused[each] for each in sorted(self._refused)),
            gone=tuple(sorted(self._gone)),
            failure=self._failure,
            error=self._error,
            would_stop=self._would_stop,
            first_retry=self._is_first_retry and bool(self._merged),
            limits=self._limits,
        )


def _theirs(chunk: ChunkResult) -> set[RecordId]:
    """The records of a chunk that somebody else has decided."""
    return {each.id for each in chunk.conflicts}


def _where(record: RecordId, loaded: LoadedQueue, take_over: TakeOver | None) -> _Where:
    partition, offset = record
    state = loaded.state[partition]
    counts_as_done = state.kind is PartitionKind.OURS or (
        state.kind is PartitionKind.TAKEN and take_over is TakeOver.OFFSET
    )
    if offset < loaded.low[partition] and not counts_as_done:
        return _Where.GONE  # below the log start nothing but a ledger knows about decisions
    if not loaded.is_open(record):
        return _Where.DECIDED
    if record in loaded.records:
        return _Where.OPEN
    return _Where.GONE if offset < loaded.end[partition] else _Where.HELD
