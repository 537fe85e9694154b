"""Reads one queue: its state as the group's offsets and the tombstones tell it, and its records.

The steps are those of ``load()`` in the commit protocol. Everything runs in the caller's thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaError, KafkaException
from confluent_kafka.admin import AclOperation

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.ports import LoadObserver, ReadProgress, SeenStates, never
from kmp_desktop.core.profile import Queue
from kmp_desktop.core.queue_state import (
    CommittedOffset,
    Finding,
    LoadedQueue,
    PartitionKind,
    PartitionState,
    QueueIdentity,
    TakeOver,
    Tombstone,
)
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.text import text
from kmp_desktop.core.tombstone import is_tombstone, tombstone_of
from kmp_desktop.kafka import interpretation, preflight, refusals
from kmp_desktop.kafka.clients import READ_COMMITTED, REQUEST_S, Clients
from kmp_desktop.kafka.offsets import (
    NO_OFFSET,
    Ends,
    GroupDenied,
    Mark,
    Partition,
    is_unstable,
    naming,
    read_ends,
    read_lows,
    read_mark,
    read_stable,
    transactional_id,
)
from kmp_desktop.kafka.scan import RangeLost, ReadStalled, read_ranges
from kmp_desktop.kafka.settings import ClientSettings, transaction_s
from kmp_desktop.kafka.topics import TopicFacts, cluster_id, describe, limits_of

_HANGS_AFTER_S = 5.0
"""A stable read that takes so much longer than our transactions may last: the group hangs."""

_LOOKS_AGAIN = 3
_COUNTED_EXACTLY = 5000


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """Owner's group and committed offsets, read before the records."""

    mark: Mark | None
    offsets: dict[int, CommittedOffset]
    denied: str = ""  # the group on which this account has no right: nothing could be read
    hangs: bool = False  # held by a transaction that does not end: nothing could be read

    @property
    def is_known(self) -> bool:
        """Whether the offsets are those of the server."""
        return not (self.denied or self.hangs)


