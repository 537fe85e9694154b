"""Deciding: what may be staged, and which decisions of a draft still apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import filterfalse

from kmp_desktop.core.decision import Change, Decision, DecisionBook
from kmp_desktop.core.known_queue import Checksums, KnownQueue, ReadQueue
from kmp_desktop.core.ports import DraftEntry, DraftKey, DraftStore
from kmp_desktop.core.queue_state import QueueIdentity
from kmp_desktop.core.record import RecordId


@dataclass(frozen=True, slots=True)
class StageReport:
    """What staging did, for the sentence in the toast.

    ``changed`` counts records, ``were_other`` those of them that were decided differently before,
    ``left`` are those that cannot be decided (somebody else did, or the record is not there).
    """

    change: Change
    were_other: Mapping[Decision, int]
    left: tuple[RecordId, ...]

    @property
    def changed(self) -> int:
        """How many records changed."""
        return len(self.change)


class WhyAside(StrEnum):
    """Why a decision of a draft no longer applies."""

    DECIDED = "decided by someone else"
    GONE = "the record is not there any more"
    CHANGED = "another record lies there now"


@dataclass(frozen=True, slots=True)
class Restored:
    """A draft after it was checked against the queue and against the records themselves.

    ``unread``: decisions about records that were not read this time, because a person stopped
    reading; they stay in the draft untouched.
    """

    staged: Mapping[RecordId, Decision]
    put_aside: tuple[tuple[DraftEntry, WhyAside], ...] = ()
    unread: tuple[DraftEntry, ...] = ()
    saved_at: int = 0  # epoch ms of the last change, 0 = there was no draft


def stage(
    book: DecisionBook,
    ids: Iterable[RecordId],
    decision: Decision | None,
    may_decide: Callable[[RecordId], bool],
) -> StageReport:
    """Stage a decision for all that may take it; the others are left as they are and named."""
    wanted = tuple(ids)
    taken = tuple(filter(may_decide, wanted))
    left: tuple[RecordId, ...] = ()
    if len(taken) < len(wanted):
        left = tuple(filterfalse(frozenset(taken).__contains__, wanted))
    change = book.stage(taken, decision)
    were = Counter(was for was in change.was if was is not None)
    return StageReport(change, dict(were), left)


def draft_key(identity: QueueIdentity, servers: str) -> DraftKey:
    """Where the decisions about this queue are kept."""
    return DraftKey(
        identity.cluster_id,
        identity.queue_topic_id,
        identity.group,
        servers=servers,
        topic=identity.queue_topic,
    )


def draft_changes(change: Change, records: Checksums) -> list[tuple[RecordId, Decision | None, int]]:
    """A change as a ``DraftStore`` takes it, with the checksum of each record."""
    return [
        (record, decision, records.get(record) or 0)
        for record, decision in zip(change.ids, change.now, strict=True)
    ]


def check_draft(entries: Sequence[DraftEntry], loaded: KnownQueue, saved_at: int = 0) -> Restored:
    """Which decisions of a draft still mean the record that they were made for."""
    staged: dict[RecordId, Decision] = {}
    aside: list[tuple[DraftEntry, WhyAside]] = []
    unread: list[DraftEntry] = []
    for entry in entries:
        if is_unread(entry.id, loaded):
            unread.append(entry)
        elif (why := _why_aside(entry, loaded)) is not None:
            aside.append((entry, why))
        else:
            staged[entry.id] = entry.decision
    return Restored(staged, tuple(aside), tuple(unread), saved_at)


def restore_draft(drafts: DraftStore, key: DraftKey, loaded: KnownQueue, book: DecisionBook) -> Restored:
    """Bring a draft back into the book; what no longer applies is put aside, never applied.

    Called once the queue is read and an unfinished commit is settled. May block on the disk.
    """
    entries, saved_at = drafts.read(key)
    restored = check_draft(entries, loaded, saved_at)
    for why in WhyAside:
        stale = [entry for entry, reason in restored.put_aside if reason is why]
        if stale:
            drafts.put_aside(key, stale, why.value)
    book.put_back(restored.staged)
    return restored


def is_unread(record: RecordId, loaded: ReadQueue) -> bool:
    """Not reached, because a person stopped reading: nothing is known about it, least that it is gone."""
    if loaded.complete or record.partition not in loaded.end:
        return False
    return record.offset >= loaded.end[record.partition]


def _why_aside(entry: DraftEntry, loaded: KnownQueue) -> WhyAside | None:
    if entry.id.partition not in loaded.state:
        return WhyAside.GONE
    if loaded.is_decided(entry.id) or entry.id in loaded.decided_in_other_group:
        return WhyAside.DECIDED
    crc = loaded.records.get(entry.id)
    if crc is None:
        return WhyAside.GONE
    return None if crc == entry.crc else WhyAside.CHANGED
