"""Step 6 of the commit protocol: what lies between what was read and our tombstones.

A tombstone removes every earlier record of its key, also one that nobody has seen yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from kmp_desktop.core.outcome import NotCommittedReason
from kmp_desktop.core.plan import Key
from kmp_desktop.core.queue_state import LoadedQueue, Plan
from kmp_desktop.core.record import DeadLetter
from kmp_desktop.core.text import text
from kmp_desktop.core.tombstone import is_tombstone, tombstone_of
from kmp_desktop.kafka.clients import READ_UNCOMMITTED
from kmp_desktop.kafka.decided_by_others import decided_by_others
from kmp_desktop.kafka.desk import Conflicting, Desk, Memory, NotCommitted, StrangerFound
from kmp_desktop.kafka.interpretation import is_dead_letter
from kmp_desktop.kafka.scan import Ranges, read_ranges

Tombstones = Mapping[Key, int]
"""Partition and key -> where its tombstone was put."""


def look_between(desk: Desk, loaded: LoadedQueue, memory: Memory, plan: Plan, tombstones: Tombstones) -> None:
    """Look at everything up to our tombstones; what was looked at is not looked at again.

    Raises NotCommitted when a tombstone lies below what was read, Conflicting when another group
    decided a record of the plan, StrangerFound when a record would be removed unseen.
    """
    lowest, highest = _bounds(tombstones)
    for partition, offset in lowest.items():
        if offset < memory.scanned[partition]:
            raise NotCommitted(
                NotCommittedReason.QUEUE_REMADE,
                text("The queue was set up anew, or records of it were lost."),
                details=f"partition {partition}: tombstone at {offset}, below what was read",
            )
    counts = Counter(partition for partition, _ in tombstones)
    between = {
        partition: (memory.scanned[partition], last)
        for partition, last in highest.items()
        if last + 1 - memory.scanned[partition] != counts[partition]
    }
    _judge(desk, loaded, memory, plan, tombstones, _read_between(desk, between))
    memory.scanned.update({partition: last + 1 for partition, last in highest.items()})


def _bounds(tombstones: Tombstones) -> tuple[dict[int, int], dict[int, int]]:
    """The (first, last) offset of each partition's tombstones."""
    lowest: dict[int, int] = {}
    highest: dict[int, int] = {}
    for (partition, _), offset in tombstones.items():
        lowest[partition] = min(offset, lowest.get(partition, offset))
        highest[partition] = max(offset, highest.get(partition, offset))
    return lowest, highest


def _read_between(desk: Desk, ranges: Ranges) -> list[DeadLetter]:
    """Everything in these ranges, whoever wrote it and however that ended."""
    found: list[DeadLetter] = []
    consumer = desk.clients.consumer(desk.queue.group, READ_UNCOMMITTED)
    read_ranges(consumer, desk.queue.queue_topic, ranges, found.extend, lambda: False, idle_s=20.0)
    return found


def _judge(
    desk: Desk,
    loaded: LoadedQueue,
    memory: Memory,
    plan: Plan,
    tombstones: Tombstones,
    between: Sequence[DeadLetter],
) -> None:
    """A stranger's record of a key we are removing, or another group's decision, ends the try."""
    in_the_way = False
    elsewhere: set[tuple[int, bytes | None]] = set()
    for record in between:
        key = record.id.partition, record.key
        if is_tombstone(record.value, record.headers):
            if tombstone_of(record.id.offset, record.headers).group != desk.queue.group:
                elsewhere.add(key)
        elif is_dead_letter(record, loaded.limits.queue_policy):
            memory.strangers.add(key)
            in_the_way = in_the_way or key in tombstones
    decided = [each for each in sorted(plan) if (each.partition, loaded.records[each].key) in elsewhere]
    if decided:
        raise Conflicting(decided_by_others(desk, loaded, decided))
    if in_the_way:
        raise StrangerFound
