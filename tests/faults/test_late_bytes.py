"""Row 7 of the fault matrix: a request arrives at the broker only when the next transaction has begun.

The connection that carried it is broken for the program, which goes on with another one. Also after
the program's death, while the next start is committing, and when everything is over.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cluster.proxy import Api, Hold, Pass, Proxy, Release, Rule, Way
from tests.faults.conftest import TallyAll, scaled, seeded
from tests.faults.lanes import Lanes
from tests.faults.oracle import Verdict
from tests.faults.side_by_side import batches, side_by_side
from tests.faults.world import World

_HELD = {
    # How often each part of a commit sends it at least.
    Api.PRODUCE: 2,
    Api.TXN_OFFSET_COMMIT: 2,
    Api.END_TXN: 1,
    Api.ADD_PARTITIONS_TO_TXN: 2,
    Api.ADD_OFFSETS_TO_TXN: 2,
}
_ARRIVES = (Api.INIT_PRODUCER_ID, Api.ADD_OFFSETS_TO_TXN, Api.TXN_OFFSET_COMMIT, Api.PRODUCE, Api.END_TXN)
_QUICK = {"socket.timeout.ms": 3000}


class _Case(NamedTuple):
    held: Api
    arrives: Api | None  # when the next transaction sends this; None = when all is over
    is_killed: bool
    number: int

    def __repr__(self) -> str:
        when = "the end" if self.arrives is None else self.arrives.name
        return f"{self.held.name} until {when}{', killed' if self.is_killed else ''} {self.number}"


def _cases() -> Iterator[_Case]:
    for number, held in enumerate(_HELD):
        yield _Case(held, None, is_killed=False, number=number)
        for turn, arrives in enumerate(_ARRIVES):
            yield _Case(held, arrives, is_killed=(number + turn) % 2 == 0, number=number * 10 + turn + 10)


@pytest.mark.parametrize("cases", batches(scaled(list(_cases()))), ids=str)
def test_bytes_of_an_old_transaction_change_nothing_when_the_next_one_has_begun(
    four_lanes: Lanes, tmp_path: Path, tally_all: TallyAll, cases: Sequence[_Case]
) -> None:
    def run(case: _Case) -> tuple[str, Verdict]:
        with four_lanes.lane() as proxy:
            node, seed = four_lanes.node, seeded(4000 + case.number)
            world = World(node.bootstrap, tmp_path, seed, through=proxy.address)
            return f"7 late {case.held.name}", _held_up(world, proxy, case)

    tally_all(side_by_side(cases, run))


def _held_up(world: World, proxy: Proxy, case: _Case) -> Verdict:
    world.create()
    choice = random.Random(world.seed)
    plan = world.plan(choice)
    hold = Rule(case.held, Way.REQUEST, choice.randint(1, _HELD[case.held]), Hold())
    running = world.start_actor("desk", plan, "", max_records=15, settings=_QUICK)
    if case.is_killed:
        assert proxy.follow(hold).met.wait(60)
        os.kill(running.process.pid, signal.SIGKILL)
        script = proxy.follow(*_arrival(case.arrives))
    else:
        script = proxy.follow(hold, *_arrival(case.arrives))
    claims = [running.claim()]
    claims.append(world.start_apply("desk", plan).claim())
    proxy.release()

    verdict = world.judge(claims)
    if not script.met.is_set():
        verdict.violations.append("the late request did not arrive as it should")
    if "committed" != claims[-1].outcome or verdict.decided != frozenset(plan):
        verdict.violations.append(
            f"the second start ended {claims[-1].outcome} with {len(verdict.decided)} decided"
        )
    return verdict


def _arrival(arrives: Api | None) -> list[Rule]:
    """The next transaction begins with an InitProducerId; then the request comes that it arrives with."""
    if arrives is None:
        return []
    if arrives is Api.INIT_PRODUCER_ID:
        return [Rule(arrives, Way.REQUEST, 1, Release())]
    return [Rule(Api.INIT_PRODUCER_ID, Way.REQUEST, 1, Pass()), Rule(arrives, Way.REQUEST, 1, Release())]
