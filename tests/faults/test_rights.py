"""Rows 8 and 9 of the fault matrix: rights are missing or taken away, passwords wrong or changed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kmp_desktop.core.outcome import Step
from tests.cluster.running import Cluster
from tests.faults.accounts import Account, needed
from tests.faults.conftest import TallyAll, scaled, seeded
from tests.faults.oracle import Claim, RecordKey, Verdict
from tests.faults.side_by_side import batches, side_by_side
from tests.faults.world import World

_RIGHTS = (
    *("read the queue", "write to the queue", "settings of the queue"),
    *("read the retry topic", "write to the retry topic", "settings of the retry topic"),
    *("group", "group of the program", "transactions"),
)
_DISPENSABLE = {
    "settings of the queue": "It cannot be seen how discards work here.",
    "settings of the retry topic": "",
    "read the retry topic": "Retried records cannot be compared afterwards.",
}
"""Without these it is committed, with less: no tombstones, or copies not compared. What is said of it."""

_TAKEN_AWAY = [
    (right, str(step))
    for right, step in (
        ("transactions", Step.JOURNAL),
        ("transactions", Step.COMPARE),
        ("group", Step.INIT),
        ("group", Step.BEGIN),
        ("group of the program", Step.BEGIN),
        ("write to the queue", Step.OFFSETS),
        ("read the queue", Step.TOMBSTONES),
        ("write to the retry topic", Step.INTERLEAVE),
        ("transactions", Step.COPIES),
        ("group", Step.COMMIT),
        ("read the retry topic", Step.COMMIT),
        ("read the queue", Step.DROP),
    )
]
_PASSWORDS = [(str(step),) for step in Step]


def _world(secured: Cluster, folder: Path, number: int) -> tuple[World, Account]:
    world = World(secured.bootstrap, folder, seeded(number), records=12, keys=8, through=secured.sasl)
    world.create()
    account = Account(world)
    account.create()
    return world, account


@pytest.mark.parametrize("cases", batches(scaled([(each,) for each in _RIGHTS])), ids=str)
def test_without_a_right_nothing_is_written_and_the_right_is_named(
    secured: Cluster, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[str]]
) -> None:
    def run(case: tuple[str]) -> tuple[str, Verdict]:
        (lacking,) = case
        world, account = _world(secured, tmp_path, 7000 + _RIGHTS.index(lacking))
        return f"8 without the right: {lacking}", _without(world, account, lacking)

    tally_all(side_by_side(cases, run))


def _without(world: World, account: Account, lacking: str) -> Verdict:
    rights = needed(world)
    account.allow(right for name, right in rights.items() if name != lacking)
    options = ("-O", str(account.settings()))
    plan = world.plan(random.Random(world.seed))
    applied = world.start_apply("desk", plan, *options)
    claim = applied.claim()
    verdict = world.judge([claim], compacts=lacking != "settings of the queue")
    if lacking in _DISPENSABLE:
        if claim.outcome != "committed" or verdict.decided != frozenset(plan):
            verdict.violations.append(f"ended {claim.outcome} with {len(verdict.decided)} decided")
        if not any(_DISPENSABLE[lacking] in line for line in applied.said):
            verdict.wrong_claims.append(f"it is not said what is lacking: {applied.said[-6:]}")
        return verdict
    if claim.outcome != "not_committed" or verdict.decided:
        verdict.violations.append(f"ended {claim.outcome} with {len(verdict.decided)} decided")
    name = rights[lacking][1]
    if not any(name in line for line in applied.said):
        verdict.wrong_claims.append(f"{name} is not named: {applied.said[-6:]}")
    account.allow([rights[lacking]])
    return _finished(world, verdict, plan, [claim], *options)


@pytest.mark.parametrize("cases", batches(scaled(_TAKEN_AWAY)), ids=str)
def test_a_right_taken_away_in_the_middle_of_a_commit_leaves_nothing_half_done(
    secured: Cluster, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[str, str]]
) -> None:
    def run(case: tuple[str, str]) -> tuple[str, Verdict]:
        right, step = case
        world, account = _world(secured, tmp_path, 7100 + _TAKEN_AWAY.index(case))
        return "8 right taken away while committing", _taken_away(world, account, right, step)

    tally_all(side_by_side(cases, run))


def _taken_away(world: World, account: Account, name: str, step: str) -> Verdict:
    rights = needed(world)
    account.allow(rights.values())
    plan = world.plan(random.Random(world.seed))
    who = {"user": account.name, "password": account.password}
    running = world.start_actor("desk", plan, f"stop:{step}", **who)
    running.wait_until_stopped()
    account.take_away(rights[name])
    running.go_on()
    # Without the right to look, not to know how it ended is the truth.
    claim = replace(running.claim(), was_cut_off=True)
    verdict = world.judge([claim], settled=False)
    account.allow([rights[name]])
    return _finished(world, verdict, plan, [claim], "-O", str(account.settings()))


@pytest.mark.parametrize("cases", batches(scaled(_PASSWORDS)), ids=str)
def test_an_account_that_ends_in_the_middle_of_a_commit_leaves_nothing_half_done(
    secured: Cluster, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[str]]
) -> None:
    def run(case: tuple[str]) -> tuple[str, Verdict]:
        (step,) = case
        world, account = _world(secured, tmp_path, 7200 + _PASSWORDS.index(case))
        return "9 account ended while committing", _account_ended(world, account, step)

    tally_all(side_by_side(cases, run))


def _account_ended(world: World, account: Account, step: str) -> Verdict:
    account.allow(needed(world).values())
    plan = world.plan(random.Random(world.seed))
    running = world.start_actor("desk", plan, f"stop:{step}", user=account.name, password=account.password)
    running.wait_until_stopped()
    account.delete()
    running.go_on()
    claim = replace(running.claim(), was_cut_off=True)
    verdict = world.judge([claim], settled=False)
    refused = world.start_apply("desk", plan, "-O", str(account.settings()))
    outcome = refused.claim().outcome
    if outcome not in ("not_committed", "unknown") or not any(
        "Sign-in was refused" in line for line in refused.said
    ):
        verdict.wrong_claims.append(f"without an account it ended {outcome}: {refused.said[-4:]}")
    account.password = "another-secret"
    account.create()
    return _finished(world, verdict, plan, [claim], "-O", str(account.settings()))


@pytest.mark.parametrize("cases", batches(scaled([(0,), (1,)])), ids=str)
def test_a_wrong_password_writes_nothing_and_the_right_one_finishes(
    secured: Cluster, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[int]]
) -> None:
    def run(case: tuple[int]) -> tuple[str, Verdict]:
        world, account = _world(secured, tmp_path, 7300 + case[0])
        account.allow(needed(world).values())
        plan = world.plan(random.Random(world.seed))
        refused = world.start_apply("desk", plan, "-O", str(account.settings("wrong-secret")))
        claim = refused.claim()
        verdict = world.judge([claim])
        if claim.outcome != "not_committed" or not any(account.name in line for line in refused.said):
            verdict.wrong_claims.append(f"ended {claim.outcome}: {refused.said[-4:]}")
        return "9 wrong password", _finished(world, verdict, plan, [claim], "-O", str(account.settings()))

    tally_all(side_by_side(cases, run))


def _finished(
    world: World, before: Verdict, plan: dict[RecordKey, str], claims: list[Claim], *options: str
) -> Verdict:
    """The same plan again, now that everything is as it should be: all of it is decided."""
    again = world.start_apply("desk", plan, *options).claim()
    last = world.judge([*claims, again])
    if again.outcome != "committed" or last.decided != frozenset(plan):
        last.violations.append(f"applied again, it ended {again.outcome}: {len(last.decided)} decided")
    last.violations += before.violations
    last.wrong_claims += before.wrong_claims
    return last
