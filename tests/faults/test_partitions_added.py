"""Row 12 of the fault matrix: both topics get more partitions between reading and committing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewPartitions

from tests.faults.conftest import TallyAll, scaled, seeded
from tests.faults.oracle import Held, Verdict, held_records
from tests.faults.side_by_side import batches, side_by_side
from tests.faults.world import World

_STOPS = ("journal", "init", "compare", "begin", "offsets", "tombstones", "interleave")
_CASES = [(step, number) for number, step in enumerate(_STOPS)]


@pytest.mark.parametrize("cases", batches(scaled(_CASES)), ids=str)
def test_decisions_stay_with_their_partitions_and_records_in_new_ones_are_shown(
    kafka: str, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[str, int]]
) -> None:
    def run(case: tuple[str, int]) -> tuple[str, Verdict]:
        step, number = case
        return "12 partitions added", _grown(World(kafka, tmp_path, seeded(6000 + number)), step)

    tally_all(side_by_side(cases, run))


def _grown(world: World, step: str) -> Verdict:
    world.create()
    plan = world.plan(random.Random(world.seed))
    running = world.start_actor("desk", plan, f"stop:{step}", max_records=15)
    running.wait_until_stopped()
    _add_partitions(world.bootstrap, world.queue_topic, world.partitions + 2)
    _add_partitions(world.bootstrap, world.retry_topic, world.partitions + 3)
    new = _write_to(world, world.partitions + 1)
    running.go_on()
    claim = running.claim()

    world.inputs += new
    shown = world.undecided_shown("another desk")
    between = world.judge([claim], settled=False)
    everything = {**plan, **{each.place: "merge" for each in new}}
    again = world.start_apply("desk", everything).claim()
    verdict = world.judge([claim, again])
    verdict.violations += between.violations
    verdict.wrong_claims += between.wrong_claims
    if {each.place for each in world.inputs} - between.decided != shown:
        verdict.wrong_claims.append("the next start shows something else as undecided")
    if "committed" != again.outcome or verdict.decided != frozenset(everything):
        verdict.violations.append(f"the second start ended {again.outcome}: {len(verdict.decided)} decided")
    return verdict


def _add_partitions(bootstrap: str, topic: str, count: int) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    for future in admin.create_partitions([NewPartitions(topic, count)]).values():
        future.result(30)


def _write_to(world: World, partition: int) -> list[Held]:
    """Three records in a new partition, one of them with a key that is also in an old one."""
    producer = Producer({"bootstrap.servers": world.bootstrap, "log_level": 0})
    for number in range(3):
        value = f"{world.queue_topic} new {number}".encode()
        producer.produce(world.queue_topic, value, f"key-{number}".encode(), partition=partition)
    assert producer.flush(30) == 0
    return [each for each in held_records(world.bootstrap, world.queue_topic) if each.partition == partition]
