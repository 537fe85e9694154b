"""What became of the copies of an unfinished commit: visible, lost, or nobody can tell any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import ResourceType

from kmp_desktop.core.journal import JournalEntry, WrittenCopy
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.kafka import offsets, topics
from kmp_desktop.kafka.clients import READ_COMMITTED
from kmp_desktop.kafka.desk import Desk
from kmp_desktop.kafka.scan import read_at


@dataclass(frozen=True, slots=True)
class FoundCopies:
    """Copies that everybody can see, and those of which it is certain that nobody ever will."""

    visible: tuple[WrittenCopy, ...] = ()
    lost: tuple[WrittenCopy, ...] = ()
    hidden: tuple[WrittenCopy, ...] = ()  # behind an open transaction: seen, or lost, when that ends
    gone: tuple[WrittenCopy, ...] = ()  # removed since by retention or compaction, or lost: nobody can tell


def find_copies(desk: Desk, entry: JournalEntry) -> FoundCopies:
    """Look for each copy at its place in the retry topic.

    Of a retry topic that this account may not read, or that was made anew, nothing is said.
    """
    retry = topics.describe(desk.clients, entry.identity.retry_topic) if entry.copies else None
    if retry is None or retry.id != entry.identity.retry_topic_id:
        return FoundCopies()
    places = [(each.partition, each.offset) for each in entry.copies]
    parts = sorted({partition for partition, _ in places})
    consumer = desk.clients.consumer(desk.queue.group, READ_COMMITTED)
    try:
        ends = offsets.read_ends(desk.clients, [(retry.name, each) for each in parts])
        found = read_at(consumer, retry.name, places)
        lows = offsets.read_lows(consumer, retry.name, parts)
    except KafkaException as failure:
        if failure.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
            return FoundCopies()
        raise
    unseen = [each for each in entry.copies if (each.partition, each.offset) not in found]
    hidden = {each for each in unseen if ends[retry.name, each.partition].stable <= each.offset}
    keeps_all = _keeps_all(desk, retry.name)
    lost = {each for each in unseen if keeps_all and lows[each.partition] <= each.offset} - hidden
    return FoundCopies(
        tuple(each for each in entry.copies if (each.partition, each.offset) in found),
        tuple(each for each in unseen if each in lost),
        tuple(each for each in unseen if each in hidden),
        tuple(each for each in unseen if each not in lost | hidden),
    )


def _keeps_all(desk: Desk, retry_topic: str) -> bool:
    """Whether a record can only be gone from below: then one that is not there was never visible."""
    config = topics.config_of(desk.clients, ResourceType.TOPIC, retry_topic)
    return config is not None and "compact" not in config.get("cleanup.policy", "")


def sources_of(desk: Desk, entry: JournalEntry, wanted: Iterable[RecordId]) -> dict[RecordId, DeadLetter]:
    """Those records of the plan that are still in the queue, byte for byte as they were decided on."""
    crcs = {each.id: each.crc for each in entry.plan}
    places = [(*each,) for each in wanted]
    consumer = desk.clients.consumer(desk.queue.group, READ_COMMITTED)
    found = read_at(consumer, entry.identity.queue_topic, places) if places else {}
    return {each.id: each for each in found.values() if each.crc() == crcs[each.id]}
