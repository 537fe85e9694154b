"""Row 6 of the fault matrix, the whole broker: it is stopped in the middle of commits and goes on later."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from tests.faults.aftermath import aftermath
from tests.faults.conftest import AT_ONCE, TallyAll, scaled, seeded
from tests.faults.lanes import Lanes
from tests.faults.oracle import Verdict
from tests.faults.side_by_side import side_by_side
from tests.faults.world import Applying, World

_STEPS = ("init", "compare", "begin", "offsets", "tombstones", "interleave", "copies", "commit")
_QUICK = {"socket.timeout.ms": 3000, "transaction.timeout.ms": 10_000}
_CASES = [(1.0, 0), (5.0, 1), (15.0, 2)]  # the last one outlasts a transaction


@pytest.mark.parametrize(("paused_s", "number"), scaled(_CASES))
def test_a_broker_that_stands_still_for_a_while_changes_no_outcome_and_no_claim(
    four_lanes: Lanes, tmp_path: Path, tally_all: TallyAll, paused_s: float, number: int
) -> None:
    node = four_lanes.node
    steps = random.Random(seeded(7000 + number)).sample(_STEPS, AT_ONCE)
    worlds = [World(node.bootstrap, tmp_path, seeded(7000 + number * 10 + one)) for one in range(AT_ONCE)]
    for world in worlds:
        world.create()
    running = [_stopped(world, step) for world, step in zip(worlds, steps, strict=True)]
    for each in running:
        each.wait_until_stopped()
    node.pause()
    try:
        for each in running:
            each.go_on()
        _stands_still(running[0], paused_s)
    finally:
        node.go_on()

    def finished(case: tuple[World, Applying, str]) -> tuple[str, Verdict]:
        return f"6 broker stopped for {paused_s:.0f} s", aftermath(*case[:2])

    tally_all(side_by_side(list(zip(worlds, running, steps, strict=True)), finished))


def _stopped(world: World, step: str) -> Applying:
    plan = world.plan(random.Random(world.seed))
    return world.start_actor("desk", plan, f"stop:{step}", max_records=15, settings=_QUICK)


def _stands_still(running: Applying, seconds: float) -> None:
    """The fault itself lasts so long."""
    try:
        running.process.wait(seconds)
    except subprocess.TimeoutExpired:
        return
