"""What owns a queue's source and sink, from construction to close: reading and committing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import replace
from itertools import islice
from threading import Event
from typing import Protocol

from kmp_desktop.app.commit import commit
from kmp_desktop.app.keep_ledgers import keep_ledgers
from kmp_desktop.app.open_queue import Opened, open_queue
from kmp_desktop.app.queue_summary import summary_of
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.id_index import IdIndex
from kmp_desktop.core.known_queue import KnownQueue, RecordSet, known_of
from kmp_desktop.core.outcome import CommitProgress, Outcome, Resolution
from kmp_desktop.core.ports import (
    Clock,
    DeadLetterSource,
    DecisionSink,
    QueueAdapters,
    ReadProgress,
)
from kmp_desktop.core.queue_state import LoadedQueue, PartitionKind, TakeOver
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.process.messages import (
    Broke,
    ClusterWorkDone,
    CommitDone,
    CommitOrder,
    CommitProgressed,
    Looked,
    LookFailed,
    News,
    Progressed,
    ReadDone,
    ReadFailed,
    ReadOrder,
    Resolved,
    ResolveFailed,
)

_AT_A_TIME = 1_000  # records handed on at once
_ALL_BITS = 2**64 - 1


class Records(Protocol):
    """Where records go that were read; the broker's lane calls it and does not wait."""

    def connected(self, adapters: QueueAdapters) -> None:
        """The adapters are there, also for the registry and for keeping records."""

    def read(self, records: Sequence[DeadLetter]) -> None:
        """Records that were not handed on yet, in the order of reading."""

    def begun_anew(self) -> None:
        """The topic was made anew, every record handed on before is another queue's."""


