"""Puts discarded records back into their queue as new records, byte for byte, all of them or none."""

from __future__ import annotations

import time
from collections.abc import Sequence

from confluent_kafka import KafkaError, KafkaException

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.history import RestoreNotKnown
from kmp_desktop.core.ports import never
from kmp_desktop.core.queue_state import QueueIdentity
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.text import Text, text
from kmp_desktop.kafka.bounded_producer import BoundedProducer
from kmp_desktop.kafka.clients import Clients
from kmp_desktop.kafka.offsets import transactional_id
from kmp_desktop.kafka.refusals import meet, translated
from kmp_desktop.kafka.settings import ClientSettings
from kmp_desktop.kafka.topics import cluster_id, describe, limits_of
from kmp_desktop.kafka.transaction import (
    FAILURES,
    NotInitialised,
    abort,
    again,
    batch_size,
    drop,
    error_of,
    new_initialised,
    work_s,
)
from kmp_desktop.kafka.writing import NotConfirmed, Writer


class KafkaRestorer:
    """Implements ``Restorer``. Built, used and closed in one thread."""

    def __init__(self, settings: ClientSettings) -> None:
        self._settings = settings
        self._clients = Clients(settings)
        self._batch = 0
        self._kept_ms: int | None = None

    def restore(self, identity: QueueIdentity, records: Sequence[DeadLetter]) -> dict[RecordId, RecordId]:
        """Write them in one transaction, each into its own partition; where each lies now.

        They keep key, content, headers and time, unless the queue would soon delete a record of that
        time: it gets the present one. Raises UserFacingError when nothing was written, RestoreNotKnown
        when that cannot be told.
        """
        topic = identity.queue_topic
        try:
            meet(self._settings, never)
            self._check(identity, records)
            return self._written(topic, records)
        except NotInitialised as error:
            raise translated(KafkaException(error.cause), self._settings, topic) from error
        except KafkaException as error:
            raise translated(error, self._settings, topic) from error

    def close(self) -> None:
        """Give everything back."""
        self._clients.close()

    def _check(self, identity: QueueIdentity, records: Sequence[DeadLetter]) -> None:
        facts = describe(self._clients, identity.queue_topic)
        if facts is None or cluster_id(self._clients) != identity.cluster_id:
            raise _refused(text("The queue {topic} is not on this cluster.", topic=identity.queue_topic))
        if facts.id != identity.queue_topic_id:
            raise _refused(text("The queue was set up anew since then."))
        if any(each.unfaithful for each in records):
            raise _refused(text("A record has a header name that cannot be written byte for byte."))
        queue = limits_of(self._clients, facts, None)
        self._batch = batch_size(queue)
        self._kept_ms = queue.queue_retention_ms if queue.queue_policy.value != "compact" else None

    def _written(self, topic: str, records: Sequence[DeadLetter]) -> dict[RecordId, RecordId]:
        deadline = time.monotonic() + work_s(self._settings)
        producer = new_initialised(self._settings, f"{transactional_id(topic)}.restore", self._batch)
        try:
            again(producer.begin_transaction, deadline)
            writer: Writer[RecordId] = Writer(producer, deadline)
            for each in sorted(records, key=lambda record: record.id):
                time_kept = self._time_of(each)
                writer.write(
                    *(each.id, topic, each.key, each.value, each.headers),
                    partition=each.id.partition,
                    timestamp=time_kept,
                )
            places = _confirmed(writer)
            if places is None:
                abort(producer)
                raise _refused(text("The server did not take all of the records."))
            _commit(producer, deadline)
        finally:
            drop(producer)
        return {each: RecordId(*place) for each, place in places.items()}

    def _time_of(self, record: DeadLetter) -> int:
        """The record's own time; 0 = now, where the queue would soon delete it for its age."""
        kept = self._kept_ms
        too_old = kept is not None and kept >= 0 and record.timestamp < time.time() * 1000 - kept
        return 0 if too_old or record.timestamp < 0 else record.timestamp


def _confirmed(writer: Writer[RecordId]) -> dict[RecordId, tuple[int, int]] | None:
    try:
        return writer.confirmed()
    except (NotConfirmed, *FAILURES):
        return None


def _commit(producer: BoundedProducer, deadline: float) -> None:
    try:
        again(producer.commit_transaction, deadline)
    except FAILURES as failure:
        error = error_of(failure)
        if error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED or error.txn_requires_abort():
            raise _refused(text("The server refused it: {why}.", why=error.str())) from failure
        raise RestoreNotKnown(error.str()) from failure


def _refused(happened: Text) -> UserFacingError:
    return UserFacingError(
        ErrorCode.USAGE,
        happened,
        text("Nothing was put back."),
        text("The backup is still on this computer."),
    )
