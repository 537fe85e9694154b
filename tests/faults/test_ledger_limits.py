"""Row 17 of the fault matrix: more decisions than the ledger has room for, and many partitions."""

from __future__ import annotations

import json
import random
from pathlib import Path

from confluent_kafka import KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

from kmp_desktop.core.queue_state import CommittedOffset
from kmp_desktop.kafka.next_ledger import calls
from tests.faults import tampering
from tests.faults.conftest import SCALE, Tally, seeded
from tests.faults.oracle import Claim, RecordKey, Verdict
from tests.faults.world import World

_MANY = 100_000 if SCALE >= 1 else 40_000
_PARTITIONS = 300
_CHARACTERS = 4_095
_ROUNDS = 3


def test_what_does_not_fit_is_refused_before_it_is_sent_and_fits_once_the_named_ones_are_decided(
    kafka: str, tmp_path: Path, tally: Tally
) -> None:
    world = World(kafka, tmp_path, seeded(7000), partitions=1, records=_MANY, keys=_MANY)
    world.create({"cleanup.policy": "delete"})
    choice = random.Random(world.seed)
    plan = world.plan(choice, share=0.2 if SCALE >= 1 else 0.5)
    plan.pop((0, 0), None)  # the oldest one stays undecided, so that everything above it is marked
    claims: list[Claim] = []
    named: dict[RecordKey, str] = {}
    verdict = Verdict()
    # What fits is committed; with what is named to make room for the rest, the plan goes on.
    for _ in range(_ROUNDS):
        applying = world.start_apply("desk", {**plan, **named})
        claims.append(applying.claim())
        told = [json.loads(line) for line in applying.said if line.startswith('{"chunk"')]
        if claims[-1].outcome == "committed":
            break
        first = {(each[0], each[1]): "purge" for each in told[-1].get("decide_first", ())}
        if (claims[-1].outcome, told[-1].get("reason")) != ("not_committed", "ledger_full") or not first:
            verdict.violations.append(f"ended {claims[-1].outcome}, {told[-1]}")
            break
        named |= first
    last = world.judge(claims, compacts=False)
    if not named or last.decided != frozenset({**plan, **named}):
        last.violations.append(
            f"ended {claims[-1].outcome}: {len(last.decided)} decided of {len(plan)} and {len(named)}"
        )
    if world.undecided_shown("other desk") != {each.place for each in world.inputs} - last.decided:
        last.wrong_claims.append("another desktop shows something else as undecided")
    verdict.violations += last.violations
    verdict.wrong_claims += last.wrong_claims
    tally("17 more decisions than the ledger has room for", verdict)


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
