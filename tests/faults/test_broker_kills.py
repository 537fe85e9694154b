"""Row 3 of the fault matrix: the only broker is killed inside a commit, and started again.

With a transaction timeout of 10 s a broker that comes back loses transaction markers: transactions that
it calls complete stay open, for ever. The program has to end them, lose nothing and double nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
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
_WORLDS = 2
_BROKERS = 2
_STEPS = (
    *(Step.BEGIN, Step.OFFSETS, Step.TOMBSTONES, Step.INTERLEAVE, Step.COPIES),
    *(Step.COPIES, Step.COMMIT, Step.COMMIT, Step.DROP, Step.VERIFY),
)
_CASES = [(what, str(step), n) for n, step in enumerate(_STEPS) for what in ("broker", "both")]
_BATCHES = [tuple(_CASES[first : first + _BROKERS]) for first in range(0, len(_CASES), _BROKERS)]


@pytest.fixture
def own_brokers(tmp_path: Path) -> Iterator[list[broker.Broker]]:
    """Brokers that may be killed, side by side: most of the time is waiting."""
    with ExitStack() as ends:
        nodes = [broker.start(tmp_path / f"broker-{number}") for number in range(_BROKERS)]
        for each in nodes:
            ends.callback(each.stop)
        yield nodes


@pytest.mark.parametrize("cases", scaled(_BATCHES), ids=str)
def test_nothing_is_lost_doubled_or_blocked_by_a_broker_that_is_killed_inside_a_commit(
    own_brokers: list[broker.Broker],
    tmp_path: Path,
    tally_all: TallyAll,
    cases: Sequence[tuple[str, str, int]],
) -> None:
    running = [
        each for node, case in zip(own_brokers, cases, strict=True) for each in _strike(node, tmp_path, *case)
    ]
    for node, (_, _, number) in zip(own_brokers, cases, strict=True):
        node.process.wait(120)
        time.sleep((0, 0, 6)[number % 3])  # the fault itself: so long it is away
        node.start_again()
    tally_all(side_by_side(running, lambda each: (each[0], _finished(*each[1:]))))


def _strike(
    node: broker.Broker, folder: Path, what: str, step: str, number: int
) -> list[tuple[str, World, Applying]]:
    """Programs in the middle of a commit: the first one kills the broker, and may die with it."""
    seeds = [seeded(3000 + 20 * number + 10 * (what == "both") + each) for each in range(_WORLDS)]
    worlds = [World(node.bootstrap, folder, seed) for seed in seeds]
    for each in worlds:
        each.create()
    choice = random.Random(seeds[0])
    after_ms = choice.choice((0, 0, choice.randrange(1, 40))) if what == "broker" else 0
    others = [_committing(each) for each in worlds[1:]]
    struck = _committing(worlds[0], f"{what}:{step}", broker=node.process.pid, after_ms=after_ms)
    row = "3 broker and program killed" if what == "both" else "3 broker killed"
    return [(row, *each) for each in zip(worlds, [struck, *others], strict=True)]


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
