"""One producer instance = one transaction: made, initialised, repeated, aborted, dropped."""

from __future__ import annotations

import random
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from confluent_kafka import KafkaError, KafkaException

from kmp_desktop.core.ports import never
from kmp_desktop.core.queue_state import TopicLimits
from kmp_desktop.kafka import making
from kmp_desktop.kafka.bounded_producer import BoundedProducer
from kmp_desktop.kafka.settings import TRANSACTION_TIMEOUT, ClientSettings, transaction_s

Answer = TypeVar("Answer")

_INIT_TRIES = 5
_INIT_CALL_S = 3.0  # the client goes on in the next call; between calls a person may stop it
_INIT_S = 60.0  # for all tries together
_ABORT_S = 20.0
_BATCH = 1_000_000

# A fenced producer has nothing left to abort; nobody who reads stderr could do anything about it.
warnings.filterwarnings("ignore", "Producer abort_transaction failed during close", RuntimeWarning)

FAILURES = (KafkaException, SystemError)
"""What transactional calls raise; a fenced producer may raise SystemError, its cause says which."""


class NotInitialised(Exception):  # noqa: N818 - an outcome, told by the committer
    """No producer could be initialised; ``cause`` is the last error."""

    def __init__(self, cause: KafkaError) -> None:
        super().__init__(str(cause))
        self.cause = cause


def error_of(failure: BaseException) -> KafkaError:
    """The Kafka error behind a failure of a transactional call."""
    cause = failure.__cause__ if isinstance(failure, SystemError) else failure
    known = cause.args[0] if isinstance(cause, KafkaException) and cause.args else None
    return known if isinstance(known, KafkaError) else KafkaError(KafkaError._FATAL, str(failure))  # noqa: SLF001


def is_fenced(failure: BaseException) -> bool:
    """Whether somebody else has (or may have) initialised the same transactional.id since.

    A producer that was fenced in the background answers the next call only with "fatal".
    """
    codes = (KafkaError._FENCED, KafkaError._FATAL, KafkaError.INVALID_PRODUCER_EPOCH)  # noqa: SLF001
    return isinstance(failure, FAILURES) and error_of(failure).code() in codes


def again(call: Callable[[], Answer], deadline: float, stopped: Callable[[], bool] = never) -> Answer:
    """Repeat a transactional call as long as its error is retriable, until ``deadline`` (monotonic).

    ``stopped``: whether a person gives it up; only for calls before which nothing was sent.
    """
    while True:
        try:
            return call()
        except KafkaException as failure:
            error = error_of(failure)
            lasting = error.txn_requires_abort() or error.fatal() or not error.retriable()
            if lasting or deadline < time.monotonic() or stopped():
                raise
            time.sleep(0.1)


def work_s(settings: ClientSettings) -> float:
    """How long everything before commit_transaction may take."""
    return 0.8 * transaction_s(settings)


def batch_size(limits: TopicLimits) -> int:
    """A topic's ``max.message.bytes`` limits the batch, not the record."""
    smallest = min(limits.queue_max_bytes, limits.retry_max_bytes)
    return max(1, min(_BATCH, smallest - 1000))


def new_producer(settings: ClientSettings, transactional_id: str, batch: int) -> BoundedProducer:
    """A producer for one transaction."""
    producer = making.producer(
        {
            **settings,
            "transactional.id": transactional_id,
            "message.timeout.ms": settings[TRANSACTION_TIMEOUT],
            "acks": "all",
            "compression.type": "lz4",
            "message.max.bytes": 100_000_000,
            "batch.size": batch,
            "partitioner": "murmur2_random",
            "linger.ms": 5,
            # Begun anew from the bootstrap servers, this client may wait for ever for a group's old
            # coordinator (librdkafka #5511). It lives for seconds: the servers it met are enough.
            "metadata.recovery.strategy": "none",
        }
    )
    return BoundedProducer(producer, transaction_s(settings))


def new_initialised(
    settings: ClientSettings, transactional_id: str, batch: int, stopped: Callable[[], bool] = never
) -> BoundedProducer:
    """A producer that has fenced every older one of this id; raises NotInitialised, also when stopped."""
    denied = (
        KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError._AUTHENTICATION,  # noqa: SLF001
    )
    deadline = time.monotonic() + _INIT_S
    for attempt in range(_INIT_TRIES):
        producer = new_producer(settings, transactional_id, batch)
        call = partial(producer.init_transactions, _INIT_CALL_S)
        try:
            again(call, deadline, stopped)
        except FAILURES as failure:
            drop(producer)
            error = error_of(failure)
            in_vain = attempt == _INIT_TRIES - 1 or deadline < time.monotonic() or stopped()
            if in_vain or error.code() in denied:
                raise NotInitialised(error) from failure
            time.sleep(random.uniform(0.2, 1.5))  # noqa: S311 - only spreads two desktops
        else:
            return producer
    raise AssertionError("not reached")


def abort(producer: BoundedProducer) -> bool:
    """Abort; when that fails (False), the next init does it."""
    deadline = time.monotonic() + _ABORT_S
    try:
        again(lambda: producer.abort_transaction(10), deadline)
    except FAILURES:
        return False
    return True


def drop(producer: BoundedProducer) -> None:
    """End a producer for good. ``close`` tries an abort by itself and may fail when fenced: harmless."""
    try:
        producer.close()
    except FAILURES:
        return
