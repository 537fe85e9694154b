"""What a commit turned out to be, never more than was verified."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kmp_desktop.core.queue_state import TheirDecision
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text


class Outcome(StrEnum):
    """The four things that can be said of a chunk, and of a commit."""

    COMMITTED = "committed"
    CONFLICT = "conflict"
    NOT_COMMITTED = "not_committed"
    UNKNOWN = "unknown"


class NotCommittedReason(StrEnum):
    """Why nothing (more) was written; the window picks page and dialog by it."""

    NONE = "none"
    REFUSED = "refused"  # the server refused
    NO_CONNECTION = "no_connection"
    STOPPED = "stopped"  # a person stopped it
    GROUP_ACTIVE = "group_active"  # D10
    QUEUE_REMADE = "queue_remade"  # D11
    RETRY_MISSING = "retry_missing"  # D12
    OTHER_WINDOW = "other_window"  # the lock is taken
    OTHER_GROUP = "other_group"  # MARK names another group
    TAKE_OVER = "take_over"  # another program's offset: somebody must say what counts as done
    FORGOTTEN = "forgotten"  # offsets lost: somebody must say that what is known shall do
    CLUSTER_UNFINISHED = "cluster_unfinished"
    JOURNAL = "journal"  # the journal could not be written
    BACKUP = "backup"  # what is discarded could not be kept on this computer, or not noted
    LEDGER_FULL = "ledger_full"
    CONTENTION = "contention"  # fenced too often
    LOAD_AGAIN = "load_again"  # state changed in a way that must be read and asked again


class Compared(StrEnum):
    """What reading the merge copies back showed."""

    IDENTICAL = "identical"
    DIFFERENT = "different"
    NOT_COMPARED = "not_compared"  # no right to read, or not visible yet
    NOTHING = "nothing"  # nothing was merged


class Step(StrEnum):
    """The steps of the commit protocol (design: commit protocol, section 2)."""

    JOURNAL = "journal"  # 0
    INIT = "init"  # 1
    COMPARE = "compare"  # 2
    BEGIN = "begin"  # 3
    OFFSETS = "offsets"  # 4
    TOMBSTONES = "tombstones"  # 5
    INTERLEAVE = "interleave"  # 6
    COPIES = "copies"  # 7
    COMMIT = "commit"  # 8
    DROP = "drop"  # 9
    VERIFY = "verify"  # 10
    READ_BACK = "read_back"  # 11


@dataclass(frozen=True, slots=True)
class CommitProgress:
    """One step of one part has been done (``done`` of ``total`` records handed over)."""

    part: int  # from 1
    parts: int
    step: Step
    done: int
    total: int
    note: Text | None = None  # e.g. what is being waited for


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that cannot be written, and why (also in one plain word for programs)."""

    id: RecordId
    reason: Text


@dataclass(frozen=True, slots=True)
class ClusterWork:
    """What the cluster has not finished of earlier commits of this tool; empty = nothing.

    ``held``: "topic/partition" and groups; ``request``: what to ask the Kafka administrator for.
    """

    held: tuple[str, ...] = ()
    request: str = ""


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """What happened to one chunk. ``refused``: in its way; nothing was written, without them it may be."""

    outcome: Outcome
    merged: tuple[RecordId, ...] = ()
    purged: tuple[RecordId, ...] = ()
    deferred: tuple[RecordId, ...] = ()  # purged, takes effect when the key's last record is decided
    conflicts: tuple[TheirDecision, ...] = ()
    decided_by_others: tuple[RecordId, ...] = ()
    reason: NotCommittedReason = NotCommittedReason.NONE
    message: Text | None = None
    details: str = ""
    nonce: str = ""
    compared: Compared = Compared.NOTHING
    different: tuple[RecordId, ...] = ()
    waiting_for: tuple[str, ...] = ()  # "topic/partition" held by another program's transaction
    low_offsets: tuple[RecordId, ...] = ()  # LEDGER_FULL: decide these first
    refused: tuple[Refused, ...] = ()
    new_times: tuple[RecordId, ...] = ()  # merged with the time of the commit and one more header


@dataclass(frozen=True, slots=True)
class CommitResult:
    """A whole commit: ``outcome`` is that of the first part that was not committed."""

    outcome: Outcome
    chunks: tuple[ChunkResult, ...]
    parts: int
    merged: tuple[RecordId, ...]
    purged: tuple[RecordId, ...]
    deferred: tuple[RecordId, ...]
    skipped: int
    conflicts: tuple[TheirDecision, ...] = ()
    refused: tuple[Refused, ...] = ()
    gone: tuple[RecordId, ...] = ()
    not_sent: tuple[RecordId, ...] = ()  # decisions that are still staged
    locked: tuple[RecordId, ...] = ()  # UNKNOWN: locked until resolved
    seconds: float = 0.0
    finished_at: int = 0  # epoch ms

    @property
    def partly(self) -> bool:
        """Whether at least one part was committed and at least one was not."""
        done = sum(chunk.outcome is Outcome.COMMITTED for chunk in self.chunks)
        return done > 0 and self.outcome is not Outcome.COMMITTED


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of an unfinished commit of this computer (the journal's entry).

    ``missing`` and ``present``: filled only when part of one commit is on the server and part is
    not, which must never happen; then ``outcome`` is UNKNOWN and nothing more is written.
    """

    outcome: Outcome  # COMMITTED, NOT_COMMITTED or UNKNOWN
    plan: tuple[tuple[RecordId, str], ...]
    merged: int
    purged: int
    started_at: int  # epoch ms
    nonce: str
    message: Text | None = None
    present: tuple[RecordId, ...] = ()
    missing: tuple[RecordId, ...] = ()
