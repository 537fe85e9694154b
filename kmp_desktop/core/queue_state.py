"""What reading a queue to its end found out: records, ledger state, limits, findings."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum

from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.text import Text


class CleanupPolicy(StrEnum):
    """``cleanup.policy`` of the queue's topic as far as we may see it."""

    COMPACT = "compact"
    COMPACT_DELETE = "compact,delete"
    DELETE = "delete"
    UNKNOWN = "unknown"

    @property
    def compacts(self) -> bool:
        """Whether a tombstone removes anything here."""
        return self in (CleanupPolicy.COMPACT, CleanupPolicy.COMPACT_DELETE)


@dataclass(frozen=True, slots=True)
class QueueIdentity:
    """Exactly which queue this is: names, and the ids that a topic made anew does not share."""

    cluster_id: str
    queue_topic: str
    queue_topic_id: bytes  # 16 bytes
    retry_topic: str  # empty: none
    retry_topic_id: bytes  # 16 bytes, empty without retry topic
    group: str


@dataclass(frozen=True, slots=True)
class TopicLimits:
    """What the broker accepts on the two topics; ``None`` = not allowed to look."""

    queue_policy: CleanupPolicy
    retry_compacts: bool
    queue_max_bytes: int  # max.message.bytes
    retry_max_bytes: int
    queue_partitions: int
    retry_partitions: int
    queue_retention_ms: int | None = None  # -1: for ever
    retry_retention_ms: int | None = None
    retry_timestamp_before_ms: int | None = None  # message.timestamp.before.max.ms
    retry_timestamp_after_ms: int | None = None
    retry_log_append_time: bool = False
    metadata_max: int = 4096  # offset.metadata.max.bytes
    offsets_retention_minutes: int | None = None


class CopyTimes(StrEnum):
    """Which time the copies of merged records get."""

    FITTING = "fitting"  # their own, or that of the commit where the retry topic would not keep it
    EXACT = "exact"  # their own, whatever the retry topic does with it


class FindingCode(StrEnum):
    """What a look at topics, rights and group before any work can find."""

    OK = "ok"
    MAY_NOT_WRITE_QUEUE = "may_not_write_queue"
    MAY_NOT_WRITE_RETRY = "may_not_write_retry"
    MAY_NOT_COMMIT = "may_not_commit"  # no right on the group or the transactional.id
    NO_RETRY_TOPIC = "no_retry_topic"
    RETRY_MISSING = "retry_missing"
    RETRY_IS_QUEUE = "retry_is_queue"
    POLICY_UNKNOWN = "policy_unknown"
    POLICY_DELETE = "policy_delete"
    GROUP_ACTIVE = "group_active"
    OTHER_GROUP = "other_group"  # MARK names another group
    PARTITIONS_DIFFER = "partitions_differ"
    OPEN_TRANSACTIONS = "open_transactions"
    REMOVED_BEFORE_DECIDED = "removed_before_decided"
    TAKE_OVER_NEEDED = "take_over_needed"
    OFFSETS_LOST = "offsets_lost"  # expired or reset
    LEDGER_CONFLICT = "ledger_conflict"
    LEFT_OVER = "left_over"  # decided keys that still lack their tombstone
    CLUSTER_UNFINISHED = "cluster_unfinished"
    DECIDED_IN_OTHER_GROUP = "decided_in_other_group"
    READ_ONLY = "read_only"  # the connection was set up for looking
    DISK_FULL = "disk_full"  # this computer could not keep more of the queue
    BACKUP = "backup"  # whether discarded records are kept on this computer
    RETRY_READ_DENIED = "retry_read_denied"  # copies cannot be compared afterwards


class Severity(StrEnum):
    """How much a finding matters: a stop forbids committing (looking still works)."""

    STOP = "stop"
    WARNING = "warning"
    INFO = "info"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found before any work, in words. ``request``: text for the administrator."""

    code: FindingCode
    severity: Severity
    title: Text
    detail: Text
    n: int = 0
    value: str = ""  # e.g. the other group's name
    request: str = ""


class TakeOver(StrEnum):
    """What counts as done where another program left an offset without our ledger."""

    OFFSET = "offset"  # everything before the offset
    START = "start"  # nothing: start at the first record that is still there


class PartitionKind(StrEnum):
    """Whose the committed offset of a partition is."""

    OURS = "ours"
    FRESH = "fresh"
    TAKEN = "taken"  # another program's position, and a person said how to take it over
    FOREIGN = "foreign"  # ... and nobody has said yet: may be looked at, not decided
    LOST = "lost"  # we have seen a ledger here before, now there is none (expired, reset, corrupt)


@dataclass(frozen=True, slots=True)
class CommittedOffset:
    """What the group's committed offset of one partition says; offset -1 = none."""

    offset: int
    metadata: str


