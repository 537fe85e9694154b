"""Notes every commit in the history: before it is tried, and how it ended.

A program that is killed in between leaves an entry that says "checking". The journal's resolution, or
the next reading of the queue, settles it: what the ledger says is decided was committed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.failure import failure_of, label
from kmp_desktop.core.history import Backups, Beginning, History, HistoryRecord, HistoryState, ended
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
        self, sink: DecisionSink, history: History, place: Place, clock: Clock, keeping: Keeping | None = None
    ) -> None:
        self._keeping = keeping
        self._sink = sink
        self._history = history
        self._place = place
        self._clock = clock

    def resolve(self, stopped: Callable[[], bool] = never) -> Resolution | None:
        """Settle an unfinished commit; the next reading of the queue notes how it ended."""
        return self._sink.resolve(stopped)

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
        self, source: DeadLetterSource, history: History, clock: Clock, keeping: Keeping | None = None
    ) -> None:
        self._clock = clock
        self._keeping = keeping
        self._source = source
        self._history = history

    def load(self, observer: LoadObserver, take_over: TakeOver | None = None) -> LoadedQueue:
        """Read; what was begun and is decided by now was committed."""
        loaded = self._source.load(observer, take_over)
        if self._keeping is not None:
            until = self._keeping.until(self._clock.now_ms())
            loaded.findings = (*loaded.findings, backup_finding(self._keeping.days if until else 0))
        if loaded.complete:
            try:
                settle(self._history, loaded)
            except UserFacingError as error:  # reading does not depend on it
                _log.info("history: %s", error.details)
        return loaded

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
        return replace(
            adapters,
            source=lambda: RecordingSource(adapters.source(), self._history, self._clock, keeping),
            sink=lambda: RecordingSink(adapters.sink(), self._history, place, self._clock, keeping),
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


def settle(history: History, loaded: LoadedQueue) -> None:
    """Note the end of what was begun on this queue, as its ledger tells it.

    A commit that is running in another window notes its own end afterwards, whatever is noted here.
    """
    identity = loaded.identity
    for number, records in history.unsettled(identity.cluster_id, identity.queue_topic):
        committed = _decided(loaded, records)
        history.finish(number, ended(committed.values()), "", committed)


def _decided(loaded: LoadedQueue, records: list[RecordId]) -> Mapping[RecordId, bool]:
    return {each: each.partition in loaded.state and loaded.is_decided(each) for each in records}


def _records(loaded: LoadedQueue, plan: Plan) -> list[tuple[RecordId, PlannedDecision, DeadLetter]]:
    return [
        (each, decision, loaded.records[each]) for each, decision in plan.items() if each in loaded.records
    ]


def _why(record: DeadLetter) -> str:
    return str(label(failure_of(record)))
