"""Committing what is staged: part by part, until everything is written or a part is not."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kmp_desktop.app.triage import is_unread
from kmp_desktop.core import plan as rules
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.ledger_room import decide_first
from kmp_desktop.core.outcome import ChunkResult, CommitResult, NotCommittedReason, Outcome, Refused
from kmp_desktop.core.ports import Clock, CommitObserver, DecisionSink
from kmp_desktop.core.queue_state import CopyTimes, FindingCode, LoadedQueue, Plan, Severity, TheirDecision
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import text
from kmp_desktop.core.tombstone import decision_of

_REASONS = {
    FindingCode.GROUP_ACTIVE: NotCommittedReason.GROUP_ACTIVE,
    FindingCode.OTHER_GROUP: NotCommittedReason.OTHER_GROUP,
    FindingCode.RETRY_MISSING: NotCommittedReason.RETRY_MISSING,
    FindingCode.CLUSTER_UNFINISHED: NotCommittedReason.CLUSTER_UNFINISHED,
    FindingCode.TAKE_OVER_NEEDED: NotCommittedReason.TAKE_OVER,
    FindingCode.OFFSETS_LOST: NotCommittedReason.FORGOTTEN,
}


_LEAST = 500
"""Records: a smaller part is not halved when the ledger has no room for it."""


def commit(
    sink: DecisionSink,
    loaded: LoadedQueue,
    staged: Mapping[RecordId, Decision],
    observer: CommitObserver,
    clock: Clock,
    *,
    max_records: int = rules.MAX_RECORDS,
    times: CopyTimes = CopyTimes.FITTING,
) -> CommitResult:
    """Write the decisions, one transaction a part; ends at the first part that is not committed.

    Records that cannot be written or are not there any more are left out and named; those that were
    not read this time are ``not_sent``. Stopping takes
    effect between parts, and within a part as long as nothing of it is final. With nothing to write
    this still puts the tombstones that earlier commits left over, and makes ours what was taken over.
    Runs in the sink's thread.
    """
    started = clock.now_ms()
    loaded.copy_times = times
    wanted = rules.planned(staged)
    there = {each: decision for each, decision in wanted.items() if each in loaded.records}
    missing = [each for each in wanted if each not in loaded.records]
    unread = dict.fromkeys(each for each in missing if is_unread(each, loaded))
    forbidden = _forbidden(loaded)
    refused = () if forbidden else rules.refused(loaded, there, started, times)
    cannot = {each.id for each in refused}
    plan = {each: decision for each, decision in there.items() if each not in cannot}
    parts = rules.chunks(loaded, plan, max_records=max_records)
    if not parts and (loaded.left or loaded.taken_over()) and forbidden is None:
        parts = [{}]
    tried = _commit_parts(sink, loaded, parts, observer, forbidden)
    now = clock.now_ms()
    return _result(
        tried,
        parts,
        refused=(*refused, *tried.refused),
        gone=tuple(each for each in missing if each not in unread),
        unread=tuple(unread),
        skipped=sum(each is Decision.SKIP for each in staged.values()),
        seconds=(now - started) / 1000,
        finished_at=now,
    )


@dataclass(slots=True)
class _Tried:
    """What became of the parts that were tried; ``refused``: what the server did not take of them.

    ``last`` is the part that was tried last. A part of which nothing is left has no result. ``parts``:
    into how many the plan is cut by now.
    """

    results: list[ChunkResult] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    parts: int = 0
    last: Plan = field(default_factory=dict)


def _commit_parts(
    sink: DecisionSink,
    loaded: LoadedQueue,
    parts: Sequence[Plan],
    observer: CommitObserver,
    forbidden: ChunkResult | None,
) -> _Tried:
    if parts and forbidden is not None:
        return _Tried([forbidden], parts=len(parts))
    tried = _Tried(parts=len(parts))
    results = tried.results
    waiting = deque(parts)
    while waiting:
        part = waiting.popleft()
        number = tried.parts - len(waiting)
        theirs = tuple(_their_decision(each, loaded) for each in part if not loaded.is_open(each))
        if theirs:
            # The part before took over what others had decided meanwhile.
            results.append(ChunkResult(Outcome.CONFLICT, conflicts=theirs))
        elif observer.stopped():
            results.append(ChunkResult(Outcome.NOT_COMMITTED, reason=NotCommittedReason.STOPPED))
        else:
            _commit_part(sink, loaded, part, observer, number, tried.parts, tried)
        if results and results[-1].reason is NotCommittedReason.LEDGER_FULL and len(part) > _LEAST:
            # What fits is committed; only for the rest other records have to be decided first.
            results.pop()
            waiting.extendleft(reversed(_halves(part)))
            tried.parts += 1
        elif results and results[-1].outcome is not Outcome.COMMITTED:
            break
    if results and results[-1].reason is NotCommittedReason.LEDGER_FULL:
        rest = {each: decision for some in (tried.last, *waiting) for each, decision in some.items()}
        results[-1] = _naming_room_for(rest, results[-1], loaded)
    return tried


def _naming_room_for(rest: Plan, refused: ChunkResult, loaded: LoadedQueue) -> ChunkResult:
    """Named is what makes room for everything that is left, not for one part of it after the other."""
    return replace(refused, low_offsets=decide_first(loaded, rest) or refused.low_offsets)


def _halves(part: Plan) -> tuple[Plan, Plan]:
    """The lower and the upper half of a part, by offset within each partition."""
    ids = sorted(part)
    middle = len(ids) // 2
    return {each: part[each] for each in ids[:middle]}, {each: part[each] for each in ids[middle:]}


def _commit_part(
    sink: DecisionSink,
    loaded: LoadedQueue,
    part: Plan,
    observer: CommitObserver,
    number: int,
    parts: int,
    tried: _Tried,
) -> None:
    """Commit a part. What the server does not take for what it is, is left out and the rest tried again."""
    left: Plan = part
    while True:
        tried.last = left
        result = sink.commit_chunk(loaded, left, observer, number, parts)
        if not result.refused:
            tried.results.append(result)
            return
        tried.refused += result.refused
        refused = {each.id for each in result.refused}
        left = {each: decision for each, decision in left.items() if each not in refused}
        if not left:
            return
        if observer.stopped():
            tried.results.append(ChunkResult(Outcome.NOT_COMMITTED, reason=NotCommittedReason.STOPPED))
            return


def _result(
    tried: _Tried,
    parts: Sequence[Plan],
    *,
    refused: tuple[Refused, ...],
    gone: tuple[RecordId, ...],
    unread: tuple[RecordId, ...],
    skipped: int,
    seconds: float,
    finished_at: int,
) -> CommitResult:
    results = tuple(tried.results)
    outcome = results[-1].outcome if results else Outcome.COMMITTED
    locked = tuple(tried.last) if outcome is Outcome.UNKNOWN else ()
    merged = tuple(each for chunk in results for each in chunk.merged)
    purged = tuple(each for chunk in results for each in chunk.purged)
    conflicts = tuple(each for chunk in results for each in chunk.conflicts)
    settled = {*merged, *purged, *locked, *(each.id for each in conflicts)}
    settled |= {each.id for each in refused}
    return CommitResult(
        outcome=outcome,
        chunks=results,
        parts=tried.parts,
        merged=merged,
        purged=purged,
        deferred=tuple(each for chunk in results for each in chunk.deferred),
        skipped=skipped,
        conflicts=conflicts,
        refused=refused,
        gone=gone,
        not_sent=(*(each for part in parts for each in part if each not in settled), *unread),
        locked=locked,
        seconds=seconds,
        finished_at=finished_at,
    )


def _forbidden(loaded: LoadedQueue) -> ChunkResult | None:
    """What reading the queue found that forbids committing, as the result of the first part."""
    for finding in loaded.findings:
        if finding.severity is Severity.STOP:
            return ChunkResult(
                Outcome.NOT_COMMITTED,
                reason=_REASONS.get(finding.code, NotCommittedReason.REFUSED),
                message=text("{title} {detail}", title=finding.title, detail=finding.detail),
                details=finding.request,
            )
    return None


def _their_decision(record: RecordId, loaded: LoadedQueue) -> TheirDecision:
    """What the first tombstone above a record tells of its decision."""
    key = (record.partition, loaded.records[record].key)
    for each in loaded.tombstones.get(key, ()):
        if each.offset > record.offset:
            return TheirDecision(record, decision_of(each, record.offset), each.by, each.at)
    return TheirDecision(record, "", "", 0)
