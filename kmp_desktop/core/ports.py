"""The seams: what the use cases need from the outside, and nothing of how it is done.

Every adapter is built, used and closed in one thread. Long calls look at ``stopped`` at least
every 0.2 s and report at most ten times a second. What cannot be helped by the program is raised
as ``UserFacingError``; any other exception is a bug.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from kmp_desktop.core.connection_check import CheckResult
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.failure_rules import NO_RULES, FailureRules
from kmp_desktop.core.journal import JournalEntry
from kmp_desktop.core.outcome import ChunkResult, ClusterWork, CommitProgress, Resolution
from kmp_desktop.core.payload import PayloadColumn
from kmp_desktop.core.profile import ConnectionProfile, Queue, SecretRef, Secrets
from kmp_desktop.core.queue_state import LoadedQueue, Plan, TakeOver
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.text import Text


def never() -> bool:
    """For work that nobody stops."""
    return False


@dataclass(frozen=True, slots=True)
class ReadProgress:
    """How far reading is: records so far; offsets as an upper bound of what is to come."""

    records: int
    offsets_done: int
    offsets_total: int


class LoadObserver(Protocol):
    """Follows a running load; called in the loading thread."""

    def records(self, batch: Sequence[DeadLetter]) -> None:
        """Records that are undecided as far as is known yet."""

    def progress(self, progress: ReadProgress) -> None:
        """How far it is."""

    def stopped(self) -> bool:
        """True: stop soon and return what was read (``complete`` False)."""


class DeadLetterSource(Protocol):
    """Reads one queue."""

    def load(self, observer: LoadObserver, take_over: TakeOver | None = None) -> LoadedQueue:
        """Read ledger and records up to the LSO; raises UserFacingError, never loses records."""

    def new_records(self, loaded: LoadedQueue) -> int:
        """How many offsets lie above what was read (0 = nothing new); quick."""

    def waiting(self, stopped: Callable[[], bool]) -> tuple[int, int | None]:
        """For the queues page: (upper bound of records waiting, newest timestamp in ms or None)."""

    def close(self) -> None:
        """Give everything back."""


class CommitObserver(Protocol):
    """Follows a running commit; called in the committing thread."""

    def step(self, progress: CommitProgress) -> None:
        """A step is done (tests stop, kill or delay the program here)."""

    def stopped(self) -> bool:
        """True: stop before anything becomes final; ignored from Step.COMMIT on."""


class DecisionSink(Protocol):
    """Writes decisions of one queue, one short transaction per chunk."""

    def resolve(self, stopped: Callable[[], bool] = never) -> Resolution | None:
        """Settle an unfinished commit of this computer; None = there was none.

        ``stopped``: whether waiting for the server may be given up; it is asked again another time.

        Must be called, and be settled, before load and before commit_chunk.
        """

    def commit_chunk(
        self, loaded: LoadedQueue, plan: Plan, observer: CommitObserver, part: int, parts: int
    ) -> ChunkResult:
        """Commit one chunk, all or nothing; on success ``loaded`` is brought up to date."""

    def finish_cluster_work(self, loaded: LoadedQueue) -> ClusterWork:
        """End, always by aborting, what the cluster has not finished of commits of this tool.

        Only after a person was asked: it may be another desktop's commit. Returns what is still
        unfinished; afterwards the queue has to be read again. Raises UserFacingError.
        """

    def close(self) -> None:
        """Give everything back (also a lock that is held)."""


class Journal(Protocol):
    """The unfinished commit of this computer, at most one per (cluster, queue topic).

    Every call is on disk (fsync) when it returns; raises UserFacingError DISK when it cannot be.
    """

    def read(self, cluster_id: str, queue_topic: str) -> JournalEntry | None:
        """The entry, or None; a damaged one is put aside and raised as UserFacingError DISK."""

    def write(self, entry: JournalEntry) -> None:
        """Replace the entry of its queue as a whole (write, fsync, rename)."""

    def forget(self, cluster_id: str, queue_topic: str) -> None:
        """Remove the entry; not there = fine."""

    def put_aside(self, entry: JournalEntry, why: str) -> None:
        """Keep an entry that belongs to another state of this topic out of the way."""


class QueueLock(Protocol):
    """Held by whoever commits or resolves a queue on this computer (commit protocol: LOCK)."""

    def take(self, cluster_id: str, queue_topic: str) -> bool:
        """Take it without waiting; False: another window (or program) on this computer has it."""

    def release(self) -> None:
        """Give it back; not held = fine. The kernel does it, too, when the process dies."""


class SeenStates(Protocol):
    """Which ledgers this computer has ever seen: tells "expired" from "never decided anything"."""

    def seen(self, cluster_id: str, topic_id: bytes, group: str) -> Mapping[int, int]:
        """Partition -> the highest base seen there; empty = nothing was ever seen."""

    def remember(self, cluster_id: str, topic_id: bytes, group: str, bases: Mapping[int, int]) -> None:
        """Keep the bases of the partitions that have a ledger of ours (also base 0)."""


class ConnectionCheck(Protocol):
    """Looks whether a connection works, step by step, without writing anything."""

    def __call__(
        self,
        profile: ConnectionProfile,
        queue: Queue | None,
        secrets: Secrets,
        report: Callable[[CheckResult], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Report each step as it is done; the first failure ends it, later ones are "not tried"."""


