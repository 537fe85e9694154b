"""Which keys a commit removes from the queue, and what their tombstones tell (step 5)."""

from __future__ import annotations

from collections.abc import Mapping

from kmp_desktop.core.plan import Key
from kmp_desktop.core.queue_state import PartitionState, Plan
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.tombstone import decided_runs, headers_of
from kmp_desktop.kafka.desk import Desk, Memory


def finished_keys(memory: Memory, plan: Plan, after: Mapping[int, PartitionState]) -> set[Key]:
    """Keys of the plan or left over whose every record below what was read is decided now."""
    records = memory.loaded.records
    asked = {(each.partition, key) for each in plan if (key := records[each].key) is not None}
    asked |= {key for key in memory.loaded.left if key[0] in after}
    return {
        key
        for key in asked
        if key not in memory.strangers and all(map(after[key[0]].is_decided, memory.by_key.get(key, ())))
    }


def tombstone_headers(
    desk: Desk, memory: Memory, plan: Plan, nonce: bytes, key: Key
) -> list[tuple[str, bytes | None]]:
    """Who decided which records of the key, and how."""
    partition, loaded = key[0], memory.loaded
    offsets = memory.by_key.get(key, [])
    decisions = {
        offset: decision
        for offset in offsets
        if (decision := plan.get(each := RecordId(partition, offset)) or memory.decisions.get(each))
        is not None
    }
    began = loaded.read_from[partition]
    runs = decided_runs(offsets, decisions, began if began > loaded.low[partition] else 0)
    return headers_of(desk.queue.group, runs, nonce, desk.person, desk.clock.now_ms())
