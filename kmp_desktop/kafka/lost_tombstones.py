"""Tombstones of a commit that counts, which the cluster lost: they are written again, and only these.

Without them their records stay in the queue below the ledger's base, where no later commit looks; and
should the group's offsets expire, they would be offered as undecided once more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kmp_desktop.core.journal import JournalEntry, JournalPhase, WrittenTombstone
from kmp_desktop.core.outcome import NotCommittedReason
from kmp_desktop.core.plan import Key
from kmp_desktop.core.queue_state import CleanupPolicy, PartitionKind, PartitionState, TopicLimits
from kmp_desktop.core.record import DeadLetter
from kmp_desktop.core.text import text
from kmp_desktop.core.tombstone import decided_runs, headers_of, is_tombstone
from kmp_desktop.kafka import offsets
from kmp_desktop.kafka.bounded_producer import BoundedProducer
from kmp_desktop.kafka.clients import READ_COMMITTED, READ_UNCOMMITTED
from kmp_desktop.kafka.desk import Desk, NotCommitted
from kmp_desktop.kafka.interpretation import is_dead_letter, states_of
from kmp_desktop.kafka.scan import Ranges, ReadStalled, read_at, read_ranges
from kmp_desktop.kafka.transaction import abort, again, batch_size, drop, is_fenced, new_initialised, work_s
from kmp_desktop.kafka.writing import Writer

_COMMIT_EXTRA_S = 30.0
Take = Callable[[Sequence[DeadLetter]], None]


@dataclass(slots=True)
class _Found:
    """What everybody can see of a key: its records' offsets, ascending, and its last tombstone (-1: none)."""

    records: list[int] = field(default_factory=list)
    tombstone: int = -1


def not_visible(desk: Desk, entry: JournalEntry) -> tuple[WrittenTombstone, ...]:
    """Tombstones of the entry that nobody sees at their places: lost, or cleaned away since."""
    topic = entry.identity.queue_topic
    places = [(each.partition, each.offset) for each in entry.tombstones]
    found = read_at(desk.clients.consumer(desk.queue.group, READ_COMMITTED), topic, places) if places else {}
    return tuple(each for each in entry.tombstones if (each.partition, each.offset) not in found)


def write_again(
    desk: Desk, entry: JournalEntry, limits: TopicLimits, missing: Sequence[WrittenTombstone]
) -> JournalEntry | None:
    """Write those of ``missing`` whose records are still there and all decided; None = there is none.

    Never over a record that nobody has decided, nor over one that comes in between: such a key gets
    its tombstone with the commit that decides it. Returns the entry with the new places, which are in
    the journal before they become visible. Raises like any transaction: the next look finds out.
    """
    passed_over: set[Key] = set()
    while True:
        if not _wanted(desk, entry, limits, missing, passed_over)[0]:
            return None
        producer = new_initialised(
            desk.clients.settings, desk.transactional_id, batch_size(limits), desk.clients.stopped
        )
        try:
            # Looked at again: from here on nobody else decides anything without fencing this producer.
            wanted, ends = _wanted(desk, entry, limits, missing, passed_over)
            if not wanted:
                return None
            written, strangers = _written(desk, entry, limits, producer, wanted, ends)
        finally:
            drop(producer)
        if written is not None:
            return written
        passed_over |= strangers


def _written(
    desk: Desk,
    entry: JournalEntry,
    limits: TopicLimits,
    producer: BoundedProducer,
    wanted: Mapping[Key, _Found],
    ends: Mapping[int, int],
) -> tuple[JournalEntry | None, set[Key]]:
    """The entry with the new places; or the keys of which somebody wrote a record in between."""
    deadline = time.monotonic() + work_s(desk.clients.settings)
    producer.begin_transaction()
    try:
        writer: Writer[Key] = Writer(producer, deadline)
        for key, found in sorted(wanted.items()):
            headers = _headers(desk, entry, key, found)
            writer.write(key, entry.identity.queue_topic, key[1], None, headers, partition=key[0])
        places = {key: offset for key, (_, offset) in writer.confirmed().items()}
        strangers = _in_between(desk, entry, limits.queue_policy, places, ends)
        if strangers:
            abort(producer)
            return None, strangers
        entry = _with_places(entry, places)
        desk.journal.write(entry)
    except BaseException as failure:
        if not is_fenced(failure):
            abort(producer)
        raise
    again(producer.commit_transaction, deadline + _COMMIT_EXTRA_S)
    return entry, set()


