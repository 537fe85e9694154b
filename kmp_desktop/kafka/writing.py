"""Hands records to a producer inside a transaction and collects what the broker confirms."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from confluent_kafka import KafkaError, KafkaException, Message

from kmp_desktop.core.record import Header
from kmp_desktop.kafka.bounded_producer import BoundedProducer
from kmp_desktop.kafka.transaction import FAILURES, error_of

_PURGED = (KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT)  # noqa: SLF001
_ABOUT_A_RECORD = (KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_RECORD, KafkaError.INVALID_TIMESTAMP)
_LAST_REPORTS_S = 1.0
Name = TypeVar("Name", bound=Hashable)


class NotConfirmed(Exception):  # noqa: N818 - an outcome, told by the committer
    """The broker confirmed fewer records than were sent."""


class RecordRefused(KafkaException):
    """The broker refused a record of ``topic``."""

    def __init__(self, error: KafkaError, topic: str) -> None:
        super().__init__(error)
        self.topic = topic


class RecordsRefused(KafkaException, Generic[Name]):
    """The broker refused records for what they are; without them the others could be written.

    ``exact``: each of them by itself, not just as part of a batch that held one.
    """

    def __init__(self, errors: Mapping[Name, KafkaError], *, exact: bool) -> None:
        super().__init__(next(iter(errors.values())))
        self.errors = errors
        self.exact = exact


class Writer(Generic[Name]):
    """Writes named records; ``places`` are the (partition, offset) that the broker gave them."""

    def __init__(self, producer: BoundedProducer, deadline: float) -> None:
        self._producer = producer
        self._deadline = deadline  # monotonic
        self._sent = 0
        self._places: dict[Name, tuple[int, int]] = {}
        self._refused: list[tuple[Name, RecordRefused]] = []

    def write(
        self,
        name: Name,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[Header],
        *,
        partition: int | None = None,
        timestamp: int = 0,
    ) -> None:
        """Queue one record. Without ``partition`` the key decides; ``timestamp`` 0 = now."""
        options: dict[str, Any] = {} if partition is None else {"partition": partition}
        if timestamp:
            options["timestamp"] = timestamp
        while True:
            try:
                self._producer.produce(
                    topic, value, key, headers=[*headers], on_delivery=self._report(name, topic), **options
                )
            except BufferError:
                self._producer.poll(0.1)
                if self._deadline < time.monotonic():
                    raise NotConfirmed("the server took too long") from None
            except KafkaException as failure:
                if failure.args[0].code() != KafkaError.MSG_SIZE_TOO_LARGE:
                    raise
                # Larger than the client itself sends; the transaction is not touched by it.
                self._sent += 1
                self._refused.append((name, RecordRefused(failure.args[0], topic)))
                return
            else:
                self._sent += 1
                self._producer.poll(0)
                return

    def confirmed(self) -> dict[Name, tuple[int, int]]:
        """Wait for all reports.

        Raises NotConfirmed unless every single record was taken, RecordsRefused where only some are
        in the way, RecordRefused where it is about all of them.
        """
        self._wait_for_reports()
        if self._refused:
            raise self._refusal()
        if len(self._places) != self._sent:
            raise NotConfirmed(f"{len(self._places)} of {self._sent} records were confirmed in time")
        return dict(self._places)

    def _wait_for_reports(self) -> None:
        deadline = self._deadline
        while True:
            self._producer.flush(max(0.1, min(0.5, deadline - time.monotonic())))
            if len(self._places) + len(self._refused) >= self._sent or deadline < time.monotonic():
                return
            if self._refused:
                # The client may keep the rest back until the transaction is aborted.
                deadline = min(deadline, time.monotonic() + _LAST_REPORTS_S)

    def _refusal(self) -> Exception:
        errors = {name: refusal.args[0] for name, refusal in self._refused}
        about = {name: error for name, error in errors.items() if error.code() in _ABOUT_A_RECORD}
        if about:
            # Only with this code the broker names the records of a batch that it does not take.
            named = all(error.code() == KafkaError.INVALID_RECORD for error in about.values())
            return RecordsRefused(about, exact=named)
        first = self._refused[0][1]
        return self._cause_of(first) if first.args[0].code() in _PURGED else first

    def _cause_of(self, purged: RecordRefused) -> RecordRefused:
        """Why the client gave up the whole transaction and purged its records.

        A call that is not valid now answers with that error, and does nothing.
        """
        try:
            self._producer.begin_transaction()
        except FAILURES as failure:
            cause = error_of(failure)
            if cause.code() != KafkaError._STATE:  # noqa: SLF001
                return RecordRefused(cause, purged.topic)
        return purged

    def _report(self, name: Name, topic: str) -> Callable[[KafkaError | None, Message], None]:
        def report(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                self._refused.append((name, RecordRefused(error, topic)))
            else:
                self._places[name] = (message.partition() or 0, message.offset() or 0)

        return report
