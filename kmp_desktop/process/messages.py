"""What a window and the desk behind it tell each other: frozen values, in order, both ways.

Orders go to the desk, news come from it. ``Begin``, ``LendKey`` and ``Logged`` are about
the process alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.known_queue import KnownQueue
from kmp_desktop.core.outcome import ClusterWork, CommitProgress, CommitResult, Resolution
from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.core.queue_state import CopyTimes, TakeOver
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.session import QueueSummary
from kmp_desktop.core.view import Reply, Request


@dataclass(frozen=True, slots=True)
class Begin:
    """Which queue, and the passwords for it; the first frame, and again when they are other ones."""

    profile: ConnectionProfile
    queue: Queue
    secrets: Secrets = field(repr=False)
    data_dir: Path | None  # as ``--data-dir``


@dataclass(frozen=True, slots=True)
class LendKey:
    """The key of the backups, for what is committed next; ``keeps``: whether there can be backups at all."""

    keeps: bool
    key: str = field(default="", repr=False)
    refused: UserFacingError | None = None  # why it could not be had


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """Read the queue. ``connect_anew``: close what there is first (new password, new settings)."""

    take_over: TakeOver | None = None
    connect_anew: bool = False


@dataclass(frozen=True, slots=True)
class CommitOrder:
    """Commit what is staged."""

    staged: Mapping[RecordId, Decision]
    times: CopyTimes = CopyTimes.FITTING


@dataclass(frozen=True, slots=True)
class ResolveOrder:
    """Ask what became of an unfinished commit."""


@dataclass(frozen=True, slots=True)
class FinishClusterWorkOrder:
    """End what the cluster has not finished; a person was asked."""


@dataclass(frozen=True, slots=True)
class LookOrder:
    """See whether new records have come."""


@dataclass(frozen=True, slots=True)
class StopReadingOrder:
    """End the load that runs, soon, with what it has. Overtakes what was ordered before."""


@dataclass(frozen=True, slots=True)
class StopCommitOrder:
    """End the commit that runs before anything (more) becomes final. Overtakes likewise."""


@dataclass(frozen=True, slots=True)
class AskOrder:
    """Ask the engine."""

    request: Request


@dataclass(frozen=True, slots=True)
class BringUpToDateOrder:
    """Let the engine take what a read or a commit found out: ``KnownQueue.version``.

    ``let_go``: records that somebody else decided and a person took out of the list.
    """

    version: int
    let_go: frozenset[RecordId] = frozenset()


@dataclass(frozen=True, slots=True)
class RegistryOrder:
    """Decode again what could not be decoded because the registry did not answer."""


@dataclass(frozen=True, slots=True)
class CloseOrder:
    """Give everything back once what was ordered before is over; ends in ``Closed``."""


Order = (
    ReadOrder
    | CommitOrder
    | ResolveOrder
    | FinishClusterWorkOrder
    | LookOrder
    | StopReadingOrder
    | StopCommitOrder
    | AskOrder
    | BringUpToDateOrder
    | RegistryOrder
    | CloseOrder
)


@dataclass(frozen=True, slots=True)
class Progressed:
    """While reading."""

    progress: ReadProgress


@dataclass(frozen=True, slots=True)
class ReadDone:
    """A read ended.

    ``known`` and ``summary`` are None where nothing was read, because an unfinished commit is not
    settled. ``decided_since``: offered before, decided by now.
    """

    resolution: Resolution | None
    committing_elsewhere: bool
    known: KnownQueue | None
    decided_since: frozenset[RecordId]
    summary: QueueSummary | None


@dataclass(frozen=True, slots=True)
class ReadFailed:
    """A read ended without a result."""

    error: UserFacingError


@dataclass(frozen=True, slots=True)
class CommitProgressed:
    """While committing."""

    progress: CommitProgress


@dataclass(frozen=True, slots=True)
class CommitDone:
    """A commit ended; ``known`` is the queue as it is now, the rest as after a read."""

    result: CommitResult
    known: KnownQueue
    decided_since: frozenset[RecordId]
    summary: QueueSummary


@dataclass(frozen=True, slots=True)
class Resolved:
    """What became of an unfinished commit; None: there was none."""

    resolution: Resolution | None


@dataclass(frozen=True, slots=True)
class ResolveFailed:
    """It could not be asked."""

    error: UserFacingError


@dataclass(frozen=True, slots=True)
class ClusterWorkDone:
    """What is left after ending unfinished work, or why it could not be ended."""

    left: ClusterWork | UserFacingError


@dataclass(frozen=True, slots=True)
class Looked:
    """How many offsets came since the last read."""

    new_records: int


@dataclass(frozen=True, slots=True)
class LookFailed:
    """It could not be looked."""

    error: UserFacingError


@dataclass(frozen=True, slots=True)
class Replied:
    """An answer of the engine, or a push."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class BegunAnew:
    """The topic was made anew: the rows replied so far mean nothing any more."""


@dataclass(frozen=True, slots=True)
class BroughtUpToDate:
    """The engine has taken what it was brought, and pushed it."""


@dataclass(frozen=True, slots=True)
class Broke:
    """A bug; what was going on is over, its outcome is not known."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Closed:
    """Everything is given back; the last news."""


@dataclass(frozen=True, slots=True)
class Died:
    """The process has ended by itself, and all it knew is gone; the next order starts another one.

    ``details``: how, for developers. ``could_start`` False: there was none at all.
    """

    details: str
    could_start: bool = True


@dataclass(frozen=True, slots=True)
class Logged:
    """A line for the window's log."""

    logger: str
    level: int
    thread: str
    process: int
    line: str


News = (
    Progressed
    | ReadDone
    | ReadFailed
    | CommitProgressed
    | CommitDone
    | Resolved
    | ResolveFailed
    | ClusterWorkDone
    | Looked
    | LookFailed
    | Replied
    | BegunAnew
    | BroughtUpToDate
    | Broke
    | Closed
    | Died
    | Logged
)
