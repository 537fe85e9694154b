"""What one part of a commit writes: the same rules as the commit protocol, steps 4, 5 and 7."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kmp_desktop.core.copies import copy_of
from kmp_desktop.core.ledger import encode
from kmp_desktop.core.plan import Key
from kmp_desktop.core.queue_state import CommittedOffset, LoadedQueue, PartitionState, Plan, PlannedDecision
from kmp_desktop.core.record import DeadLetter, Header, RecordId
from kmp_desktop.core.tombstone import decided_runs, headers_of
from kmp_desktop.practice.reading import by_key, covered, left_over


@dataclass(frozen=True, slots=True)
class Chunk:
    """Everything one transaction holds."""

    nonce: bytes
    states: dict[int, PartitionState]
    offsets: dict[int, CommittedOffset]
    tombstones: tuple[tuple[Key, list[Header]], ...]
    copies: tuple[DeadLetter, ...]


def chunk_of(
    loaded: LoadedQueue, plan: Plan, strangers: set[Key], nonce: bytes, person: str, now: int
) -> Chunk:
    """Make the transaction of a plan. ``strangers``: keys with records that were not read."""
    keys = by_key(loaded)
    reached = _reached(loaded, plan)
    finished = {
        key
        for key, records in keys.items()
        if key in reached
        and key not in strangers
        and loaded.limits.queue_policy.compacts
        and all(loaded.is_decided(each) or each in plan for each in records)
        and not covered(loaded, key, max(records))
    }
    owed = (strangers | left_over(loaded)) - finished
    states = {
        partition: _next_state(loaded, plan, partition, owed, nonce)
        for partition in partitions_of(loaded, plan)
    }
    topic_id = loaded.identity.queue_topic_id
    return Chunk(
        nonce=nonce,
        states=states,
        offsets={
            partition: CommittedOffset(
                state.base,
                encode(state.base, state.decided, topic_id, nonce, loaded.state[partition].nonces),
            )
            for partition, state in states.items()
        },
        tombstones=tuple(
            (key, _headers(loaded, plan, keys[key], nonce, person, now)) for key in sorted(finished)
        ),
        copies=tuple(
            _copy(loaded, loaded.records[each], now)
            for each in sorted(plan)
            if plan[each] is PlannedDecision.MERGE
        ),
    )


def partitions_of(loaded: LoadedQueue, plan: Plan) -> set[int]:
    """Whose ledger is sent: those of the plan, with keys left over, and what was taken over."""
    left = {partition for partition, _ in loaded.left}
    return {each.partition for each in plan} | left | loaded.taken_over()


def _copy(loaded: LoadedQueue, record: DeadLetter, now: int) -> DeadLetter:
    copy = copy_of(loaded.limits, record, now, loaded.copy_times)
    return replace(record, headers=copy.headers, timestamp=copy.timestamp or now)


def _reached(loaded: LoadedQueue, plan: Plan) -> set[Key]:
    reached: set[Key] = set(loaded.left)
    for each in plan:
        key = loaded.records[each].key
        if key is not None:
            reached.add((each.partition, key))
    return reached


def _next_state(
    loaded: LoadedQueue, plan: Plan, partition: int, owed: set[Key], nonce: bytes
) -> PartitionState:
    before = loaded.state[partition]
    decided = before.decided | {each.offset for each in plan if each.partition == partition}
    waiting = [
        record.id.offset
        for record in loaded.records.values()
        if record.id.partition == partition
        and record.id.offset >= before.base
        and (record.id.offset not in decided or _owed(loaded, record, owed))
    ]
    base = max(before.base, min(waiting, default=loaded.end[partition]))
    return PartitionState(
        base,
        frozenset(each for each in decided if each >= base),
        (nonce[:4], *before.nonces[:8]),
        before.kind,
    )


def _owed(loaded: LoadedQueue, record: DeadLetter, owed: set[Key]) -> bool:
    """Whether the tombstone that this decided record needs may be missing: then base waits for it."""
    if record.key is None or not loaded.limits.queue_policy.compacts:
        return False
    key = (record.id.partition, record.key)
    return key in owed and not covered(loaded, key, record.id)


def _headers(
    loaded: LoadedQueue, plan: Plan, records: list[RecordId], nonce: bytes, person: str, now: int
) -> list[Header]:
    decisions = {each.offset: plan[each] for each in records if each in plan}
    read_from = loaded.read_from[records[0].partition]
    runs = decided_runs(sorted(each.offset for each in records), decisions, read_from)
    return headers_of(loaded.identity.group, runs, nonce, person, now)
