"""Records that other programs write into a queue, plain or in a transaction that ends one way or another."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from confluent_kafka import Producer

from tests.faults.oracle import Held

ENDS = ("plain", "committed", "aborted", "open, then committed", "open, then aborted")
"""``committed`` and ``aborted`` end at once, the open ones when ``end`` is called."""


@dataclass(slots=True)
class Stranger:
    """Another program that writes one record of each key to the partition of the key's other records."""

    bootstrap: str
    ends: str
    _open: Producer | None = field(default=None)

    def write(self, topic: str, like: Iterable[Held]) -> None:
        """Write now, and end as ``ends`` says."""
        settings: dict[str, str | int] = {"bootstrap.servers": self.bootstrap, "log_level": 0}
        if self.ends != "plain":
            settings["transactional.id"] = f"stranger-{uuid.uuid4().hex}"
            settings["transaction.timeout.ms"] = 300_000
        producer = Producer(settings)
        if self.ends != "plain":
            producer.init_transactions(30)
            producer.begin_transaction()
        for each in like:
            producer.produce(
                topic,
                value=f"stranger {uuid.uuid4().hex}".encode(),
                key=each.key,
                partition=each.partition,
                headers=[("foreign", b"1")],
            )
        assert producer.flush(30) == 0
        if self.ends != "plain":
            self._open = producer
        if not self.ends.startswith("open"):
            self.end()

    def end(self) -> None:
        """End a transaction that is still open."""
        producer, self._open = self._open, None
        if producer is None:
            return
        if self.ends.endswith("aborted"):
            producer.abort_transaction(30)
        else:
            producer.commit_transaction(30)
