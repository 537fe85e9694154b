"""Row 17 of the fault matrix: full ledgers of many partitions."""

from __future__ import annotations

from pathlib import Path

from confluent_kafka import KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

from kmp_desktop.core.queue_state import CommittedOffset
from kmp_desktop.kafka.next_ledger import calls
from tests.faults import tampering
from tests.faults.conftest import Tally, seeded
from tests.faults.oracle import Verdict
from tests.faults.world import World

_PARTITIONS = 300
_CHARACTERS = 4_095


def test_the_full_ledgers_of_many_partitions_go_into_one_transaction(
    kafka: str, tmp_path: Path, tally: Tally
) -> None:
    world = World(kafka, tmp_path, seeded(7100), partitions=_PARTITIONS, records=1)
    world.create()
    _keep_offsets_as_brokers_do(kafka)
    ledgers = {each: CommittedOffset(each, "x" * _CHARACTERS) for each in range(_PARTITIONS)}
    sent = [*calls(world.queue_topic, ledgers)]
    _commit(world, sent)
    verdict = Verdict()
    if tampering.offsets(world) != {each: (each, "x" * _CHARACTERS) for each in range(_PARTITIONS)}:
        verdict.violations.append("the ledgers read back are not those that were sent")
    try:
        _commit(world, [[each for some in sent for each in some]])
    except KafkaException:
        pass
    else:
        verdict.violations.append("in one call it is taken, too: this test proves nothing")
    tally("17 full ledgers of 300 partitions", verdict)


def _keep_offsets_as_brokers_do(kafka: str) -> None:
    """At most a megabyte in one batch; the tests' broker takes more everywhere else."""
    admin = AdminClient({"bootstrap.servers": kafka, "log_level": 0})
    limit = ConfigEntry("max.message.bytes", "1048588", incremental_operation=AlterConfigOpType.SET)
    topic = ConfigResource(ConfigResource.Type.TOPIC, "__consumer_offsets", incremental_configs=[limit])
    for future in admin.incremental_alter_configs([topic]).values():
        future.result(30)


def _commit(world: World, sent: list[list[TopicPartition]]) -> None:
    producer = Producer(
        {"bootstrap.servers": world.bootstrap, "transactional.id": world.group, "log_level": 0}
    )
    producer.init_transactions(30)
    producer.begin_transaction()
    asking = tampering.consumer(world)
    try:
        for some in sent:
            producer.send_offsets_to_transaction(some, asking.consumer_group_metadata(), 30)
        producer.commit_transaction(30)
    except KafkaException:
        producer.abort_transaction(30)
        raise
    finally:
        asking.close()
