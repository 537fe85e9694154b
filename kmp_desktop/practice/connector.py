"""Practice adapters in the place of the Kafka ones."""

from __future__ import annotations

from kmp_desktop.core.ports import Clock, QueueAdapters, SchemaSource
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.practice.broker import PracticeBroker
from kmp_desktop.practice.computer import PracticeComputer
from kmp_desktop.practice.sink import PracticeSink
from kmp_desktop.practice.source import PracticeSource


class PracticeConnector:
    """A ``Connector`` to one practice queue, whatever the profile says.

    Connectors with one broker but different computers are different desktops.
    """

    def __init__(
        self,
        broker: PracticeBroker,
        clock: Clock,
        computer: PracticeComputer | None = None,
        *,
        schemas: SchemaSource | None = None,
        batch: int = 500,
    ) -> None:
        self.broker = broker
        self.computer = computer or PracticeComputer()
        self._clock = clock
        self._schemas = schemas
        self._batch = batch

    def __call__(self, profile: ConnectionProfile, queue: Queue, secrets: Secrets) -> QueueAdapters:  # noqa: ARG002 - nobody signs in
        """The adapters of one open queue."""
        return QueueAdapters(
            source=lambda: PracticeSource(self.broker, self.computer, queue, self._clock, batch=self._batch),
            sink=lambda: PracticeSink(self.broker, self.computer, queue, profile.person, self._clock),
            schemas=lambda: self._schemas,
            failures=profile.failures,
            columns=queue.columns,
        )