class TopicNames(Protocol):
    """Which topics an account may see on a cluster."""

    def __call__(
        self, profile: ConnectionProfile, secrets: Secrets, stopped: Callable[[], bool]
    ) -> tuple[str, ...]:
        """Their names in order; raises UserFacingError. Blocks: never on the GUI thread."""


@dataclass(frozen=True, slots=True)
class RegisteredSchema:
    """A schema as the registry holds it; ``references`` are (name, schema text) pairs.

    ``id`` is different for every schema; one that was asked for by its GUID has the GUID's number.
    """

    id: int
    kind: str  # AVRO | PROTOBUF | JSON
    schema: str
    references: tuple[tuple[str, str], ...] = ()


class SchemaSource(Protocol):
    """A schema registry. Never blocks longer than its time limit; remembers failures for a while."""

    def schema(self, schema_id: int | UUID) -> RegisteredSchema:
        """The schema with this id, or this GUID; raises SchemaUnavailable with words that can be shown."""

    def forget_failures(self) -> None:
        """Ask again at the next call, also for ids that failed a moment ago."""


class SchemaUnavailable(Exception):  # noqa: N818 - a state to show, not a fault of the program
    """A schema cannot be had; ``unknown`` = the registry answered that it has none."""

    def __init__(self, reason: Text | str, *, unknown: bool) -> None:
        super().__init__(str(reason))
        self.reason = reason if isinstance(reason, Text) else Text("{reason}", (("reason", reason),))
        self.unknown = unknown


class SecretStore(Protocol):
    """Keeps passwords. Calls may block on an unlock prompt: never on the GUI thread."""

    def get(self, ref: SecretRef) -> str | None:
        """The secret, or None; raises UserFacingError SECRETS_LOCKED."""

    def put(self, ref: SecretRef, secret: str) -> None:
        """Keep it."""

    def delete(self, ref: SecretRef) -> None:
        """Forget it; not there = fine."""

    def keeps(self) -> bool:
        """False: kept in memory only, gone when the program quits."""


class ProfileStore(Protocol):
    """Connections and queues on this computer."""

    def all(self) -> tuple[ConnectionProfile, ...]:
        """Every connection, in the order a person gave them; raises UserFacingError PROFILE."""

    def save(self, profile: ConnectionProfile) -> None:
        """Add or replace (by id); never overwrites a file it could not read."""

    def delete(self, profile_id: str) -> None:
        """Remove; not there = fine."""

    def read_file(self, path: str) -> tuple[ConnectionProfile, ...]:
        """The connections of a profile file someone handed over; raises UserFacingError PROFILE."""

    def write_file(self, path: str, profiles: Sequence[ConnectionProfile]) -> None:
        """Write a profile file to hand over; raises UserFacingError DISK. It never holds a password."""


@dataclass(frozen=True, slots=True)
class DraftEntry:
    """One staged decision and the CRC of the record it was meant for."""

    id: RecordId
    decision: Decision
    crc: int


@dataclass(frozen=True, slots=True)
class DraftKey:
    """Which queue a draft belongs to: ids, so that a topic made anew starts without one.

    ``servers`` and ``topic`` are the names by which the queues page, not connected yet, asks for
    counts; they are remembered beside the draft and are no part of what it belongs to.
    """

    cluster_id: str
    topic_id: bytes
    group: str
    servers: str = field(default="", compare=False)
    topic: str = field(default="", compare=False)


class DraftStore(Protocol):
    """Staged decisions on this computer; every call is on disk when it returns."""

    def append(self, key: DraftKey, changes: Iterable[tuple[RecordId, Decision | None, int]]) -> None:
        """Record changes: (id, decision or None = cleared, CRC)."""

    def read(self, key: DraftKey) -> tuple[tuple[DraftEntry, ...], int]:
        """(what is staged, time of the last change in epoch ms or 0)."""

    def put_aside(self, key: DraftKey, entries: Sequence[DraftEntry], why: str) -> None:
        """Keep entries that no longer apply, out of the way."""

    def counts(self, cluster_and_topic: tuple[str, str], group: str) -> tuple[int, int, int]:
        """(retry, discard, skip) staged for a queue by (servers or cluster id, topic) for the queues page."""


class Clock(Protocol):
    """Wall clock."""

    def now_ms(self) -> int:
        """Epoch milliseconds."""


class Letters(Protocol):
    """Where the engine keeps its records, by row; a list is one."""

    def __getitem__(self, row: int, /) -> DeadLetter:
        """The record of a row."""

    def append(self, letter: DeadLetter, /) -> None:
        """The record of the next row."""


@dataclass(frozen=True, slots=True)
class QueueAdapters:
    """Makes the outside parts of one open queue; each is built in the thread that will use it."""

    source: Callable[[], DeadLetterSource]
    sink: Callable[[], DecisionSink]
    schemas: Callable[[], SchemaSource | None]  # None: no registry is set
    letters: Callable[[], Letters] = list  # where an engine keeps its records
    failures: FailureRules = NO_RULES  # an administrator's, for reading why records failed
    columns: tuple[PayloadColumn, ...] = ()  # a person's; empty: the engine chooses


class Connector(Protocol):
    """Knows how to reach a cluster; ``bootstrap`` hands out the real one or the practice one."""

    def __call__(self, profile: ConnectionProfile, queue: Queue, secrets: Secrets) -> QueueAdapters:
        """No I/O: everything that can fail happens in the adapters."""
