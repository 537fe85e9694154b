"""Did my commit happen? Settles the journal's entry by asking the broker, and says no more than that.

What the cluster has forgotten to finish of it is ended here, and what it kept only a part of repaired.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.journal import JournalEntry, JournalPhase, WrittenCopy
from kmp_desktop.core.outcome import ClusterWork, Outcome, Resolution
from kmp_desktop.core.queue_state import CommittedOffset, PartitionKind, PartitionState, PlannedDecision
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text, text
from kmp_desktop.core.tombstone import is_tombstone, tombstone_of
from kmp_desktop.kafka import offsets, refusals, topics
from kmp_desktop.kafka.clients import READ_COMMITTED
from kmp_desktop.kafka.copies import FoundCopies, find_copies, sources_of
from kmp_desktop.kafka.desk import (
    STABLE_S,
    Conflicting,
    Desk,
    NotCommitted,
    OutcomeUnknown,
    StrangerFound,
)
from kmp_desktop.kafka.heal import heal
from kmp_desktop.kafka.held import HeldPartitions
from kmp_desktop.kafka.interpretation import states_of
from kmp_desktop.kafka.lost_tombstones import not_visible, write_again
from kmp_desktop.kafka.offsets import Mark
from kmp_desktop.kafka.repair import CannotRepair, limits_now, redo, republish
from kmp_desktop.kafka.scan import RangeLost, ReadStalled, read_at
from kmp_desktop.kafka.settings import SOCKET_TIMEOUT_S
from kmp_desktop.kafka.transaction import FAILURES, NotInitialised, drop, error_of, new_initialised
from kmp_desktop.kafka.writing import NotConfirmed

_ASK_S = 2 * SOCKET_TIMEOUT_S + 2.0
_ANCESTORS = 9  # the newest nonce and eight before it
_ROUNDS = 3
_BATCH = 1_000_000


def resolve(desk: Desk, entry: JournalEntry) -> Resolution:
    """Settle an entry and forget it, or say UNKNOWN and keep it. The queue's lock must be held."""
    desk = _of_its_group(desk, entry)
    try:
        for _ in range(_ROUNDS):
            resolution = _resolve(desk, entry)
            if isinstance(resolution, Resolution):
                return resolution
            entry = resolution  # something was repaired: look whether it is right now
        return _unknown(entry, _partly_missing(), "repaired several times")
    except (*FAILURES, NotInitialised, NotConfirmed, ReadStalled, RangeLost) as failure:
        return _unknown(entry, _not_answered(failure), failure)
    except UserFacingError as failure:
        return _unknown(entry, failure.happened, failure.details)
    except (NotCommitted, Conflicting, StrangerFound, OutcomeUnknown) as failure:
        return _unknown(entry, _partly_missing(), str(failure))
    except CannotRepair as failure:
        there = tuple(each.id for each in entry.plan if each.id not in failure.missing)
        unknown = _unknown(entry, failure.message, _partly_missing())
        return replace(unknown, present=there, missing=failure.missing)


def _not_answered(failure: Exception) -> Text:
    """Why the server could not be asked: a right that is missing is no silence."""
    error = failure.cause if isinstance(failure, NotInitialised) else error_of(failure)
    return refusals.in_words(error)


def _of_its_group(desk: Desk, entry: JournalEntry) -> Desk:
    """A topic has one journal, whichever group its queue is worked on with."""
    topic, group = entry.identity.retry_topic, entry.identity.group
    return replace(desk, queue=replace(desk.queue, retry_topic=topic, group=group))


def _resolve(desk: Desk, entry: JournalEntry) -> Resolution | JournalEntry:
    facts = topics.describe(desk.clients, entry.identity.queue_topic)
    # Ends the old transaction, or waits for its end: afterwards nothing of it can still happen.
    clients = desk.clients
    drop(new_initialised(clients.settings, desk.transactional_id, _BATCH, clients.stopped))
    if facts is None or facts.id != entry.identity.queue_topic_id:
        return _of_another_queue(desk, entry)
    found = _state(desk, entry, facts.partitions)
    if found.left.held:
        return _unknown(entry, _call_the_administrator(), found.left.request)
    if entry.phase is JournalPhase.OPEN:  # commit_transaction was never called
        return _settled(desk, entry, Outcome.NOT_COMMITTED)
    return _judged(desk, entry, found)