class BrokerDesk:
    """Everything runs in the broker's lane; ``stop_reading`` and ``stop_commit`` are set by anyone."""

    def __init__(
        self,
        adapters: Callable[[], QueueAdapters],
        clock: Clock,
        say: Callable[[News], None],
        records: Records,
    ) -> None:
        """``adapters`` may block: it may ask the password store."""
        self.stop_reading = Event()
        self.stop_commit = Event()
        self._adapters = adapters
        self._clock = clock
        self.say = say
        self._records = records
        self._source: DeadLetterSource | None = None
        self._sink: DecisionSink | None = None
        self._loaded: LoadedQueue | None = None
        self._take_over: TakeOver | None = None  # what a person said of the positions in ``_loaded``
        self._settled: Resolution | None = None  # found out, but the read that told of it broke off
        # What the engine knows, by numbers: the records themselves would fill the memory.
        self._told = IdIndex()
        self._sums = IdIndex()  # CRC-32 of the same records
        self._copies: dict[int, LoadedQueue] = {}  # by ``KnownQueue.version``
        self._version = 0

    def copy(self, version: int) -> LoadedQueue:
        """The queue that a ``KnownQueue`` was taken from; older ones are not asked for any more."""
        for older in [each for each in tuple(self._copies) if each < version]:
            del self._copies[older]
        return self._copies[version]

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
            self.say(ReadFailed(error))
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self.say(Broke(error))
        else:
            self._settled = None
            self.say(done)

    def commit(self, order: CommitOrder) -> None:
        """Commit; ends in ``CommitDone``, whatever the outcome."""
        assert self._sink is not None
        assert self._loaded is not None
        try:
            offered = _open_records(self._loaded)
            result = commit(
                *(self._sink, self._loaded, order.staged, _Committing(self), self._clock), times=order.times
            )
            loaded = copy_of(self._loaded)
            done = CommitDone(result, self._known(loaded), _decided(offered, loaded), summary_of(loaded))
        except Exception as error:  # noqa: BLE001 - the boundary of the thread; nothing may be claimed
            self.say(Broke(error))
        else:
            self.say(done)

    def resolve(self) -> None:
        """Ask what became of an unfinished commit."""
        try:
            resolution = self._connected()[1].resolve(self.stop_reading.is_set)
        except UserFacingError as error:
            self.say(ResolveFailed(error))
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self.say(Broke(error))
        else:
            self.say(Resolved(resolution))

    def finish_cluster_work(self) -> None:
        """End what the cluster has not finished; a person was asked."""
        assert self._loaded is not None
        try:
            left = self._connected()[1].finish_cluster_work(self._loaded)
        except UserFacingError as error:
            self.say(ClusterWorkDone(error))
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self.say(Broke(error))
        else:
            self.say(ClusterWorkDone(left))

    def look(self) -> None:
        """See whether new records have come."""
        if self._loaded is None:
            return
        try:
            count = self._connected()[0].new_records(self._loaded)
        except UserFacingError as error:
            self.say(LookFailed(error))
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self.say(Broke(error))
        else:
            self.say(Looked(count))

    def close(self) -> None:
        """Give everything back."""
        try:
            self._close_adapters()
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self.say(Broke(error))

    def take_records(self, batch: Sequence[DeadLetter], reading: _Reading) -> None:
        """Hand on those records of a batch that the engine does not have. In the broker's lane."""
        known = [(record, self._told.get(record.id)) for record in batch]
        if any(told is not None and told != _number_of(record) for record, told in known):
            self._begin_anew(reading)
            self._tell(batch)
        else:
            self._tell([record for record, told in known if told is None])

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
            return ReadDone(opened.resolution, opened.committing_elsewhere, None, frozenset(), None)
        before, self._loaded = self._loaded, opened.loaded
        taken = copy_of(opened.loaded)
        since: frozenset[RecordId] = frozenset()
        if before is not None and before.identity == taken.identity:
            # What a person said counts as done was not decided by somebody else meanwhile.
            since = frozenset() if take_over else _decided(_open_records(before), taken)
        elif before is not None and not reading.anew:
            self._begin_anew(reading)
        if reading.anew:  # what was read before that was noticed
            self._tell_what_is_new(taken)
        known = self._known(taken)
        return ReadDone(
            opened.resolution, opened.committing_elsewhere, known, RecordSet(since), summary_of(taken)
        )

    def _known(self, loaded: LoadedQueue) -> KnownQueue:
        self._version += 1
        self._copies[self._version] = loaded
        return known_of(loaded, self._version, self._sums)

    def _begin_anew(self, reading: _Reading) -> None:
        reading.anew = True
        self._told, self._sums = IdIndex(), IdIndex()
        self._records.begun_anew()

    def _tell_what_is_new(self, loaded: LoadedQueue) -> None:
        new = (each for each in loaded.records if self._told.get(each) is None)
        while some := tuple(islice(new, _AT_A_TIME)):
            self._tell([loaded.records[each] for each in some])

    def _tell(self, batch: Sequence[DeadLetter]) -> None:
        for record in batch:
            self._told.put(record.id, _number_of(record))
            self._sums.put(record.id, record.crc())
        if batch:
            self._records.read(batch)

    def _connected(self) -> tuple[DeadLetterSource, DecisionSink]:
        if self._source is None or self._sink is None:
            adapters = self._adapters()
            self._source = adapters.source()
            self._sink = adapters.sink()
            self._records.connected(adapters)
        return self._source, self._sink

    def _close_adapters(self) -> None:
        source, sink = self._source, self._sink
        self._source = self._sink = None
        if sink is not None:
            sink.close()
        if source is not None:
            source.close()


class _Reading:
    """Follows a load in the broker's lane."""

    def __init__(self, desk: BrokerDesk) -> None:
        self._desk = desk
        self.anew = False  # the engine was told to forget what it had

    def records(self, batch: Sequence[DeadLetter]) -> None:
        self._desk.take_records(batch, self)

    def progress(self, progress: ReadProgress) -> None:
        self._desk.say(Progressed(progress))

    def stopped(self) -> bool:
        return self._desk.stop_reading.is_set()


class _Committing:
    """Follows a commit in the broker's lane."""

    def __init__(self, desk: BrokerDesk) -> None:
        self._desk = desk

    def step(self, progress: CommitProgress) -> None:
        self._desk.say(CommitProgressed(progress))

    def stopped(self) -> bool:
        return self._desk.stop_commit.is_set()


def _number_of(record: DeadLetter) -> int:
    """Tells whether a record is another one now, as long as this process lives."""
    return hash(record) & _ALL_BITS


def _open_records(loaded: LoadedQueue) -> frozenset[RecordId]:
    return frozenset(filter(loaded.is_open, loaded.records))


def _decided(offered: Iterable[RecordId], loaded: LoadedQueue) -> RecordSet:
    return RecordSet(record for record in offered if loaded.is_decided(record))


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
        records=copy(loaded.records),
        tombstones={key: list(found) for key, found in loaded.tombstones.items()},
        decided_in_other_group=dict(loaded.decided_in_other_group),
        left=set(loaded.left),
    )
