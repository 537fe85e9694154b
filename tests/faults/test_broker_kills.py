"""Row 3 of the fault matrix: the only broker is killed inside a commit, and started again.

With a transaction timeout of 10 s a broker that comes back loses transaction markers: transactions that
it calls complete stay open, for ever. The program has to end them, lose nothing and double nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kmp_desktop.core.outcome import Step
from tests.cluster import broker
from tests.faults.conftest import TallyAll, scaled, seeded
from tests.faults.oracle import Verdict
from tests.faults.side_by_side import side_by_side
from tests.faults.world import Applying, World

_TRANSACTION_MS = 10_000
_WORLDS = 3
_STEPS = (Step.OFFSETS, Step.TOMBSTONES, Step.INTERLEAVE, Step.COPIES, Step.COMMIT, Step.DROP)
_RUNS = 2
_CASES = [
    (what, str(step), run * len(_STEPS) + number)
    for run in range(_RUNS)
    for what in ("broker", "both")
    for number, step in enumerate(_STEPS)
]


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[broker.Broker]:
    """A broker that may be killed."""
    node = broker.start(tmp_path / "broker")
    try:
        yield node
    finally:
        node.stop()


@pytest.mark.parametrize(("what", "step", "number"), scaled(_CASES))
def test_nothing_is_lost_doubled_or_blocked_by_a_broker_that_is_killed_inside_a_commit(
    own_broker: broker.Broker, tmp_path: Path, tally_all: TallyAll, what: str, step: str, number: int
) -> None:
    """Several programs are in the middle of it: the first one strikes, and may die with the broker."""
    choice = random.Random(seeded(3000 + number))
    worlds = [World(own_broker.bootstrap, tmp_path, seeded(3000 + number * 10 + n)) for n in range(_WORLDS)]
    for each in worlds:
        each.create()
    others = [_committing(each) for each in worlds[1:]]
    after_ms = choice.choice((0, 0, choice.randrange(1, 40))) if what == "broker" else 0
    struck = _committing(worlds[0], f"{what}:{step}", broker=own_broker.process.pid, after_ms=after_ms)
    own_broker.process.wait(120)
    time.sleep(choice.choice((0, 0, 12)))  # the fault itself: so long it is away
    own_broker.start_again()
    row = "3 broker and program killed" if what == "both" else "3 broker killed"
    running = list(zip(worlds, [struck, *others], strict=True))
    tally_all(side_by_side(running, lambda each: (row, _finished(*each))))


def _committing(world: World, fault: str = "", **options: int) -> Applying:
    """A program in the middle of a commit of several parts."""
    plan = world.plan(random.Random(world.seed))
    settings = {"transaction.timeout.ms": _TRANSACTION_MS}
    order: dict[str, object] = {"settings": settings, "max_records": len(plan) // 3, **options}
    return world.start_actor("desk", plan, fault, **order)


def _finished(world: World, running: Applying) -> Verdict:
    """The program's end, and then the same plan again: on this computer or another one."""
    first = running.claim()
    if first.outcome == "unknown":
        first = replace(first, outcome="killed")  # nobody answered it then, and it said no more than that
    who = random.Random(world.seed).choice(("desk", "another desk"))
    again = world.start_apply(who, running.plan, "--repair").claim()
    verdict = world.judge([first, again])
    if "committed" != again.outcome or verdict.decided != frozenset(running.plan):
        verdict.violations.append(f"the second start ended {again.outcome}: {len(verdict.decided)} decided")
    return verdict
