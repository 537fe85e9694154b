"""Repairs a commit of which the cluster kept only a part, from the journal: nothing lost, nothing twice.

A broker that forgets a transaction's markers can publish the copies without the decisions, or the
decisions without the copies. The nonce in the ledger and the copies' places in the journal tell which.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import replace

from kmp_desktop.core.copies import copy_of
from kmp_desktop.core.journal import JournalEntry, JournalPhase, WrittenCopy
from kmp_desktop.core.outcome import CommitProgress, NotCommittedReason
from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.core.queue_state import CopyTimes, LoadedQueue, PartitionKind, Plan, TopicLimits
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.text import Text, text
from kmp_desktop.kafka import topics
from kmp_desktop.kafka.commit_attempt import CommitAttempt
from kmp_desktop.kafka.copies import FoundCopies, sources_of
from kmp_desktop.kafka.desk import Desk, Memory, NotCommitted, StrangerFound
from kmp_desktop.kafka.reader import KafkaSource
from kmp_desktop.kafka.transaction import abort, again, batch_size, drop, is_fenced, new_initialised, work_s
from kmp_desktop.kafka.writing import Writer

_COMMIT_EXTRA_S = 30.0
_TRIES = 5


class CannotRepair(Exception):  # noqa: N818 - a finding, told to people by the caller
    """Only a person can say what should become of ``missing``; ``message`` says why."""

    def __init__(self, message: Text, missing: tuple[RecordId, ...]) -> None:
        super().__init__(str(message))
        self.message = message
        self.missing = missing


def republish(desk: Desk, entry: JournalEntry, lost: Collection[WrittenCopy]) -> JournalEntry:
    """The decisions are there, these copies are not: write exactly these, in a transaction of their own.

    Their new places are in the journal before they become visible. Returns the entry as it is now.
    Raises CannotRepair, or like any transaction: then the next look finds out which are still lost.
    """
    ids = sorted(each.source for each in lost)
    sources = sources_of(desk, entry, ids)
    gone = tuple(each for each in ids if each not in sources)
    if gone:
        raise CannotRepair(text("Copies are missing, and their records are no longer in the queue."), gone)
    limits, now = limits_now(desk, entry), desk.clock.now_ms()
    settings, stopped = desk.clients.settings, desk.clients.stopped
    producer = new_initialised(settings, desk.transactional_id, batch_size(limits), stopped)
    try:
        producer.begin_transaction()
        deadline = time.monotonic() + work_s(desk.clients.settings)
        try:
            writer: Writer[RecordId] = Writer(producer, deadline)
            for each, record in sources.items():
                # Whether somebody wanted exact times is not in the journal: the broker must take it now.
                copy, topic = copy_of(limits, record, now, CopyTimes.FITTING), entry.identity.retry_topic
                writer.write(each, topic, record.key, record.value, copy.headers, timestamp=copy.timestamp)
            entry = _with_copies(entry, writer.confirmed())
            desk.journal.write(entry)
        except BaseException as failure:
            if not is_fenced(failure):
                abort(producer)
            raise
        again(producer.commit_transaction, deadline + _COMMIT_EXTRA_S)
    finally:
        drop(producer)
    return entry


def redo(desk: Desk, entry: JournalEntry, copies: FoundCopies) -> None:
    """Copies (or tombstones) are visible, the decisions are not: all steps again, with the same nonce.

    Only the missing copies are written. Raises CannotRepair, and all that an attempt raises; the
    journal keeps the entry until the attempt was verified.
    """
    silent = _Silent(desk.clients.stopped)
    with closing(KafkaSource(desk.clients.settings, desk.queue, _NothingSeen())) as source:
        loaded = source.load(silent)
    if not loaded.complete:  # by the records of half a queue nothing can be repaired
        raise NotCommitted(NotCommittedReason.STOPPED, text("You stopped the commit."))
    _refuse_decided_since(entry, loaded)
    plan = _still_there(entry, loaded)
    _undo_own_tombstones(entry, loaded, plan)
    kept = {each.source: (each.partition, each.offset) for each in copies.visible}
    lost = {each.source for each in copies.lost}
    unclear = tuple(each.source for each in entry.copies if each.source not in lost | kept.keys())
    if unclear:
        raise CannotRepair(text("It cannot be seen whether these were sent back."), unclear)
    gone = tuple(each for each in sorted(lost) if each not in plan)
    if gone:
        raise CannotRepair(text("Copies are missing, and their records are no longer in the queue."), gone)
    others = tuple(each for each in sorted(plan) if not loaded.is_open(each))
    if others:
        raise CannotRepair(_decided_since(), others)
    memory = Memory.of(loaded)
    for number in range(_TRIES):
        attempt = CommitAttempt(
            *(desk, loaded, memory, plan, silent, 1, 1),
            nonce=entry.nonce,
            started_at=entry.started_at,
            copies=dict(kept),
            redoes=entry,
        )
        try:
            attempt.run()
        except StrangerFound:
            if number == _TRIES - 1:
                raise
        else:
            return


def limits_now(desk: Desk, entry: JournalEntry) -> TopicLimits:
    """What the topics of the entry take now."""
    queue = topics.describe(desk.clients, entry.identity.queue_topic)
    assert queue is not None, "resolve looked at it"
    return topics.limits_of(desk.clients, queue, topics.describe(desk.clients, entry.identity.retry_topic))


def _with_copies(entry: JournalEntry, places: dict[RecordId, tuple[int, int]]) -> JournalEntry:
    kept = [each for each in entry.copies if each.source not in places]
    new = [WrittenCopy(source, *place) for source, place in places.items()]
    copies = sorted([*kept, *new], key=lambda each: each.source)
    return replace(entry, phase=JournalPhase.COMMITTING, copies=tuple(copies))


def _refuse_decided_since(entry: JournalEntry, loaded: LoadedQueue) -> None:
    """What lies below a ledger's base was decided by a commit that does not know of ours."""
    below = (each.id for each in entry.plan if each.id.offset < loaded.state[each.id.partition].base)
    decided = tuple(sorted(below))
    if decided:
        raise CannotRepair(_decided_since(), decided)