def _of_another_queue(desk: Desk, entry: JournalEntry) -> Resolution:
    """The records are gone with the old topic; what was written to the retry topic is not."""
    is_done = bool(find_copies(desk, entry).visible)
    desk.journal.put_aside(entry, "it belongs to another state of this topic")
    outcome = Outcome.COMMITTED if is_done else Outcome.NOT_COMMITTED
    return _resolution(entry, outcome, text("The queue was set up anew since."))


@dataclass(frozen=True, slots=True)
class _State:
    """What the cluster holds; ``left``: what it cannot finish, then nothing else is known."""

    mark: Mark | None = None
    now: Mapping[int, CommittedOffset] | None = None
    left: ClusterWork = field(default_factory=ClusterWork)
    healed: bool = False


def _state(desk: Desk, entry: JournalEntry, partitions: tuple[int, ...]) -> _State:
    """Read stable; what the cluster has not finished of this entry is ended first."""
    places = [(entry.identity.queue_topic, each) for each in partitions]
    if entry.identity.retry_topic:
        retry = topics.describe(desk.clients, entry.identity.retry_topic)
        places += [(retry.name, each) for each in retry.partitions] if retry else []
    merged = [each.id for each in entry.plan if each.decision is PlannedDecision.MERGE]
    # Not the desk's own memory: by the records of one plan nothing can be called a stranger's.
    look = HeldPartitions(desk.clients, desk.queue.group, desk.queue.queue_topic)
    held = look.held_by_us(places, entry, lambda: sources_of(desk, entry, merged).values())
    if not any(each.known for each in held):
        try:
            timeout = STABLE_S if entry.phase is JournalPhase.OPEN else _ASK_S
            return _State(*desk.read_state(partitions, timeout))
        except FAILURES as failure:
            if not offsets.is_unstable(failure):
                raise
    left = heal(desk, partitions, held)
    if left.held:
        return _State(left=left)
    return _State(*desk.read_state(partitions), healed=True)


def _judged(desk: Desk, entry: JournalEntry, found: _State) -> Resolution | JournalEntry:
    states = _states(desk, entry, found)
    missing = [each for each in entry.partitions if entry.nonce[:4] not in states[each].nonces]
    copies = find_copies(desk, entry)
    if not missing:
        return _with_all_copies(desk, entry, copies)
    visible = bool(copies.visible) or _visible_tombstones(desk, entry)
    decided = all(
        states[each.id.partition].is_decided(each.id.offset)
        for each in entry.plan
        if each.id.partition in missing
    )
    if visible and decided:  # more than eight commits came after ours
        return _with_all_copies(desk, entry, copies)
    if decided and _without_witness(entry, states, missing):
        # Nobody will ever know, and nothing depends on it: told once, then the queue opens again.
        desk.journal.put_aside(entry, "decided, by this commit or by somebody else")
        return _unknown(entry, text("Your records are decided, by you or by someone else."), "no witness")
    if len(missing) < len(entry.partitions):
        return _mixed(entry, missing)
    if visible:
        forgotten = (PartitionKind.FOREIGN, PartitionKind.LOST)
        if not all(states[each].kind in forgotten for each in entry.partitions):
            redo(desk, entry, copies)
        return _settled(desk, entry, Outcome.COMMITTED)  # if the offsets were lost since, loading asks
    message = _fell_away() if found.healed else None
    return _settled(desk, entry, Outcome.NOT_COMMITTED, message)


def _states(desk: Desk, entry: JournalEntry, found: _State) -> dict[int, PartitionState]:
    """A queue that was worked on and has no offset at all was reset; one without MARK is new."""
    assert found.now is not None
    nothing = all(each.offset < 0 for each in found.now.values())
    all_lost = nothing and found.mark is not None and found.mark.group == desk.queue.group
    return states_of(found.now, entry.identity.queue_topic_id, all_lost=all_lost)


