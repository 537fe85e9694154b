"""Notes every commit in the history: before it is tried, and how it ended.

A program that is killed in between leaves an entry that says "checking". What the journal told of it
settles it at the next reading of the queue, or its number in the ledger, or that all its records are
undecided. That they are decided proves nothing: a colleague may have decided them otherwise.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from kmp_desktop.app.settled_elsewhere import told_by_ledger
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.failure import failure_of, label
from kmp_desktop.core.history import (
    Backups,
    Beginning,
    History,
    HistoryRecord,
    HistoryState,
    Unsettled,
    ended,
)
from kmp_desktop.core.outcome import ChunkResult, ClusterWork, NotCommittedReason, Outcome, Resolution
from kmp_desktop.core.ports import (
    Clock,
    CommitObserver,
    Connector,
    DeadLetterSource,
    DecisionSink,
    LoadObserver,
    QueueAdapters,
    never,
)
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.core.queue_state import (
    Finding,
    FindingCode,
    LoadedQueue,
    Plan,
    PlannedDecision,
    Severity,
    TakeOver,
)
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.text import text, text_n

_DAY = 86_400_000
_log = logging.getLogger(__name__)

MAX_REASONS = 2_000
"""Records of one part whose reason is noted: reading it takes time, and a large part must not wait."""


@dataclass(frozen=True, slots=True)
class Place:
    """Who commits, where and with what."""

    connection: str
    queue: str
    person: str
    computer: str
    program: str  # "window" or "command line"


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where discarded records are kept, and for how many days (0: not at all)."""

    backups: Backups
    days: int

    def until(self, now: int) -> int:
        """When what is discarded now (epoch ms) may be forgotten; 0: it is not kept."""
        return now + self.days * _DAY if self.days and self.backups.possible() else 0


class RecordingSink:
    """A ``DecisionSink`` whose commits are noted, and whose discards are kept."""

    def __init__(
        self,
        sink: DecisionSink,
        history: History,
        place: Place,
        clock: Clock,
        told: list[Resolution],
        keeping: Keeping | None = None,
    ) -> None:
        """``told``: takes what the journal tells, for the source of the same queue."""
        self._told = told
        self._keeping = keeping
        self._sink = sink
        self._history = history
        self._place = place
        self._clock = clock

    def resolve(self, stopped: Callable[[], bool] = never) -> Resolution | None:
        """Settle an unfinished commit; the next reading of the queue notes how it ended."""
        resolution = self._sink.resolve(stopped)
        if resolution is not None:
            self._told.append(resolution)
        return resolution

    def commit_chunk(
        self, loaded: LoadedQueue, plan: Plan, observer: CommitObserver, part: int, parts: int
    ) -> ChunkResult:
        """Note it, keep what is discarded, commit, note how it ended; what cannot be noted is not sent."""
        if not plan:  # only what earlier commits left over
            return self._sink.commit_chunk(loaded, plan, observer, part, parts)
        try:
            number = self._history.begin(self._beginning(loaded, plan))
            self._keep(number, loaded, plan)
        except UserFacingError as error:
            return ChunkResult(
                Outcome.NOT_COMMITTED,
                reason=NotCommittedReason.BACKUP,
                message=error.happened,
                details=error.details,
            )
        result = self._sink.commit_chunk(loaded, plan, observer, part, parts)
        if result.outcome is not Outcome.UNKNOWN:
            done = {*result.merged, *result.purged}
            committed = {each: each in done for each in plan}
            self._note(number, ended(committed.values()), result.nonce, committed)
        elif result.nonce:
            self._note(number, HistoryState.CHECKING, result.nonce, {})
        return result

    def finish_cluster_work(self, loaded: LoadedQueue) -> ClusterWork:
        """End what the cluster has not finished."""
        return self._sink.finish_cluster_work(loaded)

    def close(self) -> None:
        """Give everything back."""
        self._sink.close()

    def _keep(self, number: int, loaded: LoadedQueue, plan: Plan) -> None:
        if self._keeping is None:
            return
        now = self._clock.now_ms()
        discarded = (
            record for _, decision, record in _records(loaded, plan) if decision is PlannedDecision.PURGE
        )
        if PlannedDecision.PURGE not in plan.values() or not (until := self._keeping.until(now)):
            return
        try:
            self._keeping.backups.drop(now)
            self._keeping.backups.save(number, discarded, until)
        except UserFacingError:
            self._note(number, HistoryState.NOT_COMMITTED, "", dict.fromkeys(plan, False))
            raise

    def _note(
        self, number: int, state: HistoryState, receipt: str, committed: Mapping[RecordId, bool]
    ) -> None:
        try:
            self._history.finish(number, state, receipt, committed)
        except UserFacingError as error:  # the result is true all the same; the next reading notes it
            _log.info("history: %s", error.details)

    def _beginning(self, loaded: LoadedQueue, plan: Plan) -> Beginning:
        with_reasons = len(plan) <= MAX_REASONS
        place = self._place
        return Beginning(
            *(self._clock.now_ms(), loaded.identity, place.connection, place.queue),
            *(place.person, place.computer, place.program),
            [
                HistoryRecord(each, decision.value, record.key, _why(record) if with_reasons else "")
                for each, decision, record in _records(loaded, plan)
            ],
        )


