"""Reads a practice queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.ports import Clock, LoadObserver, ReadProgress, SeenStates
from kmp_desktop.core.profile import Queue
from kmp_desktop.core.queue_state import (
    CommittedOffset,
    LoadedQueue,
    PartitionKind,
    QueueIdentity,
    TakeOver,
    TopicLimits,
)
from kmp_desktop.core.text import text
from kmp_desktop.core.tombstone import is_tombstone
from kmp_desktop.practice.broker import READING, PracticeBroker, StoredRecord
from kmp_desktop.practice.findings import findings
from kmp_desktop.practice.reading import (
    NO_OFFSET,
    apply_tombstones,
    left_over,
    missing_offsets,
    sort_in,
    state_of,
)

_MAX_BYTES = 1_048_588


@dataclass(frozen=True, slots=True)
class _Stable:
    """One moment of the queue, seen as a whole."""

    identity: QueueIdentity
    offsets: dict[int, CommittedOffset]
    low: dict[int, int]
    end: dict[int, int]
    high: dict[int, int]
    records: dict[int, list[StoredRecord]]
    marked: bool


class PracticeSource:
    """A ``DeadLetterSource`` over a practice broker."""

    def __init__(
        self, broker: PracticeBroker, seen: SeenStates, queue: Queue, clock: Clock, *, batch: int = 500
    ) -> None:
        self._broker = broker
        self._seen = seen
        self._queue = queue
        self._clock = clock
        self._batch = batch

    def load(self, observer: LoadObserver, take_over: TakeOver | None = None) -> LoadedQueue:
        """Read the queue; ends early, and says so, when it is stopped."""
        stable = self._stable()
        loaded = self._begun(stable, take_over)
        self._read(stable, loaded, observer)
        apply_tombstones(loaded)
        loaded.left = left_over(loaded)
        present = {each: {record.offset for record in stable.records[each]} for each in loaded.partitions}
        loaded.findings = findings(self._broker, loaded, missing_offsets(loaded, present))
        identity = loaded.identity
        ours = {
            partition: state.base
            for partition, state in loaded.state.items()
            if state.kind is PartitionKind.OURS
        }
        self._seen.remember(identity.cluster_id, identity.queue_topic_id, identity.group, ours)
        return loaded

    def new_records(self, loaded: LoadedQueue) -> int:
        """How many records lie above what was read."""
        self._must_answer()
        with self._broker.lock:
            return sum(
                record.offset >= loaded.end[partition] and not is_tombstone(record.value, record.headers)
                for partition, log in enumerate(self._broker.queue.partitions)
                for record in log.records
                if record.offset < log.stable_end
            )

    def waiting(self, stopped: Callable[[], bool]) -> tuple[int, int | None]:  # noqa: ARG002 - it is quick
        """Records above the committed offsets, and the newest timestamp."""
        stable = self._stable()
        above = [
            record
            for partition, records in stable.records.items()
            for record in records
            if stable.offsets[partition].offset <= record.offset < stable.end[partition]
            and not is_tombstone(record.value, record.headers)
        ]
        return len(above), max((record.timestamp for record in above), default=None)

    def close(self) -> None:
        """Nothing to give back."""

    def _must_answer(self) -> None:
        if not self._broker.reachable:
            raise UserFacingError(
                ErrorCode.NO_CONNECTION,
                text("No connection to the practice queue."),
                text("Nothing was changed. Drafts and history can be opened."),
                text("Check network or VPN."),
            )

    def _stable(self) -> _Stable:
        self._must_answer()
        broker, queue = self._broker, self._queue
        with broker.lock:
            logs = dict(enumerate(broker.queue.partitions))
            offsets = broker.offsets.get(queue.group, {})
            return _Stable(
                identity=QueueIdentity(
                    broker.cluster_id,
                    broker.queue.name,
                    broker.queue.id,
                    queue.retry_topic,
                    broker.retry.id if queue.retry_topic else b"",
                    queue.group,
                ),
                offsets={each: offsets.get(each, NO_OFFSET) for each in logs},
                low={each: log.low for each, log in logs.items()},
                end={each: log.stable_end for each, log in logs.items()},
                high={each: log.next for each, log in logs.items()},
                records={each: list(log.records) for each, log in logs.items()},
                marked=bool(broker.mark),
            )

    def _begun(self, stable: _Stable, take_over: TakeOver | None) -> LoadedQueue:
        identity = stable.identity
        seen = self._seen.seen(identity.cluster_id, identity.queue_topic_id, identity.group)
        none_left = stable.marked and all(each.offset < 0 for each in stable.offsets.values())
        state = {
            partition: state_of(
                committed,
                identity.queue_topic_id,
                stable.low[partition],
                forgotten=none_left or partition in seen,
                take_over=take_over,
            )
            for partition, committed in stable.offsets.items()
        }
        return LoadedQueue(
            identity=identity,
            limits=self._limits(len(stable.offsets)),
            partitions=tuple(stable.offsets),
            snapshot=dict(stable.offsets),
            state=state,
            low=dict(stable.low),
            read_from={
                partition: max(each.base, stable.low[partition])
                if each.kind is PartitionKind.OURS
                else stable.low[partition]
                for partition, each in state.items()
            },
            end=dict(stable.end),
            high=dict(stable.high),
            records={},
            read_at=self._clock.now_ms(),
            ledgers_since=self._clock.now_ms(),  # nothing is forgotten here unless it is told to
        )

    def _limits(self, partitions: int) -> TopicLimits:
        return TopicLimits(
            queue_policy=self._broker.policy,
            retry_compacts=False,
            queue_max_bytes=_MAX_BYTES,
            retry_max_bytes=_MAX_BYTES,
            queue_partitions=partitions,
            retry_partitions=len(self._broker.retry.partitions),
            queue_retention_ms=-1,
            retry_retention_ms=7 * 86_400_000,
        )

    def _read(self, stable: _Stable, loaded: LoadedQueue, observer: LoadObserver) -> None:
        total = sum(loaded.end[each] - loaded.read_from[each] for each in loaded.partitions)
        done = told = 0
        for partition in loaded.partitions:
            first, end = loaded.read_from[partition], loaded.end[partition]
            there = [record for record in stable.records[partition] if first <= record.offset < end]
            for at in range(0, len(there), self._batch):
                batch = there[at : at + self._batch]
                if observer.stopped():
                    loaded.complete = False
                    loaded.end[partition] = batch[0].offset
                    break
                fresh = sort_in(loaded, partition, batch)
                told += len(fresh)
                if fresh:
                    observer.records(fresh)
                observer.progress(ReadProgress(told, done + batch[-1].offset + 1 - first, total))
                self._broker.passing(READING, observer.stopped)
            done += loaded.end[partition] - first
