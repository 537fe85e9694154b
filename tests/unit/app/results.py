"""Small makers of commit results, as the tests of words and of pages need them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kmp_desktop.app.outcome_page import Surroundings
from kmp_desktop.core.outcome import (
    ChunkResult,
    CommitResult,
    Compared,
    NotCommittedReason,
    Outcome,
    Refused,
    Resolution,
)
from kmp_desktop.core.queue_state import TheirDecision
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import text

FINISHED = 1_795_437_848_000

AROUND = Surroundings(
    queue_topic="orders.events.dlq",
    retry_topic="orders.events.retry",
    group="kmp-orders",
    compacts=True,
    staged=143,
    staged_skips=16,
    remaining=1157,
    person="cs-lead-02",
)


def ids(start: int, count: int) -> tuple[RecordId, ...]:
    """So many records of partition 0 from an offset on."""
    return tuple(RecordId(0, start + each) for each in range(count))


def final(merged: int = 96, purged: int = 31, at: int = 0, **more: Any) -> ChunkResult:
    """A part that is final; its copies were compared if there are any."""
    part = ChunkResult(
        Outcome.COMMITTED,
        merged=ids(at, merged),
        purged=ids(at + merged, purged),
        nonce="a1b2c3d4e5f60718",
        compared=Compared.IDENTICAL if merged else Compared.NOTHING,
    )
    return replace(part, **more)


def failed(
    reason: NotCommittedReason = NotCommittedReason.REFUSED,
    outcome: Outcome = Outcome.NOT_COMMITTED,
    **more: Any,
) -> ChunkResult:
    """A part that was not committed."""
    return replace(ChunkResult(outcome, reason=reason), **more)


def result(*chunks: ChunkResult, parts: int = 0, **more: Any) -> CommitResult:
    """A commit made of these parts."""
    outcomes = [chunk.outcome for chunk in chunks if chunk.outcome is not Outcome.COMMITTED]
    made = CommitResult(
        outcome=outcomes[0] if outcomes else Outcome.COMMITTED,
        chunks=chunks,
        parts=parts or len(chunks),
        merged=tuple(each for chunk in chunks for each in chunk.merged),
        purged=tuple(each for chunk in chunks for each in chunk.purged),
        deferred=tuple(each for chunk in chunks for each in chunk.deferred),
        skipped=16,
        conflicts=tuple(each for chunk in chunks for each in chunk.conflicts),
        seconds=2.1,
        finished_at=FINISHED,
    )
    return replace(made, **more)


def theirs(count: int, decision: str = "purge") -> tuple[TheirDecision, ...]:
    """Decisions of somebody else about the first records."""
    return tuple(TheirDecision(each, decision, "cs-desk-05", FINISHED - 360_000) for each in ids(0, count))


def refusals(count: int) -> tuple[Refused, ...]:
    """Records that cannot be written."""
    reason = text("larger than the retry queue accepts")
    return tuple(Refused(each, reason) for each in ids(900, count))


def resolution(outcome: Outcome, **more: Any) -> Resolution:
    """What became of a commit of 96 retries and 31 discards."""
    plan = tuple((each, "merge") for each in ids(0, 96)) + tuple((each, "purge") for each in ids(96, 31))
    committed = outcome is Outcome.COMMITTED
    made = Resolution(
        outcome, plan, 96 if committed else 0, 31 if committed else 0, FINISHED, "a1b2c3d4e5f60718"
    )
    return replace(made, **more)
