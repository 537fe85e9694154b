"""Rows 14, 16 and 11 of the fault matrix: the group and the topics change under the program's hands."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition

from kmp_desktop.core.outcome import Step
from tests.cluster import broker
from tests.faults import tampering
from tests.faults.conftest import SCALE, Tally, TallyAll, scaled, seeded
from tests.faults.oracle import Claim, RecordKey, Verdict, held_records
from tests.faults.side_by_side import batches, side_by_side
from tests.faults.world import Applying, World

_TAMPERED: dict[str, Callable[[World], None]] = {
    "deleted group": tampering.delete_group,
    "empty metadata": lambda world: tampering.change_offsets(world, lambda offset, _: (offset, "")),
    "foreign metadata": lambda world: tampering.change_offsets(world, lambda offset, _: (offset, "bf5AAA=")),
    "reset to the start": lambda world: tampering.change_offsets(world, lambda _, __: (0, "")),
    "reset to the end": lambda world: tampering.change_offsets(world, lambda _, __: (_END, "")),
    "reset, metadata kept": lambda world: tampering.change_offsets(world, lambda _, text: (0, text)),
    "truncated metadata": lambda world: tampering.change_offsets(world, lambda at, text: (at, text[:-9])),
    "two letters left": lambda world: tampering.change_offsets(world, lambda at, text: (at, text[:2])),
    "corrupt metadata": lambda world: tampering.change_offsets(world, lambda at, text: (at, _damaged(text))),
}
_END = 10_000


def _damaged(text: str) -> str:
    middle = len(text) // 2
    return text[:middle] + ("0" if text[middle] != "0" else "1") + text[middle + 1 :]


@pytest.mark.parametrize("cases", batches(scaled([(name,) for name in _TAMPERED])), ids=str)
def test_what_the_group_has_forgotten_the_tombstones_still_tell(
    kafka: str, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[str]]
) -> None:
    tally_all(side_by_side(cases, lambda case: _tampered(World(kafka, tmp_path, _seed(case[0])), case[0])))


def _seed(name: str) -> int:
    return seeded(4000 + list(_TAMPERED).index(name))


def _tampered(world: World, name: str) -> tuple[str, Verdict]:
    world.create()
    first = _of_whole_keys(world, random.Random(world.seed))
    claims = [world.start_apply("desk", first).claim()]
    assert world.judge(claims).decided == frozenset(first)
    _TAMPERED[name](world)
    return f"14 {name}", _asked_then_continued(world, first, claims)


def _of_whole_keys(world: World, choice: random.Random) -> dict[RecordKey, str]:
    """Decisions that leave no key half decided: of those no tombstone would tell.

    The first record is among them: a reset to the start would change nothing where it is undecided.
    """
    names = sorted({(each.partition, each.key or b"") for each in world.inputs})
    chosen = set(choice.sample(names, len(names) // 2))
    chosen.add((world.inputs[0].partition, world.inputs[0].key or b""))
    return {
        each.place: choice.choice(("merge", "purge"))
        for each in world.inputs
        if (each.partition, each.key or b"") in chosen
    }


def _asked_then_continued(world: World, first: dict[RecordKey, str], claims: list[Claim]) -> Verdict:
    """Nothing is decided before it was said what counts as done; then the rest is, and only that."""
    verdict = Verdict()
    rest = {each.place: "merge" for each in world.inputs if each.place not in first}
    for who in ("desk", "other desk"):
        if world.undecided_shown(who) != frozenset(rest):
            verdict.wrong_claims.append(f"{who} shows something else as undecided")
        refused = world.start_apply(who, rest)
        if refused.claim().outcome != "not_committed":
            verdict.violations.append(f"{who} decided before it was said what counts as done")
        if not any("take-over" in line for line in refused.said):
            verdict.wrong_claims.append(f"{who} does not say what to do: {refused.said[-3:]}")
    continued = world.start_apply("other desk", {**first, **rest}, "--take-over", "start").claim()
    last = world.judge([*claims, continued])
    if continued.outcome != "committed" or last.decided != {each.place for each in world.inputs}:
        last.violations.append(f"continued, it ended {continued.outcome} with {len(last.decided)} decided")
    verdict.violations += last.violations
    verdict.wrong_claims += last.wrong_claims
    return verdict


def test_an_application_in_the_group_stops_deciding_until_it_has_gone(
    kafka: str, tmp_path: Path, tally: Tally
) -> None:
    world = World(kafka, tmp_path, seeded(4100))
    world.create()
    plan = world.plan(random.Random(world.seed))
    with tampering.member(world) as application:
        early = world.start_apply("desk", plan).claim()
        verdict = world.judge([early])
        if early.outcome != "not_committed":
            verdict.violations.append("committed beside an application in the same group")
        read = [TopicPartition(world.queue_topic, each, 1) for each in range(world.partitions)]
        application.commit(offsets=read, asynchronous=False)
    refused = world.start_apply("desk", plan).claim()
    last = world.start_apply("desk", plan, "--take-over", "start").claim()
    after = world.judge([last])
    if (refused.outcome, last.outcome) != ("not_committed", "committed"):
        after.violations.append(f"after it has gone: {refused.outcome}, then {last.outcome}")
    verdict.violations += after.violations
    verdict.wrong_claims += after.wrong_claims
    tally("14 application in the group", verdict)


@pytest.mark.parametrize("step", [Step.JOURNAL, Step.COMPARE])
def test_offsets_reset_in_the_middle_of_a_commit_never_count_as_nothing_decided(
    kafka: str, tmp_path: Path, tally: Tally, step: Step
) -> None:
    world = World(kafka, tmp_path, seeded(4200 + len(step)))
    world.create()
    first = _of_whole_keys(world, random.Random(world.seed))
    claims = [world.start_apply("desk", first).claim()]
    rest = {each.place: "purge" for each in world.inputs if each.place not in first}
    running = world.start_actor("desk", rest, f"stop:{step}")
    _wait_until_stopped(running)
    tampering.change_offsets(world, lambda _, __: (0, ""))
    os.kill(running.process.pid, signal.SIGCONT)
    claim = running.claim()
    claims.append(claim)
    settled = world.start_apply("other desk", {**first, **rest}, "--take-over", "start").claim()
    verdict = world.judge([*claims, settled])
    # After the comparison nobody looks any more: the commit then replaces what the reset left.
    if claim.outcome != ("committed" if step is Step.COMPARE else "not_committed"):
        verdict.violations.append(f"ended {claim.outcome}")
    if verdict.decided != {each.place for each in world.inputs}:
        verdict.violations.append("applied again, the plan is not decided")
    tally(f"14 offsets reset after {step}", verdict)


def test_a_second_group_decides_nothing(kafka: str, tmp_path: Path, tally: Tally) -> None:
    world = World(kafka, tmp_path, seeded(4300))
    world.create()
    choice = random.Random(world.seed)
    first = world.plan(choice, share=0.5)
    claim = world.start_apply("desk", first).claim()
    own = world.group
    world.group = f"{own}-second"
    second = world.start_apply("other desk", world.plan(choice)).claim()
    world.group = own
    verdict = world.judge([claim, Claim(second.who, {}, second.outcome)])
    if second.outcome != "not_committed" or verdict.decided != frozenset(first):
        verdict.violations.append(f"the second group ended {second.outcome}")
    tally("14 second group", verdict)


@pytest.mark.parametrize("which", ["queue", "retry"])
def test_nothing_reaches_a_topic_that_was_made_anew_under_the_program(
    kafka: str, tmp_path: Path, tally: Tally, which: str
) -> None:
    world = World(kafka, tmp_path, seeded(4400 + len(which)))
    world.create()
    plan = world.plan(random.Random(world.seed))
    running = world.start_actor("desk", plan, f"stop:{Step.JOURNAL}")
    _wait_until_stopped(running)
    tampering.remake(world, world.queue_topic if which == "queue" else world.retry_topic)
    if which == "queue":
        world.write(world.records)
        world.inputs = held_records(kafka, world.queue_topic)
    os.kill(running.process.pid, signal.SIGCONT)
    claim = running.claim()
    verdict = world.judge([Claim(claim.who, {}, claim.outcome)])
    if claim.outcome != "not_committed" or verdict.decided:
        verdict.violations.append(f"ended {claim.outcome} with {len(verdict.decided)} decided")
    again = world.start_apply("desk", plan).claim()
    last = world.judge([again])
    if (again.outcome, last.decided) != ("committed", frozenset(plan)):
        last.violations.append(f"the next start ended {again.outcome}")
    verdict.violations += last.violations
    verdict.wrong_claims += last.wrong_claims
    tally(f"11 {which} topic made anew", verdict)


@pytest.mark.skipif(SCALE < 1, reason="offsets expire after a minute; in make test-faults")
def test_decisions_outlive_their_expired_offsets(tmp_path: Path, tally_all: TallyAll) -> None:
    node = broker.start(
        tmp_path / "broker",
        {"offsets.retention.minutes": "1", "offsets.retention.check.interval.ms": "1000"},
    )
    try:
        tally_all(side_by_side([0, 1, 2], lambda case: _expired(World(node.bootstrap, tmp_path, case))))
    finally:
        node.stop()


def _expired(world: World) -> tuple[str, Verdict]:
    world.seed = seeded(4500 + world.seed)
    world.create()
    first = _of_whole_keys(world, random.Random(world.seed))
    claims = [world.start_apply("desk", first).claim()]
    deadline = time.monotonic() + 150
    while any(offset >= 0 for offset, _ in tampering.offsets(world).values()):
        assert time.monotonic() < deadline, "the offsets did not expire"
        time.sleep(1)
    return "16 offsets expired", _asked_then_continued(world, first, claims)


def _wait_until_stopped(program: Applying) -> None:
    os.waitid(os.P_PID, program.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