class KafkaSource:
    """Reads one queue; see ``core.ports.DeadLetterSource``."""

    def __init__(
        self,
        settings: ClientSettings,
        queue: Queue,
        seen: SeenStates,
        records: Callable[[], MutableMapping[RecordId, DeadLetter]] = dict,
    ) -> None:
        """``records`` makes what holds the records of one reading."""
        self._records = records
        self._settings = settings
        self._queue = queue
        self._seen = seen
        self._clients = Clients(settings)
        self._met = False

    def load(self, observer: LoadObserver, take_over: TakeOver | None = None) -> LoadedQueue:
        """Read ledger and records up to the LSO; raises UserFacingError, never loses records."""
        with self._may_stop(observer.stopped):
            return self._loaded(observer, take_over)

    @contextmanager
    def _may_stop(self, stopped: Callable[[], bool]) -> Iterator[None]:
        """Within this block whatever waits for the server gives up when stopped."""
        self._clients.stopped = stopped
        try:
            yield
        finally:
            self._clients.stopped = never

    def _loaded(self, observer: LoadObserver, take_over: TakeOver | None) -> LoadedQueue:
        try:
            for look in range(_LOOKS_AGAIN):
                try:
                    return self._load(observer, take_over)
                except RangeLost as error:
                    # Retention removed what was about to be read: begin again at the new start.
                    if look == _LOOKS_AGAIN - 1:
                        raise refusals.broke_off(error, 0) from error
            raise AssertionError("not reached")
        except KafkaException as error:
            raise self._translated(error) from error

    def new_records(self, loaded: LoadedQueue) -> int:
        """How many offsets lie above what was read (0 = nothing new); quick."""
        topic = self._queue.queue_topic
        try:
            ends = read_ends(self._clients, [(topic, each) for each in loaded.partitions], REQUEST_S)
        except KafkaException as error:
            raise self._translated(error) from error
        above = {part: (loaded.end[part], end.stable) for (_, part), end in ends.items()}
        return self._waiting_in(above, lambda _: True)

    def waiting(self, stopped: Callable[[], bool]) -> tuple[int, int | None]:
        """For the queues page: (upper bound of records waiting, newest timestamp in ms or None)."""
        with self._may_stop(stopped):
            return self._waiting(stopped)

    def _waiting(self, stopped: Callable[[], bool]) -> tuple[int, int | None]:
        try:
            self._meet(stopped)
            facts = self._described()
            snapshot = self._snapshot(facts)
            states = interpretation.states_of(snapshot.offsets, facts.id)
            ends = self._ends(facts)
            lows = read_lows(self._consumer(), facts.name, facts.partitions)
            return self._counted(facts, ends, states, lows)
        except KafkaException as error:
            raise self._translated(error) from error

    def close(self) -> None:
        """Give everything back."""
        self._clients.close()

    # The steps of a load

    def _load(self, observer: LoadObserver, take_over: TakeOver | None) -> LoadedQueue:
        self._meet(observer.stopped)
        facts = self._described()
        retry = self._described_retry()
        limits = limits_of(self._clients, facts, retry)
        cluster = cluster_id(self._clients)
        snapshot = self._snapshot(facts)
        looked = preflight.look(
            self._clients,
            self._queue,
            facts,
            retry,
            limits,
            snapshot.mark.group if snapshot.mark else None,
            group_denied=snapshot.denied,
            group_hangs=snapshot.hangs,
        )
        states = interpretation.states_of(
            snapshot.offsets,
            facts.id,
            seen=self._seen.seen(cluster, facts.id, self._queue.group) if snapshot.is_known else (),
            all_lost=snapshot.mark is not None
            and snapshot.mark.group == self._queue.group
            and all(each.offset < 0 for each in snapshot.offsets.values()),
            take_over=take_over,
        )
        ends = {part: end for (_, part), end in self._ends(facts).items()}
        lows = dict(read_lows(self._consumer(), facts.name, facts.partitions))
        self._refuse_lost_records(snapshot.offsets, states, ends)
        states = interpretation.within(states, {each: end.stable for each, end in ends.items()})
        loaded = LoadedQueue(
            identity=QueueIdentity(
                cluster,
                facts.name,
                facts.id,
                retry.name if retry else "",
                retry.id if retry else b"",
                self._queue.group,
            ),
            limits=limits,
            partitions=facts.partitions,
            snapshot=snapshot.offsets,
            state=states,
            low=lows,
            read_from={each: interpretation.read_from(states[each], lows[each]) for each in facts.partitions},
            end={each: ends[each].stable for each in facts.partitions},
            high={each: ends[each].high for each in facts.partitions},
            records=self._records(),
            read_at=time.time_ns() // 1_000_000,
            ledgers_since=snapshot.mark.ledgers_since if snapshot.mark else 0,
        )
        full = self._read(loaded, observer)
        if snapshot.is_known:
            self._notice_forgotten(facts, loaded, take_over)
        return self._finished(loaded, (*looked, *full))

    def _meet(self, stopped: Callable[[], bool]) -> None:
        if not self._met:
            refusals.meet(self._settings, stopped)
            self._met = True

    def _described(self) -> TopicFacts:
        topic = self._queue.queue_topic
        try:
            facts = describe(self._clients, topic)
        except KafkaException as error:
            if error.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                raise self._may_not_read(topic) from error
            raise
        if facts is None:
            raise refusals.topic_missing(topic)
        if facts.rights is not None and AclOperation.READ not in facts.rights:
            raise self._may_not_read(topic)
        return facts

    def _may_not_read(self, topic: str) -> UserFacingError:
        user = self._user()
        request = preflight.acl_request(user, [("--topic", topic, "Read"), ("--topic", topic, "Describe")])
        return refusals.may_not_read(topic, user, request)

    def _described_retry(self) -> TopicFacts | None:
        name = self._queue.retry_topic
        if not name or name == self._queue.queue_topic:
            return None
        try:
            return describe(self._clients, name)
        except KafkaException as error:
            if error.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                return TopicFacts(name, b"", (), frozenset())  # may be there; no right on it is known
            raise

    def _snapshot(self, facts: TopicFacts) -> _Snapshot:
        group, mark_group = self._queue.group, transactional_id(facts.name)
        patience, stopped = transaction_s(self._settings) + _HANGS_AFTER_S, self._clients.stopped
        nothing = dict.fromkeys(facts.partitions, NO_OFFSET)
        try:
            with naming(mark_group):
                consumer = self._clients.consumer(mark_group)
                mark = read_mark(consumer, facts.name, facts.partitions[0], patience, stopped)
            with naming(group):
                consumer = self._clients.consumer(group)
                offsets = read_stable(consumer, facts.name, facts.partitions, patience, stopped)
                return _Snapshot(mark, offsets)
        except GroupDenied as error:
            return _Snapshot(None, nothing, denied=error.group)
        except KafkaException as error:
            if is_unstable(error):
                return _Snapshot(None, nothing, hangs=True)
            raise

    def _ends(self, facts: TopicFacts) -> dict[Partition, Ends]:
        return read_ends(self._clients, [(facts.name, each) for each in facts.partitions])

    def _refuse_lost_records(
        self,
        offsets: dict[int, CommittedOffset],
        states: dict[int, PartitionState],
        ends: dict[int, Ends],
    ) -> None:
        for partition, state in states.items():
            if state.kind is PartitionKind.OURS and state.base > ends[partition].stable:
                raise UserFacingError(
                    ErrorCode.LEDGER_CONFLICT,
                    text("Records of this queue were lost on the server."),
                    refusals.NOTHING_CHANGED,
                    text(
                        "Ask your Kafka administrator what happened to the topic before anything is decided."
                    ),
                    more=text(
                        "Part {partition} ends at {end}, but decisions reach to {base}.",
                        partition=partition,
                        end=ends[partition].stable,
                        base=offsets[partition].offset,
                    ),
                )

    def _read(self, loaded: LoadedQueue, observer: LoadObserver) -> list[Finding]:
        """Read to the LSO snapshot, to where a person stops, or to where this computer's disk is full."""
        ranges = {each: (loaded.read_from[each], loaded.end[each]) for each in loaded.partitions}
        total = sum(max(0, end - first) for first, end in ranges.values())
        kept_to = {each: first for each, (first, _) in ranges.items()}

        def take(batch: Sequence[DeadLetter]) -> None:
            offered = []
            try:
                for each in batch:
                    if self._kept(loaded, each):
                        offered.append(each)
                    kept_to[each.id.partition] = each.id.offset + 1
            finally:
                if offered:
                    observer.records(offered)
            done = sum(kept_to[each] - first for each, (first, _) in ranges.items())
            observer.progress(ReadProgress(len(loaded.records), max(0, done), total))

        try:
            reached = read_ranges(self._consumer(), self._queue.queue_topic, ranges, take, observer.stopped)
        except ReadStalled as error:
            raise refusals.broke_off(error, len(loaded.records)) from error
        except OSError as error:
            if not loaded.records:
                raise refusals.disk_full(error) from error
            loaded.complete = False
            loaded.end.update({each: min(kept_to[each], loaded.end[each]) for each in ranges})
            return [preflight.disk_full(len(loaded.records), error)]
        loaded.complete = all(reached[each] >= end for each, (_, end) in ranges.items())
        if not loaded.complete:
            loaded.end.update({each: min(reached[each], loaded.end[each]) for each in ranges})
        observer.progress(ReadProgress(len(loaded.records), total, total))
        return []

    def _kept(self, loaded: LoadedQueue, record: DeadLetter) -> bool:
        """Keep a record or a tombstone of ours; True when it may have to be decided."""
        if is_tombstone(record.value, record.headers):
            found: list[Tombstone] = loaded.tombstones.setdefault((record.id.partition, record.key), [])
            found.append(tombstone_of(record.id.offset, record.headers))
            return False
        if not interpretation.is_dead_letter(record, loaded.limits.queue_policy):
            return False  # a tombstone of another program: nothing failed, nothing is left to decide
        loaded.records[record.id] = record
        return not loaded.is_decided(record.id)

    def _notice_forgotten(self, facts: TopicFacts, loaded: LoadedQueue, take_over: TakeOver | None) -> None:
        """Tombstones of ours where no offset is: the server forgot what was decided, here unseen, too.

        A ledger comes with every tombstone, so that only a commit made since the offsets were read
        looks the same. What such a one decided is taken over before anything is written.
        """
        marked = interpretation.marked_without_ledger(loaded)
        if not marked:
            return
        now = self._snapshot(facts)
        for partition in marked:
            if now.is_known and now.offsets[partition].offset < 0:
                loaded.state[partition] = interpretation.forgotten(take_over)

    def _finished(self, loaded: LoadedQueue, looked: tuple[Finding, ...]) -> LoadedQueue:
        identity = loaded.identity
        loaded.decided_in_other_group = interpretation.apply_tombstones(
            loaded.records, loaded.tombstones, loaded.state, identity.group
        )
        loaded.left = interpretation.keys_left(loaded) if loaded.complete else set()
        ours = {each: state.base for each, state in loaded.state.items() if state.kind is PartitionKind.OURS}
        if ours:
            self._seen.remember(identity.cluster_id, identity.queue_topic_id, identity.group, ours)
        loaded.findings = (*looked, *preflight.after_reading(loaded, _removed(loaded)))
        return loaded

    def _counted(
        self,
        facts: TopicFacts,
        ends: dict[Partition, Ends],
        states: dict[int, PartitionState],
        lows: dict[int, int],
    ) -> tuple[int, int | None]:
        """Exact for a short queue; for a long one the offsets above what is decided, an upper bound."""
        ranges = {
            each: (interpretation.read_from(states[each], lows[each]), ends[facts.name, each].stable)
            for each in facts.partitions
        }
        span = sum(max(0, end - first) for first, end in ranges.values())
        newest: list[int] = []

        def is_open(record: DeadLetter) -> bool:
            newest.append(record.timestamp)
            return not states[record.id.partition].is_decided(record.id.offset)

        if span <= _COUNTED_EXACTLY:
            waiting = self._waiting_in(ranges, is_open)
            return waiting, max(newest, default=None) if waiting else None
        marked = sum(sum(lows[each] <= offset for offset in states[each].decided) for each in states)
        self._waiting_in({each: (max(first, end - 5), end) for each, (first, end) in ranges.items()}, is_open)
        return max(0, span - marked), max(newest, default=None)

    def _waiting_in(
        self, ranges: Mapping[int, tuple[int, int]], is_open: Callable[[DeadLetter], bool]
    ) -> int:
        """How many records of these ranges somebody has to decide; tombstones are none."""
        span = sum(max(0, end - first) for first, end in ranges.values())
        if span > _COUNTED_EXACTLY:
            return span
        count = 0

        def take(batch: Sequence[DeadLetter]) -> None:
            nonlocal count
            count += sum(not is_tombstone(each.value, each.headers) and is_open(each) for each in batch)

        try:
            read_ranges(self._consumer(), self._queue.queue_topic, ranges, take, lambda: False, idle_s=20.0)
        except (RangeLost, ReadStalled) as error:
            raise refusals.broke_off(error, count) from error
        return count

    def _consumer(self) -> Consumer:
        return self._clients.consumer(self._queue.group, READ_COMMITTED)

    def _user(self) -> str:
        return str(self._settings.get("sasl.username", "ANONYMOUS"))

    def _translated(self, error: Exception) -> UserFacingError:
        self._clients.close()
        self._met = False
        return refusals.translated(error, self._settings, self._queue.queue_topic)


def _removed(loaded: LoadedQueue) -> int:
    """Offsets that retention took although nobody had decided them."""
    gone = 0
    for each in loaded.partitions:
        state, low = loaded.state[each], loaded.low[each]
        if state.kind is PartitionKind.OURS and state.base < low:
            gone += low - state.base - sum(offset < low for offset in state.decided)
    return gone
