"""Row 21 of the fault matrix: retention moves the start of the log while the program works."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from kmp_desktop.core.outcome import Step
from tests.faults.conftest import Tally, TallyAll, scaled, seeded
from tests.faults.oracle import Claim, RecordKey, Verdict, held_records, judge
from tests.faults.side_by_side import batches, side_by_side
from tests.faults.world import World

_BOTH = {"cleanup.policy": "compact,delete", "retention.ms": "-1"}
"""Only where records may be deleted at all can an administrator do as retention does."""

_STEPS = [(str(step),) for step in Step]
_MANY = 6_000


def _delete_below(world: World, partition: int, offset: int) -> None:
    """Let the log of a partition begin there, as retention does."""
    admin = AdminClient({"bootstrap.servers": world.bootstrap, "log_level": 0})
    wanted = TopicPartition(world.queue_topic, partition, offset)
    for future in admin.delete_records([wanted]).values():
        future.result(30)


def _judged(world: World, claims: Iterable[Claim], gone: frozenset[RecordKey], *, settled: bool) -> Verdict:
    """What the oracle says of the rest: of what retention took only what was retried counts."""
    retried = {each.value for each in held_records(world.bootstrap, world.retry_topic)}
    seen = [each for each in world.inputs if each.place not in gone or each.value in retried]
    places = {each.place for each in seen}
    told = [
        replace(
            claim,
            plan={place: what for place, what in claim.plan.items() if place in places},
            decided=claim.decided & places,
        )
        for claim in claims
    ]
    topics = world.queue_topic, world.retry_topic
    verdict = judge(world.bootstrap, *topics, world.group, seen, told, settled=settled)
    # Nothing of these keys is left that a tombstone could remove.
    left = {each.key for each in world.inputs if each.place not in gone}
    taken = {each.key for each in world.inputs} - left
    needless = {f"I1 all records of key {key!r} are decided, none has a tombstone above" for key in taken}
    verdict.violations = [each for each in verdict.violations if each not in needless]
    return verdict


@pytest.mark.parametrize("cases", batches(scaled(_STEPS)), ids=str)
def test_records_that_retention_takes_in_the_middle_of_a_commit_take_none_along(
    kafka: str, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[str]]
) -> None:
    def run(case: tuple[str]) -> tuple[str, Verdict]:
        world = World(kafka, tmp_path, seeded(7500 + _STEPS.index(case)))
        return "21 retention while committing", _while_committing(world, case[0])

    tally_all(side_by_side(cases, run))


def _while_committing(world: World, step: str) -> Verdict:
    world.create(_BOTH)
    choice = random.Random(world.seed)
    plan = world.plan(choice)
    running = world.start_actor("desk", plan, f"stop:{step}")
    running.wait_until_stopped()
    end = max(place[1] for place in plan if place[0] == 0)
    start = choice.randrange(1, end)
    _delete_below(world, 0, start)
    running.go_on()
    claim = running.claim()
    gone = frozenset(each.place for each in world.inputs if each.partition == 0 and each.offset < start)
    verdict = _judged(world, [claim], gone, settled=False)
    shown = world.undecided_shown("another desk")
    if {each.place for each in world.inputs} - gone - verdict.decided != shown:
        verdict.wrong_claims.append("the next start shows something else as undecided")
    again = world.start_apply("desk", plan)
    told = again.claim()
    last = _judged(world, [claim, told], gone, settled=True)
    if not frozenset(plan) - gone <= last.decided:
        last.violations.append(f"applied again, it ended {told.outcome}: {len(last.decided)} decided")
    last.violations += verdict.violations
    last.wrong_claims += verdict.wrong_claims
    return last


@pytest.mark.parametrize("cases", batches(scaled([(0,), (1,), (2,), (3,)])), ids=str)
def test_a_log_that_begins_above_what_was_committed_is_told_and_the_rest_is_offered(
    kafka: str, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[int]]
) -> None:
    def run(case: tuple[int]) -> tuple[str, Verdict]:
        world = World(kafka, tmp_path, seeded(7600 + case[0]))
        return "21 log begins above what was committed", _begins_above(world)

    tally_all(side_by_side(cases, run))


def _begins_above(world: World) -> Verdict:
    world.create(_BOTH)
    choice = random.Random(world.seed)
    first = world.plan(choice, 0.3)
    claims = [world.start_apply("desk", first).claim()]
    start = max(place[1] for place in {each.place for each in world.inputs} if place[0] == 0) - 2
    _delete_below(world, 0, start)
    gone = frozenset(each.place for each in world.inputs if each.partition == 0 and each.offset < start)
    verdict = _judged(world, claims, gone, settled=False)
    left = {each.place for each in world.inputs} - gone - verdict.decided
    if left != world.undecided_shown("another desk"):
        verdict.wrong_claims.append("the next start shows something else as undecided")
    told = subprocess.run(world.command("print", "third desk"), capture_output=True, text=True, check=True)
    if gone - frozenset(first) and "disappeared before" not in told.stderr:
        verdict.wrong_claims.append(f"what is gone is not told: {told.stderr[-300:]}")
    rest = {place: choice.choice(("merge", "purge")) for place in left}
    claims.append(world.start_apply("desk", rest).claim())
    last = _judged(world, claims, gone, settled=True)
    if claims[-1].outcome != "committed" or not frozenset(rest) <= last.decided:
        last.violations.append(f"the rest ended {claims[-1].outcome}: {len(last.decided)} decided")
    last.violations += verdict.violations
    last.wrong_claims += verdict.wrong_claims
    return last


def test_reading_ends_while_retention_takes_what_it_is_about_to_read(
    kafka: str, tmp_path: Path, tally: Tally
) -> None:
    world = World(kafka, tmp_path, seeded(7700), records=_MANY)
    world.create(_BOTH)
    ends = {part: max(each.offset for each in world.inputs if each.partition == part) for part in (0, 1)}
    reading = subprocess.Popen(
        world.command("print", "desk"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    start = 0
    while reading.poll() is None and start < min(ends.values()) - 200:
        start += 50
        for partition in ends:
            _delete_below(world, partition, start)
    out, err = reading.communicate(timeout=180)
    verdict = Verdict()
    if reading.returncode != 0:
        verdict.violations.append(f"it ended {reading.returncode}: {err[-500:]}")
    shown = world.undecided_shown("another desk")
    if shown != {each.place for each in world.inputs if start <= each.offset}:
        verdict.wrong_claims.append("the next start shows something else as undecided")
    read = out.count("\n")
    if not len(shown) <= read <= _MANY:
        verdict.wrong_claims.append(f"{read} records were shown, {len(shown)} are there")
    tally("21 retention while reading", verdict)
