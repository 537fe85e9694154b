"""What the window knows of an open queue as a whole, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.outcome import Resolution
from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.core.queue_state import Finding, QueueIdentity, TopicLimits


class SessionPhase(StrEnum):
    """Where an open queue is; each has one picture on the triage page (or a page of its own)."""

    CONNECTING = "connecting"
    CHECKING = "checking"  # an unfinished commit of this computer is being settled
    READING = "reading"
    READY = "ready"  # read (``QueueSummary.complete`` False: a person stopped it)
    FAILED = "failed"  # ``SessionState.error`` says why
    COMMITTING = "committing"
    LOCKED = "locked"  # the outcome of a commit is not known; asked again by itself
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class QueueSummary:
    """What was found when the queue was read. Counts are offsets or records as named."""

    identity: QueueIdentity
    limits: TopicLimits
    findings: tuple[Finding, ...]
    undecided: int  # records offered for decision
    held_offsets: int  # above the LSO: held back by open transactions
    removed_offsets: int  # gone before anybody decided them (compaction, retention)
    left: int  # keys whose tombstone goes along with the next commit
    foreign_offsets: Mapping[int, int]  # partition -> another program's position (take-over page)
    complete: bool
    read_at: int  # epoch ms
    may_decide: bool  # no finding forbids committing


@dataclass(frozen=True, slots=True)
class RestoredDraft:
    """A draft that came back: how many still apply, how many do not, when it was saved (epoch ms)."""

    applied: int
    put_aside: int
    saved_at: int


@dataclass(frozen=True, slots=True)
class SessionState:
    """One picture of an open queue. Times are epoch milliseconds, 0 = never or not now."""

    phase: SessionPhase = SessionPhase.CONNECTING
    progress: ReadProgress | None = None
    phase_since: int = 0
    summary: QueueSummary | None = None
    error: UserFacingError | None = None
    new_records: int = 0
    offline_since: int = 0
    next_attempt_at: int = 0  # OFFLINE and LOCKED: when it is tried again by itself
    restored: RestoredDraft | None = None
    draft_saved_at: int = 0
    draft_error: UserFacingError | None = None
    resolution: Resolution | None = None  # what became of an unfinished commit, once told
    engine_ended_at: int = 0  # the process behind the queue ended by itself and was started again
    committed_elsewhere: bool = False  # another window of this computer is committing
