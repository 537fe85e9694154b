"""One try to commit one chunk: the commit protocol, one short function a step.

The design of the protocol, with what was measured, numbers the steps as here. ``run`` takes them in
order; each reports to the observer when it is done. How a try can end early is in ``desk``.
"""

from __future__ import annotations

import secrets
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from confluent_kafka import KafkaException, Producer, TopicPartition

from kmp_desktop.core.journal import JournalEntry, JournalPhase, PlannedRecord, WrittenCopy, WrittenTombstone
from kmp_desktop.core.ledger import LedgerTooLarge, encode
from kmp_desktop.core.ledger_room import decide_first
from kmp_desktop.core.outcome import CommitProgress, Compared, NotCommittedReason, Step
from kmp_desktop.core.ports import CommitObserver
from kmp_desktop.core.queue_state import (
    CommittedOffset,
    LoadedQueue,
    PartitionKind,
    PartitionState,
    Plan,
    PlannedDecision,
    TheirDecision,
)
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.text import Text, text
from kmp_desktop.core.tombstone import decided_runs, decision_of, headers_of, is_tombstone, tombstone_of
from kmp_desktop.kafka import offsets, topics
from kmp_desktop.kafka.clients import READ_COMMITTED, READ_UNCOMMITTED
from kmp_desktop.kafka.desk import (
    Conflicting,
    Desk,
    Memory,
    NotCommitted,
    OutcomeUnknown,
    StrangerFound,
    all_partitions,
)
from kmp_desktop.kafka.interpretation import is_dead_letter, states_of
from kmp_desktop.kafka.rebase import rebased
from kmp_desktop.kafka.scan import RangeLost, Ranges, ReadStalled, read_at, read_ranges
from kmp_desktop.kafka.transaction import (
    FAILURES,
    WORK_S,
    abort,
    again,
    batch_size,
    drop,
    error_of,
    is_fenced,
    new_initialised,
)
from kmp_desktop.kafka.writing import Writer

_SEND_S = 15.0
_CALL_CHARACTERS = 700_000
_COMMIT_EXTRA_S = 30.0
_VERIFY_S = 30.0
_VISIBLE_S = 2.0
_PROGRESS_EVERY = 500
_LOW_OFFSETS = 100

Key = tuple[int, bytes]