@dataclass(frozen=True, slots=True)
class PartitionState:
    """Decided = offsets below ``base`` and those in ``decided``. ``nonces``: newest first, 4 bytes each."""

    base: int
    decided: frozenset[int]
    nonces: tuple[bytes, ...]
    kind: PartitionKind

    def is_decided(self, offset: int) -> bool:
        """Whether the ledger says this offset is decided."""
        return offset < self.base or offset in self.decided


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A tombstone of this program found in the queue (null value, header kmp-v)."""

    offset: int
    group: str
    nonce: str
    decided: str  # kmp-decided, as written
    action: str  # kmp-action, as written
    by: str
    at: int  # epoch ms, 0 = not told


@dataclass(frozen=True, slots=True)
class TheirDecision:
    """How somebody else decided a record, as far as a tombstone tells (else not recorded)."""

    id: RecordId
    decision: str  # "merge", "purge" or "" = not recorded
    by: str  # "" = not recorded
    at: int  # epoch ms, 0 = not recorded


@dataclass(slots=True)
class LoadedQueue:
    """A queue as read from its log start (or base) to the LSO snapshot ``end``.

    Made by ``DeadLetterSource.load``; after that only a ``DecisionSink`` changes it, between the
    chunks of one commit. Dictionaries are keyed by partition.
    """

    identity: QueueIdentity
    limits: TopicLimits
    partitions: tuple[int, ...]
    snapshot: dict[int, CommittedOffset]
    state: dict[int, PartitionState]
    low: dict[int, int]  # log start offset
    read_from: dict[int, int]  # first offset read
    end: dict[int, int]  # first offset not read: the LSO snapshot, or where a person stopped
    high: dict[int, int]  # high watermark when reading began
    records: MutableMapping[RecordId, DeadLetter]  # everything read but tombstones of ours, decided or not
    tombstones: dict[tuple[int, bytes | None], list[Tombstone]] = field(default_factory=dict)
    decided_in_other_group: dict[RecordId, str] = field(default_factory=dict)
    left: set[tuple[int, bytes]] = field(default_factory=set)  # (partition, key) lacking a tombstone
    findings: tuple[Finding, ...] = ()
    complete: bool = True  # False: a person stopped reading
    read_at: int = 0  # epoch ms
    ledgers_since: int = 0  # epoch ms: every ledger was written then or later; 0 = not known
    copy_times: CopyTimes = CopyTimes.FITTING  # for the commit to come; set by the use case
    too_large: dict[RecordId, bool] = field(default_factory=dict)  # what ``plan.is_too_large`` found out

    def is_decided(self, record: RecordId) -> bool:
        """Whether the ledger (or a tombstone) says that this record is decided, by anybody."""
        return self.state[record.partition].is_decided(record.offset)

    def is_open(self, record: RecordId) -> bool:
        """Whether nobody has decided this record yet, here or in another group."""
        return not self.is_decided(record) and record not in self.decided_in_other_group

    def undecided(self) -> list[DeadLetter]:
        """The records a person may decide, in the order of their ids."""
        return [self.records[each] for each in sorted(self.records) if self.is_open(each)]

    def taken_over(self) -> set[int]:
        """Partitions whose position a person took over, and that no commit of ours made ours yet."""
        return {each for each, state in self.state.items() if state.kind is PartitionKind.TAKEN}

    def may_commit(self) -> bool:
        """Whether no finding forbids committing."""
        return all(finding.severity is not Severity.STOP for finding in self.findings)


Plan = Mapping[RecordId, "PlannedDecision"]


class PlannedDecision(StrEnum):
    """What a commit can do to a record (a skip is never written)."""

    MERGE = "merge"
    PURGE = "purge"
