"""A queue, its retry topic and its ledger in memory, shared by every source and sink that works on it."""

from __future__ import annotations

import uuid
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event, RLock

from kmp_desktop.core.queue_state import CleanupPolicy, CommittedOffset
from kmp_desktop.core.record import Header, RecordId
from kmp_desktop.core.tombstone import is_tombstone

READING = "reading"
"""The place of a ``Hold`` inside a load, after its first batch; the others are ``Step`` values."""


class AtCommit(StrEnum):
    """What the broker does when the next part is to become final."""

    REFUSE = "refuse"
    NO_CONNECTION = "no_connection"  # before anything became final
    UNKNOWN_THEN_COMMITTED = "unknown_then_committed"  # it becomes final, the answer is lost
    UNKNOWN_THEN_NOT = "unknown_then_not"  # it does not, and the answer is lost, too
    SUCCEED = "succeed"


class UnfinishedWork(StrEnum):
    """What the cluster has forgotten to end."""

    NOTHING = "nothing"
    OURS = "ours"  # an earlier commit: it can be ended from here
    NOT_OURS = "not_ours"  # looks like ours; only whoever began it, or an administrator, can


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record of one of the two topics; ``timestamp`` is epoch milliseconds."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...]
    timestamp: int


@dataclass(slots=True)
class PartitionLog:
    """One partition: what is there, where it begins, and what a transaction holds back."""

    records: list[StoredRecord] = field(default_factory=list)
    low: int = 0
    next: int = 0
    held_from: int | None = None  # the LSO, while another program's transaction is open

    def append(
        self, key: bytes | None, value: bytes | None, headers: Sequence[Header], timestamp: int
    ) -> int:
        """Add a record; its offset."""
        offset = self.next
        self.records.append(StoredRecord(offset, key, value, tuple(headers), timestamp))
        self.next = offset + 1
        return offset

    @property
    def stable_end(self) -> int:
        """The LSO: the first offset that a committed reader does not get."""
        return self.next if self.held_from is None else self.held_from


@dataclass(slots=True)
class PracticeTopic:
    """A topic; one made anew has another id."""

    name: str
    partitions: list[PartitionLog]
    id: bytes = field(default_factory=lambda: uuid.uuid4().bytes)


class Hold:
    """Stops whoever comes to a place until it is released; for tests that look at what happens then."""

    def __init__(self) -> None:
        self.reached = Event()
        self._released = Event()

    def release(self) -> None:
        """Let it go on."""
        self._released.set()

    def wait(self, given_up: Callable[[], bool]) -> None:
        """Wait for the release, or until ``given_up`` says so."""
        self.reached.set()
        while not self._released.wait(0.05):
            if given_up():
                return


class PracticeBroker:
    """Everything a cluster holds of one queue. Its methods may be called in any thread.

    ``reachable``, ``group_active``, ``may_write`` and ``unfinished`` are switches for what can be shown;
    ``unanswered`` is how many times in a row asking for an unknown outcome gets no answer.
    """

    def __init__(
        self,
        queue_topic: str = "orders.events.dlq",
        retry_topic: str = "orders.events.retry",
        *,
        partitions: int = 2,
        policy: CleanupPolicy = CleanupPolicy.COMPACT,
        cluster_id: str = "practice",
    ) -> None:
        self.lock = RLock()
        self.cluster_id = cluster_id
        self.policy = policy
        self.queue = PracticeTopic(queue_topic, [PartitionLog() for _ in range(partitions)])
        self.retry = PracticeTopic(retry_topic, [PartitionLog() for _ in range(partitions)])
        self.offsets: dict[str, dict[int, CommittedOffset]] = {}  # by group
        self.mark = ""  # the one group that decides this queue
        self.reachable = True
        self.group_active = False
        self.may_write = True
        self.unanswered = 0
        self.unfinished = UnfinishedWork.NOTHING
        self._script: deque[AtCommit] = deque()
        self._holds: dict[str, Hold] = {}

    def write(
        self,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[Header] = (),
        timestamp: int = 1_795_500_000_000,
        partition: int | None = None,
    ) -> RecordId:
        """Write a dead letter, as a service that gave up does; the key picks the partition."""
        with self.lock:
            if partition is None:
                partition = zlib.crc32(key or b"") % len(self.queue.partitions)
            return RecordId(
                partition, self.queue.partitions[partition].append(key, value, headers, timestamp)
            )

    def retried(self) -> list[StoredRecord]:
        """Every record of the retry topic, partition by partition."""
        with self.lock:
            return [record for log in self.retry.partitions for record in log.records]

    def queued(self, partition: int) -> list[StoredRecord]:
        """What a partition of the queue holds, tombstones included."""
        with self.lock:
            return list(self.queue.partitions[partition].records)

    def tombstones(self) -> list[RecordId]:
        """Where this program's tombstones lie."""
        with self.lock:
            return [
                RecordId(number, record.offset)
                for number, log in enumerate(self.queue.partitions)
                for record in log.records
                if is_tombstone(record.value, record.headers)
            ]

    def compact(self) -> None:
        """Keep only the newest record of each key, as the cleaner does; records without key go, too."""
        with self.lock:
            for log in self.queue.partitions:
                newest = {record.key: record.offset for record in log.records}
                log.records = [
                    record
                    for record in log.records
                    if record.key is not None and record.offset == newest[record.key]
                ]

    def set_up_anew(self) -> None:
        """Delete the queue's topic and create it again, empty; the group's offsets stay behind."""
        with self.lock:
            self.queue = PracticeTopic(self.queue.name, [PartitionLog() for _ in self.queue.partitions])

    def put_offset(self, group: str, partition: int, offset: int, metadata: str = "") -> None:
        """Commit an offset as another program (or a reset) does."""
        with self.lock:
            self.offsets.setdefault(group, {})[partition] = CommittedOffset(offset, metadata)

    def forget_offsets(self, group: str) -> None:
        """The offsets expire, or an administrator deletes the group."""
        with self.lock:
            self.offsets.pop(group, None)

    def at_next_commit(self, *happenings: AtCommit) -> None:
        """What happens at the next parts that are to become final, one after the other."""
        with self.lock:
            self._script.extend(happenings)

    def next_happening(self) -> AtCommit:
        """Take the next entry of the script."""
        with self.lock:
            return self._script.popleft() if self._script else AtCommit.SUCCEED

    def hold(self, place: str) -> Hold:
        """Stop the next one that comes to ``place`` (``READING`` or a ``Step``) until it is released."""
        with self.lock:
            self._holds[place] = Hold()
            return self._holds[place]

    def passing(self, place: str, given_up: Callable[[], bool]) -> None:
        """Called by sources and sinks on their way; waits where a hold is set."""
        with self.lock:
            hold = self._holds.pop(place, None)
        if hold is not None:
            hold.wait(given_up)
