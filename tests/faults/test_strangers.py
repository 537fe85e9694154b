"""Row 15 of the fault matrix: other programs write records of our keys before, during and after a commit."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from kmp_desktop.core.outcome import Step
from tests.faults.compaction import compact
from tests.faults.conftest import TallyAll, scaled, seeded
from tests.faults.oracle import Held, Verdict, held_records
from tests.faults.side_by_side import batches, side_by_side
from tests.faults.strangers import ENDS, Stranger
from tests.faults.world import Applying, World

_BEFORE, _AFTER = "before", "after"
_WHEN = (
    _BEFORE,
    *(Step.INIT, Step.COMPARE, Step.BEGIN, Step.OFFSETS, Step.TOMBSTONES, Step.INTERLEAVE),
    *(Step.COPIES, Step.COMMIT, Step.READ_BACK),
    _AFTER,
)
_CASES = [(str(when), ends) for when in _WHEN for ends in ENDS]


@pytest.mark.parametrize("cases", batches(scaled(_CASES)), ids=str)
def test_a_strangers_record_of_our_key_is_neither_removed_nor_decided(
    kafka: str, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[str, str]]
) -> None:
    tally_all(side_by_side(cases, lambda case: _visited(World(kafka, tmp_path, _seed(case)), *case)))


def _seed(case: tuple[str, str]) -> int:
    return seeded(3000 + _CASES.index(case))


def _visited(world: World, when: str, ends: str) -> tuple[str, Verdict]:
    world.create()
    choice = random.Random(world.seed)
    plan = world.plan(choice)
    keys = choice.sample(_one_of_each_key(world.inputs), 3)
    stranger = Stranger(world.bootstrap, ends)
    # In three parts, so that keys span them; the stranger comes in one of them.
    sizes = {"part": choice.choice((1, 2, 3)), "max_records": -(-len(plan) // 3)}
    if when == _BEFORE:
        stranger.write(world.queue_topic, keys)
    program = world.start_actor("desk", plan, "" if when in (_BEFORE, _AFTER) else f"stop:{when}", **sizes)
    if when not in (_BEFORE, _AFTER):
        _wait_until_stopped(program)
        stranger.write(world.queue_topic, keys)
        os.kill(program.process.pid, signal.SIGCONT)
    claim = program.claim()
    if when == _AFTER:
        stranger.write(world.queue_topic, keys)
    stranger.end()

    written = held_records(world.bootstrap, world.queue_topic)
    strangers = [each for each in written if each.header("foreign")]
    world.inputs += strangers
    verdict = world.judge([claim], settled=False)
    if "committed" != claim.outcome:
        verdict.violations.append(f"ended {claim.outcome}")
    if len(strangers) != (0 if ends.endswith("aborted") else 3):
        verdict.violations.append(f"{len(strangers)} strangers can be read")
    compact(world.bootstrap, world.queue_topic, world.partitions)
    _add(verdict, world.judge([claim], settled=False))

    rest = {each.place: choice.choice(("merge", "purge")) for each in strangers}
    second = world.start_apply("other desk", rest).claim()
    last = world.judge([claim, second])
    if last.decided != {each.place for each in world.inputs}:
        last.violations.append("decided as well, a stranger's record is still undecided")
    _add(verdict, last)
    return f"15 stranger {ends}", verdict


def _wait_until_stopped(program: Applying) -> None:
    os.waitid(os.P_PID, program.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)


def _one_of_each_key(records: Sequence[Held]) -> list[Held]:
    return list({(each.partition, each.key): each for each in records}.values())


def _add(verdict: Verdict, other: Verdict) -> None:
    verdict.violations += other.violations
    verdict.wrong_claims += other.wrong_claims
