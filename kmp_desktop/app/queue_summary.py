"""What was found when a queue was read, in one frozen value."""

from __future__ import annotations

from kmp_desktop.core.queue_state import FindingCode, LoadedQueue, PartitionKind
from kmp_desktop.core.session import QueueSummary


def summary_of(loaded: LoadedQueue) -> QueueSummary:
    """Count what the window tells of a queue as a whole."""
    return QueueSummary(
        identity=loaded.identity,
        limits=loaded.limits,
        findings=loaded.findings,
        undecided=sum(map(loaded.is_open, loaded.records)),
        held_offsets=_counted(loaded, FindingCode.OPEN_TRANSACTIONS),
        removed_offsets=_counted(loaded, FindingCode.REMOVED_BEFORE_DECIDED),
        left=len(loaded.left),
        foreign_offsets={
            partition: loaded.snapshot[partition].offset
            for partition, state in loaded.state.items()
            if state.kind is PartitionKind.FOREIGN
        },
        complete=loaded.complete,
        read_at=loaded.read_at,
        may_decide=loaded.may_commit(),
    )


def _counted(loaded: LoadedQueue, code: FindingCode) -> int:
    return sum(finding.n for finding in loaded.findings if finding.code is code)
