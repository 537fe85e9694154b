"""Row 1 of the fault matrix: the program is killed right after a step of the commit."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from kmp_desktop.core.outcome import Step
from tests.faults.conftest import Tally, scaled, seeded
from tests.faults.world import World

_RUNS = 6
_CASES = [(step, run * len(Step) + number) for run in range(_RUNS) for number, step in enumerate(Step)]


@pytest.mark.parametrize(("step", "number"), scaled(_CASES))
def test_after_a_kill_the_next_start_shows_the_truth_and_finishes(
    kafka: str, tmp_path: Path, tally: Tally, step: Step, number: int
) -> None:
    world = World(kafka, tmp_path, seeded(number))
    world.create()
    choice = random.Random(world.seed)
    plan = world.plan(choice, share=choice.choice((0.4, 0.8, 1.0)))
    # In two parts: the kill hits the first or the second one.
    killed = world.start_actor(
        "desk", plan, f"kill:{step}", part=choice.choice((1, 2)), max_records=max(1, len(plan) // 2)
    ).claim()
    assert "killed" == killed.outcome, "the step was not reached"

    shown = world.undecided_shown("desk")
    between = world.judge([killed], settled=False)
    assert {each.place for each in world.inputs} - between.decided == shown, f"seed {world.seed}"

    again = world.start_apply("desk", plan).claim()
    verdict = world.judge([killed, again])
    verdict.violations += between.violations
    verdict.wrong_claims += between.wrong_claims
    if "committed" != again.outcome or verdict.decided != frozenset(plan):
        verdict.violations.append(
            f"the second start ended {again.outcome} with {len(verdict.decided)} decided"
        )
    tally(f"1 killed after {step}", verdict)
