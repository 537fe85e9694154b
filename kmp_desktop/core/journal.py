"""What is remembered on this computer about a commit until its result was verified."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kmp_desktop.core.queue_state import LoadedQueue, Plan, PlannedDecision, QueueIdentity
from kmp_desktop.core.record import RecordId


class JournalPhase(StrEnum):
    """How far a commit got: ``COMMITTING`` is written just before commit_transaction is called."""

    OPEN = "open"
    COMMITTING = "committing"


@dataclass(frozen=True, slots=True)
class PlannedRecord:
    """A record of the plan with the CRC-32 of its key and value (``DeadLetter.crc``)."""

    id: RecordId
    decision: PlannedDecision
    crc: int


@dataclass(frozen=True, slots=True)
class WrittenTombstone:
    """Where a tombstone of this commit was put in the queue's topic."""

    partition: int
    offset: int
    key: bytes


@dataclass(frozen=True, slots=True)
class WrittenCopy:
    """Where the copy of ``source`` was put in the retry topic."""

    source: RecordId
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One commit of one chunk (commit protocol, steps 0 and 8).

    ``nonce`` is 8 bytes; ``partitions`` are those of the queue whose ledger is sent;
    ``started_at`` is epoch milliseconds.
    """

    identity: QueueIdentity
    nonce: bytes
    phase: JournalPhase
    plan: tuple[PlannedRecord, ...]
    partitions: tuple[int, ...]
    tombstones: tuple[WrittenTombstone, ...] = ()
    copies: tuple[WrittenCopy, ...] = ()
    started_at: int = 0


def planned_records(loaded: LoadedQueue, plan: Plan) -> tuple[PlannedRecord, ...]:
    """A plan with what each record was, in the order of the records."""
    return tuple(
        PlannedRecord(each, decision, loaded.records[each].crc()) for each, decision in sorted(plan.items())
    )
