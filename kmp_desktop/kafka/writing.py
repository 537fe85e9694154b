"""Hands records to a producer inside a transaction and collects what the broker confirms."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from kmp_desktop.core.record import Header
from kmp_desktop.kafka.transaction import FAILURES, error_of

_PURGED = (KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT)  # noqa: SLF001
Name = TypeVar("Name", bound=Hashable)


class NotConfirmed(Exception):  # noqa: N818 - an outcome, told by the committer
    """The broker confirmed fewer records than were sent."""


class RecordRefused(KafkaException):
    """The broker refused a record of ``topic``."""

    def __init__(self, error: KafkaError, topic: str) -> None:
        super().__init__(error)
        self.topic = topic


class Writer(Generic[Name]):
    """Writes named records; ``places`` are the (partition, offset) that the broker gave them."""

    def __init__(self, producer: Producer, deadline: float) -> None:
        self._producer = producer
        self._deadline = deadline  # monotonic
        self._sent = 0
        self._places: dict[Name, tuple[int, int]] = {}
        self._refused: list[RecordRefused] = []

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
            else:
                self._sent += 1
                self._producer.poll(0)
                return

    def confirmed(self) -> dict[Name, tuple[int, int]]:
        """Wait for all reports; raises NotConfirmed unless every single record was taken."""
        self._producer.flush(max(0.1, self._deadline - time.monotonic()))
        if self._refused:
            first = self._refused[0]
            raise self._cause_of(first) if first.args[0].code() in _PURGED else first
        if len(self._places) != self._sent:
            raise NotConfirmed(f"{len(self._places)} of {self._sent} records were confirmed in time")
        return dict(self._places)

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
                self._refused.append(RecordRefused(error, topic))
            else:
                self._places[name] = (message.partition() or 0, message.offset() or 0)

        return report
