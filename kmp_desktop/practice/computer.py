"""What one computer remembers of its commits, in memory: journal, lock, and ledgers it has seen."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from kmp_desktop.core.journal import JournalEntry


class PracticeComputer:
    """Shared by all windows of one (pretended) computer; two of them are two desktops.

    It is a ``Journal`` and a ``SeenStates``; ``lock`` hands out a ``QueueLock`` for one window.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._entries: dict[tuple[str, str], JournalEntry] = {}
        self._seen: dict[tuple[str, bytes, str], dict[int, int]] = {}
        self._holders: dict[tuple[str, str], PracticeLock] = {}

    def read(self, cluster_id: str, queue_topic: str) -> JournalEntry | None:
        """The unfinished commit of a queue."""
        return self._entries.get((cluster_id, queue_topic))

    def write(self, entry: JournalEntry) -> None:
        """Replace the entry of its queue."""
        self._entries[entry.identity.cluster_id, entry.identity.queue_topic] = entry

    def forget(self, cluster_id: str, queue_topic: str) -> None:
        """Remove the entry."""
        self._entries.pop((cluster_id, queue_topic), None)

    def put_aside(self, entry: JournalEntry, why: str) -> None:  # noqa: ARG002 - nobody reads it here
        """Remove an entry that belongs to another state of this topic."""
        self.forget(entry.identity.cluster_id, entry.identity.queue_topic)

    def seen(self, cluster_id: str, topic_id: bytes, group: str) -> Mapping[int, int]:
        """Partition -> base of the ledgers seen there."""
        return self._seen.get((cluster_id, topic_id, group), {})

    def remember(self, cluster_id: str, topic_id: bytes, group: str, bases: Mapping[int, int]) -> None:
        """Keep what was seen."""
        self._seen.setdefault((cluster_id, topic_id, group), {}).update(bases)

    def lock(self) -> PracticeLock:
        """The lock as one window sees it."""
        return PracticeLock(self)

    def hand_over(self, key: tuple[str, str], taker: PracticeLock) -> bool:
        """Give a queue to a window, unless another one has it."""
        with self._guard:
            return self._holders.setdefault(key, taker) is taker

    def take_back(self, taker: PracticeLock) -> None:
        """Give back whatever a window has."""
        with self._guard:
            for key in [key for key, holder in self._holders.items() if holder is taker]:
                del self._holders[key]


class PracticeLock:
    """A ``QueueLock``."""

    def __init__(self, computer: PracticeComputer) -> None:
        self._computer = computer

    def take(self, cluster_id: str, queue_topic: str) -> bool:
        """Take it without waiting."""
        return self._computer.hand_over((cluster_id, queue_topic), self)

    def release(self) -> None:
        """Give it back."""
        self._computer.take_back(self)