def _with_all_copies(desk: Desk, entry: JournalEntry, copies: FoundCopies) -> Resolution | JournalEntry:
    """The decisions count: copies that are lost are written again, then it is looked at once more."""
    if copies.lost:
        return republish(desk, entry, copies.lost)
    if copies.hidden:
        places = sorted({f"{entry.identity.retry_topic}/{each.partition}" for each in copies.hidden})
        return _unknown(entry, _hidden_by_others(), ", ".join(places))
    return _with_all_tombstones(desk, entry) or _told_what_is_gone(desk, entry, copies.gone)


def _with_all_tombstones(desk: Desk, entry: JournalEntry) -> JournalEntry | None:
    missing = not_visible(desk, entry)
    return write_again(desk, entry, limits_now(desk, entry), missing) if missing else None


def _told_what_is_gone(desk: Desk, entry: JournalEntry, gone: Collection[WrittenCopy]) -> Resolution:
    if not gone:
        return _settled(desk, entry, Outcome.COMMITTED)
    # The decisions count, and nobody will ever know more: told once, then the queue opens again.
    desk.journal.put_aside(entry, "decided, and it cannot be seen any more whether all was sent back")
    unclear = tuple(sorted(each.source for each in gone))
    words = text(
        "Your records are decided. The retry queue has removed its older records since: it cannot be seen "
        "any more whether these were sent back."
    )
    unknown = _unknown(entry, words, _partly_missing())
    there = tuple(each.id for each in entry.plan if each.id not in unclear)
    return replace(unknown, present=there, missing=unclear)


def _without_witness(
    entry: JournalEntry, states: Mapping[int, PartitionState], missing: Collection[int]
) -> bool:
    overwritten = any(len(states[each].nonces) >= _ANCESTORS for each in missing)
    return overwritten and not entry.copies and not entry.tombstones


def _mixed(entry: JournalEntry, missing: Collection[int]) -> Resolution:
    """The offsets of one commit are there for some partitions only: never seen, never touched."""
    unknown = _unknown(entry, _partly_missing(), f"partitions {missing}")
    gone = tuple(each.id for each in entry.plan if each.id.partition in missing)
    there: tuple[RecordId, ...] = tuple(each.id for each in entry.plan if each.id.partition not in missing)
    return replace(unknown, present=there, missing=gone)


def _visible_tombstones(desk: Desk, entry: JournalEntry) -> bool:
    """Whether a tombstone of this commit can be seen by everybody."""
    consumer = desk.clients.consumer(desk.queue.group, READ_COMMITTED)
    places = [(each.partition, each.offset) for each in entry.tombstones]
    found = read_at(consumer, entry.identity.queue_topic, places) if places else {}
    return any(
        is_tombstone(each.value, each.headers)
        and tombstone_of(each.id.offset, each.headers).nonce == entry.nonce.hex()
        for each in found.values()
    )


def _settled(desk: Desk, entry: JournalEntry, outcome: Outcome, message: Text | None = None) -> Resolution:
    desk.forget_journal(entry.identity.cluster_id)
    return _resolution(entry, outcome, message)


def _unknown(entry: JournalEntry, message: Text, details: object) -> Resolution:
    said = text("{message} ({details})", message=message, details=details)
    return _resolution(entry, Outcome.UNKNOWN, said)


def _partly_missing() -> Text:
    return text("Part of this commit is missing on the server.")


def _hidden_by_others() -> Text:
    return text(
        "Your records are decided. Another program has open work in the retry queue: when it ends, it can be "
        "seen whether all of them were sent back."
    )


def _call_the_administrator() -> Text:
    return text(
        "The cluster does not finish a commit of this tool by itself. Please call your Kafka administrator."
    )


def _fell_away() -> Text:
    return text("The server had forgotten to finish the commit, so it fell away as a whole.")


def _resolution(entry: JournalEntry, outcome: Outcome, message: Text | None) -> Resolution:
    merged = sum(each.decision is PlannedDecision.MERGE for each in entry.plan)
    return Resolution(
        outcome=outcome,
        plan=tuple((each.id, each.decision.value) for each in entry.plan),
        merged=merged,
        purged=len(entry.plan) - merged,
        started_at=entry.started_at,
        nonce=entry.nonce.hex(),
        message=message,
    )