def _wanted(
    desk: Desk,
    entry: JournalEntry,
    limits: TopicLimits,
    missing: Sequence[WrittenTombstone],
    passed_over: Collection[Key],
) -> tuple[dict[Key, _Found], dict[int, int]]:
    """The keys that need their tombstone, and up to where each of their partitions was looked at."""
    places = {(each.partition, each.key): each.offset for each in missing}
    found, ends = _everything_of(desk, entry, limits.queue_policy, places)
    _, now = desk.read_state(tuple(sorted(ends)))
    states = states_of(now, entry.identity.queue_topic_id)
    wanted = {
        key: each
        for key, each in found.items()
        if key not in passed_over and _needs_one(each, places[key], states[key[0]])
    }
    return wanted, ends


def _needs_one(found: _Found, lost_at: int, state: PartitionState) -> bool:
    below = [each for each in found.records if each < lost_at]
    return (
        bool(below)
        and found.tombstone < below[-1]
        and state.kind is PartitionKind.OURS
        and all(map(state.is_decided, found.records))
    )


def _everything_of(
    desk: Desk, entry: JournalEntry, policy: CleanupPolicy, keys: Collection[Key]
) -> tuple[dict[Key, _Found], dict[int, int]]:
    topic, found = entry.identity.queue_topic, {key: _Found() for key in keys}
    consumer = desk.clients.consumer(desk.queue.group, READ_COMMITTED)
    parts = sorted({partition for partition, _ in keys})
    lows = offsets.read_lows(consumer, topic, parts)
    ends = {part: end.stable for (_, part), end in _ends(desk, topic, parts).items()}

    def take(batch: Sequence[DeadLetter]) -> None:
        for record in batch:
            of_key = found.get((record.id.partition, record.key or b"")) if record.key is not None else None
            if of_key is None:
                continue
            if is_tombstone(record.value, record.headers):
                of_key.tombstone = record.id.offset
            elif is_dead_letter(record, policy):
                of_key.records.append(record.id.offset)

    _read(desk, READ_COMMITTED, topic, {each: (lows[each], ends[each]) for each in parts}, take)
    return found, ends


def _in_between(
    desk: Desk,
    entry: JournalEntry,
    policy: CleanupPolicy,
    places: Mapping[Key, int],
    ends: Mapping[int, int],
) -> set[Key]:
    """The keys of which a record lies between what was looked at and our tombstones, however that ends."""
    last: dict[int, int] = {}
    for (partition, _), offset in places.items():
        if offset < ends[partition]:
            raise NotCommitted(
                NotCommittedReason.QUEUE_REMADE,
                text("The queue was set up anew, or records of it were lost."),
                details=f"partition {partition}: tombstone at {offset}, below what was read",
            )
        last[partition] = max(offset, last.get(partition, offset))
    strangers: set[Key] = set()

    def take(batch: Sequence[DeadLetter]) -> None:
        for record in batch:
            key = record.id.partition, record.key or b""
            if record.key is not None and key in places and is_dead_letter(record, policy):
                strangers.add(key)

    ranges = {each: (ends[each], end) for each, end in last.items()}
    _read(desk, READ_UNCOMMITTED, entry.identity.queue_topic, ranges, take)
    return strangers


def _read(desk: Desk, isolation: str, topic: str, ranges: Ranges, take: Take) -> None:
    consumer = desk.clients.consumer(desk.queue.group, isolation)
    reached = read_ranges(consumer, topic, ranges, take, desk.clients.stopped, idle_s=20.0)
    if any(reached[each] < end for each, (_, end) in ranges.items()):
        raise ReadStalled(None)  # stopped: what was not looked at must not be removed


def _headers(desk: Desk, entry: JournalEntry, key: Key, found: _Found) -> list[tuple[str, bytes | None]]:
    """As the lost one told it: by this commit, which record how."""
    decisions = {each.id.offset: each.decision for each in entry.plan if each.id.partition == key[0]}
    known = {each: decisions[each] for each in found.records if each in decisions}
    runs = decided_runs(found.records, known, 0)
    return headers_of(desk.queue.group, runs, entry.nonce, desk.person, desk.clock.now_ms())


def _with_places(entry: JournalEntry, places: Mapping[Key, int]) -> JournalEntry:
    kept = [each for each in entry.tombstones if (each.partition, each.key) not in places]
    new = [WrittenTombstone(partition, offset, key) for (partition, key), offset in places.items()]
    tombstones = sorted([*kept, *new], key=lambda each: (each.partition, each.offset))
    return replace(entry, phase=JournalPhase.COMMITTING, tombstones=tuple(tombstones))


def _ends(desk: Desk, topic: str, partitions: Sequence[int]) -> Mapping[offsets.Partition, offsets.Ends]:
    return offsets.read_ends(desk.clients, [(topic, each) for each in partitions])