@dataclass(slots=True)
class CommitAttempt:
    """A chunk on its way to the broker. ``tombstones`` and ``copies`` fill as the broker confirms them."""

    desk: Desk
    loaded: LoadedQueue
    memory: Memory
    plan: Plan
    observer: CommitObserver
    part: int
    parts: int
    nonce: bytes = field(default_factory=lambda: secrets.token_bytes(8))
    producer: Producer | None = None
    started_at: int = 0
    deadline: float = 0.0
    ledgers: dict[int, CommittedOffset] = field(default_factory=dict)
    after: dict[int, PartitionState] = field(default_factory=dict)
    tombstones: dict[Key, int] = field(default_factory=dict)
    copies: dict[RecordId, tuple[int, int]] = field(default_factory=dict)
    waiting_for: tuple[str, ...] = ()
    compared: Compared = Compared.NOTHING
    different: tuple[RecordId, ...] = ()

    def run(self) -> None:
        """Take all steps; returns only when the chunk is committed and was verified."""
        self.refuse_if_full()
        self.write_journal()
        try:
            self.initialise()
            self.refuse_if_stopped()
            self.compare()
            self.refuse_if_stopped()
            self.begin()
            try:
                self.send_offsets()
                self.write_tombstones()
                self.check_interleaving()
                self.write_copies()
                self.refuse_if_stopped()
                self.remember_places()
            except BaseException as failure:
                if not is_fenced(failure):
                    abort(self._initialised())
                raise
            self.commit()
        finally:
            self.drop()
        self.done(Step.DROP)
        self.verify()
        self.adopt()
        self.read_back()
        self.forget_journal()

    def refuse_if_full(self) -> None:
        """Decisions that do not fit into the ledger are told before anything is begun."""
        for partition in self._partitions():
            self.after[partition] = self._state_after(partition)
            self._ledger_of(partition)

    # 0

    def write_journal(self) -> None:
        """Remember on this computer what is about to happen, before anything does."""
        self.started_at = self.desk.clock.now_ms()
        self.desk.journal.write(self.entry(JournalPhase.OPEN))
        self.done(Step.JOURNAL)

    # 1

    def initialise(self) -> None:
        """Fence every older producer of this queue, then see that the cluster has finished its work.

        The topics are looked at first: of one that is gone nobody can tell how far it is.
        """
        batch = batch_size(self.loaded.limits)
        self.producer = new_initialised(self.desk.clients.settings, self.desk.transactional_id, batch)
        self._refuse_remade_topics()
        held = self._held_by_us()
        if held:
            raise NotCommitted(
                NotCommittedReason.CLUSTER_UNFINISHED,
                text("The cluster has not finished an earlier commit of this tool."),
                details=", ".join(f"{topic}/{partition}" for topic, partition in held),
            )
        waiting = self.desk.held.held_by_others()
        note = _visible_later([f"{topic}/{partition}" for topic, partition in waiting]) if waiting else None
        self.done(Step.INIT, note=note)

    # 2

    def compare(self) -> None:
        """See that the group is as loaded; take over what others did to other records."""
        self._refuse_live_group()
        try:
            owner, now = self.desk.read_state(self.loaded.partitions)
        except KafkaException as failure:
            if offsets.is_unstable(failure):
                raise NotCommitted(
                    NotCommittedReason.CLUSTER_UNFINISHED,
                    text("The state of the queue is held by a transaction that does not end."),
                    details=str(failure),
                ) from failure
            raise
        if owner not in (None, self.desk.queue.group):
            raise NotCommitted(
                NotCommittedReason.OTHER_GROUP,
                text("This queue is worked on with another setup (group “{group}”).", group=owner),
            )
        if now != self.loaded.snapshot:
            self._rebase(now)
        self._refuse_undecidable()
        self.done(Step.COMPARE)

    # 3

    def begin(self) -> None:
        """Begin the transaction; from here to its end seconds pass."""
        self._initialised().begin_transaction()
        self.deadline = time.monotonic() + WORK_S
        self.done(Step.BEGIN)

    # 4

    def send_offsets(self) -> None:
        """Send the new ledger of each partition, and the MARK."""
        for partition in self._partitions():
            self.after[partition] = self._state_after(partition)
            self.ledgers[partition] = self._ledger_of(partition)
        topic = self.desk.queue.queue_topic
        first = self.loaded.partitions[0]
        mark = offsets.mark(topic, first, self.loaded.end[first], self.desk.queue.group)
        self._send([mark], self.desk.transactional_id)
        for some in _calls(topic, self.ledgers):
            self._send(some, self.desk.queue.group)
        self.done(Step.OFFSETS)

    # 5

    def write_tombstones(self) -> None:
        """Remove each key whose records are all decided now; where keys are not removed, none."""
        if self.loaded.limits.queue_policy.compacts:
            writer: Writer[Key] = Writer(self._initialised(), self.deadline)
            for key in sorted(self._keys_finished()):
                topic, headers = self.desk.queue.queue_topic, self._tombstone_headers(key)
                writer.write(key, topic, key[1], None, headers, partition=key[0])
            self.tombstones = {key: offset for key, (_, offset) in writer.confirmed().items()}
        self.done(Step.TOMBSTONES)

    # 6

    def check_interleaving(self) -> None:
        """Look at everything between what was read and our tombstones: they remove that, too."""
        highest: dict[int, int] = {}
        lowest: dict[int, int] = {}
        for (partition, _), offset in self.tombstones.items():
            highest[partition] = max(offset, highest.get(partition, offset))
            lowest[partition] = min(offset, lowest.get(partition, offset))
        for partition, offset in lowest.items():
            if offset < self.memory.scanned[partition]:
                raise NotCommitted(
                    NotCommittedReason.QUEUE_REMADE,
                    text("The queue was set up anew, or records of it were lost."),
                    details=f"partition {partition}: tombstone at {offset}, below what was read",
                )
        counts = dict.fromkeys(highest, 0)
        for partition, _ in self.tombstones:
            counts[partition] += 1
        between = {
            partition: (self.memory.scanned[partition], last)
            for partition, last in highest.items()
            if last + 1 - self.memory.scanned[partition] != counts[partition]
        }
        self._judge(self._read_between(between))
        self.memory.scanned.update({partition: last + 1 for partition, last in highest.items()})
        self.done(Step.INTERLEAVE)

    # 7

    def write_copies(self) -> None:
        """Send the untouched bytes back; everything else that can fail was done before."""
        writer: Writer[RecordId] = Writer(self._initialised(), self.deadline)
        sources = [each for each, decision in sorted(self.plan.items()) if decision is PlannedDecision.MERGE]
        for number, source in enumerate(sources, 1):
            record = self.loaded.records[source]
            topic, headers = self.desk.queue.retry_topic, record.headers
            writer.write(source, topic, record.key, record.value, headers, timestamp=record.timestamp)
            if number % _PROGRESS_EVERY == 0 and number < len(sources):
                self.done(Step.COPIES, done=number, total=len(sources))
                self.refuse_if_stopped()
        self.copies = writer.confirmed()
        self.done(Step.COPIES, done=len(sources), total=len(sources))

    def refuse_if_stopped(self) -> None:
        """Stop where a person wants it; last asked right before it becomes final."""
        if self.observer.stopped():
            raise NotCommitted(NotCommittedReason.STOPPED, text("You stopped the commit."))

    # 8

    def remember_places(self) -> None:
        """Where the copies and tombstones lie: witnesses, should the outcome have to be looked up."""
        self.desk.journal.write(self.entry(JournalPhase.COMMITTING))

    def commit(self) -> None:
        """Make it final. From here on only the broker knows how it ended, until it was asked."""
        producer = self._initialised()
        try:
            again(producer.commit_transaction, self.deadline + _COMMIT_EXTRA_S)
        except FAILURES as failure:
            error = error_of(failure)
            if error.txn_requires_abort() and not error.fatal():
                abort(producer)
            raise OutcomeUnknown(error.str()) from failure
        self.done(Step.COMMIT)

    # 9

    def drop(self) -> None:
        """The producer is never used again: the next transaction has an epoch of its own."""
        if self.producer is not None:
            drop(self.producer)
            self.producer = None

    # 10

    def verify(self) -> None:
        """See our nonce in every partition's ledger, as its own or as an ancestor's."""
        deadline = time.monotonic() + _VERIFY_S
        while not self._is_written():
            if deadline < time.monotonic():
                raise OutcomeUnknown("the ledger read back does not hold this commit")
            time.sleep(0.2)
        try:
            late = self._wait_until_visible()
        except (*FAILURES, ReadStalled, RangeLost) as failure:
            raise OutcomeUnknown(str(failure)) from failure
        self.waiting_for = tuple(f"{topic}/{partition}" for topic, partition in late)
        self.done(Step.VERIFY, note=_visible_later(self.waiting_for) if self.waiting_for else None)

    def adopt(self) -> None:
        """What is known to be committed is what is known of the queue now."""
        self.loaded.snapshot.update(self.ledgers)
        self.loaded.state.update(self.after)
        self.loaded.left -= set(self.tombstones)
        self.memory.decisions.update(self.plan)
        self.compared = Compared.NOT_COMPARED if self.copies else Compared.NOTHING

    # 11

    def read_back(self) -> None:
        """Compare the copies with the records; what cannot be read is not compared, and said so."""
        if self.copies and not self.waiting_for:
            self._compare_copies()
        self.done(Step.READ_BACK)

    def forget_journal(self) -> None:
        """The result is known: nothing is left to find out at the next start."""
        self.desk.forget_journal(self.loaded.identity.cluster_id)

    # What the steps are made of

    def entry(self, phase: JournalPhase) -> JournalEntry:
        """This attempt as the journal keeps it."""
        records = self.loaded.records
        return JournalEntry(
            identity=self.loaded.identity,
            nonce=self.nonce,
            phase=phase,
            plan=tuple(
                PlannedRecord(each, decision, records[each].crc())
                for each, decision in sorted(self.plan.items())
            ),
            partitions=self._partitions(),
            tombstones=tuple(
                WrittenTombstone(partition, offset, key)
                for (partition, key), offset in sorted(self.tombstones.items())
            ),
            copies=tuple(WrittenCopy(source, *place) for source, place in sorted(self.copies.items())),
            started_at=self.started_at,
        )

    def done(self, step: Step, done: int = 1, total: int = 1, note: Text | None = None) -> None:
        """Tell the observer."""
        self.observer.step(CommitProgress(self.part, self.parts, step, done, total, note))

    def _initialised(self) -> Producer:
        assert self.producer is not None
        return self.producer

    def _partitions(self) -> tuple[int, ...]:
        """Whose ledger is sent: those of the plan, with keys left over, and what was taken over."""
        ours = {each for each, _ in self.loaded.left if self.loaded.limits.queue_policy.compacts}
        ours |= self.loaded.taken_over()
        return tuple(sorted({each.partition for each in self.plan} | ours))

    def _held_by_us(self, wait_s: float = 2.0) -> tuple[offsets.Partition, ...]:
        limits = self.loaded.limits
        partitions = all_partitions(self.desk.queue, self.loaded.partitions, limits.retry_partitions)
        records = self.loaded.records.values()
        return self.desk.held.held_by_us(
            partitions, self.entry(JournalPhase.COMMITTING), list(records), wait_s
        )

    def _refuse_live_group(self) -> None:
        if not offsets.group_is_free(self.desk.clients, self.desk.queue.group):
            raise NotCommitted(
                NotCommittedReason.GROUP_ACTIVE,
                text(
                    "Another program is working on this queue. It uses the same group “{group}”. "
                    "Stop that application first.",
                    group=self.desk.queue.group,
                ),
            )

    def _refuse_remade_topics(self) -> None:
        identity = self.loaded.identity
        queue = topics.describe(self.desk.clients, identity.queue_topic)
        if queue is None or queue.id != identity.queue_topic_id:
            raise NotCommitted(
                NotCommittedReason.QUEUE_REMADE,
                text("The queue was set up anew. Its records are not the ones you decided on."),
            )
        if not identity.retry_topic:
            return
        retry = topics.describe(self.desk.clients, identity.retry_topic)
        if retry is None:
            raise NotCommitted(
                NotCommittedReason.RETRY_MISSING, text("The retry queue does not exist any more.")
            )
        if retry.id != identity.retry_topic_id:
            raise NotCommitted(
                NotCommittedReason.LOAD_AGAIN, text("The retry queue was set up anew. Read the queue again.")
            )

    def _rebase(self, now: dict[int, CommittedOffset]) -> None:
        states, decided = rebased(self.loaded, now, self.plan)
        if decided:
            raise Conflicting(self._what_others_decided(decided))
        for each, record in self.loaded.records.items():
            if states[each.partition].is_decided(each.offset) and not self.loaded.is_decided(each):
                self.memory.decided_by_others.append(each)
                # Whether the other desktop wrote its key's tombstone is known after the next load.
                self.memory.on_hold.add((each.partition, record.key))
        self.loaded.snapshot, self.loaded.state = now, states

    def _refuse_undecidable(self) -> None:
        """Nothing decided is decided again, and nothing before somebody said what counts as done."""
        decided = [each for each in sorted(self.plan) if not self.loaded.is_open(each)]
        if decided:
            raise Conflicting(self._what_others_decided(decided))
        for partition in self._partitions():
            if self.loaded.state[partition].kind in (PartitionKind.FOREIGN, PartitionKind.LOST):
                raise NotCommitted(
                    NotCommittedReason.TAKE_OVER,
                    text("It has not been said what counts as done here."),
                    details=f"partition {partition}: {self.loaded.state[partition].kind}",
                )

    def _what_others_decided(self, decided: Sequence[RecordId]) -> tuple[TheirDecision, ...]:
        """Their tombstones tell who, when and what, where there are any."""
        keys = {self._key_of(each) for each in decided}
        found: dict[tuple[int, bytes | None], list[DeadLetter]] = {}
        ranges = {
            each: (self.loaded.end[each], self._stable_end(each)) for each in {part for part, _ in keys}
        }

        def take(batch: Sequence[DeadLetter]) -> None:
            for record in batch:
                key = record.id.partition, record.key
                if key in keys and is_tombstone(record.value, record.headers):
                    found.setdefault(key, []).append(record)

        consumer = self.desk.clients.consumer(self.desk.queue.group, READ_COMMITTED)
        read_ranges(consumer, self.desk.queue.queue_topic, ranges, take, lambda: False, idle_s=20.0)
        return tuple(_told(each, found.get(self._key_of(each), [])) for each in decided)

    def _stable_end(self, partition: int) -> int:
        place = self.desk.queue.queue_topic, partition
        return offsets.read_ends(self.desk.clients, [place])[place].stable

    def _state_after(self, partition: int) -> PartitionState:
        """Decided: what was, and the plan. Base waits for keys whose tombstone may be missing."""
        before = self.loaded.state[partition]
        decided = set(before.decided)
        decided |= {each.offset for each in self.plan if each.partition == partition}
        base = self.loaded.end[partition]
        for offset in self._offsets_from(partition, before.base):
            if offset not in decided or self._may_lack_tombstone(partition, offset):
                base = offset
                break
        base = max(base, before.base)
        marked = frozenset(each for each in decided if base <= each)
        return PartitionState(base, marked, (self.nonce[:4], *before.nonces[:8]), PartitionKind.OURS)

    def _offsets_from(self, partition: int, first: int) -> list[int]:
        known = self.memory.offsets[partition]
        return known[bisect_left(known, first) :]

    def _may_lack_tombstone(self, partition: int, offset: int) -> bool:
        key = partition, self.loaded.records[RecordId(partition, offset)].key
        waits = key in self.memory.strangers or key in self.memory.on_hold
        return waits and self.loaded.limits.queue_policy.compacts

    def _ledger_of(self, partition: int) -> CommittedOffset:
        state = self.after[partition]
        try:
            return CommittedOffset(state.base, self._encoded(state))
        except LedgerTooLarge as error:
            raise NotCommitted(
                NotCommittedReason.LEDGER_FULL,
                text("Too many gaps. Decide older records first, then this commit fits."),
                details=f"partition {partition}: {error}",
                low_offsets=decide_first(self.loaded, self.plan) or self._low_offsets(partition, state),
            ) from error

    def _encoded(self, state: PartitionState) -> str:
        topic_id = self.loaded.identity.queue_topic_id
        metadata = encode(state.base, state.decided, topic_id, self.nonce, state.nonces[1:])
        if len(metadata) >= self.loaded.limits.metadata_max:
            raise LedgerTooLarge(len(metadata))
        return metadata

    def _low_offsets(self, partition: int, state: PartitionState) -> tuple[RecordId, ...]:
        """The oldest undecided records: deciding them moves the base and shortens the ledger."""
        open_ones = [
            RecordId(partition, offset)
            for offset in self._offsets_from(partition, state.base)
            if not state.is_decided(offset)
        ]
        return tuple(open_ones[:_LOW_OFFSETS])

    def _send(self, some: list[TopicPartition], group: str) -> None:
        producer = self._initialised()
        metadata = self.desk.clients.consumer(group).consumer_group_metadata()
        with offsets.naming(group):
            again(lambda: producer.send_offsets_to_transaction(some, metadata, _SEND_S), self.deadline)

    def _keys_finished(self) -> set[Key]:
        """Keys of the plan or left over whose every record below what was read is decided now."""
        records = self.loaded.records
        asked = {(each.partition, key) for each in self.plan if (key := records[each].key) is not None}
        asked |= {key for key in self.loaded.left if key[0] in self.after}
        return {
            key
            for key in asked
            if key not in self.memory.strangers and all(map(self.after[key[0]].is_decided, self._of_key(key)))
        }

    def _of_key(self, key: Key) -> list[int]:
        return self.memory.by_key.get(key, [])

    def _tombstone_headers(self, key: Key) -> list[tuple[str, bytes | None]]:
        partition, desk = key[0], self.desk
        decisions = {
            offset: decision
            for offset in self._of_key(key)
            if (decision := self._decision_of(RecordId(partition, offset))) is not None
        }
        began = self.loaded.read_from[partition]
        runs = decided_runs(self._of_key(key), decisions, began if began > self.loaded.low[partition] else 0)
        return headers_of(desk.queue.group, runs, self.nonce, desk.person, desk.clock.now_ms())

    def _decision_of(self, record: RecordId) -> PlannedDecision | None:
        return self.plan.get(record) or self.memory.decisions.get(record)

    def _read_between(self, ranges: Ranges) -> list[DeadLetter]:
        """Everything in these ranges, whoever wrote it and however that ended."""
        found: list[DeadLetter] = []
        consumer = self.desk.clients.consumer(self.desk.queue.group, READ_UNCOMMITTED)
        topic = self.desk.queue.queue_topic
        read_ranges(consumer, topic, ranges, found.extend, lambda: False, idle_s=20.0)
        return found

    def _judge(self, between: Sequence[DeadLetter]) -> None:
        """A stranger's record of a key we are removing, or another group's decision, ends the try."""
        in_the_way = False
        elsewhere: set[tuple[int, bytes | None]] = set()
        for record in between:
            key = record.id.partition, record.key
            if is_tombstone(record.value, record.headers):
                group = tombstone_of(record.id.offset, record.headers).group
                if group != self.desk.queue.group:
                    elsewhere.add(key)
            elif is_dead_letter(record, self.loaded.limits.queue_policy):
                self.memory.strangers.add(key)
                in_the_way = in_the_way or key in self.tombstones
        decided = [each for each in sorted(self.plan) if self._key_of(each) in elsewhere] if elsewhere else []
        if decided:
            raise Conflicting(self._what_others_decided(decided))
        if in_the_way:
            raise StrangerFound

    def _key_of(self, record: RecordId) -> tuple[int, bytes | None]:
        return record.partition, self.loaded.records[record].key

    def _is_written(self) -> bool:
        try:
            _, now = self.desk.read_state(self.loaded.partitions, 5.0)
        except offsets.GroupDenied as failure:
            raise OutcomeUnknown(str(failure)) from failure
        except FAILURES:
            return False
        states = states_of(now, self.loaded.identity.queue_topic_id)
        return all(self.nonce[:4] in states[each].nonces for each in self.after)

    def _wait_until_visible(self) -> list[offsets.Partition]:
        """The partitions in which somebody else's open transaction hides what was written."""
        last: dict[offsets.Partition, int] = {}
        for (partition, _), offset in self.tombstones.items():
            place = self.desk.queue.queue_topic, partition
            last[place] = max(offset, last.get(place, -1))
        for partition, offset in self.copies.values():
            place = self.desk.queue.retry_topic, partition
            last[place] = max(offset, last.get(place, -1))
        deadline = time.monotonic() + _VISIBLE_S
        while last:
            ends = offsets.read_ends(self.desk.clients, last)
            late = [place for place, offset in last.items() if ends[place].stable <= offset]
            if not late:
                return []
            if deadline < time.monotonic():
                if self._held_by_us(0.0):
                    raise OutcomeUnknown("the cluster has not finished this commit")
                return sorted(late)
            time.sleep(0.1)
        return []

    def _compare_copies(self) -> None:
        consumer = self.desk.clients.consumer(self.desk.queue.group, READ_COMMITTED)
        retry = self.desk.queue.retry_topic
        try:
            found = read_at(consumer, retry, self.copies.values())
            lows = offsets.read_lows(consumer, retry, sorted({part for part, _ in self.copies.values()}))
        except (KafkaException, ReadStalled, RangeLost):
            return  # no right to read there, or gone already: "not compared"
        missing = [source for source, place in self.copies.items() if place not in found]
        # What the broker has cleaned away by now, as its topic tells it to, cannot be compared.
        cleaned = {
            each
            for each in missing
            if self.loaded.limits.retry_compacts or self.copies[each][1] < lows[self.copies[each][0]]
        }
        differing = [source for source in missing if source not in cleaned]
        differing += [
            source
            for source, place in self.copies.items()
            if place in found and not _equal(self.loaded.records[source], found[place], self.loaded)
        ]
        self.different = tuple(sorted(differing))
        if differing:
            self.compared = Compared.DIFFERENT
        elif not cleaned:
            self.compared = Compared.IDENTICAL


