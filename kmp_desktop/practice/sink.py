"""Commits to a practice queue, and settles what was left unfinished."""

from __future__ import annotations

from collections.abc import Callable

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.journal import JournalEntry
from kmp_desktop.core.outcome import (
    ChunkResult,
    ClusterWork,
    NotCommittedReason,
    Outcome,
    Resolution,
)
from kmp_desktop.core.ports import Clock, CommitObserver, never
from kmp_desktop.core.profile import Queue
from kmp_desktop.core.queue_state import (
    LoadedQueue,
    Plan,
    PlannedDecision,
)
from kmp_desktop.core.text import text
from kmp_desktop.practice.attempt import Attempt, Steps, not_committed
from kmp_desktop.practice.broker import PracticeBroker, UnfinishedWork
from kmp_desktop.practice.computer import PracticeComputer
from kmp_desktop.practice.reading import NO_OFFSET, state_of


class PracticeSink:
    """A ``DecisionSink`` over a practice broker; ``person`` is written into tombstones."""

    def __init__(
        self, broker: PracticeBroker, computer: PracticeComputer, queue: Queue, person: str, clock: Clock
    ) -> None:
        self._broker = broker
        self._computer = computer
        self._lock = computer.lock()
        self._queue = queue
        self._person = person
        self._clock = clock

    def resolve(self, stopped: Callable[[], bool] = never) -> Resolution | None:  # noqa: ARG002 - waits for nothing
        """Settle an unfinished commit of this computer."""
        broker = self._broker
        entry = self._computer.read(broker.cluster_id, self._queue.queue_topic)
        if entry is None:
            return None
        if not self._lock.take(broker.cluster_id, self._queue.queue_topic):
            raise _busy()
        try:
            outcome = self._outcome_of(entry)
            if outcome is not Outcome.UNKNOWN:
                self._computer.forget(broker.cluster_id, self._queue.queue_topic)
            return _resolution(entry, outcome)
        finally:
            self._lock.release()

    def commit_chunk(
        self, loaded: LoadedQueue, plan: Plan, observer: CommitObserver, part: int, parts: int
    ) -> ChunkResult:
        """Commit one part, all or nothing."""
        identity = loaded.identity
        if not self._lock.take(identity.cluster_id, identity.queue_topic):
            return not_committed(NotCommittedReason.OTHER_WINDOW)
        try:
            attempt = Attempt(self._broker, self._computer, loaded, plan, self._person, self._clock)
            return attempt.run(Steps(self._broker, observer, part, parts))
        finally:
            self._lock.release()

    def finish_cluster_work(self, loaded: LoadedQueue) -> ClusterWork:
        """End what an earlier commit left open; a person was asked."""
        identity = loaded.identity
        if not self._lock.take(identity.cluster_id, identity.queue_topic):
            raise _busy()
        try:
            with self._broker.lock:
                if self._broker.unfinished is not UnfinishedWork.NOT_OURS:
                    self._broker.unfinished = UnfinishedWork.NOTHING
                    return ClusterWork()
                place = f"{self._broker.retry.name}/0"
                return ClusterWork((place,), f"Please end the transaction that holds {place}.")
        finally:
            self._lock.release()

    def close(self) -> None:
        """Give the lock back."""
        self._lock.release()

    def _outcome_of(self, entry: JournalEntry) -> Outcome:
        broker = self._broker
        with broker.lock:
            if not broker.reachable or broker.unanswered > 0:
                broker.unanswered = max(0, broker.unanswered - 1)
                return Outcome.UNKNOWN
            offsets = broker.offsets.get(entry.identity.group, {})
            for partition in entry.partitions:
                state = state_of(
                    offsets.get(partition, NO_OFFSET),
                    entry.identity.queue_topic_id,
                    0,
                    forgotten=False,
                    take_over=None,
                )
                if entry.nonce[:4] in state.nonces:
                    return Outcome.COMMITTED
        return Outcome.NOT_COMMITTED


def _resolution(entry: JournalEntry, outcome: Outcome) -> Resolution:
    merged = sum(each.decision is PlannedDecision.MERGE for each in entry.plan)
    return Resolution(
        outcome,
        tuple((each.id, each.decision.value) for each in entry.plan),
        merged,
        len(entry.plan) - merged,
        entry.started_at,
        entry.nonce.hex(),
    )


def _busy() -> UserFacingError:
    return UserFacingError(
        ErrorCode.QUEUE_BUSY,
        text("Another window on this computer is committing to this queue right now."),
        text("Nothing was changed."),
        text("You can go on deciding."),
    )
