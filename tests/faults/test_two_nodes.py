"""Row 4 of the fault matrix, worse: the only copy of a partition is away while its transaction times out.

The coordinator lives on, calls the transaction ended and writes no marker to the partition without a
leader, ever. What is left there must neither hold back everybody nor come to life by the next commit.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.cluster import leaders, nodes
from tests.cluster.leaders import GROUPS, TRANSACTIONS, Partition
from tests.cluster.nodes import Nodes
from tests.faults.conftest import SCALE, TallyAll, seeded
from tests.faults.oracle import Verdict
from tests.faults.side_by_side import side_by_side
from tests.faults.world import Applying, World

_TRANSACTION_S = 10
_STAYS, _GOES = 1, 2
_FAULTS = ("stop:offsets", "stop:tombstones", "stop:copies", "kill:copies")


@pytest.mark.skipif(SCALE < 1, reason="starts two nodes and waits for a time-out; in make test-faults")
def test_what_the_cluster_forgot_to_end_on_a_node_that_was_away_harms_nobody(
    tmp_path: Path, tally_all: TallyAll
) -> None:
    running = nodes.start(tmp_path / "nodes", 2)
    try:
        leaders.make_internal_topics(running.bootstrap)
        worlds = [_world(running, tmp_path, number) for number in range(len(_FAULTS))]
        struck = [_stopped(world, fault) for world, fault in zip(worlds, _FAULTS, strict=True)]
        away = running.by_id[_GOES]
        away.kill()
        for each in struck:
            each.go_on()
        time.sleep(_TRANSACTION_S + 5)  # the fault itself: longer than the transaction may last
        away.start_again()
        row = "4 only copy away while the transaction times out"
        cases = list(zip(_FAULTS, worlds, struck, strict=True))
        tally_all(side_by_side(cases, lambda case: (row, _finished(*case))))
    finally:
        running.stop()


def _world(running: Nodes, folder: Path, number: int) -> World:
    """A queue with a partition on each node, coordinated by the one that stays."""
    while True:
        world = World(running.bootstrap, folder, seeded(9000 + number))
        coordinators = (
            leaders.coordinated_by(running.bootstrap, TRANSACTIONS, f"kmp-desktop.v1.{world.queue_topic}"),
            leaders.coordinated_by(running.bootstrap, GROUPS, world.group),
        )
        if {_STAYS} == {_leader(running, each) for each in coordinators}:
            world.create()
            return world


def _leader(running: Nodes, place: Partition) -> int:
    return leaders.partitions(running.bootstrap)[place].leader


def _stopped(world: World, fault: str) -> Applying:
    """A program that stands still (or is dead) in the middle of its first part."""
    plan = world.plan(random.Random(world.seed))
    settings = {"socket.timeout.ms": 3000, "transaction.timeout.ms": _TRANSACTION_S * 1000}
    running = world.start_actor("desk", plan, fault, max_records=15, settings=settings)
    if fault.startswith("stop"):
        running.wait_until_stopped()
    else:
        running.process.wait(120)
    return running


def _finished(fault: str, world: World, struck: Applying) -> Verdict:
    """The program's end, then the same plan again, on the same computer: it may repair what it began."""
    claims = [struck.claim()]
    claims.append(world.start_apply("desk", struck.plan, "--repair").claim())
    verdict = world.judge(claims)
    if "committed" != claims[-1].outcome or verdict.decided != frozenset(struck.plan):
        verdict.violations.append(
            f"first {claims[0].outcome}, then {claims[-1].outcome} with {len(verdict.decided)} decided"
        )
    verdict.violations = [f"{fault}, ended {claims[0].outcome}: {each}" for each in verdict.violations]
    return verdict
