"""Who leads what in a cluster of several nodes, and how it is moved to another one."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Mapping, Sequence

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, PartitionMetadata

TRANSACTIONS = "__transaction_state"
GROUPS = "__consumer_offsets"
_ALTER_PARTITION_REASSIGNMENTS = 45

Partition = tuple[str, int]
"""Topic and partition."""


def partitions(bootstrap: str) -> dict[Partition, PartitionMetadata]:
    """Leader, replicas and replicas in step of every partition; there is no leader where it is -1."""
    topics = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0}).list_topics(timeout=20).topics
    return {
        (name, number): each for name, topic in topics.items() for number, each in topic.partitions.items()
    }


def coordinated_by(bootstrap: str, topic: str, name: str) -> Partition:
    """The partition of ``TRANSACTIONS`` or ``GROUPS`` whose leader coordinates this id or group."""
    count = sum(each == topic for each, _ in partitions(bootstrap))
    return topic, (_java_hash(name) & 0x7FFFFFFF) % count


def _java_hash(name: str) -> int:
    value = 0
    for character in name:
        value = (31 * value + ord(character)) & 0xFFFFFFFF
    return value


def make_internal_topics(bootstrap: str) -> None:
    """Let the cluster create what it coordinates transactions and groups with."""
    settings = {"bootstrap.servers": bootstrap, "log_level": 0}
    producer = Producer({**settings, "transactional.id": "first of all"})
    producer.init_transactions(60)
    consumer = Consumer({**settings, "group.id": "first of all"})
    deadline = time.monotonic() + 60
    while True:
        try:
            consumer.committed([TopicPartition(TRANSACTIONS, 0)], timeout=10)
            break
        except KafkaException:  # the coordinator is still being found
            if deadline < time.monotonic():
                raise
    consumer.close()


def reassign(address: str, wanted: Mapping[Partition, Sequence[int]]) -> None:
    """Ask a node to have these partitions kept on these nodes only; it happens in the background.

    The client library has no call for it.
    """
    body = struct.pack(">i", 30_000) + _count(len(wanted))
    for (topic, number), nodes in wanted.items():
        body += _count(len(topic)) + topic.encode() + _count(1) + struct.pack(">i", number)
        body += _count(len(nodes)) + struct.pack(f">{len(nodes)}i", *nodes) + b"\0\0"
    name = b"tests"
    header = struct.pack(">hhih", _ALTER_PARTITION_REASSIGNMENTS, 0, 1, len(name)) + name + b"\0"
    request = header + body + b"\0"
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), 30) as ours, ours.makefile("rb") as answers:
        ours.sendall(struct.pack(">i", len(request)) + request)
        answer = answers.read(struct.unpack(">i", answers.read(4))[0])
    (code,) = struct.unpack_from(">h", answer, 4 + 1 + 4)  # after correlation id, tags, throttle time
    if code:
        message = f"the cluster refused to move partitions: error {code}"
        raise RuntimeError(message)


def _count(number: int) -> bytes:
    """A length as flexible requests have it: one more than it is, below 127 in one byte."""
    return bytes([number + 1])
