"""Puts records back into the practice queue."""

from __future__ import annotations

from collections.abc import Sequence

from kmp_desktop.core.queue_state import QueueIdentity
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.practice.broker import PracticeBroker


class PracticeRestorer:
    """Implements ``Restorer``."""

    def __init__(self, broker: PracticeBroker) -> None:
        self._broker = broker

    def restore(self, identity: QueueIdentity, records: Sequence[DeadLetter]) -> dict[RecordId, RecordId]:  # noqa: ARG002 - there is one queue
        """Write them, each into its own partition."""
        return {
            each.id: self._broker.write(
                each.key, each.value, each.headers, partition=each.id.partition, timestamp=each.timestamp
            )
            for each in sorted(records, key=lambda record: record.id)
        }

    def close(self) -> None:
        """Nothing is open."""
