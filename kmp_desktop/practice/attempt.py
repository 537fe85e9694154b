"""One part of a commit to a practice queue, step by step as the commit protocol says."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Callable
from dataclasses import replace

from kmp_desktop.core import plan as rules
from kmp_desktop.core.journal import JournalEntry, JournalPhase, PlannedRecord, WrittenCopy, WrittenTombstone
from kmp_desktop.core.ledger import NONCE_BYTES, LedgerTooLarge
from kmp_desktop.core.outcome import (
    ChunkResult,
    CommitProgress,
    Compared,
    NotCommittedReason,
    Outcome,
    Step,
)
from kmp_desktop.core.plan import Key
from kmp_desktop.core.ports import Clock, CommitObserver
from kmp_desktop.core.queue_state import (
    CommittedOffset,
    LoadedQueue,
    PartitionKind,
    PartitionState,
    Plan,
    PlannedDecision,
    TheirDecision,
)
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text, text
from kmp_desktop.core.tombstone import decision_of, is_tombstone, tombstone_of
from kmp_desktop.practice.broker import AtCommit, PracticeBroker, UnfinishedWork
from kmp_desktop.practice.chunk import Chunk, chunk_of, partitions_of
from kmp_desktop.practice.computer import PracticeComputer
from kmp_desktop.practice.reading import NO_OFFSET, covered, left_over, state_of


class _Stopped(Exception):  # noqa: N818 - what a person asked for
    """A person stopped the commit."""


class Steps:
    """Tells the observer of each step, and gives tests their place to hold."""

    def __init__(self, broker: PracticeBroker, observer: CommitObserver, part: int, parts: int) -> None:
        self._broker = broker
        self._observer = observer
        self._part = part
        self._parts = parts

    def done(self, step: Step, done: int = 0, total: int = 0) -> None:
        """A step is done; raises _Stopped as long as that is possible."""
        self._observer.step(CommitProgress(self._part, self._parts, step, done, total))
        stopped = self._stoppable(step)
        self._broker.passing(step, stopped)
        if stopped():
            raise _Stopped

    def _stoppable(self, step: Step) -> Callable[[], bool]:
        final = (Step.COMMIT, Step.DROP, Step.VERIFY, Step.READ_BACK)
        return _never if step in final else self._observer.stopped


def _never() -> bool:
    return False


class Attempt:
    """One part of a commit; ``run`` goes through the steps in their order."""

    def __init__(
        self,
        broker: PracticeBroker,
        computer: PracticeComputer,
        loaded: LoadedQueue,
        plan: Plan,
        person: str,
        clock: Clock,
    ) -> None:
        self._broker = broker
        self._computer = computer
        self._loaded = loaded
        self._plan = plan
        self._person = person
        self._clock = clock
        self._nonce = secrets.token_bytes(NONCE_BYTES)
        self._by_others: tuple[RecordId, ...] = ()

    def run(self, steps: Steps) -> ChunkResult:
        """Commit, or say why not."""
        try:
            return self._run(steps)
        except _Stopped:
            self._forget()
            return not_committed(NotCommittedReason.STOPPED)
        except LedgerTooLarge:
            self._forget()
            return not_committed(NotCommittedReason.LEDGER_FULL)

    def _run(self, steps: Steps) -> ChunkResult:
        self._write_journal(JournalPhase.OPEN)
        steps.done(Step.JOURNAL)
        if self._broker.unfinished is not UnfinishedWork.NOTHING:
            self._forget()
            unfinished = text("The cluster has not finished an earlier commit of this tool.")
            return not_committed(NotCommittedReason.CLUSTER_UNFINISHED, unfinished)
        steps.done(Step.INIT)
        for _ in range(5):
            refusal = self._compare()
            if refusal is not None:
                self._forget()
                return refusal
            steps.done(Step.COMPARE)
            seen = dict(self._loaded.snapshot)
            chunk = self._prepare(steps)
            result = self._make_final(chunk, seen, steps)
            if result is not None:
                return result
        self._forget()
        return not_committed(NotCommittedReason.CONTENTION)

    def _prepare(self, steps: Steps) -> Chunk:
        chunk = self._chunk()
        copies = len(chunk.copies)
        steps.done(Step.BEGIN)
        steps.done(Step.OFFSETS)
        steps.done(Step.TOMBSTONES, len(chunk.tombstones), len(chunk.tombstones))
        steps.done(Step.INTERLEAVE)
        steps.done(Step.COPIES, copies, copies)
        return chunk

    def _compare(self) -> ChunkResult | None:
        """Step 2: the group is free, the topics are the same, and the state is the one we know."""
        broker, loaded = self._broker, self._loaded
        with broker.lock:
            if not broker.reachable:
                return not_committed(NotCommittedReason.NO_CONNECTION)
            if broker.group_active:
                return not_committed(NotCommittedReason.GROUP_ACTIVE)
            if broker.queue.id != loaded.identity.queue_topic_id:
                return not_committed(NotCommittedReason.QUEUE_REMADE)
            if loaded.identity.retry_topic and broker.retry.id != loaded.identity.retry_topic_id:
                return not_committed(NotCommittedReason.RETRY_MISSING)
            if broker.mark not in ("", loaded.identity.group):
                return not_committed(NotCommittedReason.OTHER_GROUP)
            offsets = broker.offsets.get(loaded.identity.group, {})
            now = {each: offsets.get(each, NO_OFFSET) for each in loaded.partitions}
        return None if now == loaded.snapshot else self._rebase(now)

    def _rebase(self, now: dict[int, CommittedOffset]) -> ChunkResult | None:
        """Take over what others decided, if it contains what we know and nothing of the plan."""
        loaded = self._loaded
        changed = {
            partition: state_of(committed, loaded.identity.queue_topic_id, 0, forgotten=False, take_over=None)
            for partition, committed in now.items()
            if committed != loaded.snapshot[partition]
        }
        if not all(self._contains_ours(partition, state) for partition, state in changed.items()):
            return not_committed(NotCommittedReason.LOAD_AGAIN)
        self._take_new_tombstones()
        theirs = [
            each
            for each in self._plan
            if each.partition in changed and changed[each.partition].is_decided(each.offset)
        ]
        if theirs:
            return ChunkResult(Outcome.CONFLICT, conflicts=tuple(map(self._their_decision, sorted(theirs))))
        self._by_others = tuple(
            sorted(
                each
                for each in loaded.records
                if each.partition in changed
                and changed[each.partition].is_decided(each.offset)
                and not loaded.is_decided(each)
            )
        )
        loaded.snapshot.update(now)
        loaded.state.update(changed)
        return None

    def _contains_ours(self, partition: int, state: PartitionState) -> bool:
        before = self._loaded.state[partition]
        return (
            state.kind is PartitionKind.OURS
            and before.kind in (PartitionKind.OURS, PartitionKind.FRESH)
            and state.base >= self._loaded.read_from[partition]
            and all(state.is_decided(each) for each in before.decided)
            and state.base >= before.base
        )

    def _take_new_tombstones(self) -> None:
        known = {(key[0], each.offset) for key, found in self._loaded.tombstones.items() for each in found}
        for partition, log in enumerate(self._broker.queue.partitions):
            for each in log.records:
                new = is_tombstone(each.value, each.headers) and (partition, each.offset) not in known
                if new:
                    found = tombstone_of(each.offset, each.headers)
                    self._loaded.tombstones.setdefault((partition, each.key), []).append(found)

    def _their_decision(self, record: RecordId) -> TheirDecision:
        key = (record.partition, self._loaded.records[record].key)
        for each in self._loaded.tombstones.get(key, ()):
            if each.offset > record.offset:
                return TheirDecision(record, decision_of(each, record.offset), each.by, each.at)
        return TheirDecision(record, "", "", 0)

    def _chunk(self) -> Chunk:
        return chunk_of(
            self._loaded,
            self._plan,
            self._strangers(),
            self._nonce,
            self._person,
            self._clock.now_ms(),
        )

    def _strangers(self) -> set[Key]:
        """Step 6: keys with a record that came after we read."""
        with self._broker.lock:
            return {
                (partition, record.key)
                for partition, log in enumerate(self._broker.queue.partitions)
                for record in log.records
                if record.key is not None
                and record.offset >= self._loaded.end[partition]
                and not is_tombstone(record.value, record.headers)
            }

    def _make_final(self, chunk: Chunk, seen: dict[int, CommittedOffset], steps: Steps) -> ChunkResult | None:
        """Steps 8 to 11; None: somebody else was faster, compare again."""
        broker, identity = self._broker, self._loaded.identity
        happening = broker.next_happening()
        with broker.lock:
            offsets = broker.offsets.get(identity.group, {})
            if {each: offsets.get(each, NO_OFFSET) for each in seen} != seen:
                return None
            if happening is AtCommit.REFUSE:
                self._forget()
                return not_committed(NotCommittedReason.REFUSED, text("The server refused."))
            if happening is AtCommit.NO_CONNECTION or not broker.reachable:
                self._forget()
                return not_committed(NotCommittedReason.NO_CONNECTION)
            # Somebody may have written since the copies were prepared.
            chunk = self._chunk()
            tombstones, copies = ((), ()) if happening is AtCommit.UNKNOWN_THEN_NOT else self._apply(chunk)
            self._write_journal(JournalPhase.COMMITTING, tombstones, copies)
        steps.done(Step.COMMIT)
        if happening in (AtCommit.UNKNOWN_THEN_COMMITTED, AtCommit.UNKNOWN_THEN_NOT):
            return ChunkResult(
                Outcome.UNKNOWN,
                message=text("The server did not answer in time."),
                nonce=self._nonce.hex(),
                decided_by_others=self._by_others,
            )
        for step in (Step.DROP, Step.VERIFY, Step.READ_BACK):
            steps.done(step)
        self._forget()
        return self._committed(chunk, tombstones)

    def _apply(self, chunk: Chunk) -> tuple[tuple[WrittenTombstone, ...], tuple[WrittenCopy, ...]]:
        broker, group, now = self._broker, self._loaded.identity.group, self._clock.now_ms()
        broker.mark = broker.mark or group
        broker.offsets.setdefault(group, {}).update(chunk.offsets)
        tombstones = tuple(
            WrittenTombstone(
                partition, broker.queue.partitions[partition].append(key, None, headers, now), key
            )
            for (partition, key), headers in chunk.tombstones
        )
        copies = []
        for record in chunk.copies:
            # The same key goes to the same partition, as the real partitioner sees to.
            partition = zlib.crc32(record.key or b"") % len(broker.retry.partitions)
            offset = broker.retry.partitions[partition].append(
                record.key, record.value, record.headers, record.timestamp
            )
            copies.append(WrittenCopy(record.id, partition, offset))
        return tombstones, tuple(copies)

    def _committed(self, chunk: Chunk, tombstones: tuple[WrittenTombstone, ...]) -> ChunkResult:
        loaded, plan = self._loaded, self._plan
        loaded.snapshot.update(chunk.offsets)
        loaded.state.update(
            {partition: replace(state, kind=PartitionKind.OURS) for partition, state in chunk.states.items()}
        )
        for written, (key, headers) in zip(tombstones, chunk.tombstones, strict=True):
            loaded.tombstones.setdefault(key, []).append(tombstone_of(written.offset, headers))
        loaded.left = left_over(loaded)
        purged = rules.purges(plan)
        return ChunkResult(
            Outcome.COMMITTED,
            merged=tuple(sorted(each for each in plan if plan[each] is PlannedDecision.MERGE)),
            purged=tuple(purged),
            deferred=tuple(each for each in purged if self._is_deferred(each)),
            decided_by_others=self._by_others,
            nonce=self._nonce.hex(),
            compared=Compared.IDENTICAL if chunk.copies else Compared.NOTHING,
            new_times=rules.restamped(
                loaded, [each.id for each in chunk.copies], self._clock.now_ms(), loaded.copy_times
            ),
        )

    def _is_deferred(self, record: RecordId) -> bool:
        key = self._loaded.records[record].key
        if key is None or not self._loaded.limits.queue_policy.compacts:
            return False
        return not covered(self._loaded, (record.partition, key), record)

    def _write_journal(
        self,
        phase: JournalPhase,
        tombstones: tuple[WrittenTombstone, ...] = (),
        copies: tuple[WrittenCopy, ...] = (),
    ) -> None:
        loaded, plan = self._loaded, self._plan
        self._computer.write(
            JournalEntry(
                loaded.identity,
                self._nonce,
                phase,
                tuple(PlannedRecord(each, plan[each], loaded.records[each].crc()) for each in sorted(plan)),
                tuple(sorted(partitions_of(loaded, plan))),
                tombstones,
                copies,
                self._clock.now_ms(),
            )
        )

    def _forget(self) -> None:
        self._computer.forget(self._loaded.identity.cluster_id, self._loaded.identity.queue_topic)


def not_committed(reason: NotCommittedReason, message: Text | None = None) -> ChunkResult:
    """Nothing of this part was written."""
    return ChunkResult(Outcome.NOT_COMMITTED, reason=reason, message=message)
