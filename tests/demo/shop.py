"""The fuller queue of the demo: some 60 failed events of an invented shop."""

from __future__ import annotations

import time

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from kmp_desktop.practice.samples import shop

QUEUE_TOPIC = "shop-events-dead-letter-queue"
RETRY_TOPIC = "shop-events-retry-1"
GROUP = f"kmp-{QUEUE_TOPIC}"


def create_and_seed(bootstrap: str) -> int:
    """Make both topics and write the records; returns how many."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    topics = [
        NewTopic(QUEUE_TOPIC, 3, 1, config={"cleanup.policy": "compact"}),
        NewTopic(RETRY_TOPIC, 3, 1),
    ]
    for future in admin.create_topics(topics).values():
        future.result(30)
    producer = Producer({"bootstrap.servers": bootstrap, "partitioner": "murmur2_random"})
    samples = shop(time.time_ns() // 1_000_000)
    for each in samples:
        producer.produce(QUEUE_TOPIC, each.value, each.key, timestamp=each.timestamp, headers=[*each.headers])
    left = producer.flush(30)
    if left:
        raise RuntimeError(f"{left} records of the shop were not written")
    return len(samples)
