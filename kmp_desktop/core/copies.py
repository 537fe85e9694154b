"""What a merge writes: the record as it was read; only its time may have to be another one.

A server refuses records whose own time lies too far from its clock, and deletes those that are older
than their topic keeps, perhaps before anybody has read them. Such a copy gets the time of the commit
instead, and a header with the original one; whoever wants it may keep the exact time all the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from kmp_desktop.core.queue_state import CopyTimes, TopicLimits
from kmp_desktop.core.record import DeadLetter, Header, TimestampType

ORIGINAL_TIME = "x-dlq-original-timestamp"
"""Header of a copy that got the time of the commit: the record's own, epoch milliseconds in decimal."""

NOT_TOLD = -1
"""The timestamp of a record whose producer told none."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What differs between a record and its copy. ``timestamp``: epoch ms, 0 = when it is written."""

    headers: tuple[Header, ...]
    timestamp: int


def copy_of(limits: TopicLimits, record: DeadLetter, now: int, times: CopyTimes) -> Copy:
    """The copy of a record as it is written at ``now`` (epoch ms)."""
    if times is CopyTimes.EXACT or not gets_new_time(limits, record, now):
        return Copy(record.headers, record.timestamp)
    if any(name == ORIGINAL_TIME for name, _ in record.headers):
        return Copy(record.headers, 0)  # it came back: what the header says stays the original
    return Copy((*record.headers, (ORIGINAL_TIME, str(record.timestamp).encode("ascii"))), 0)


def gets_new_time(limits: TopicLimits, record: DeadLetter, now: int) -> bool:
    """Whether the retry topic would refuse a copy with the record's own time, or soon delete it."""
    if limits.retry_log_append_time or not now or not has_time(record):
        return False
    return is_refused_time(limits, record, now) or is_soon_deleted(limits, record, now)


def has_time(record: DeadLetter) -> bool:
    """Whether there is a time that can be kept: a client takes 0 for "now"."""
    return record.timestamp_type is not TimestampType.NOT_AVAILABLE and record.timestamp != 0


def is_refused_time(limits: TopicLimits, record: DeadLetter, now: int) -> bool:
    """Whether the server refuses a record with this time; it never refuses "not told"."""
    return record.timestamp != NOT_TOLD and (
        is_before_limit(limits, record, now) or is_after_limit(limits, record, now)
    )


def is_before_limit(limits: TopicLimits, record: DeadLetter, now: int) -> bool:
    """Whether the time lies further back than the retry topic accepts."""
    before = limits.retry_timestamp_before_ms
    return before is not None and record.timestamp < now - before


def is_after_limit(limits: TopicLimits, record: DeadLetter, now: int) -> bool:
    """Whether the time lies further in the future than the retry topic accepts."""
    after = limits.retry_timestamp_after_ms
    return after is not None and record.timestamp > now + after


def is_soon_deleted(limits: TopicLimits, record: DeadLetter, now: int) -> bool:
    """Whether a record with this time is older than the retry topic keeps; "not told" counts as old."""
    kept = limits.retry_retention_ms
    return kept is not None and kept >= 0 and record.timestamp < now - kept


Origin = tuple[bytes | None, bytes | None, tuple[Header, ...], bytes]
"""What a record and each of its copies have in common: by it a copy is known again."""


def origin_of(record: DeadLetter) -> Origin:
    """The origin of a record or of a copy."""
    headers = tuple(each for each in record.headers if each[0] != ORIGINAL_TIME)
    told = next((value for name, value in record.headers if name == ORIGINAL_TIME), None)
    time = str(record.timestamp).encode("ascii") if told is None else told
    return record.key, record.value, headers, time
