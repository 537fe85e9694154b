"""Makes the broker compact a queue now, and waits until everything below our tombstones is gone."""

from __future__ import annotations

import time

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

from tests.faults.oracle import held_records
from tests.faults.world import FAST_CLEANING

_FILLER = b"filler"


def compact(bootstrap: str, topic: str, partitions: int) -> None:
    """Clean all closed segments; leaves records of a key of its own at the end of each partition."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    wanted = [
        ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        for name, value in FAST_CLEANING.items()
    ]
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=wanted)
    for future in admin.incremental_alter_configs([resource]).values():
        future.result(30)
    producer = Producer({"bootstrap.servers": bootstrap, "log_level": 0})
    deadline = time.monotonic() + 90
    while _covered(bootstrap, topic):
        assert time.monotonic() < deadline, f"{topic} was not compacted"
        for partition in range(partitions):
            # A segment is closed when a record comes after its time.
            producer.produce(topic, b"x", _FILLER, partition, headers=[("foreign", b"1")])
        assert producer.flush(30) == 0
        time.sleep(0.3)


def _covered(bootstrap: str, topic: str) -> bool:
    """Whether a record still lies below a tombstone of its key."""
    removed: set[tuple[int, bytes | None]] = set()
    for each in reversed(held_records(bootstrap, topic)):
        key = each.partition, each.key
        if each.value is None:
            removed.add(key)
        elif key in removed:
            return True
    return False
