"""What other programs and administrators do to the group of a queue, and to its topics."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from tests.faults.world import World


def consumer(world: World, group: str = "") -> Consumer:
    """A plain consumer of the queue's group (or another one)."""
    return Consumer(
        {
            "bootstrap.servers": world.bootstrap,
            "group.id": group or world.group,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "log_level": 0,
        }
    )


def offsets(world: World) -> dict[int, tuple[int, str]]:
    """Committed offset and metadata of each partition."""
    asking = consumer(world)
    try:
        wanted = [TopicPartition(world.queue_topic, each) for each in range(world.partitions)]
        return {each.partition: (each.offset, each.metadata or "") for each in asking.committed(wanted, 30)}
    finally:
        asking.close()


def change_offsets(world: World, change: Callable[[int, str], tuple[int, str]]) -> None:
    """Commit by hand what ``change`` makes of each (offset, metadata)."""
    changed = {each: change(*committed) for each, committed in offsets(world).items() if committed[0] >= 0}
    writing = consumer(world)
    try:
        positions = [TopicPartition(world.queue_topic, each, *to) for each, to in changed.items()]
        writing.commit(offsets=positions, asynchronous=False)
    finally:
        writing.close()


def delete_group(world: World) -> None:
    """As ``kafka-consumer-groups.sh --delete`` does."""
    admin = AdminClient({"bootstrap.servers": world.bootstrap, "log_level": 0})
    for future in admin.delete_consumer_groups([world.group]).values():
        future.result(30)


@contextmanager
def member(world: World) -> Iterator[Consumer]:
    """An application in the queue's group that reads the queue, from here on until the end."""
    joined = consumer(world)
    joined.subscribe([world.queue_topic])
    deadline = time.monotonic() + 60
    while not joined.assignment():
        assert time.monotonic() < deadline, "the application got no partition"
        joined.poll(0.2)
    try:
        yield joined
    finally:
        joined.close()


def remake(world: World, topic: str) -> None:
    """Delete a topic and make it anew, without records."""
    delete_topic(world, topic)
    admin = AdminClient({"bootstrap.servers": world.bootstrap, "log_level": 0})
    config = {"cleanup.policy": "compact"} if topic == world.queue_topic else {}
    for future in admin.create_topics([NewTopic(topic, world.partitions, 1, config=config)]).values():
        future.result(30)


def delete_topic(world: World, topic: str) -> None:
    """Delete a topic and wait until the broker does not know it any more."""
    admin = AdminClient({"bootstrap.servers": world.bootstrap, "log_level": 0})
    for future in admin.delete_topics([topic], operation_timeout=20).values():
        future.result(30)
    deadline = time.monotonic() + 60
    while topic in admin.list_topics(timeout=10).topics:
        assert time.monotonic() < deadline, f"{topic} is still there"
        time.sleep(0.1)
