"""What is told at the first retry from a queue: how the services behind it have to read."""

from __future__ import annotations

from kmp_desktop.core.queue_state import LoadedQueue, PartitionKind, PlannedDecision
from kmp_desktop.core.text import text
from kmp_desktop.core.tombstone import tells_only

READERS_TITLE = text("Nothing was retried from this queue with this program before")
READERS_DETAIL = text(
    "The services that read the retry queue need the setting “isolation.level=read_committed”. "
    "Without it they may process a record twice when a commit is interrupted. "
    "Ask their developers."
)


def is_first_retry(loaded: LoadedQueue) -> bool:
    """Whether nobody has retried from this queue, as far as its ledger and its tombstones tell.

    A ledger tells that something was decided, not what; tombstones that can be read tell that, too.
    """
    if not any(state.kind is PartitionKind.OURS for state in loaded.state.values()):
        return True
    told = [each for found in loaded.tombstones.values() for each in found]
    return bool(told) and all(tells_only(each, PlannedDecision.PURGE) for each in told)
