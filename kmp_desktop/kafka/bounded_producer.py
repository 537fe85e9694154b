"""A producer whose calls come back: one that waits in the client for ever is left behind.

Transactional calls wait in the client without a limit of their own for the answer of its main thread.
That answer was seen not to come: ``send_offsets_to_transaction`` of 15 seconds never returned while the
nodes of a cluster were killed. So each of these calls runs in a thread of its own, which does not keep
the process from ending.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import Any, TypeVar

from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition

Answer = TypeVar("Answer")

_LATE_S = 15.0  # beyond the call's own time limit
_CLOSE_S = 30.0
_LOOK_EVERY_S = 0.5


class NeverReturned(KafkaException):
    """The client did not return from a call; the producer that was asked is left behind."""

    def __init__(self, call: str) -> None:
        super().__init__(KafkaError(KafkaError._TIMED_OUT, f"the client did not return from {call}"))  # noqa: SLF001


class BoundedProducer:
    """A transactional producer, used by one thread. ``transaction_s``: how long a transaction may last.

    After NeverReturned every further transactional call raises it again, at once: of what is still
    on its way in the client nothing is known, and the next producer of the same id fences it.
    """

    def __init__(self, producer: Producer, transaction_s: float) -> None:
        self._producer = producer
        self._transaction_s = transaction_s
        self._stuck_in = ""

    # What waits for the server

    def init_transactions(self, timeout_s: float) -> None:
        """Fence every older producer of this id."""
        self._returned("init_transactions", lambda: self._producer.init_transactions(timeout_s), timeout_s)

    def begin_transaction(self) -> None:
        """Begin; the server is not asked."""
        self._returned("begin_transaction", self._producer.begin_transaction, 0.0)

    def send_offsets_to_transaction(
        self, offsets: list[TopicPartition], group_metadata: object, timeout_s: float
    ) -> None:
        """Send offsets of a group in the transaction."""

        def call() -> None:
            self._producer.send_offsets_to_transaction(offsets, group_metadata, timeout_s)

        self._returned("send_offsets_to_transaction", call, timeout_s)

    def commit_transaction(self) -> None:
        """Commit; the client tries it as long as a transaction may last."""
        self._returned("commit_transaction", self._producer.commit_transaction, self._transaction_s)

    def abort_transaction(self, timeout_s: float) -> None:
        """Abort."""
        self._returned("abort_transaction", lambda: self._producer.abort_transaction(timeout_s), timeout_s)

    def close(self) -> None:
        """Forget what was not sent, and end the client; one that is stuck is left alone."""
        if not self._stuck_in:
            self._producer.purge()
            self._returned("close", self._producer.close, _CLOSE_S)

    # What comes back by itself

    def produce(self, topic: str, value: bytes | None, key: bytes | None, **options: Any) -> None:
        """Queue a record."""
        self._producer.produce(topic, value, key, **options)

    def poll(self, timeout_s: float) -> None:
        """Take delivery reports."""
        self._producer.poll(timeout_s)

    def flush(self, timeout_s: float) -> None:
        """Wait for delivery reports."""
        self._producer.flush(timeout_s)

    def _returned(self, name: str, call: Callable[[], object], timeout_s: float) -> None:
        if self._stuck_in:
            raise NeverReturned(self._stuck_in)
        try:
            within(name, call, timeout_s + _LATE_S)
        except NeverReturned:
            self._stuck_in = name
            del self._producer  # its last owner is the thread that waits: freeing it might not end, either
            raise


def within(name: str, call: Callable[[], Answer], limit_s: float) -> Answer:
    """What ``call`` returns or raises; NeverReturned when it does neither in this time."""
    answer: Future[Answer] = Future()

    def run() -> None:
        try:
            answer.set_result(call())
        except BaseException as failure:  # noqa: BLE001 - raised again where it is waited for
            answer.set_exception(failure)

    Thread(target=run, name=f"kmp-{name}", daemon=True).start()
    # In small steps: a program that was paused must not take its own pause for the client's.
    for _ in range(math.ceil(limit_s / _LOOK_EVERY_S)):
        if wait([answer], _LOOK_EVERY_S).done:
            return answer.result()
    raise NeverReturned(name)
