"""The ledger of each partition as a commit leaves it (commit protocol, step 4)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping

from confluent_kafka import TopicPartition

from kmp_desktop.core.ledger import LedgerTooLarge, encode
from kmp_desktop.core.ledger_room import decide_first
from kmp_desktop.core.outcome import NotCommittedReason
from kmp_desktop.core.queue_state import CommittedOffset, LoadedQueue, PartitionKind, PartitionState, Plan
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import text
from kmp_desktop.kafka.desk import Memory, NotCommitted

_CALL_CHARACTERS = 700_000


def state_after(memory: Memory, plan: Plan, nonce: bytes, partition: int) -> PartitionState:
    """Decided: what was, and the plan. Base waits for keys whose tombstone may be missing."""
    loaded = memory.loaded
    before = loaded.state[partition]
    decided = set(before.decided)
    decided |= {each.offset for each in plan if each.partition == partition}
    base = loaded.end[partition]
    known = memory.offsets[partition]
    for offset in known[bisect_left(known, before.base) :]:
        if offset not in decided or _may_lack_tombstone(memory, RecordId(partition, offset)):
            base = offset
            break
    base = max(base, before.base)
    marked = frozenset(each for each in decided if base <= each)
    return PartitionState(base, marked, (nonce[:4], *before.nonces[:8]), PartitionKind.OURS)


def ledger_of(
    loaded: LoadedQueue, plan: Plan, nonce: bytes, partition: int, after: PartitionState
) -> CommittedOffset:
    """The text to send for a state; raises NotCommitted when it is longer than the broker keeps."""
    try:
        return CommittedOffset(after.base, _encoded(loaded, nonce, after))
    except LedgerTooLarge as error:
        raise _full(loaded, plan, f"partition {partition}: {error}") from error


def _encoded(loaded: LoadedQueue, nonce: bytes, after: PartitionState) -> str:
    metadata = encode(after.base, after.decided, loaded.identity.queue_topic_id, nonce, after.nonces[1:])
    if len(metadata) >= loaded.limits.metadata_max:
        raise LedgerTooLarge(len(metadata))
    return metadata


def _full(loaded: LoadedQueue, plan: Plan, details: str) -> NotCommitted:
    first = decide_first(loaded, plan)
    if not first:  # it would fit, but for keys that wait for a tombstone until the queue is read again
        again = text("New records came in meanwhile. Read the queue again, then this commit fits.")
        return NotCommitted(NotCommittedReason.LOAD_AGAIN, again, details)
    older = text("Too many gaps. Decide older records first, then this commit fits.")
    return NotCommitted(NotCommittedReason.LEDGER_FULL, older, details, low_offsets=first)


def _may_lack_tombstone(memory: Memory, record: RecordId) -> bool:
    key = record.partition, memory.loaded.records[record].key
    waits = key in memory.strangers or key in memory.on_hold
    return waits and memory.loaded.limits.queue_policy.compacts


def calls(topic: str, ledgers: Mapping[int, CommittedOffset]) -> Iterator[list[TopicPartition]]:
    """The ledgers in calls of at most 700 KB: a broker stores each call as one batch."""
    some: list[TopicPartition] = []
    size = 0
    for partition, ledger in ledgers.items():
        if some and size + len(ledger.metadata) > _CALL_CHARACTERS:
            yield some
            some, size = [], 0
        some.append(TopicPartition(topic, partition, ledger.offset, ledger.metadata))
        size += len(ledger.metadata) + 20
    if some:
        yield some
