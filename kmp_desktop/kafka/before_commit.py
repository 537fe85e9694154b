"""What must hold right before a commit; anything else ends it before something is written."""

from __future__ import annotations

from collections.abc import Iterable

from kmp_desktop.core.outcome import NotCommittedReason
from kmp_desktop.core.queue_state import LoadedQueue, PartitionKind, Plan
from kmp_desktop.core.text import text
from kmp_desktop.kafka import offsets, topics
from kmp_desktop.kafka.decided_by_others import decided_by_others
from kmp_desktop.kafka.desk import Conflicting, Desk, NotCommitted
from kmp_desktop.kafka.offsets import Mark

_TO_BE_SAID = {
    PartitionKind.FOREIGN: NotCommittedReason.TAKE_OVER,
    PartitionKind.LOST: NotCommittedReason.FORGOTTEN,
}


def refuse_remade_topics(desk: Desk, loaded: LoadedQueue) -> None:
    """Of topics that were set up anew since the load nothing is known."""
    identity = loaded.identity
    queue = topics.describe(desk.clients, identity.queue_topic)
    if queue is None or queue.id != identity.queue_topic_id:
        raise NotCommitted(
            NotCommittedReason.QUEUE_REMADE,
            text("The queue was set up anew. Its records are not the ones you decided on."),
        )
    if not identity.retry_topic:
        return
    retry = topics.describe(desk.clients, identity.retry_topic)
    if retry is None:
        raise NotCommitted(NotCommittedReason.RETRY_MISSING, text("The retry queue does not exist any more."))
    if retry.id != identity.retry_topic_id:
        raise NotCommitted(
            NotCommittedReason.LOAD_AGAIN, text("The retry queue was set up anew. Read the queue again.")
        )


def refuse_live_group(desk: Desk) -> None:
    """A member of the group would overwrite what is committed."""
    if not offsets.group_is_free(desk.clients, desk.queue.group):
        raise NotCommitted(
            NotCommittedReason.GROUP_ACTIVE,
            text(
                "Another program is working on this queue. It uses the same group “{group}”. "
                "Stop that application first.",
                group=desk.queue.group,
            ),
        )


def refuse_other_group(desk: Desk, mark: Mark | None) -> None:
    """One group decides a queue: the one that the MARK names."""
    if mark is not None and mark.group != desk.queue.group:
        raise NotCommitted(
            NotCommittedReason.OTHER_GROUP,
            text("This queue is worked on with another setup (group “{group}”).", group=mark.group),
        )


def refuse_undecidable(desk: Desk, loaded: LoadedQueue, plan: Plan, partitions: Iterable[int]) -> None:
    """Nothing decided is decided again, and nothing before somebody said what counts as done."""
    decided = [each for each in sorted(plan) if not loaded.is_open(each)]
    if decided:
        raise Conflicting(decided_by_others(desk, loaded, decided))
    for partition in partitions:
        reason = _TO_BE_SAID.get(loaded.state[partition].kind)
        if reason is not None:
            raise NotCommitted(
                reason,
                text("It has not been said what counts as done here."),
                details=f"partition {partition}: {loaded.state[partition].kind}",
            )
