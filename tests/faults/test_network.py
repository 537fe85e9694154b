"""Row 6 of the fault matrix: the connection breaks at the n-th request or answer of a kind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from kmp_desktop.core.profile import ConnectionProfile, Secrets
from kmp_desktop.kafka.clients import Clients
from kmp_desktop.kafka.offsets import group_is_free, read_ends
from kmp_desktop.kafka.settings import client_settings
from tests.cluster.proxy import (
    Api,
    Cut,
    Dark,
    Deed,
    Delay,
    HalfOpen,
    LoseAnswer,
    Proxy,
    Reset,
    Rule,
    Strike,
    Way,
)
from tests.faults.aftermath import aftermath
from tests.faults.conftest import TallyAll, scaled, seeded
from tests.faults.lanes import Lanes
from tests.faults.oracle import Verdict
from tests.faults.side_by_side import batches, side_by_side
from tests.faults.world import Applying, World

_QUICK = {"socket.timeout.ms": 3000}  # a dead connection is noticed after 3 s instead of 10
_SURELY_MET = {
    # How often a commit in two parts sends each of these at least, the load before it included.
    Api.PRODUCE: 3,
    Api.FETCH: 5,
    Api.LIST_OFFSETS: 12,
    Api.METADATA: 25,
    Api.OFFSET_FETCH: 8,
    Api.FIND_COORDINATOR: 12,
    Api.LIST_GROUPS: 2,
    Api.API_VERSIONS: 15,
    Api.INIT_PRODUCER_ID: 2,
    Api.ADD_PARTITIONS_TO_TXN: 4,
    Api.ADD_OFFSETS_TO_TXN: 4,
    Api.END_TXN: 2,
    Api.TXN_OFFSET_COMMIT: 4,
    Api.DESCRIBE_CONFIGS: 2,
}
_DEEDS = ("cut", "reset", "half-open", "answer lost", "delayed", "dark", "program killed")


class _Case(NamedTuple):
    api: Api
    way: Way
    deed: str
    number: int

    def __repr__(self) -> str:
        return f"{self.api.name} {self.way.value} {self.deed} {self.number}"


def _cases() -> Iterator[_Case]:
    """All deeds at both ends of EndTxn, and four of the others' in turn."""
    pairs = [(way, deed) for way in Way for deed in _DEEDS]
    for number, (way, deed) in enumerate(pairs):
        yield _Case(Api.END_TXN, way, deed, number)
    others = [each for each in _SURELY_MET if each is not Api.END_TXN]
    for place, api in enumerate(others):
        for turn in range(4):
            way, deed = pairs[(place + turn * 11) % len(pairs)]
            yield _Case(api, way, deed, 100 + place * 10 + turn)


@pytest.mark.parametrize(
    "cases", batches(scaled(list(_cases()))), ids=lambda cases: "; ".join(map(str, cases))
)
def test_whatever_breaks_the_program_says_no_more_than_is_true_and_the_next_start_finishes(
    four_lanes: Lanes, tmp_path: Path, tally_all: TallyAll, cases: Sequence[_Case]
) -> None:
    tally_all(side_by_side(cases, lambda case: _broken(four_lanes, tmp_path, case)))


def test_an_answer_that_gets_lost_while_the_groups_are_listed_is_asked_for_again(four_lanes: Lanes) -> None:
    with four_lanes.lane() as proxy:
        profile = ConnectionProfile("p", "p", proxy.address)
        clients = Clients({**client_settings(profile, Secrets(), "listing"), **_QUICK})
        lost = proxy.follow(Rule(Api.LIST_GROUPS, Way.RESPONSE, 1, LoseAnswer()))
        try:
            assert group_is_free(clients, "nobody is in here")
        finally:
            clients.close()
        assert lost.met.is_set()


@pytest.mark.parametrize("nth", [1, 2])
def test_an_answer_that_gets_lost_while_the_ends_are_looked_for_is_asked_for_again(
    four_lanes: Lanes, tmp_path: Path, nth: int
) -> None:
    with four_lanes.lane() as proxy:
        world = World(four_lanes.node.bootstrap, tmp_path, seeded(3900 + nth), records=5, partitions=1)
        world.create()
        profile = ConnectionProfile("p", "p", proxy.address)
        clients = Clients({**client_settings(profile, Secrets(), "ends"), **_QUICK})
        lost = proxy.follow(Rule(Api.LIST_OFFSETS, Way.RESPONSE, nth, LoseAnswer()))
        queue = (world.queue_topic, 0)
        try:
            ends = read_ends(clients, [queue])[queue]
        finally:
            clients.close()
        assert (True, 5, 5) == (lost.met.is_set(), ends.stable, ends.high)


def _broken(lanes: Lanes, folder: Path, case: _Case) -> tuple[str, Verdict]:
    with lanes.lane() as proxy:
        world = World(lanes.node.bootstrap, folder, seeded(3000 + case.number), through=proxy.address)
        return f"6 network: {case.deed}", _struck(world, proxy, case)


def _struck(world: World, proxy: Proxy, case: _Case) -> Verdict:
    world.create()
    choice = random.Random(world.seed)
    plan = world.plan(choice)
    nth = choice.randint(1, _SURELY_MET[case.api])
    running = world.start_actor("desk", plan, "", max_records=15, settings=_QUICK)
    script = proxy.follow(Rule(case.api, case.way, nth, _deed(case.deed, choice, running)))
    if case.deed == "dark" and script.met.wait(60):
        _wait(running, choice.choice((1, 5, 20)))
        proxy.heal()
    running.process.wait(240)
    was_met = script.met.is_set()
    proxy.heal()
    verdict = aftermath(world, running)
    if not was_met:
        verdict.violations.append(f"the {nth}. was not met")
    return verdict


def _deed(name: str, choice: random.Random, running: Applying) -> Deed:
    seconds, passes = choice.choice((0.3, 4.0)), choice.choice((True, False))
    deeds: dict[str, Deed] = {
        "cut": Cut(),
        "reset": Reset(),
        "half-open": HalfOpen(),
        "answer lost": LoseAnswer(),
        "delayed": Delay(seconds),  # shorter and longer than the client waits
        "dark": Dark(),
        "program killed": Strike(lambda: os.kill(running.process.pid, signal.SIGKILL), passes),
    }
    return deeds[name]


def _wait(running: Applying, seconds: float) -> None:
    """The fault itself lasts so long, if the program does."""
    try:
        running.process.wait(seconds)
    except subprocess.TimeoutExpired:
        return
