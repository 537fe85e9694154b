"""The thread that owns a queue's source and sink, from construction to close."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from kmp_desktop.app.commit import commit
from kmp_desktop.app.keep_ledgers import keep_ledgers
from kmp_desktop.app.open_queue import Opened, open_queue
from kmp_desktop.app.queue_summary import summary_of
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.outcome import CommitProgress, CommitResult, Outcome, Resolution
from kmp_desktop.core.ports import Clock, DeadLetterSource, DecisionSink, QueueAdapters, ReadProgress
from kmp_desktop.core.queue_state import CopyTimes, LoadedQueue, PartitionKind, TakeOver
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.session import QueueSummary
from kmp_desktop.qt.engine_worker import Batch


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """Read the queue. ``connect_anew``: close what there is first (new password, new settings)."""

    take_over: TakeOver | None = None
    connect_anew: bool = False


@dataclass(frozen=True, slots=True)
class ReadDone:
    """A read ended.

    ``loaded`` (in ``opened``) is a copy; ``open_records`` are those of it that nobody has decided;
    ``decided_since``: offered before, decided by now.
    ``summary`` is None where nothing was read, because an unfinished commit is not settled.
    """

    opened: Opened
    open_records: frozenset[RecordId]
    decided_since: frozenset[RecordId]
    summary: QueueSummary | None


@dataclass(frozen=True, slots=True)
class CommitOrder:
    """Commit what is staged."""

    staged: Mapping[RecordId, Decision]
    times: CopyTimes = CopyTimes.FITTING


@dataclass(frozen=True, slots=True)
class CommitDone:
    """A commit ended; ``loaded`` is a copy of the queue as it is known now, the rest as after a read."""

    result: CommitResult
    loaded: LoadedQueue
    open_records: frozenset[RecordId]
    decided_since: frozenset[RecordId]
    summary: QueueSummary


class BrokerWorker(QObject):
    """All slots run in the broker's thread; ``stop_reading`` and ``stop_commit`` are set by anyone.

    Signals:
        connected(QueueAdapters): the adapters are there.
        progressed(ReadProgress), records_read(Batch), begun_anew(): while reading. ``begun_anew``:
            the topic was made anew, every record shown before is another queue's.
        read_done(ReadDone), read_failed(UserFacingError): a read ended.
        commit_progressed(CommitProgress), commit_done(CommitDone): a commit.
        resolved(Resolution | None), resolve_failed(UserFacingError): an unfinished commit was asked for.
        cluster_work_done(ClusterWork | UserFacingError): what is left after ending unfinished work.
        looked(int as object), look_failed(UserFacingError): offsets that came since the last read.
        broke(BaseException): a bug; what was going on is over, its outcome is not known.
        closed(): the adapters are closed; the thread may end.
    """

    connected = Signal(object)
    progressed = Signal(object)
    records_read = Signal(object)
    begun_anew = Signal()
    read_done = Signal(object)
    read_failed = Signal(object)
    commit_progressed = Signal(object)
    commit_done = Signal(object)
    resolved = Signal(object)
    resolve_failed = Signal(object)
    cluster_work_done = Signal(object)
    looked = Signal(object)
    look_failed = Signal(object)
    broke = Signal(object)
    closed = Signal()

    def __init__(self, adapters: Callable[[], QueueAdapters], clock: Clock) -> None:
        super().__init__()
        self.stop_reading = Event()
        self.stop_commit = Event()
        self._adapters = adapters  # may ask the password store: called in the broker's thread
        self._clock = clock
        self._source: DeadLetterSource | None = None
        self._sink: DecisionSink | None = None
        self._loaded: LoadedQueue | None = None
        self._take_over: TakeOver | None = None  # what a person said of the positions in ``_loaded``
        self._settled: Resolution | None = None  # found out, but the read that told of it broke off
        self._told: dict[RecordId, DeadLetter] = {}  # what the engine knows

    @Slot(object)
    def read(self, order: ReadOrder) -> None:
        """Connect if need be, settle an unfinished commit, read to the end."""
        try:
            if order.connect_anew:
                self._close_adapters()
            source, sink = self._connected()
            reading = _Reading(self)
            opened = self._opened(source, sink, reading, order.take_over)
            opened = replace(opened, resolution=opened.resolution or self._settled)
            done = self._taken(opened, reading, order.take_over)
        except UserFacingError as error:
            self.read_failed.emit(error)
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self.broke.emit(error)
        else:
            self._settled = None
            self.read_done.emit(done)

    @Slot(object)
    def commit(self, order: CommitOrder) -> None:
        """Commit; ends in ``commit_done``, whatever the outcome."""
        assert self._sink is not None
        assert self._loaded is not None
        try:
            offered = _open_records(self._loaded)
            result = commit(
                *(self._sink, self._loaded, order.staged, _Committing(self), self._clock), times=order.times
            )
            loaded = copy_of(self._loaded)
            still = _open_records(loaded)
            done = CommitDone(result, loaded, still, _decided(offered, loaded), summary_of(loaded))
        except Exception as error:  # noqa: BLE001 - the boundary of the thread; nothing may be claimed
            self.broke.emit(error)
        else:
            self.commit_done.emit(done)

    @Slot()
    def resolve(self) -> None:
        """Ask what became of an unfinished commit."""
        try:
            resolution = self._connected()[1].resolve(self.stop_reading.is_set)
        except UserFacingError as error:
            self.resolve_failed.emit(error)
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self.broke.emit(error)
        else:
            self.resolved.emit(resolution)

    @Slot()
    def finish_cluster_work(self) -> None:
        """End what the cluster has not finished; a person was asked."""
        assert self._loaded is not None
        try:
            left = self._connected()[1].finish_cluster_work(self._loaded)
        except UserFacingError as error:
            self.cluster_work_done.emit(error)
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self.broke.emit(error)
        else:
            self.cluster_work_done.emit(left)

    @Slot()
    def look(self) -> None:
        """See whether new records have come."""
        if self._loaded is None:
            return
        try:
            count = self._connected()[0].new_records(self._loaded)
        except UserFacingError as error:
            self.look_failed.emit(error)
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self.broke.emit(error)
        else:
            self.looked.emit(count)

    @Slot()
    def close(self) -> None:
        """Give everything back; the last slot of this thread."""
        try:
            self._close_adapters()
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self.broke.emit(error)
        self.closed.emit()

    def take_records(self, batch: Sequence[DeadLetter], reading: _Reading) -> None:
        """Hand on those records of a batch that the engine does not have. In the broker's thread."""
        if any(self._told.get(record.id, record) != record for record in batch):
            self._begin_anew(reading)
        else:
            self._tell(record for record in batch if record.id not in self._told)

    def _opened(
        self, source: DeadLetterSource, sink: DecisionSink, reading: _Reading, said: TakeOver | None
    ) -> Opened:
        """Settle and read; taking over holds as long as the positions are those a person was asked about."""
        before = self._loaded
        opened = open_queue(source, sink, reading, said or self._take_over, self._keep_settled)
        if opened.loaded is None:
            return opened
        kept = keep_ledgers(sink, opened.loaded, self._clock, reading.stopped)
        if kept is not None and kept.outcome is Outcome.UNKNOWN:
            return open_queue(source, sink, reading, said or self._take_over, self._keep_settled)
        if said is not None:
            self._take_over = said
        elif self._take_over is not None and not _positions_are(before, opened.loaded):
            self._take_over = None
            opened = replace(opened, loaded=source.load(reading))
        return opened

    def _keep_settled(self, resolution: Resolution) -> None:
        if resolution.outcome is not Outcome.UNKNOWN:
            self._settled = resolution

    def _taken(self, opened: Opened, reading: _Reading, take_over: TakeOver | None) -> ReadDone:
        if opened.loaded is None:
            return ReadDone(opened, frozenset(), frozenset(), None)
        before, self._loaded = self._loaded, opened.loaded
        copy = copy_of(opened.loaded)
        since: frozenset[RecordId] = frozenset()
        if before is not None and before.identity == copy.identity:
            # What a person said counts as done was not decided by somebody else meanwhile.
            since = frozenset() if take_over else _decided(_open_records(before), copy)
        elif before is not None and not reading.anew:
            self._begin_anew(reading)
        return ReadDone(replace(opened, loaded=copy), _open_records(copy), since, summary_of(copy))

    def _begin_anew(self, reading: _Reading) -> None:
        reading.anew = True
        self._told.clear()
        self.begun_anew.emit()
        self._tell(reading.read.values())

    def _tell(self, records: Iterable[DeadLetter]) -> None:
        batch = tuple(records)
        if batch:
            self._told.update((record.id, record) for record in batch)
            self.records_read.emit(Batch(batch))

    def _connected(self) -> tuple[DeadLetterSource, DecisionSink]:
        if self._source is None or self._sink is None:
            adapters = self._adapters()
            self._source = adapters.source()
            self._sink = adapters.sink()
            self.connected.emit(adapters)
        return self._source, self._sink

    def _close_adapters(self) -> None:
        source, sink = self._source, self._sink
        self._source = self._sink = None
        if sink is not None:
            sink.close()
        if source is not None:
            source.close()


