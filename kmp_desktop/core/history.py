"""What was committed from this computer, and what became of every record of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from kmp_desktop.core.queue_state import QueueIdentity
from kmp_desktop.core.record import DeadLetter, RecordId

MOST_ENTRIES = 1_000
"""So many commits are listed at once."""


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
    ``backup_until`` and ``restored_at`` are epoch milliseconds, 0 = there is none, or it was not.
    ``restoring``: how many restores were begun whose end is not known.
    """

    id: RecordId
    decision: str
    key: bytes | None
    why: str = ""
    committed: bool | None = None
    backup_until: int = 0
    restored_at: int = 0
    restoring: int = 0


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
class Unsettled:
    """A commit whose end is not known. ``receipt``: its nonce, empty where it was killed before it told."""

    number: int
    receipt: str
    at: int
    plan: tuple[tuple[RecordId, str], ...]  # "merge" or "purge"


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

    def unsettled(self, identity: QueueIdentity) -> list[Unsettled]:
        """What was begun on exactly this queue (topic id, group) and whose end is not known."""

    def entries(self, words: str = "", limit: int = MOST_ENTRIES) -> list[HistoryEntry]:
        """The newest first; ``words``: only those whose queue, receipt, person, keys or reasons hold them."""

    def records(self, number: int) -> list[HistoryRecord]:
        """The records of an entry, in the order of their ids."""


class Backups(Protocol):
    """The bytes of discarded records, encrypted on this computer.

    Calls may wait for the password store: never on the GUI thread. They raise UserFacingError DISK, or
    SECRETS_LOCKED when the key cannot be had.
    """

    def possible(self) -> bool:
        """Whether there is a password store that keeps the key; without one nothing is saved."""

    def save(self, number: int, records: Iterable[DeadLetter], until: int) -> None:
        """Keep records of an entry until a time (epoch ms); on disk when it returns."""

    def load(self, number: int) -> dict[RecordId, DeadLetter]:
        """The records of an entry that are kept, byte for byte."""

    def begin_restore(self, number: int, records: Mapping[RecordId, int]) -> None:
        """Note that these are about to be put back; the numbers: ``restoring`` as it was seen before.

        All or none: raises UserFacingError when another program has begun or ended a restore since.
        """

    def end_restore(self, number: int, records: Mapping[RecordId, bool], at: int) -> None:
        """Note which were put back at ``at`` (epoch ms), and which surely were not."""

    def drop(self, now: int) -> None:
        """Remove what was to be kept until an earlier time."""


class RestoreNotKnown(Exception):  # noqa: N818 - an outcome that is told
    """It cannot be told whether records were put back; reading the queue shows it."""


class Restorer(Protocol):
    """Puts records back into their queue."""

    def restore(self, identity: QueueIdentity, records: Sequence[DeadLetter]) -> dict[RecordId, RecordId]:
        """All or none, as new records; where each lies now.

        Raises UserFacingError when nothing was written, RestoreNotKnown when that cannot be told.
        """

    def close(self) -> None:
        """Give everything back."""


def ended(committed: Iterable[bool]) -> HistoryState:
    """The state of an entry whose records are committed or not."""
    known = set(committed)
    if known == {True}:
        return HistoryState.COMMITTED
    return HistoryState.PARTLY if True in known else HistoryState.NOT_COMMITTED
