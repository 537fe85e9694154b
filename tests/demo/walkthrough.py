"""The walkthrough's queue: three canceled orders that a service could not process.

Avro through the registry, written by the standard serializer; string keys ORD001 to ORD003.
"""

from __future__ import annotations

import time

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

QUEUE_TOPIC = "order-canceled-dead-letter-queue"
RETRY_TOPIC = "order-canceled-retry-1"
GROUP = f"kmp-{QUEUE_TOPIC}"
PARTITIONS = 3
SCHEMA = """
{"type": "record", "name": "OrderCanceled", "namespace": "com.example.webshop.orders", "fields": [
  {"name": "orderNumber", "type": "string"},
  {"name": "customer", "type": "string"},
  {"name": "reason", "type": "string"},
  {"name": "canceledAt", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}
"""
_ORDERS = (
    ("ORD001", "C-771230", "CUSTOMER_REQUEST", "com.example.webshop.billing.CustomerNotFoundException",
     "Customer C-771230 does not exist in region AT"),
    ("ORD002", "C-000000", "TEST_ORDER", "com.example.webshop.orders.OrderAlreadyClosedException",
     "Order ORD002 was closed on 12 Nov"),
    ("ORD003", "C-771305", "OUT_OF_STOCK", "com.example.webshop.billing.CustomerNotFoundException",
     "Customer C-771305 does not exist in region AT"),
)  # fmt: skip


def create_topics(bootstrap: str, queue_topic: str = QUEUE_TOPIC, retry_topic: str = RETRY_TOPIC) -> None:
    """Make the compacted queue and its first retry topic."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    topics = [
        NewTopic(queue_topic, PARTITIONS, 1, config={"cleanup.policy": "compact"}),
        NewTopic(retry_topic, PARTITIONS, 1),
    ]
    for future in admin.create_topics(topics).values():
        future.result(30)


def seed(bootstrap: str, registry: str, queue_topic: str = QUEUE_TOPIC) -> None:
    """Write the three records as a service with Spring for Apache Kafka does when it gives up."""
    context = SerializationContext(queue_topic, MessageField.VALUE)
    producer = Producer({"bootstrap.servers": bootstrap, "partitioner": "murmur2_random"})
    now = time.time_ns() // 1_000_000
    values = []
    with SchemaRegistryClient({"url": registry}) as client:
        serialize = AvroSerializer(client, SCHEMA)
        for number, (order, customer, reason, _, _) in enumerate(_ORDERS):
            canceled_at = now - (3 - number) * 3_600_000
            fields = {"orderNumber": order, "customer": customer, "reason": reason, "canceledAt": canceled_at}
            values.append(serialize(fields, context))
    for number, (order, _, _, exception, message) in enumerate(_ORDERS):
        canceled_at = now - (3 - number) * 3_600_000
        producer.produce(
            queue_topic,
            key=order.encode(),
            value=values[number],
            timestamp=canceled_at + 60_000,
            headers=[
                ("__TypeId__", b"com.example.webshop.orders.OrderCanceled"),
                ("kafka_dlt-exception-fqcn", exception.encode()),
                ("kafka_dlt-exception-message", message.encode()),
                ("kafka_dlt-original-topic", b"order-canceled"),
                ("kafka_dlt-original-partition", (0).to_bytes(4, "big")),
                ("kafka_dlt-original-offset", (4711 + number).to_bytes(8, "big")),
                ("kafka_dlt-original-timestamp", canceled_at.to_bytes(8, "big")),
                ("kafka_dlt-original-consumer-group", b"billing"),
                ("trace", b"first"),
                ("trace", b"second"),
            ],
        )
    left = producer.flush(30)
    if left:
        raise RuntimeError(f"{left} records of the walkthrough were not written")
