"""What was committed from this computer, and what became of every record of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from kmp_desktop.core.queue_state import QueueIdentity
from kmp_desktop.core.record import RecordId


class HistoryState(StrEnum):
    """What is known of a commit (of one part of it)."""

    CHECKING = "checking"  # begun; its end is not known yet
    COMMITTED = "committed"
    PARTLY = "partly"  # some of its records are decided, others are not
    NOT_COMMITTED = "not_committed"


@dataclass(frozen=True, slots=True)
class HistoryRecord:
    """One record of a commit. ``decision``: "merge" or "purge"; ``why``: why it failed, in words.

    ``committed`` is ``None`` as long as that is not known. ``why`` is empty where it was not noted.
    """

    id: RecordId
    decision: str
    key: bytes | None
    why: str = ""
    committed: bool | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One commit, or one part of a large one. Times are epoch milliseconds.

    ``receipt`` is the commit's number (its nonce); empty until it is known.
    """

    number: int
    at: int
    identity: QueueIdentity
    connection: str
    queue: str
    person: str
    computer: str
    program: str
    state: HistoryState
    receipt: str
    merged: int
    purged: int


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is noted before a commit is tried."""

    at: int
    identity: QueueIdentity
    connection: str
    queue: str
    person: str
    computer: str
    program: str
    records: Sequence[HistoryRecord]


class History(Protocol):
    """The commits of this computer. Every call is on disk when it returns; raises UserFacingError DISK."""

    def begin(self, beginning: Beginning) -> int:
        """Note what is about to be tried; the number of its entry."""

    def finish(
        self, number: int, state: HistoryState, receipt: str, committed: Mapping[RecordId, bool]
    ) -> None:
        """Note how it ended; records that are not named keep what is known of them."""

    def unsettled(self, cluster_id: str, queue_topic: str) -> list[tuple[int, list[RecordId]]]:
        """(number, its records) of what was begun on a queue and whose end is not known."""

    def entries(self, words: str = "", limit: int = 1_000) -> list[HistoryEntry]:
        """The newest first; ``words``: only those whose queue, receipt, person, keys or reasons hold them."""

    def records(self, number: int) -> list[HistoryRecord]:
        """The records of an entry, in the order of their ids."""


def ended(committed: Iterable[bool]) -> HistoryState:
    """The state of an entry whose records are committed or not."""
    known = set(committed)
    if known == {True}:
        return HistoryState.COMMITTED
    return HistoryState.PARTLY if True in known else HistoryState.NOT_COMMITTED
