"""The least that any client has to do: read everything; write the same bytes in transactions."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from confluent_kafka import Consumer, Message, Producer, TopicPartition


def read_all(bootstrap: str, topic: str) -> list[Message]:
    """Consume a topic to its end, keeping the messages; nothing is looked at."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": f"bare-{uuid.uuid4().hex}",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
        }
    )
    try:
        partitions = set(consumer.list_topics(topic, timeout=10).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, each, 0) for each in sorted(partitions)])
        kept: list[Message] = []
        while partitions:
            for message in consumer.consume(5000, 0.1):
                if message.error() is None:
                    kept.append(message)
                else:
                    partitions.discard(message.partition() or 0)
        return kept
    finally:
        consumer.close()


def write_in_transactions(
    bootstrap: str, queue_topic: str, retry_topic: str, messages: Sequence[Message], chunk: int
) -> None:
    """For each chunk one transaction: offsets, a tombstone and a copy of every message; no checks."""
    group = Consumer({"bootstrap.servers": bootstrap, "group.id": f"bare-{uuid.uuid4().hex}"})
    try:
        for first in range(0, len(messages), chunk):
            part = messages[first : first + chunk]
            producer = Producer(
                {
                    "bootstrap.servers": bootstrap,
                    "transactional.id": f"bare-{queue_topic}",
                    "compression.type": "lz4",
                    "linger.ms": 5,
                    "acks": "all",
                }
            )
            producer.init_transactions(30)
            producer.begin_transaction()
            ends: dict[int, int] = {}
            for message in part:
                partition, offset = message.partition() or 0, message.offset() or 0
                ends[partition] = max(ends.get(partition, 0), offset + 1)
            offsets = [TopicPartition(queue_topic, each, end) for each, end in ends.items()]
            producer.send_offsets_to_transaction(offsets, group.consumer_group_metadata(), 30)
            for message in part:
                _produce(producer, queue_topic, message, None)
            producer.flush(60)
            for message in part:
                _produce(producer, retry_topic, message, message.value())
            producer.flush(60)
            producer.commit_transaction()
            producer.close()
    finally:
        group.close()


def _produce(producer: Producer, topic: str, message: Message, value: bytes | None) -> None:
    while True:
        try:
            producer.produce(topic, key=message.key(), value=value, headers=message.headers() or [])
        except BufferError:
            producer.poll(0.1)
        else:
            return
