"""Kafka clients of one queue, made when first needed and closed together, all in one thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from kmp_desktop.core.ports import never
from kmp_desktop.kafka import making
from kmp_desktop.kafka.settings import ClientSettings

Answer = TypeVar("Answer")

READ_COMMITTED = "read_committed"
READ_UNCOMMITTED = "read_uncommitted"
REQUEST_S = 10.0
_PAUSE_S = 0.2


def retrying(call: Callable[[], Answer], timeout_s: float, stopped: Callable[[], bool] = never) -> Answer:
    """Repeat a read every 0.2 s until it answers; after ``timeout_s`` its last error is raised.

    When ``stopped``, too: who waits for the answer does not want it any more.

    Every error of a read may pass (NOT_COORDINATOR right after a start, a leader that moves), but not
    those that say what this account may do.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            return call()
        except KafkaException as error:
            if error.args[0].code() in LASTING or deadline < time.monotonic() or stopped():
                raise
            time.sleep(_PAUSE_S)


LASTING = frozenset(
    {
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        KafkaError._AUTHENTICATION,  # noqa: SLF001 - the library's constants of local errors
        KafkaError._INVALID_ARG,  # noqa: SLF001
    }
)
"""Errors that no repetition changes."""


class Clients:
    """Consumers by (group, isolation level) and one AdminClient, built once and reused."""

    def __init__(self, settings: ClientSettings) -> None:
        self.settings = settings
        self.stopped: Callable[[], bool] = never
        """Asked by whatever waits long; set for as long as something may be given up."""

        self._consumers: dict[tuple[str, str], Consumer] = {}
        self._admin: AdminClient | None = None

    def consumer(self, group: str, isolation: str = READ_COMMITTED) -> Consumer:
        """A consumer that is only ever assigned by hand; it never commits anything by itself."""
        if (group, isolation) not in self._consumers:
            self._consumers[group, isolation] = making.consumer(
                {
                    **self.settings,
                    "group.id": group,
                    "isolation.level": isolation,
                    "enable.auto.commit": False,
                    "auto.offset.reset": "error",
                    "enable.partition.eof": True,
                    "check.crcs": True,
                    "fetch.wait.max.ms": 50,
                    "queued.max.messages.kbytes": 32_768,
                    "fetch.queue.backoff.ms": 50,
                }
            )
        return self._consumers[group, isolation]

    def admin(self) -> AdminClient:
        """The AdminClient, until ``renew_admin``."""
        if self._admin is None:
            self._admin = making.admin_client(self.settings)
        return self._admin

    def renew_admin(self) -> None:
        """Use a new AdminClient from now on: after an error an old one may answer it for ever."""
        self._admin = None

    def asked(self, ask: Callable[[AdminClient], Answer], timeout_s: float = 30.0) -> Answer:
        """Ask the AdminClient, with a new one after each error, until ``timeout_s``."""

        def call() -> Answer:
            try:
                return ask(self.admin())
            except KafkaException:
                self.renew_admin()
                raise
            except TimeoutError as silence:  # a stuck instance does not even keep its own time limit
                self.renew_admin()
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT)) from silence  # noqa: SLF001

        return retrying(call, timeout_s, self.stopped)

    def close(self) -> None:
        """Close all of them, in the thread that used them."""
        for consumer in self._consumers.values():
            consumer.close()
        self._consumers.clear()
        self._admin = None
