"""From staged decisions to what a commit writes: the plan, its parts, what waits, what cannot go.

Pure rules over what was read; nothing here asks the broker. Every record of a plan must have been
read (be in ``LoadedQueue.records``): a ``KeyError`` is a bug of the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kmp_desktop.core.copies import gets_new_time, has_time, is_after_limit, is_refused_time
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import Refused
from kmp_desktop.core.queue_state import CopyTimes, LoadedQueue, Plan, PlannedDecision, TopicLimits
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.sizes import batch_bytes, packed_size_exceeds, size_text
from kmp_desktop.core.text import Text, text

MAX_RECORDS = 20_000
MAX_BYTES = 32_000_000

Key = tuple[int, bytes]
"""A partition of the queue and a key in it: a tombstone reaches exactly this far."""

_COPY_OVERHEAD = 100  # bytes of framing around a copy, roughly
_TOMBSTONE_BYTES = 400  # headers and framing of one of our tombstones, roughly
_PLANNED = {Decision.MERGE: PlannedDecision.MERGE, Decision.PURGE: PlannedDecision.PURGE}


def planned(staged: Mapping[RecordId, Decision]) -> Plan:
    """What a commit of these decisions writes, in the order of the records; skips are left out."""
    return {each: _PLANNED[staged[each]] for each in sorted(staged) if staged[each] in _PLANNED}


def chunks(
    loaded: LoadedQueue, plan: Plan, max_records: int = MAX_RECORDS, max_bytes: int = MAX_BYTES
) -> list[Plan]:
    """Cut a plan into parts of at most so many records and bytes, one transaction each.

    Parts follow the order of the records, so a key that spans parts is decided in offset order.
    A record larger than ``max_bytes`` gets a part of its own. An empty plan has no parts.
    """
    parts: list[Plan] = []
    part: dict[RecordId, PlannedDecision] = {}
    size = 0
    for each in sorted(plan):
        weight = _written_bytes(loaded.records[each], plan[each])
        if part and (len(part) >= max_records or size + weight > max_bytes):
            parts.append(part)
            part, size = {}, 0
        part[each] = plan[each]
        size += weight
    if part:
        parts.append(part)
    return parts


def deferred(loaded: LoadedQueue, plan: Plan) -> tuple[RecordId, ...]:
    """The discards of a plan that take effect later, because another record of the key is undecided.

    Their tombstone would remove that record, too; it is written by the commit that decides it.
    Where the queue is not compacted nothing is ever removed by key, so nothing waits.
    """
    if not loaded.limits.queue_policy.compacts:
        return ()
    blocked = undecided_after(loaded, plan, keys_of(loaded, purges(plan)))
    return tuple(each for each in purges(plan) if key_of(loaded.records[each]) in blocked)


def undecided_after(loaded: LoadedQueue, plan: Plan, keys: Iterable[Key]) -> dict[Key, list[RecordId]]:
    """For each of these keys that keeps undecided records when the plan is done: those records."""
    wanted = set(keys)
    left: dict[Key, list[RecordId]] = {}
    for record in loaded.records.values() if wanted else ():
        key = key_of(record)
        if key is None or key not in wanted:
            continue
        if record.id not in plan and loaded.is_open(record.id):
            left.setdefault(key, []).append(record.id)
    return {key: sorted(ids) for key, ids in left.items()}


def refused(
    loaded: LoadedQueue, plan: Plan, now: int | None = None, times: CopyTimes = CopyTimes.FITTING
) -> tuple[Refused, ...]:
    """The records of a plan that cannot be written, with the reason for each; the rest may go on.

    ``now`` is epoch milliseconds for limits on a record's age (default: when the queue was read).
    """
    moment = loaded.read_at if now is None else now
    refusals = []
    for each in sorted(plan):
        if plan[each] is PlannedDecision.MERGE:
            reason = _why_not_copied(loaded, loaded.records[each], moment, times)
            if reason is not None:
                refusals.append(Refused(each, reason))
    return tuple(refusals)


def restamped(
    loaded: LoadedQueue, merges: Iterable[RecordId], now: int, times: CopyTimes
) -> tuple[RecordId, ...]:
    """Those of the merged records whose copy gets the time of the commit, in their order."""
    if times is CopyTimes.EXACT:
        return ()
    limits, records = loaded.limits, loaded.records
    return tuple(sorted(each for each in merges if gets_new_time(limits, records[each], now)))


def purges(plan: Plan) -> list[RecordId]:
    """The records a plan discards, in their order."""
    return sorted(each for each in plan if plan[each] is PlannedDecision.PURGE)


def key_of(record: DeadLetter) -> Key | None:
    """Partition and key of a record; ``None`` without a key: no tombstone can reach it."""
    return None if record.key is None else (record.id.partition, record.key)


def keys_of(loaded: LoadedQueue, ids: Iterable[RecordId]) -> set[Key]:
    """The keys of these records, without those that have none."""
    keys = (key_of(loaded.records[each]) for each in ids)
    return {key for key in keys if key is not None}


def is_too_large(loaded: LoadedQueue, record: RecordId) -> bool:
    """Whether a copy of this record is larger than the retry topic takes, in whatever way it is sent."""
    if not is_large(loaded, record):
        return False
    known = loaded.too_large.get(record)
    if known is None:
        letter, limit = loaded.records[record], loaded.limits.retry_max_bytes
        known = loaded.too_large[record] = packed_size_exceeds(letter, limit)
    return known


def is_large(loaded: LoadedQueue, record: RecordId) -> bool:
    """Whether a copy fits only compressed, if at all: then the server has the last word."""
    limit, letter = loaded.limits.retry_max_bytes, loaded.records[record]
    # Nearly every record is far below the limit: characters take four bytes at most.
    if 4 * letter.size() + 20 * len(letter.headers) + 100 <= limit:
        return False
    return batch_bytes(letter) > limit


def _written_bytes(record: DeadLetter, decision: PlannedDecision) -> int:
    if decision is PlannedDecision.MERGE:
        return record.size() + len(record.key or b"") + _COPY_OVERHEAD + _TOMBSTONE_BYTES
    return len(record.key or b"") + _TOMBSTONE_BYTES


def _why_not_copied(loaded: LoadedQueue, record: DeadLetter, now: int, times: CopyTimes) -> Text | None:
    limits = loaded.limits
    if not loaded.identity.retry_topic:
        return text("there is no retry topic for this queue")
    if record.unfaithful is not None:
        return text("{reason}", reason=record.unfaithful)
    if is_too_large(loaded, record.id):
        return text(
            "larger than the retry queue accepts ({size} of {limit})",
            size=size_text(batch_bytes(record)),
            limit=size_text(limits.retry_max_bytes),
        )
    if limits.retry_compacts and record.key is None:
        return text("it has no key, and the retry queue takes only records with a key")
    return _why_wrong_time(limits, record, now) if times is CopyTimes.EXACT else None


def _why_wrong_time(limits: TopicLimits, record: DeadLetter, now: int) -> Text | None:
    """The broker compares a record's own time with its clock, unless it stamps records itself."""
    if limits.retry_log_append_time or not now or not has_time(record):
        return None
    if not is_refused_time(limits, record, now):
        return None
    if is_after_limit(limits, record, now):
        return text("its time lies further in the future than the retry queue accepts")
    return text("older than the retry queue accepts")
