"""Taking over what other desktops decided while this one was thinking."""

from __future__ import annotations

from collections.abc import Mapping

from kmp_desktop.core.outcome import NotCommittedReason
from kmp_desktop.core.queue_state import CommittedOffset, LoadedQueue, PartitionKind, PartitionState, Plan
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import text
from kmp_desktop.kafka.decided_by_others import decided_by_others
from kmp_desktop.kafka.desk import Conflicting, Desk, Memory, NotCommitted
from kmp_desktop.kafka.interpretation import states_of

_GROWS = {(PartitionKind.OURS, PartitionKind.OURS), (PartitionKind.FRESH, PartitionKind.OURS)}


def rebase(desk: Desk, memory: Memory, now: dict[int, CommittedOffset], plan: Plan) -> None:
    """Make ``now`` what is known of the queue; raises NotCommitted LOAD_AGAIN, Conflicting."""
    loaded = memory.loaded
    states, decided = rebased(loaded, now, plan)
    if decided:
        raise Conflicting(decided_by_others(desk, loaded, decided))
    for each, record in loaded.records.items():
        if states[each.partition].is_decided(each.offset) and not loaded.is_decided(each):
            memory.decided_by_others.append(each)
            # Whether the other desktop wrote its key's tombstone is known after the next load.
            memory.on_hold.add((each.partition, record.key))
    loaded.snapshot, loaded.state = now, states


def rebased(
    loaded: LoadedQueue, now: Mapping[int, CommittedOffset], plan: Plan
) -> tuple[dict[int, PartitionState], list[RecordId]]:
    """The states after what others committed, and the plan's records among what they decided.

    Only a state that contains ours is taken over: nothing taken back, nothing expired, no base below
    what was read. Everything else has to be loaded again: raises NotCommitted LOAD_AGAIN.
    """
    fresh = states_of(now, loaded.identity.queue_topic_id)
    states = dict(loaded.state)
    decided: dict[int, list[int]] = {each: [] for each in loaded.partitions}
    for each in loaded.records:
        if loaded.is_decided(each):
            decided[each.partition].append(each.offset)
    for partition, committed in now.items():
        if committed == loaded.snapshot.get(partition):
            continue
        before, after = loaded.state.get(partition), fresh[partition]
        if before is None or (before.kind, after.kind) not in _GROWS:
            raise _load_again(f"partition {partition}: now {after.kind}")
        if after.base < loaded.read_from[partition] or not all(map(after.is_decided, decided[partition])):
            raise _load_again(f"partition {partition}: decisions were taken back")
        states[partition] = after
    return states, [each for each in sorted(plan) if states[each.partition].is_decided(each.offset)]


def _load_again(details: str) -> NotCommitted:
    return NotCommitted(
        NotCommittedReason.LOAD_AGAIN,
        text("What was decided in this queue has changed in an unusual way. Read the queue again."),
        details=details,
    )
