"""Topics with equal records, and the program's own parts that read and write them."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import fastavro
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from kmp_desktop.core.ports import RegisteredSchema, SchemaUnavailable
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.core.text import text
from kmp_desktop.kafka.committer import KafkaSink
from kmp_desktop.kafka.reader import KafkaSource
from kmp_desktop.kafka.settings import client_settings
from kmp_desktop.store.journal import FileJournal
from kmp_desktop.store.queue_lock import FileLock
from kmp_desktop.store.seen_states import FileSeenStates
from kmp_desktop.store.spool import Spool, SpooledLetters, SpooledRecords
from kmp_desktop.store.wall_clock import WallClock

PARTITIONS = 4
SCHEMA_ID = 7
SCHEMA = {
    "type": "record",
    "name": "OrderCanceled",
    "namespace": "com.example.webshop",
    "fields": [
        {"name": "orderNumber", "type": "string"},
        {"name": "customer", "type": "string"},
        {"name": "amount", "type": "double"},
        {"name": "canceledAt", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "reason", "type": ["null", "string"]},
        {"name": "note", "type": "string"},
    ],
}
_REASONS = (None, "CUSTOMER_REQUEST", "PAYMENT_FAILED", "OUT_OF_STOCK")
_CAUSES = ("CustomerNotFound", "PriceChanged", "StockTooLow", "AddressUnknown")


class OneSchema:
    """A registry that knows the schema of the records, without a network."""

    def schema(self, schema_id: int | UUID) -> RegisteredSchema:
        """The one there is."""
        if schema_id != SCHEMA_ID:
            raise SchemaUnavailable(text("There is only one schema here."), unknown=True)
        return _REGISTERED

    def forget_failures(self) -> None:
        """There are none."""


_REGISTERED = RegisteredSchema(SCHEMA_ID, "AVRO", json.dumps(SCHEMA))


def place_name() -> str:
    """A name that no topic has yet."""
    return f"bench-{uuid4().hex[:8]}"


class Place:
    """A queue and a retry topic. ``folder`` holds what the program keeps on this computer."""

    def __init__(self, bootstrap: str, name: str, folder: Path) -> None:
        self.bootstrap = bootstrap
        self.name = name
        self.queue = Queue("q", "q", f"{name}-dlq", f"{name}-retry", f"kmp-{name}-dlq")
        self._folder = folder
        profile = ConnectionProfile("p", "p", bootstrap, queues=(self.queue,))
        self._settings = client_settings(profile, Secrets(), "bench")
        self._spool = Spool(folder / "spool")

    def seed(self, values: Iterable[bytes]) -> int:
        """Make both topics and write a record with each of these contents; how many bytes that were."""
        written = 0
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        topics = [
            NewTopic(self.queue.queue_topic, PARTITIONS, 1, config={"cleanup.policy": "compact"}),
            NewTopic(self.queue.retry_topic, PARTITIONS, 1),
        ]
        for future in admin.create_topics(topics).values():
            future.result(30)
        producer = Producer(
            {"bootstrap.servers": self.bootstrap, "linger.ms": 20, "queue.buffering.max.messages": 1_000_000}
        )
        for number, value in enumerate(values):
            key, headers = f"ORD{number}".encode(), _headers(number)
            written += len(key) + len(value) + sum(len(name) + len(each or b"") for name, each in headers)
            producer.produce(
                self.queue.queue_topic,
                key=key,
                value=value,
                headers=headers,
            )
            if number % 500 == 0:
                producer.poll(0)
        producer.flush(600)
        return written

    def source(self) -> KafkaSource:
        """What reads the queue, as the program has it."""
        seen = FileSeenStates(self._folder / "seen")
        return KafkaSource(self._settings, self.queue, seen, lambda: SpooledRecords(self._spool))

    def sink(self) -> KafkaSink:
        """What writes decisions, as the program has it."""
        journal, lock = FileJournal(self._folder / "journal"), FileLock(self._folder / "lock")
        seen = FileSeenStates(self._folder / "seen")
        return KafkaSink(self._settings, self.queue, journal, lock, seen, "bench", WallClock())

    def letters(self) -> SpooledLetters:
        """Where an engine keeps its records, as the program has it."""
        return SpooledLetters(self._spool)


def json_values(records: int, size: int) -> Iterator[bytes]:
    """So many contents as JSON, ``size`` bytes each."""
    for content in _contents(records, size):
        yield json.dumps(content).encode()


def avro_values(records: int, size: int) -> Iterator[bytes]:
    """The same in Avro, as a registry's clients write it."""
    schema = fastavro.parse_schema(SCHEMA)
    for content in _contents(records, size):
        written = io.BytesIO()
        written.write(b"\0" + SCHEMA_ID.to_bytes(4, "big"))
        fastavro.schemaless_writer(written, schema, content)
        yield written.getvalue()


def _contents(records: int, size: int) -> Iterator[dict[str, object]]:
    choice = random.Random(7)
    for number in range(records):
        yield {
            "orderNumber": str(4_500_000_000 + number * 7919 % 1_000_003),
            "customer": f"Customer {number % 9973}",
            "amount": number % 100_000 / 100,
            "canceledAt": 1_795_500_000_000 + number,
            "reason": _REASONS[number % len(_REASONS)],
            "note": choice.randbytes((size - 80) // 2).hex(),
        }


def _headers(number: int) -> list[tuple[str, str | bytes | None]]:
    cause = _CAUSES[number % len(_CAUSES)]
    return [
        ("kafka_dlt-exception-fqcn", f"com.example.webshop.billing.{cause}Exception".encode()),
        ("kafka_dlt-exception-message", f"Customer C-{number % 997} does not exist".encode()),
        ("kafka_dlt-original-topic", b"orders.events"),
        ("kafka_dlt-original-partition", (number % 3).to_bytes(4, "big")),
        ("kafka_dlt-original-offset", number.to_bytes(8, "big")),
    ]