class RecordingSource:
    """A ``DeadLetterSource`` that settles what the history does not know the end of."""

    def __init__(
        self,
        source: DeadLetterSource,
        history: History,
        clock: Clock,
        told: list[Resolution],
        keeping: Keeping | None = None,
    ) -> None:
        """``told``: what the sink of the same queue was told by the journal."""
        self._told = told
        self._clock = clock
        self._keeping = keeping
        self._source = source
        self._history = history

    def load(self, observer: LoadObserver, take_over: TakeOver | None = None) -> LoadedQueue:
        """Read; note the end of what was begun."""
        loaded = self._source.load(observer, take_over)
        if self._keeping is not None:
            self._drop_old(self._keeping)
            until = self._keeping.until(self._clock.now_ms())
            loaded.findings = (*loaded.findings, backup_finding(self._keeping.days if until else 0))
        if loaded.complete:
            try:
                settle(self._history, loaded, self._told)
            except UserFacingError as error:  # reading does not depend on it
                _log.info("history: %s", error.details)
        return loaded

    def _drop_old(self, keeping: Keeping) -> None:
        """Keep nothing for longer than was promised."""
        try:
            keeping.backups.drop(self._clock.now_ms())
        except UserFacingError as error:  # reading does not depend on it
            _log.info("backups: %s", error.details)

    def new_records(self, loaded: LoadedQueue) -> int:
        """How many offsets lie above what was read."""
        return self._source.new_records(loaded)

    def waiting(self, stopped: Callable[[], bool]) -> tuple[int, int | None]:
        """For the queues page."""
        return self._source.waiting(stopped)

    def close(self) -> None:
        """Give everything back."""
        self._source.close()


class RecordingConnector:
    """A ``Connector`` whose queues note their commits."""

    def __init__(
        self, connector: Connector, history: History, backups: Backups, computer: str, clock: Clock
    ) -> None:
        self._backups = backups
        self._connector = connector
        self._history = history
        self._computer = computer
        self._clock = clock

    def __call__(self, profile: ConnectionProfile, queue: Queue, secrets: Secrets) -> QueueAdapters:
        """The adapters of one queue."""
        adapters = self._connector(profile, queue, secrets)
        keeping = Keeping(self._backups, profile.backup_days)
        place = Place(profile.name, queue.name, profile.person, self._computer, "window")
        told: list[Resolution] = []
        history, clock = self._history, self._clock
        return replace(
            adapters,
            source=lambda: RecordingSource(adapters.source(), history, clock, told, keeping),
            sink=lambda: RecordingSink(adapters.sink(), history, place, clock, told, keeping),
        )


def backup_finding(days: int) -> Finding:
    """What the review says of backups; ``days`` 0: there are none."""
    if days:
        return Finding(
            FindingCode.BACKUP,
            Severity.PASSED,
            text("A backup of what you discard stays on this computer"),
            text_n(days, "Encrypted, for {n} day.", "Encrypted, for {n} days."),
        )
    return Finding(
        FindingCode.BACKUP,
        Severity.INFO,
        text("No backup of what you discard is kept"),
        text(
            "This connection keeps none, or there is no password store on this computer to keep its key in."
        ),
    )


def settle(history: History, loaded: LoadedQueue, told: list[Resolution]) -> None:
    """Note the end of what was begun on this queue. ``told``: by the journal; what was noted is taken out.

    A commit that is running in another window notes its own end afterwards, whatever is noted here.
    """
    for begun in sorted(history.unsettled(loaded.identity), key=lambda each: each.number, reverse=True):
        by_journal = _by_journal(begun, told)
        ending = by_journal or told_by_ledger(_doubt(begun), loaded)
        if ending is None:
            continue
        done = {record for record, _ in ending.plan} if ending.outcome is Outcome.COMMITTED else set()
        committed = {record: record in done for record, _ in begun.plan}
        history.finish(begun.number, ended(committed.values()), ending.nonce, committed)
        if by_journal is not None:
            told.remove(by_journal)  # an older try of the same records had another end


def _by_journal(begun: Unsettled, told: Sequence[Resolution]) -> Resolution | None:
    """What the journal told of it; there an entry may lack records that the broker had refused."""
    for each in told:
        is_it = (
            begun.receipt == each.nonce
            if begun.receipt
            else bool(each.plan) and {*each.plan} <= {*begun.plan}
        )
        if is_it and each.outcome is not Outcome.UNKNOWN:
            return each
    return None


def _doubt(begun: Unsettled) -> Resolution:
    merged = sum(decision == PlannedDecision.MERGE for _, decision in begun.plan)
    purged = len(begun.plan) - merged
    return Resolution(Outcome.UNKNOWN, begun.plan, merged, purged, begun.at, begun.receipt)


def _records(loaded: LoadedQueue, plan: Plan) -> list[tuple[RecordId, PlannedDecision, DeadLetter]]:
    return [
        (each, decision, loaded.records[each]) for each, decision in plan.items() if each in loaded.records
    ]


def _why(record: DeadLetter) -> str:
    return str(label(failure_of(record)))
