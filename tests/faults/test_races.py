"""Row 13 of the fault matrix: two programs on the same queue with overlapping decisions."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.conftest import Tally, scaled, seeded
from tests.faults.world import World

_RACES = 60
_STOPPED = 12


@pytest.mark.parametrize("number", [number for (number,) in scaled([(number,) for number in range(_RACES)])])
def test_of_two_programs_with_overlapping_decisions_nobody_loses_or_doubles_a_record(
    kafka: str, tmp_path: Path, tally: Tally, number: int
) -> None:
    world = World(kafka, tmp_path, seeded(1000 + number))
    world.create()
    choice = random.Random(world.seed)
    plans = [world.plan(choice, share=choice.choice((0.3, 0.6, 1.0))) for _ in range(2)]
    size = str(choice.choice((4, 10, 5000)))
    running = [
        world.start_apply(f"desk{who}", plan, "--chunk-records", size) for who, plan in enumerate(plans)
    ]
    claims = [each.claim() for each in running]

    shown = world.undecided_shown("third")
    verdict = world.judge(claims, settled=False)
    if {each.place for each in world.inputs} - verdict.decided != shown:
        verdict.wrong_claims.append("a third desktop shows something else as undecided")
    settle = [world.start_apply(f"desk{who}", plan).claim() for who, plan in enumerate(plans)]
    last = world.judge([*claims, *settle])
    verdict.violations += last.violations
    verdict.wrong_claims += last.wrong_claims
    if last.decided != frozenset(plans[0]) | frozenset(plans[1]):
        verdict.violations.append("applied again, the plans are not all decided")
    tally("13 two programs, overlapping decisions", verdict)
