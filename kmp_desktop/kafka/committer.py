"""Writes decisions: repeats attempts as the commit protocol says, and tells what became of them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from confluent_kafka import KafkaError, KafkaException

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.journal import JournalEntry, JournalPhase
from kmp_desktop.core.outcome import (
    ChunkResult,
    ClusterWork,
    NotCommittedReason,
    Outcome,
    Refused,
    Resolution,
)
from kmp_desktop.core.ports import Clock, CommitObserver, Journal, QueueLock, SeenStates, never
from kmp_desktop.core.profile import Queue
from kmp_desktop.core.queue_state import LoadedQueue, Plan, PlannedDecision
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text, text, text_n
from kmp_desktop.kafka import refusals, topics
from kmp_desktop.kafka.clients import Clients
from kmp_desktop.kafka.commit_attempt import CommitAttempt
from kmp_desktop.kafka.desk import (
    Conflicting,
    CopiesRefused,
    Desk,
    Memory,
    NotCommitted,
    OutcomeUnknown,
    StrangerFound,
)
from kmp_desktop.kafka.heal import finish_cluster_work
from kmp_desktop.kafka.held import HeldPartitions
from kmp_desktop.kafka.offsets import GroupDenied
from kmp_desktop.kafka.resolve import resolve
from kmp_desktop.kafka.scan import RangeLost, ReadStalled
from kmp_desktop.kafka.settings import ClientSettings
from kmp_desktop.kafka.transaction import FAILURES, NotInitialised, error_of, is_fenced
from kmp_desktop.kafka.writing import NotConfirmed, RecordRefused

_TRIES = 6

_AWAY = (KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN, KafkaError._RESOLVE)  # noqa: SLF001


class KafkaSink:
    """Writes decisions of one queue; see ``core.ports.DecisionSink``. One thread from first to last call."""

    def __init__(
        self,
        settings: ClientSettings,
        queue: Queue,
        journal: Journal,
        lock: QueueLock,
        seen: SeenStates,
        person: str,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._queue = queue
        self._lock = lock
        self._seen = seen
        clients = Clients(settings)
        self._desk = Desk(
            clients, queue, journal, person, clock, HeldPartitions(clients, queue.group, queue.queue_topic)
        )
        self._memory: Memory | None = None
        self._met = False

    def resolve(self, stopped: Callable[[], bool] = never) -> Resolution | None:
        """Settle an unfinished commit of this computer; None = there was none."""
        with self._may_stop(stopped):
            return self._resolve()

    @contextmanager
    def _may_stop(self, stopped: Callable[[], bool]) -> Iterator[None]:
        """Within this block whatever waits for the server gives up when stopped."""
        self._desk.clients.stopped = stopped
        try:
            yield
        finally:
            self._desk.clients.stopped = never

    def _resolve(self) -> Resolution | None:
        try:
            cluster = self._cluster_id()
        except FAILURES as failure:
            raise refusals.translated(failure, self._settings, self._queue.queue_topic) from failure
        topic, journal = self._queue.queue_topic, self._desk.journal
        if journal.read(cluster, topic) is None:
            return None
        if not self._lock.take(cluster, topic):
            raise _busy()
        try:
            entry = journal.read(cluster, topic)  # another window may have settled it meanwhile
            return None if entry is None else resolve(self._desk, entry)
        finally:
            self._lock.release()

    def commit_chunk(
        self, loaded: LoadedQueue, plan: Plan, observer: CommitObserver, part: int, parts: int
    ) -> ChunkResult:
        """Commit one chunk, all or nothing; on success ``loaded`` is brought up to date."""
        if self._memory is None or self._memory.loaded is not loaded:
            self._memory = Memory.of(loaded)
        identity = loaded.identity
        if not self._lock.take(identity.cluster_id, identity.queue_topic):
            return _not(NotCommittedReason.OTHER_WINDOW, text("It is being committed by another window."))
        try:
            return self._settled_first(loaded, observer) or self._tried(loaded, plan, observer, part, parts)
        finally:
            self._lock.release()

    def finish_cluster_work(self, loaded: LoadedQueue) -> ClusterWork:
        """End what the cluster has not finished of commits of this tool; a person was asked."""
        identity = loaded.identity
        if not self._lock.take(identity.cluster_id, identity.queue_topic):
            raise _busy()
        try:
            return finish_cluster_work(self._desk, loaded)
        except (*FAILURES, NotInitialised) as failure:
            cause = KafkaException(failure.cause) if isinstance(failure, NotInitialised) else failure
            raise refusals.translated(cause, self._settings, self._queue.queue_topic) from failure
        finally:
            self._lock.release()

    def close(self) -> None:
        """Give everything back (also a lock that is held)."""
        self._lock.release()
        self._desk.clients.close()

    def _cluster_id(self) -> str:
        if not self._met:
            refusals.meet(self._settings, self._desk.clients.stopped)
            self._met = True
        return topics.cluster_id(self._desk.clients)

    def _settled_first(self, loaded: LoadedQueue, observer: CommitObserver) -> ChunkResult | None:
        """An earlier commit that is not settled must never be forgotten by a new entry."""
        try:
            entry = self._desk.journal.read(loaded.identity.cluster_id, loaded.identity.queue_topic)
        except UserFacingError as failure:
            return _told(failure)
        if entry is None:
            return None
        with self._may_stop(observer.stopped):
            resolution = resolve(self._desk, entry)
        if resolution.outcome is not Outcome.UNKNOWN:
            return None
        return ChunkResult(Outcome.UNKNOWN, message=resolution.message, nonce=resolution.nonce)

    def _tried(
        self, loaded: LoadedQueue, plan: Plan, observer: CommitObserver, part: int, parts: int
    ) -> ChunkResult:
        assert self._memory is not None
        one_by_one = False
        earlier: JournalEntry | None = None
        for number in range(_TRIES):
            attempt = CommitAttempt(
                *(self._desk, loaded, self._memory, plan, observer, part, parts),
                one_by_one=one_by_one,
                earlier=earlier,
            )
            try:
                attempt.run()
            except OutcomeUnknown as unknown:
                told = self._asked(attempt, unknown)
                nothing_is_there = told.outcome is Outcome.NOT_COMMITTED
                if nothing_is_there and _was_fenced(unknown) and number < _TRIES - 1:
                    # Slower than the server waits (a computer that slept), or another desktop was faster.
                    earlier = None
                    _wait_a_little(number)
                    continue
                return told
            except StrangerFound:
                earlier = attempt.unsettled()
                continue
            except CopiesRefused as refusal:
                earlier = attempt.unsettled()
                if not refusal.exact:
                    one_by_one = True
                    continue
                attempt.leave_journal()
                return _without_these(refusal.refused)
            except Exception as failure:
                earlier = attempt.unsettled()
                if is_fenced(failure) and number < _TRIES - 1:
                    _wait_a_little(number)
                    continue
                result = _told(failure)
                if result is None:
                    raise
                attempt.leave_journal()
                return result
            return self._committed(attempt)
        attempt.leave_journal()
        return _not(NotCommittedReason.CONTENTION, text("Other programs were faster each time."))

    def _asked(self, attempt: CommitAttempt, unknown: OutcomeUnknown) -> ChunkResult:
        with self._may_stop(attempt.observer.stopped):
            resolution = resolve(self._desk, attempt.entry(JournalPhase.COMMITTING))
        if resolution.outcome is Outcome.COMMITTED:
            attempt.adopt()
            return self._committed(attempt)
        if resolution.outcome is Outcome.NOT_COMMITTED:
            why = resolution.message or text("The server refused.")
            return _not(NotCommittedReason.REFUSED, why, unknown.details)
        nonce = attempt.nonce.hex()
        return ChunkResult(Outcome.UNKNOWN, message=resolution.message, details=unknown.details, nonce=nonce)

    def _committed(self, attempt: CommitAttempt) -> ChunkResult:
        assert self._memory is not None
        self._remember(attempt)
        told = self._memory.decided_by_others
        self._memory.decided_by_others = []
        return _committed(attempt, tuple(sorted(told)))

    def _remember(self, attempt: CommitAttempt) -> None:
        """This computer has seen these ledgers now: should the server forget them, it is noticed here."""
        identity = attempt.loaded.identity
        bases = {each: state.base for each, state in attempt.after.items()}
        # The next reading of the queue remembers it, too; what is committed stays so without it.
        with suppress(UserFacingError):
            self._seen.remember(identity.cluster_id, identity.queue_topic_id, identity.group, bases)


def _committed(attempt: CommitAttempt, decided_by_others: tuple[RecordId, ...]) -> ChunkResult:
    records, plan = attempt.loaded.records, attempt.plan
    merged = tuple(sorted(each for each, what in plan.items() if what is PlannedDecision.MERGE))
    purged = tuple(sorted(each for each, what in plan.items() if what is PlannedDecision.PURGE))
    compacts = attempt.loaded.limits.queue_policy.compacts
    deferred = tuple(
        each
        for each in purged
        if compacts
        and (key := records[each].key) is not None
        and attempt.tombstones.get((each.partition, key), -1) < each.offset
    )
    return ChunkResult(
        Outcome.COMMITTED,
        merged=merged,
        purged=purged,
        deferred=deferred,
        decided_by_others=decided_by_others,
        nonce=attempt.nonce.hex(),
        compared=attempt.compared,
        new_times=attempt.new_times(),
        different=attempt.different,
        waiting_for=attempt.waiting_for,
    )


def _told(failure: BaseException) -> ChunkResult | None:  # noqa: PLR0911 - one return a way to end
    """A try that ended before anything was final, as a result; None = a bug."""
    match failure:
        case NotCommitted():
            return ChunkResult(
                Outcome.NOT_COMMITTED,
                reason=failure.reason,
                message=failure.message,
                details=failure.details,
                low_offsets=failure.low_offsets,
            )
        case Conflicting():
            ids = tuple(each.id for each in failure.decided)
            return ChunkResult(Outcome.CONFLICT, conflicts=failure.decided, decided_by_others=ids)
        case NotInitialised():
            return _refused(failure.cause)
        case NotConfirmed() | ReadStalled() | RangeLost():
            return _not(
                NotCommittedReason.REFUSED, text("The server did not confirm everything."), str(failure)
            )
        case UserFacingError(code=ErrorCode.DISK):
            return _not(NotCommittedReason.JOURNAL, failure.happened, failure.details)
        case RecordRefused() if failure.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
            denied = text("This account may not write to “{topic}”.", topic=failure.topic)
            return _not(NotCommittedReason.REFUSED, denied, str(failure))
        case GroupDenied():
            denied = text("This account has no permission on the group “{group}”.", group=failure.group)
            return _not(NotCommittedReason.REFUSED, denied, str(failure))
        case _ if is_fenced(failure):
            return _not(NotCommittedReason.CONTENTION, text("Other programs were faster each time."))
        case _ if isinstance(failure, FAILURES):
            return _refused(error_of(failure))
        case _:
            return None


def _refused(error: KafkaError) -> ChunkResult:
    if is_fenced(KafkaException(error)):
        return _not(NotCommittedReason.CONTENTION, text("Other programs were faster each time."), error.str())
    if error.code() in refusals.DENIED:
        return _not(NotCommittedReason.REFUSED, refusals.DENIED[error.code()], error.str())
    if error.code() in (KafkaError.INVALID_TIMESTAMP, KafkaError.INVALID_RECORD):
        # Copies are refused one by one; a tombstone has nothing but the time that could be refused.
        clock = text(
            "The server refused what removes records. The clock of this computer may be too far from the "
            "server's: set it right, then try again."
        )
        return _not(NotCommittedReason.REFUSED, clock, error.str())
    if error.code() in _AWAY:
        return _not(NotCommittedReason.NO_CONNECTION, text("The server does not answer."), error.str())
    return _not(NotCommittedReason.REFUSED, text("The server refused."), error.str())


def _not(reason: NotCommittedReason, message: Text, details: str = "") -> ChunkResult:
    return ChunkResult(Outcome.NOT_COMMITTED, reason=reason, message=message, details=details)


def _without_these(refused: tuple[Refused, ...]) -> ChunkResult:
    n = len(refused)
    message = text_n(n, "The server refused {n} record.", "The server refused {n} records.")
    return ChunkResult(
        Outcome.NOT_COMMITTED, reason=NotCommittedReason.REFUSED, message=message, refused=refused
    )


def _busy() -> UserFacingError:
    return UserFacingError(
        ErrorCode.QUEUE_BUSY,
        text("Another window on this computer is committing to this queue right now."),
        text("Nothing was changed."),
        text("Wait until it has finished, then try again."),
    )


def _was_fenced(unknown: OutcomeUnknown) -> bool:
    return unknown.__cause__ is not None and is_fenced(unknown.__cause__)


def _wait_a_little(number: int) -> None:
    """Spread the tries of two desktops."""
    time.sleep(random.uniform(0.5, 5.0) if number else random.uniform(0.2, 1.0))  # noqa: S311