def _equal(record: DeadLetter, copy: DeadLetter, loaded: LoadedQueue) -> bool:
    if (record.key, record.value, record.headers) != (copy.key, copy.value, copy.headers):
        return False
    stamped_anew = loaded.limits.retry_log_append_time or record.timestamp == 0
    return stamped_anew or record.timestamp == copy.timestamp


def _told(record: RecordId, tombstones: Sequence[DeadLetter]) -> TheirDecision:
    """What the first tombstone above a record tells about it."""
    for each in tombstones:
        if record.offset < each.id.offset:
            told = tombstone_of(each.id.offset, each.headers)
            return TheirDecision(record, decision_of(told, record.offset), told.by, told.at)
    return TheirDecision(record, "", "", 0)


def _calls(topic: str, ledgers: Mapping[int, CommittedOffset]) -> Iterator[list[TopicPartition]]:
    """The ledgers in calls of at most 700 KB: a broker stores each call as one batch."""
    some: list[TopicPartition] = []
    size = 0
    for partition, ledger in ledgers.items():
        if some and size + len(ledger.metadata) > _CALL_CHARACTERS:
            yield some
            some, size = [], 0
        some.append(TopicPartition(topic, partition, ledger.offset, ledger.metadata))
        size += len(ledger.metadata) + 20
    if some:
        yield some


def _visible_later(places: Sequence[str]) -> Text:
    return text(
        "Another program has open work on {places}: what is written there becomes visible when it ends.",
        places=", ".join(places),
    )
