"""Row 13 of the fault matrix: two to five programs on the same queue with overlapping decisions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from kmp_desktop.core.outcome import Step
from tests.faults.conftest import TallyAll, scaled, seeded
from tests.faults.oracle import RecordKey, Verdict
from tests.faults.side_by_side import batches, side_by_side
from tests.faults.world import Applying, World

_RACES = 156
_NUMBERS = [(number,) for number in range(_RACES)]


@pytest.mark.parametrize("numbers", batches([number for (number,) in scaled(_NUMBERS)]), ids=str)
def test_of_programs_with_overlapping_decisions_nobody_loses_or_doubles_a_record(
    kafka: str, tmp_path: Path, tally_all: TallyAll, numbers: Sequence[int]
) -> None:
    tally_all(side_by_side(numbers, lambda number: _race(World(kafka, tmp_path, seeded(1000 + number)))))


def _race(world: World) -> tuple[str, Verdict]:
    world.create()
    choice = random.Random(world.seed)
    # The more there are, the larger their parts: many small ones of many only wait for each other.
    programs = choice.choice((2, 2, 3, 4, 5))
    plans = [world.plan(choice, share=choice.choice((0.3, 0.6, 1.0))) for _ in range(programs)]
    sizes = (4, 10, 5000) if programs < 4 else (15, 5000)
    running = [_start(world, choice, who, plan, choice.choice(sizes)) for who, plan in enumerate(plans)]
    claims = [each.claim() for each in running]

    shown = world.undecided_shown("another")
    verdict = world.judge(claims, settled=False)
    if {each.place for each in world.inputs} - verdict.decided != shown:
        verdict.wrong_claims.append("another desktop shows something else as undecided")
    # At the same desktops: a killed one has a journal to settle.
    settle = [world.start_apply(each.who, each.plan) for each in running]
    last = world.judge([*claims, *(each.claim() for each in settle)])
    verdict.violations += last.violations
    verdict.wrong_claims += last.wrong_claims
    if last.decided != frozenset[RecordKey]().union(*plans):
        verdict.violations.append("applied again, the plans are not all decided")
    return f"13 race of {programs} programs", verdict


def _start(world: World, choice: random.Random, who: int, plan: dict[RecordKey, str], size: int) -> Applying:
    """One of the programs; in some races one is killed somewhere on its way."""
    if who == 0 and choice.random() < 0.25:
        fault = f"kill:{choice.choice(list(Step))}"
        return world.start_actor(f"desk{who}", plan, fault, part=choice.choice((1, 2)), max_records=size)
    return world.start_apply(f"desk{who}", plan, "--chunk-records", str(size))
