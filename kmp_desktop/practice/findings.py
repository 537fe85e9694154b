"""What a look at a practice queue finds before any work, in the words of the real one."""

from __future__ import annotations

from collections.abc import Iterator

from kmp_desktop.core.positions import reached
from kmp_desktop.core.queue_state import (
    Finding,
    FindingCode,
    LoadedQueue,
    PartitionKind,
    Severity,
)
from kmp_desktop.core.text import Text, text, text_n
from kmp_desktop.practice.broker import PracticeBroker


def findings(broker: PracticeBroker, loaded: LoadedQueue, missing: int) -> tuple[Finding, ...]:
    """Everything found. ``missing``: offsets that went before anybody decided them."""
    found = [*_rights(broker, loaded), *_state(broker, loaded), *_counts(loaded, missing)]
    return tuple(found) or (
        Finding(
            FindingCode.OK,
            Severity.PASSED,
            text("You may write to both topics"),
            text("Nothing stands in the way."),
        ),
    )


def _rights(broker: PracticeBroker, loaded: LoadedQueue) -> Iterator[Finding]:
    retry_topic = loaded.identity.retry_topic
    if not broker.may_write:
        yield _stop(
            FindingCode.MAY_NOT_WRITE_RETRY,
            text("You can look at this queue, but not retry or discard."),
            text("Your account has no permission to write to “{topic}”.", topic=retry_topic),
            request=f"Please allow Write on the topic {retry_topic}.",
        )
    if not retry_topic:
        yield Finding(
            FindingCode.NO_RETRY_TOPIC,
            Severity.INFO,
            text("There is no retry topic for this queue"),
            text("Records can be discarded or skipped."),
        )
    if retry_topic == loaded.identity.queue_topic:
        yield _stop(
            FindingCode.RETRY_IS_QUEUE,
            text("The retry topic is the queue itself."),
            text("A retried record would come back here at once."),
        )


def _state(broker: PracticeBroker, loaded: LoadedQueue) -> Iterator[Finding]:
    if broker.mark not in ("", loaded.identity.group):
        yield _stop(
            FindingCode.OTHER_GROUP,
            text("This queue is worked on with another setup (group “{group}”).", group=broker.mark),
            text("You can look at it. To decide, use the same setup."),
            value=broker.mark,
        )
    kinds = {state.kind for state in loaded.state.values()}
    foreign = {
        each: loaded.snapshot[each].offset
        for each, state in loaded.state.items()
        if state.kind is PartitionKind.FOREIGN
    }
    if foreign:
        yield _stop(
            FindingCode.TAKE_OVER_NEEDED,
            text("Somebody worked on this queue with another program."),
            text("{reached} What counts as done?", reached=reached(foreign)),
        )
    if PartitionKind.LOST in kinds:
        yield _stop(
            FindingCode.OFFSETS_LOST,
            text("The server has forgotten what was decided here."),
            text("The markers on the queue still tell about some of the records."),
        )
    if broker.group_active:
        yield Finding(
            FindingCode.GROUP_ACTIVE,
            Severity.WARNING,
            text("Another program is working on this queue right now."),
            text("You can decide, but committing has to wait until it stops."),
            value=loaded.identity.group,
        )


def _counts(loaded: LoadedQueue, missing: int) -> Iterator[Finding]:
    held = sum(loaded.high[each] - loaded.end[each] for each in loaded.partitions) if loaded.complete else 0
    if held:
        yield Finding(
            FindingCode.OPEN_TRANSACTIONS,
            Severity.INFO,
            text_n(held, "{n} record is not visible yet.", "{n} records are not visible yet."),
            text("Another program has not finished its own work on the queue."),
            n=held,
        )
    if missing:
        yield Finding(
            FindingCode.REMOVED_BEFORE_DECIDED,
            Severity.INFO,
            text_n(
                missing,
                "{n} record disappeared before it was read.",
                "{n} records disappeared before they were read.",
            ),
            text("The queue keeps only the newest per key."),
            n=missing,
        )
    if loaded.left:
        left = len(loaded.left)
        yield Finding(
            FindingCode.LEFT_OVER,
            Severity.INFO,
            text_n(
                left,
                "{n} earlier discard still has to be finished.",
                "{n} earlier discards still have to be finished.",
            ),
            text("They go along with your next commit."),
            n=left,
        )


def _stop(code: FindingCode, title: Text, detail: Text, *, value: str = "", request: str = "") -> Finding:
    return Finding(code, Severity.STOP, title, detail, value=value, request=request)