class _Reading:
    """Follows a load in the broker's thread."""

    def __init__(self, worker: BrokerWorker) -> None:
        self._worker = worker
        self.read: dict[RecordId, DeadLetter] = {}
        self.anew = False  # the engine was told to forget what it had

    def records(self, batch: Sequence[DeadLetter]) -> None:
        self.read.update((record.id, record) for record in batch)
        self._worker.take_records(batch, self)

    def progress(self, progress: ReadProgress) -> None:
        self._worker.progressed.emit(progress)

    def stopped(self) -> bool:
        return self._worker.stop_reading.is_set()


class _Committing:
    """Follows a commit in the broker's thread."""

    def __init__(self, worker: BrokerWorker) -> None:
        self._worker = worker

    def step(self, progress: CommitProgress) -> None:
        self._worker.commit_progressed.emit(progress)

    def stopped(self) -> bool:
        return self._worker.stop_commit.is_set()


def _open_records(loaded: LoadedQueue) -> frozenset[RecordId]:
    return frozenset(filter(loaded.is_open, loaded.records))


def _decided(offered: Iterable[RecordId], loaded: LoadedQueue) -> frozenset[RecordId]:
    return frozenset(record for record in offered if loaded.is_decided(record))


def _positions_are(before: LoadedQueue | None, now: LoadedQueue) -> bool:
    """Whether everything that is taken over lies where it lay."""
    if before is None or before.identity != now.identity:
        return False
    taken = [each for each, state in now.state.items() if state.kind is PartitionKind.TAKEN]
    return all(now.snapshot[each] == before.snapshot.get(each) for each in taken)


def copy_of(loaded: LoadedQueue) -> LoadedQueue:
    """The queue for other threads: its values are frozen, its containers are the copy's own."""
    return replace(
        loaded,
        snapshot=dict(loaded.snapshot),
        state=dict(loaded.state),
        low=dict(loaded.low),
        read_from=dict(loaded.read_from),
        end=dict(loaded.end),
        high=dict(loaded.high),
        records=dict(loaded.records),
        tombstones={key: list(found) for key, found in loaded.tombstones.items()},
        decided_in_other_group=dict(loaded.decided_in_other_group),
        left=set(loaded.left),
    )
