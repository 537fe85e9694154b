"""One try to commit one chunk: the commit protocol, one short function a step.

The design of the protocol, with what was measured, numbers the steps as here. ``run`` takes them in
order; each reports to the observer when it is done. How a try can end early is in ``desk``.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from confluent_kafka import KafkaException, TopicPartition

from kmp_desktop.core.copies import Copy, copy_of
from kmp_desktop.core.journal import (
    JournalEntry,
    JournalPhase,
    PlannedRecord,
    WrittenCopy,
    WrittenTombstone,
    planned_records,
)
from kmp_desktop.core.ledger_age import ledgers_since, ledgers_to_renew
from kmp_desktop.core.outcome import CommitProgress, Compared, NotCommittedReason, Step
from kmp_desktop.core.plan import Key, restamped
from kmp_desktop.core.ports import CommitObserver
from kmp_desktop.core.queue_state import CommittedOffset, LoadedQueue, PartitionState, Plan, PlannedDecision
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.text import Text, text
from kmp_desktop.kafka import offsets
from kmp_desktop.kafka.before_commit import (
    refuse_live_group,
    refuse_other_group,
    refuse_remade_topics,
    refuse_undecidable,
)
from kmp_desktop.kafka.bounded_producer import BoundedProducer
from kmp_desktop.kafka.copying import copies_refused
from kmp_desktop.kafka.desk import Desk, Memory, NotCommitted, OutcomeUnknown, all_partitions
from kmp_desktop.kafka.finished_keys import finished_keys, tombstone_headers
from kmp_desktop.kafka.heal import heal
from kmp_desktop.kafka.held import Held
from kmp_desktop.kafka.interleaving import look_between
from kmp_desktop.kafka.next_ledger import calls, ledger_of, state_after
from kmp_desktop.kafka.read_back import read_back
from kmp_desktop.kafka.rebase import rebase
from kmp_desktop.kafka.scan import RangeLost, ReadStalled
from kmp_desktop.kafka.transaction import (
    FAILURES,
    NotInitialised,
    abort,
    again,
    batch_size,
    drop,
    error_of,
    is_fenced,
    new_initialised,
    work_s,
)
from kmp_desktop.kafka.visibility import is_written, last_written, still_hidden, visible_later
from kmp_desktop.kafka.writing import RecordsRefused, Writer

_SEND_S = 15.0
_COMMIT_EXTRA_S = 30.0
_VERIFY_S = 30.0
_PROGRESS_EVERY = 500


@dataclass(slots=True)
class CommitAttempt:
    """A chunk on its way to the broker. ``tombstones`` and ``copies`` fill as the broker confirms them.

    ``earlier``: a try of this commit that may have left something open on the cluster; ``redoes``: a
    commit of which the cluster kept only the ``copies`` given. ``left_open``: so may this try have.
    """

    desk: Desk
    loaded: LoadedQueue
    memory: Memory
    plan: Plan
    observer: CommitObserver
    part: int
    parts: int
    one_by_one: bool = False  # each record in a batch of its own: the server names exactly what it refuses
    nonce: bytes = field(default_factory=lambda: secrets.token_bytes(8))
    producer: BoundedProducer | None = None
    started_at: int = 0
    deadline: float = 0.0
    ledgers: dict[int, CommittedOffset] = field(default_factory=dict)
    after: dict[int, PartitionState] = field(default_factory=dict)
    tombstones: dict[Key, int] = field(default_factory=dict)
    copies: dict[RecordId, tuple[int, int]] = field(default_factory=dict)
    waiting_for: tuple[str, ...] = ()
    earlier: JournalEntry | None = None
    redoes: JournalEntry | None = None
    left_open: bool = False
    planned: tuple[PlannedRecord, ...] = ()
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
                if not is_fenced(failure) and abort(self._initialised()):
                    self.left_open = False
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
            self._ledger_of(partition)

    # 0

    def write_journal(self) -> None:
        """Remember on this computer what is about to happen, before anything does."""
        self.started_at = self.started_at or self.desk.clock.now_ms()
        self.desk.journal.write(self.entry(JournalPhase.OPEN))
        self.done(Step.JOURNAL)

    # 1

    def initialise(self) -> None:
        """Fence every older producer of this queue, then see that the cluster has finished its work.

        The topics are looked at first: of one that is gone nobody can tell how far it is.
        """
        self._make_producer()
        refuse_remade_topics(self.desk, self.loaded)
        held = self._held_by_us(self.earlier)
        if held:
            self._end_earlier_work(held, text("The cluster has not finished an earlier commit of this tool."))
        waiting = self.desk.held.held_by_others()
        note = visible_later([f"{topic}/{partition}" for topic, partition in waiting]) if waiting else None
        self.done(Step.INIT, note=note)

    # 2

    def compare(self) -> None:
        """See that the group is as loaded; take over what others did to other records."""
        refuse_live_group(self.desk)
        mark, now = self._state()
        self.earlier = None  # nothing of it is open any more
        refuse_other_group(self.desk, mark)
        self.loaded.ledgers_since = mark.ledgers_since if mark else 0
        if now != self.loaded.snapshot:
            rebase(self.desk, self.memory, now, self.plan)
        refuse_undecidable(self.desk, self.loaded, self.plan, self._partitions())
        self.done(Step.COMPARE)

    # 3

    def begin(self) -> None:
        """Begin the transaction; from here to its end seconds pass."""
        self._initialised().begin_transaction()
        self.left_open = True
        self.deadline = time.monotonic() + work_s(self.desk.clients.settings)
        self.done(Step.BEGIN)

    # 4

    def send_offsets(self) -> None:
        """Send the new ledger of each partition, and the MARK."""
        self.after = {}
        for partition in self._partitions():
            self.ledgers[partition] = self._ledger_of(partition)
        topic, first = self.desk.queue.queue_topic, self.loaded.partitions[0]
        mark = offsets.Mark(
            self.desk.queue.group, ledgers_since(self.loaded, self.after.keys(), self.started_at)
        )
        self._send([mark.at(topic, first, self.loaded.end[first])], self.desk.transactional_id)
        for some in calls(topic, self.ledgers):
            self._send(some, self.desk.queue.group)
        self.done(Step.OFFSETS)

    # 5

    def write_tombstones(self) -> None:
        """Remove each key whose records are all decided now; where keys are not removed, none."""
        if self.loaded.limits.queue_policy.compacts:
            writer: Writer[Key] = Writer(self._initialised(), self.deadline)
            for key in sorted(finished_keys(self.memory, self.plan, self.after)):
                headers = tombstone_headers(self.desk, self.memory, self.plan, self.nonce, key)
                writer.write(key, self.desk.queue.queue_topic, key[1], None, headers, partition=key[0])
            self.tombstones = {key: offset for key, (_, offset) in writer.confirmed().items()}
        self.done(Step.TOMBSTONES)

    # 6

    def check_interleaving(self) -> None:
        """Look at everything between what was read and our tombstones: they remove that, too."""
        look_between(self.desk, self.loaded, self.memory, self.plan, self.tombstones)
        self.done(Step.INTERLEAVE)

    # 7

    def write_copies(self) -> None:
        """Send the untouched bytes back; everything else that can fail was done before."""
        writer: Writer[RecordId] = Writer(self._initialised(), self.deadline)
        merged = [each for each, decision in sorted(self.plan.items()) if decision is PlannedDecision.MERGE]
        sources = [each for each in merged if each not in self.copies]
        for number, source in enumerate(sources, 1):
            record, topic = self.loaded.records[source], self.desk.queue.retry_topic
            copy = self._copy_of(record)
            writer.write(source, topic, record.key, record.value, copy.headers, timestamp=copy.timestamp)
            if number % _PROGRESS_EVERY == 0 and number < len(sources):
                self.done(Step.COPIES, done=number, total=len(sources))
                self.refuse_if_stopped()
        try:
            self.copies |= writer.confirmed()
        except RecordsRefused as refusal:
            raise copies_refused(refusal, one_by_one=self.one_by_one) from refusal
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
        topic_id, deadline = self.loaded.identity.queue_topic_id, time.monotonic() + _VERIFY_S
        while not is_written(self.desk, self.loaded.partitions, topic_id, self.nonce, self.after):
            if deadline < time.monotonic():
                raise OutcomeUnknown("the ledger read back does not hold this commit")
            time.sleep(0.2)
        try:
            late = self._still_hidden()
        except (*FAILURES, ReadStalled, RangeLost) as failure:
            raise OutcomeUnknown(str(failure)) from failure
        self.waiting_for = tuple(f"{topic}/{partition}" for topic, partition in late)
        self.done(Step.VERIFY, note=visible_later(self.waiting_for) if self.waiting_for else None)

    def adopt(self) -> None:
        """What is known to be committed is what is known of the queue now."""
        self.loaded.ledgers_since = ledgers_since(self.loaded, self.after.keys(), self.started_at)
        self.loaded.snapshot.update(self.ledgers)
        self.loaded.state.update(self.after)
        self.loaded.left -= set(self.tombstones)
        self.memory.decisions.update(self.plan)
        self.compared = Compared.NOT_COMPARED if self.copies else Compared.NOTHING

    # 11

    def read_back(self) -> None:
        """Compare the copies with the records; what cannot be read is not compared, and said so."""
        if self.copies and not self.waiting_for:
            found = read_back(self.desk, self.loaded, self.copies, self._copy_of)
            self.compared, self.different = found.compared, found.different
        self.done(Step.READ_BACK)

    def forget_journal(self) -> None:
        """The result is known: nothing is left to find out at the next start."""
        self.desk.forget_journal(self.loaded.identity.cluster_id)

    def unsettled(self) -> JournalEntry | None:
        """The journal's entry of what may still be open on the cluster, after a try that failed."""
        return self.entry(JournalPhase.OPEN) if self.left_open else self.earlier

    def leave_journal(self) -> None:
        """After a failure: remember what may still be open on the cluster, it is ended next time."""
        unsettled = self.unsettled()
        if unsettled is None:
            self.forget_journal()
        else:
            self.desk.keep_journal(unsettled)

    # What the steps are made of

    def entry(self, phase: JournalPhase) -> JournalEntry:
        """This attempt as the journal keeps it; what it redoes stays a witness until it is verified."""
        tombstones = {WrittenTombstone(part, offset, key) for (part, key), offset in self.tombstones.items()}
        if self.redoes is not None:
            phase = JournalPhase.COMMITTING
            tombstones |= set(self.redoes.tombstones)
        return JournalEntry(
            identity=self.loaded.identity,
            nonce=self.nonce,
            phase=phase,
            plan=self._planned(),
            partitions=self._partitions(),
            tombstones=tuple(sorted(tombstones, key=lambda each: (each.partition, each.offset))),
            copies=tuple(WrittenCopy(source, *place) for source, place in sorted(self.copies.items())),
            started_at=self.started_at,
        )

    def _planned(self) -> tuple[PlannedRecord, ...]:
        """The plan with the records' checksums, worked out once: the journal is written twice."""
        self.planned = self.planned or planned_records(self.loaded, self.plan)
        return self.planned

    def done(self, step: Step, done: int = 1, total: int = 1, note: Text | None = None) -> None:
        """Tell the observer."""
        self.observer.step(CommitProgress(self.part, self.parts, step, done, total, note))

    def _make_producer(self) -> None:
        batch = 1 if self.one_by_one else batch_size(self.loaded.limits)
        settings, stopped = self.desk.clients.settings, self.observer.stopped
        try:
            self.producer = new_initialised(settings, self.desk.transactional_id, batch, stopped)
        except NotInitialised:
            self.refuse_if_stopped()
            raise

    def new_times(self) -> tuple[RecordId, ...]:
        """The merged records whose copies got the time of the commit."""
        return restamped(self.loaded, self.copies, self.started_at, self.loaded.copy_times)

    def _copy_of(self, record: DeadLetter) -> Copy:
        return copy_of(self.loaded.limits, record, self.started_at, self.loaded.copy_times)

    def _initialised(self) -> BoundedProducer:
        assert self.producer is not None
        return self.producer

    def _partitions(self) -> tuple[int, ...]:
        """Whose ledger is sent: of the plan, of keys left over, what was taken over, what grows old."""
        ours = {each for each, _ in self.loaded.left if self.loaded.limits.queue_policy.compacts}
        ours |= self.loaded.taken_over() | ledgers_to_renew(self.loaded, self.started_at)
        return tuple(sorted({each.partition for each in self.plan} | ours))

    def _state(self) -> tuple[offsets.Mark | None, dict[int, CommittedOffset]]:
        try:
            return self.desk.read_state(self.loaded.partitions)
        except KafkaException as failure:
            if not offsets.is_unstable(failure):
                raise
            held = text("The state of the queue is held by a transaction that does not end.")
            self._end_earlier_work((), held)
            return self.desk.read_state(self.loaded.partitions)

    def _end_earlier_work(self, held: Sequence[Held], message: Text) -> None:
        """End what an earlier try of this very commit left open; a person is asked about all else."""
        if self.earlier is None or not all(each.known for each in held):
            places = [f"{topic}/{partition}" for topic, partition in (each.place for each in held)]
            raise NotCommitted(NotCommittedReason.CLUSTER_UNFINISHED, message, ", ".join(places))
        self.drop()
        left = heal(self.desk, self.loaded.partitions, held)
        if left.held:
            raise NotCommitted(NotCommittedReason.CLUSTER_UNFINISHED, message, left.request)
        self._make_producer()

    def _held_by_us(self, entry: JournalEntry | None, wait_s: float = 2.0) -> tuple[Held, ...]:
        limits = self.loaded.limits
        partitions = all_partitions(self.desk.queue, self.loaded.partitions, limits.retry_partitions)
        records = self.loaded.records.values()
        return self.desk.held.held_by_us(partitions, entry, lambda: records, wait_s)

    def _still_hidden(self) -> list[offsets.Partition]:
        """Where an open transaction hides what was written; one of ours must not be taken for another's."""
        queue = self.desk.queue
        last = last_written(queue.queue_topic, queue.retry_topic, self.tombstones, self.copies.values())
        deadline = time.monotonic() + _VERIFY_S
        while late := still_hidden(self.desk.clients, last):
            if self._held_by_us(self.entry(JournalPhase.COMMITTING), 0.0):
                raise OutcomeUnknown("the cluster has not finished this commit")
            if set(late) <= set(self.desk.held.held_by_others()):
                return late
            # A node that has just come back does not show yet who holds it: that may be this commit.
            if deadline < time.monotonic():
                raise OutcomeUnknown("what was written cannot be seen, and nobody's open work explains it")
        return []

    def _ledger_of(self, partition: int) -> CommittedOffset:
        after = state_after(self.memory, self.plan, self.nonce, partition)
        self.after[partition] = after
        return ledger_of(self.loaded, self.plan, self.nonce, partition, after)

    def _send(self, some: list[TopicPartition], group: str) -> None:
        producer = self._initialised()
        metadata = self.desk.clients.consumer(group).consumer_group_metadata()
        with offsets.naming(group):
            again(lambda: producer.send_offsets_to_transaction(some, metadata, _SEND_S), self.deadline)
