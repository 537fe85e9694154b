"""What the queue's ledger tells of a commit whose outcome another window or program looked up.

One journal is kept per computer and queue: whoever settles a commit first forgets its entry. The
others then find its number (nonce) in the ledger, or its records undecided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.known_queue import ReadQueue
from kmp_desktop.core.ledger import SHORT_NONCE_BYTES
from kmp_desktop.core.outcome import CommitResult, Outcome, Resolution
from kmp_desktop.core.record import RecordId


def doubt_of(result: CommitResult, staged: Mapping[RecordId, Decision]) -> Resolution:
    """The part of a commit that ended unknown, as its journal entry would tell it."""
    plan = tuple((each, staged[each].value) for each in result.locked)
    merged = sum(staged[each] is Decision.MERGE for each in result.locked)
    return Resolution(
        outcome=Outcome.UNKNOWN,
        plan=plan,
        merged=merged,
        purged=len(plan) - merged,
        started_at=result.finished_at - int(result.seconds * 1000),
        nonce=result.chunks[-1].nonce,
    )


def told_by_ledger(doubt: Resolution, loaded: ReadQueue) -> Resolution | None:
    """How a commit in doubt ended, read from a queue that was read after it was settled; None: not told.

    Without a number (it was killed before it told one) only that all its records are undecided is known.
    More than eight commits later its number has left the ledger, and nobody can tell it from others'.
    """
    records = [record for record, _ in doubt.plan]
    if not records:
        return None
    nonce = bytes.fromhex(doubt.nonce)[:SHORT_NONCE_BYTES]
    states = [loaded.state.get(each) for each in {record.partition for record in records}]
    if nonce and all(state is not None and nonce in state.nonces for state in states):
        return replace(doubt, outcome=Outcome.COMMITTED, message=None)
    if all(record in loaded.records and loaded.is_open(record) for record in records):
        return replace(doubt, outcome=Outcome.NOT_COMMITTED, message=None)
    return None
