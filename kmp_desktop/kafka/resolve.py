"""Did my commit happen? Settles the journal's entry by asking the broker, and says no more than that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from confluent_kafka import KafkaError, KafkaException

from kmp_desktop.core.journal import JournalEntry, JournalPhase
from kmp_desktop.core.outcome import Outcome, Resolution
from kmp_desktop.core.queue_state import CommittedOffset, PartitionKind, PlannedDecision
from kmp_desktop.core.record import DeadLetter
from kmp_desktop.core.text import Text, text
from kmp_desktop.core.tombstone import is_tombstone, tombstone_of
from kmp_desktop.kafka import offsets, topics
from kmp_desktop.kafka.clients import READ_COMMITTED
from kmp_desktop.kafka.desk import STABLE_S, Desk
from kmp_desktop.kafka.interpretation import states_of
from kmp_desktop.kafka.scan import RangeLost, ReadStalled, read_at
from kmp_desktop.kafka.settings import SOCKET_TIMEOUT_S
from kmp_desktop.kafka.transaction import FAILURES, NotInitialised, drop, new_initialised

_ASK_S = 2 * SOCKET_TIMEOUT_S + 2.0
_ANCESTORS = 9  # the newest nonce and eight before it


def resolve(desk: Desk, entry: JournalEntry) -> Resolution:
    """Settle an entry and forget it, or say UNKNOWN and keep it. The queue's lock must be held."""
    try:
        return _resolve(_of_its_group(desk, entry), entry)
    except (*FAILURES, NotInitialised, ReadStalled, RangeLost) as failure:
        return _unknown(entry, text("The server does not answer."), str(failure))


def _of_its_group(desk: Desk, entry: JournalEntry) -> Desk:
    """A topic has one journal, whichever group its queue is worked on with."""
    topic, group = entry.identity.retry_topic, entry.identity.group
    return replace(desk, queue=replace(desk.queue, retry_topic=topic, group=group))


def _resolve(desk: Desk, entry: JournalEntry) -> Resolution:
    facts = topics.describe(desk.clients, entry.identity.queue_topic)
    # Ends the old transaction, or waits for its end: afterwards nothing of it can still happen.
    drop(new_initialised(desk.clients.settings, desk.transactional_id, 1_000_000))
    if facts is None or facts.id != entry.identity.queue_topic_id:
        return _of_another_queue(desk, entry)
    now = _state_unless_held(desk, entry, facts.partitions)
    if isinstance(now, Resolution):
        return now
    if entry.phase is JournalPhase.OPEN:  # commit_transaction was never called
        return _settled(desk, entry, Outcome.NOT_COMMITTED)
    return _judged(desk, entry, now)


def _of_another_queue(desk: Desk, entry: JournalEntry) -> Resolution:
    """The records are gone with the old topic; what was written to the retry topic is not."""
    is_done = bool(_visible_copies(desk, entry))
    desk.journal.put_aside(entry, "it belongs to another state of this topic")
    outcome = Outcome.COMMITTED if is_done else Outcome.NOT_COMMITTED
    return _resolution(entry, outcome, text("The queue was set up anew since."))


def _state_unless_held(
    desk: Desk, entry: JournalEntry, partitions: tuple[int, ...]
) -> dict[int, CommittedOffset] | Resolution:
    places = [(entry.identity.queue_topic, each) for each in partitions]
    if entry.identity.retry_topic:
        retry = topics.describe(desk.clients, entry.identity.retry_topic)
        places += [(retry.name, each) for each in retry.partitions] if retry else []
    if desk.held.held_by_us(places, entry, ()):
        return _unknown(entry, _unfinished(), "a transaction of ours holds the last stable offset")
    timeout = STABLE_S if entry.phase is JournalPhase.OPEN else _ASK_S
    try:
        return desk.read_state(partitions, timeout)[1]
    except FAILURES as failure:
        if not offsets.is_unstable(failure):
            raise
        return _unknown(entry, _unfinished(), str(failure))


def _judged(desk: Desk, entry: JournalEntry, now: Mapping[int, CommittedOffset]) -> Resolution:
    states = states_of(now, entry.identity.queue_topic_id)
    missing = [each for each in entry.partitions if entry.nonce[:4] not in states[each].nonces]
    if not missing:
        return _settled(desk, entry, Outcome.COMMITTED)
    visible = bool(_visible_copies(desk, entry)) or _visible_tombstones(desk, entry)
    decided = all(
        states[each.id.partition].is_decided(each.id.offset)
        for each in entry.plan
        if each.id.partition in missing
    )
    forgotten = all(states[each].kind is not PartitionKind.OURS for each in entry.partitions)
    if visible and (decided or forgotten):  # more than eight commits came after ours, or offsets were lost
        return _settled(desk, entry, Outcome.COMMITTED)
    overwritten = any(len(states[each].nonces) >= _ANCESTORS for each in missing)
    if decided and overwritten and not entry.copies and not entry.tombstones:
        # Nobody will ever know, and nothing depends on it: told once, then the queue opens again.
        desk.journal.put_aside(entry, "decided, by this commit or by somebody else")
        return _unknown(entry, text("Your records are decided, by you or by someone else."), "no witness")
    if visible or len(missing) < len(entry.partitions):
        return _unknown(entry, text("Part of this commit is missing on the server."), f"missing in {missing}")
    return _settled(desk, entry, Outcome.NOT_COMMITTED)


def _visible_copies(desk: Desk, entry: JournalEntry) -> Mapping[tuple[int, int], DeadLetter]:
    """The copies of this commit that everybody can see; none where this account may not look."""
    places = [(each.partition, each.offset) for each in entry.copies]
    retry = topics.describe(desk.clients, entry.identity.retry_topic) if places else None
    if retry is None or retry.id != entry.identity.retry_topic_id:
        return {}
    try:
        return read_at(desk.clients.consumer(desk.queue.group, READ_COMMITTED), retry.name, places)
    except KafkaException as failure:
        if failure.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
            return {}
        raise


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


def _settled(desk: Desk, entry: JournalEntry, outcome: Outcome) -> Resolution:
    desk.forget_journal(entry.identity.cluster_id)
    return _resolution(entry, outcome, None)


def _unknown(entry: JournalEntry, message: Text, details: str) -> Resolution:
    said = text("{message} ({details})", message=message, details=details)
    return _resolution(entry, Outcome.UNKNOWN, said)


def _unfinished() -> Text:
    return text("The cluster has not finished an earlier commit of this tool.")


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
