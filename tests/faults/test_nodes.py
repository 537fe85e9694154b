"""Rows 4, 5 and 10 of the fault matrix: nodes of a cluster of three are killed, restarted, taken away.

Everything is kept three times, and two copies have to be in step. Several commits are under way each time.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cluster import leaders
from tests.cluster.proxy import Api, Rule, Script, Strike, Way
from tests.faults.aftermath import aftermath
from tests.faults.conftest import AT_ONCE, SCALE, Judged, TallyAll, scaled, seeded
from tests.faults.oracle import Verdict
from tests.faults.side_by_side import side_by_side
from tests.faults.three_nodes import ThreeNodes, three_nodes
from tests.faults.world import Applying, World

_QUICK = {"socket.timeout.ms": 3000}
_SOON_OVER = {"socket.timeout.ms": 3000, "transaction.timeout.ms": 20_000}
_STOPS = ("begin", "offsets", "tombstones", "copies")
_AWAY_S = 8.0
_SHORT_OF_COPIES_S = 90.0


_Run = Callable[[ThreeNodes, list[World]], list[Applying]]


class _Case(NamedTuple):
    row: str
    when: str
    run: _Run
    needs_all: bool = False  # writes are taken only when all three copies are in step


def _struck(role: str, api: Api, way: Way, *, gently: bool = False) -> _Run:
    """The node with this role for the first world ends at the first such frame of anybody."""

    def run(cluster: ThreeNodes, worlds: list[World]) -> list[Applying]:
        victim = cluster.leader_of(cluster.place(role, worlds[0])).process
        script = Script(Rule(api, way, 1, Strike(victim.terminate if gently else victim.kill)))
        cluster.follow(script)
        running = [_committing(each) for each in worlds]
        assert script.met.wait(120)
        if gently:
            victim.wait(60)
            cluster.nodes.restore()
        return running

    return run


def _moved(role: str, step: str) -> _Run:
    """The partition with this role for the first world goes to the two other nodes."""

    def run(cluster: ThreeNodes, worlds: list[World]) -> list[Applying]:
        running = _stopped(worlds, [step])
        place = cluster.place(role, worlds[0])
        before = leaders.partitions(cluster.nodes.bootstrap)[place]
        others = [each for each in before.replicas if each != before.leader]
        address = cluster.nodes.by_id[1].bootstrap
        leaders.reassign(address, {place: others})
        cluster.wait_for_copies([place], lambda count: count == 2)
        assert leaders.partitions(cluster.nodes.bootstrap)[place].leader != before.leader
        for each in running:
            each.go_on()
        leaders.reassign(address, {place: [*others, before.leader]})
        return running

    return run


def _too_few_copies(cluster: ThreeNodes, worlds: list[World]) -> list[Applying]:
    """One node is gone, and the topics want all three."""
    running = _stopped(worlds, _STOPS, _SOON_OVER)
    topics = {topic for each in worlds for topic in (each.queue_topic, each.retry_topic)}
    cluster.leader_of((worlds[0].queue_topic, 0)).kill()
    places = [place for place in leaders.partitions(cluster.nodes.bootstrap) if place[0] in topics]
    cluster.wait_for_copies(places, lambda count: count < 3)
    for each in running:
        each.go_on()
    _wait(running[0], _SHORT_OF_COPIES_S)
    return running


def _two_away(cluster: ThreeNodes, worlds: list[World]) -> list[Applying]:
    """Two of three nodes are gone for a while, one of them is only paused."""
    running = _stopped(worlds, _STOPS)
    stays = cluster.leader_of((worlds[0].queue_topic, 0)).id
    paused, killed = (each for each in cluster.nodes.by_id.values() if each.id != stays)
    paused.pause()
    killed.kill()
    for each in running:
        each.go_on()
    _wait(running[0], _AWAY_S)
    cluster.nodes.restore()
    return running


def _wait(running: Applying, seconds: float) -> None:
    """The fault itself lasts so long, if the program does."""
    try:
        running.process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def _committing(world: World, fault: str = "", settings: Mapping[str, int] = _QUICK) -> Applying:
    plan = world.plan(random.Random(world.seed))
    return world.start_actor("desk", plan, fault, max_records=15, settings=settings)


def _stopped(
    worlds: Sequence[World], steps: Sequence[str], settings: Mapping[str, int] = _QUICK
) -> list[Applying]:
    """Programs that stand still after these steps."""
    running = [
        _committing(each, f"stop:{steps[number % len(steps)]}", settings)
        for number, each in enumerate(worlds)
    ]
    for each in running:
        each.wait_until_stopped()
    return running


_CASES = [
    *(
        _Case(f"4 {role} killed", f"{api.name} {way.value}", _struck(role, api, way))
        for role, api, way in (
            ("leader of the queue", Api.PRODUCE, Way.REQUEST),
            ("leader of the retry topic", Api.PRODUCE, Way.RESPONSE),
            ("transaction coordinator", Api.INIT_PRODUCER_ID, Way.RESPONSE),
            ("transaction coordinator", Api.ADD_PARTITIONS_TO_TXN, Way.REQUEST),
            ("transaction coordinator", Api.END_TXN, Way.REQUEST),
            ("transaction coordinator", Api.END_TXN, Way.RESPONSE),
            ("group coordinator", Api.TXN_OFFSET_COMMIT, Way.REQUEST),
            ("group coordinator", Api.END_TXN, Way.RESPONSE),
        )
    ),
    *(
        _Case(f"5 {role} restarted", api.name, _struck(role, api, Way.REQUEST, gently=True))
        for role, api in (
            ("transaction coordinator", Api.END_TXN),
            ("group coordinator", Api.TXN_OFFSET_COMMIT),
        )
    ),
    *(
        _Case(f"5 {role} moved", step, _moved(role, step))
        for role, step in (
            ("transaction coordinator", "journal"),
            ("transaction coordinator", "copies"),
            ("group coordinator", "begin"),
            ("group coordinator", "copies"),
        )
    ),
    _Case("10 too few copies in step", "one node killed", _too_few_copies, needs_all=True),
    _Case("10 two of three nodes away", "", _two_away),
]


@pytest.mark.skipif(SCALE < 0.2, reason="starts three nodes; in make test-faults")
@pytest.mark.timeout(1800 * max(1, SCALE))
def test_a_commit_survives_what_happens_to_one_node_and_ends_in_order_without_two(
    tmp_path: Path, tally_all: TallyAll
) -> None:
    judged: list[Judged] = []
    with three_nodes(tmp_path / "nodes") as cluster:
        for number, case in scaled(list(enumerate(_CASES))):
            judged += _judged(cluster, tmp_path, number, case)
    tally_all(judged)


def _judged(cluster: ThreeNodes, folder: Path, number: int, case: _Case) -> list[Judged]:
    worlds = [
        World(
            cluster.nodes.bootstrap,
            folder,
            seeded(5000 + number * 10 + one),
            copies=3,
            through=cluster.through,
        )
        for one in range(AT_ONCE)
    ]
    config = {"min.insync.replicas": "3" if case.needs_all else "2"}
    for each in worlds:
        each.create({"cleanup.policy": "compact", **config}, config)
    running = case.run(cluster, worlds)
    if random.Random(worlds[0].seed).random() < 0.5 or case.needs_all:
        cluster.restore()  # otherwise the next start has to do with the nodes that are left

    def finished(pair: tuple[World, Applying]) -> tuple[str, Verdict]:
        return case.row, aftermath(*pair)

    judged = side_by_side(list(zip(worlds, running, strict=True)), finished)
    cluster.restore()
    if case.needs_all:
        refused = [any('"not_committed"' in line for line in each.said) for each in running]
        if not any(refused):
            judged[0].verdict.wrong_claims.append("nobody noticed that too few copies were in step")
    return [Judged(each.row, each.verdict, f"{case.row} {case.when}") for each in judged]
