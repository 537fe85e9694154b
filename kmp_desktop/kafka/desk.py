"""What all parts of committing share: one queue, its clients, and what this program did to it so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.journal import JournalEntry
from kmp_desktop.core.outcome import NotCommittedReason, Refused
from kmp_desktop.core.ports import Clock, Journal
from kmp_desktop.core.profile import Queue
from kmp_desktop.core.queue_state import CommittedOffset, LoadedQueue, PlannedDecision, TheirDecision
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text
from kmp_desktop.kafka.clients import Clients
from kmp_desktop.kafka.held import HeldPartitions
from kmp_desktop.kafka.offsets import Mark, Partition, naming, read_mark, read_stable, transactional_id

STABLE_S = 12.0


@dataclass(slots=True)
class Desk:
    """One queue as the committer works on it. One thread only."""

    clients: Clients
    queue: Queue
    journal: Journal
    person: str
    clock: Clock
    held: HeldPartitions

    @property
    def transactional_id(self) -> str:
        """Also the group of the MARK."""
        return transactional_id(self.queue.queue_topic)

    def read_state(
        self, partitions: tuple[int, ...], timeout_s: float = STABLE_S
    ) -> tuple[Mark | None, dict[int, CommittedOffset]]:
        """(MARK, committed offset of every partition), both read stable."""
        topic, clients = self.queue.queue_topic, self.clients
        with naming(self.transactional_id):
            consumer = clients.consumer(self.transactional_id)
            mark = read_mark(consumer, topic, partitions[0], timeout_s, clients.stopped)
        with naming(self.queue.group):
            consumer = clients.consumer(self.queue.group)
            return mark, read_stable(consumer, topic, partitions, timeout_s, clients.stopped)

    def keep_journal(self, entry: JournalEntry) -> None:
        """Keep an entry that explains what may be open on the cluster.

        Without it a person is asked instead of the journal.
        """
        try:
            self.journal.write(entry)
        except UserFacingError as failure:
            if failure.code is not ErrorCode.DISK:
                raise

    def forget_journal(self, cluster_id: str) -> None:
        """Forget an entry whose outcome is known.

        One that cannot be removed does no harm: the next start finds out the same once more.
        """
        try:
            self.journal.forget(cluster_id, self.queue.queue_topic)
        except UserFacingError as failure:
            if failure.code is not ErrorCode.DISK:
                raise


def all_partitions(queue: Queue, partitions: tuple[int, ...], retry_partitions: int) -> list[Partition]:
    """Every partition of the queue and of the retry topic."""
    ours = [(queue.queue_topic, each) for each in partitions]
    return ours + [(queue.retry_topic, each) for each in range(retry_partitions)]


@dataclass(slots=True)
class Memory:
    """What was learnt about a loaded queue while committing to it; a new load begins anew.

    ``strangers``: keys of which somebody else wrote a record since the load; ``on_hold``: keys that
    another desktop decided meanwhile, whose tombstones we have not seen; ``scanned``: first offset
    not yet looked at by an interleave check; ``decisions``: what was committed from here;
    ``decided_by_others``: learnt in a compare and not told yet.
    """

    loaded: LoadedQueue
    scanned: dict[int, int]
    offsets: dict[int, list[int]]  # of each partition's records, ascending
    by_key: dict[tuple[int, bytes], list[int]]  # offsets of each key's records, ascending
    strangers: set[tuple[int, bytes | None]] = field(default_factory=set)
    on_hold: set[tuple[int, bytes | None]] = field(default_factory=set)
    decisions: dict[RecordId, PlannedDecision] = field(default_factory=dict)
    decided_by_others: list[RecordId] = field(default_factory=list)

    @classmethod
    def of(cls, loaded: LoadedQueue) -> Memory:
        """The memory of a queue just loaded."""
        offsets: dict[int, list[int]] = {each: [] for each in loaded.partitions}
        by_key: dict[tuple[int, bytes], list[int]] = {}
        for each in sorted(loaded.records):
            if each in loaded.decided_in_other_group:
                continue
            offsets[each.partition].append(each.offset)
            key = loaded.records[each].key
            if key is not None:
                by_key.setdefault((each.partition, key), []).append(each.offset)
        return cls(loaded, dict(loaded.end), offsets, by_key)


# How an attempt ends early. Each is raised by one step and told by the committer.


class NotCommitted(Exception):  # noqa: N818 - an outcome, not a fault of the program
    """Nothing was written: why, for the window and for people."""

    def __init__(
        self,
        reason: NotCommittedReason,
        message: Text,
        details: str = "",
        low_offsets: tuple[RecordId, ...] = (),
    ) -> None:
        super().__init__(str(message))
        self.reason = reason
        self.message = message
        self.details = details
        self.low_offsets = low_offsets


class Conflicting(Exception):  # noqa: N818 - see NotCommitted
    """Somebody else decided records of the plan."""

    def __init__(self, decided: tuple[TheirDecision, ...]) -> None:
        super().__init__(f"{len(decided)} records were decided by others")
        self.decided = decided


class StrangerFound(Exception):  # noqa: N818 - see NotCommitted
    """A record of a tombstoned key came in between: repeat without that tombstone."""


class CopiesRefused(Exception):  # noqa: N818 - see NotCommitted
    """The server does not take copies of these records. ``exact``: each by itself, not a batch of them."""

    def __init__(self, refused: tuple[Refused, ...], *, exact: bool) -> None:
        super().__init__(f"{len(refused)} copies were refused")
        self.refused = refused
        self.exact = exact


class OutcomeUnknown(Exception):  # noqa: N818 - see NotCommitted
    """commit_transaction was called and did not say how it ended: ask the broker."""

    def __init__(self, details: str) -> None:
        super().__init__(details)
        self.details = details
