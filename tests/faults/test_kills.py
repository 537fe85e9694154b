"""Rows 1 and 2 of the fault matrix: the program is killed after a step of the commit, or between parts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from kmp_desktop.core.outcome import Step
from tests.faults.conftest import SCALE, Tally, TallyAll, scaled, seeded
from tests.faults.oracle import Claim, RecordKey, Verdict
from tests.faults.side_by_side import batches, side_by_side
from tests.faults.world import World

_RUNS = 10
_STEPS = [(str(step), run * len(Step) + number) for run in range(_RUNS) for number, step in enumerate(Step)]
_BETWEEN = [("between", 500 + run) for run in range(_RUNS)]
_MANY = 100_000 if SCALE >= 1 else 5_000


@pytest.mark.parametrize("cases", batches(scaled([*_STEPS, *_BETWEEN])), ids=str)
def test_after_a_kill_the_next_start_shows_the_truth_and_finishes(
    kafka: str, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[str, int]]
) -> None:
    tally_all(side_by_side(cases, lambda case: _killed(World(kafka, tmp_path, seeded(case[1])), case[0])))


def _killed(world: World, step: str) -> tuple[str, Verdict]:
    world.create()
    choice = random.Random(world.seed)
    plan = world.plan(choice, share=choice.choice((0.4, 0.8, 1.0)))
    # In two parts: the kill hits the first or the second one, or comes between both.
    part = 1 if step == "between" else choice.choice((1, 2))
    killed = world.start_actor(
        "desk", plan, f"kill:{step}", part=part, max_records=max(1, (len(plan) + 1) // 2)
    ).claim()
    between, verdict = _finished(world, plan, killed)
    if step == "between" and len(between.decided) != (len(plan) + 1) // 2:
        verdict.violations.append(f"{len(between.decided)} of {len(plan)} are decided after the first part")
    return "2 killed between parts" if step == "between" else f"1 killed after {step}", verdict


def _finished(world: World, plan: dict[RecordKey, str], killed: Claim) -> tuple[Verdict, Verdict]:
    """What the oracle says right after the kill, and when the next start has ended (both together)."""
    assert "killed" == killed.outcome, f"seed {world.seed}: ended {killed.outcome}, not struck"
    shown = world.undecided_shown("desk")
    between = world.judge([killed], settled=False)
    verdict_claims = [killed, world.start_apply("desk", plan).claim()]
    verdict = world.judge(verdict_claims)
    verdict.violations += between.violations
    verdict.wrong_claims += between.wrong_claims
    if {each.place for each in world.inputs} - between.decided != shown:
        verdict.wrong_claims.append("the next start shows something else as undecided")
    if "committed" != verdict_claims[-1].outcome or verdict.decided != frozenset(plan):
        verdict.violations.append(
            f"the second start ended {verdict_claims[-1].outcome} with {len(verdict.decided)} decided"
        )
    return between, verdict


def test_of_many_records_the_first_parts_stay_decided_and_the_rest_undecided(
    kafka: str, tmp_path: Path, tally: Tally
) -> None:
    world = World(kafka, tmp_path, seeded(700), records=_MANY, keys=_MANY // 2)
    world.create()
    choice = random.Random(world.seed)
    plan = world.plan(choice)
    parts = choice.randrange(1, 5)
    killed = world.start_actor("desk", plan, "kill:between", part=parts, max_records=_MANY // 20).claim()
    between, verdict = _finished(world, plan, killed)
    if len(between.decided) != parts * _MANY // 20:
        verdict.violations.append(f"{len(between.decided)} are decided after {parts} parts")
    tally("2 killed between parts of many", verdict)