def _decided_since() -> Text:
    return text("Records were sent back by this commit, and decided by someone else since.")


def _still_there(entry: JournalEntry, loaded: LoadedQueue) -> Plan:
    """The plan without records that are gone: our tombstone, which was visible, has removed them."""
    return {
        each.id: each.decision
        for each in entry.plan
        if each.id in loaded.records and loaded.records[each.id].crc() == each.crc
    }


def _undo_own_tombstones(entry: JournalEntry, loaded: LoadedQueue, plan: Plan) -> None:
    """What counts as decided only because of this commit's own tombstones is decided again by it."""
    nonce = entry.nonce.hex()
    for each in plan:
        key = each.partition, loaded.records[each].key
        ours = [
            found.nonce == nonce for found in loaded.tombstones.get(key, ()) if each.offset < found.offset
        ]
        state = loaded.state[each.partition]
        if ours and ours[0] and each.offset in state.decided:
            loaded.state[each.partition] = replace(state, decided=state.decided - {each.offset})
    group = loaded.identity.group
    for partition in loaded.partitions:
        told = {
            found.nonce
            for (part, _), tombstones in loaded.tombstones.items()
            for found in tombstones
            if (part, found.group) == (partition, group)
        }
        if told == {nonce} and loaded.snapshot[partition].offset < 0:  # the first commit ever: nothing lost
            loaded.state[partition] = replace(loaded.state[partition], kind=PartitionKind.FRESH)


class _NothingSeen:
    """The repair knows from the journal that its own ledger may be missing."""

    def seen(self, cluster_id: str, topic_id: bytes, group: str) -> dict[int, int]:  # noqa: ARG002
        return {}

    def remember(self, cluster_id: str, topic_id: bytes, group: str, bases: object) -> None:
        pass


class _Silent:
    """Nobody follows a repair; whoever waits for it may stop it."""

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self._stopped = stopped

    def records(self, batch: Collection[DeadLetter]) -> None:
        pass

    def progress(self, progress: ReadProgress) -> None:
        pass

    def step(self, progress: CommitProgress) -> None:
        pass

    def stopped(self) -> bool:
        return self._stopped()
