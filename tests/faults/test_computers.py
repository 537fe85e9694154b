"""Rows of the fault matrix about the person's own computer: disk, folders, files, clock (23)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from kmp_desktop.core.outcome import Step
from tests.faults.conftest import TallyAll, scaled, seeded
from tests.faults.oracle import Claim, RecordKey, Verdict
from tests.faults.side_by_side import batches, side_by_side
from tests.faults.world import World

_DAY_MS = 86_400_000
_FULL = [(each,) for each in ("start", *map(str, Step))]


@pytest.mark.parametrize("cases", batches(scaled(_FULL)), ids=str)
def test_a_disk_that_fills_up_loses_no_record_and_no_claim(
    kafka: str, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[str]]
) -> None:
    tally_all(side_by_side(cases, lambda case: _filled(World(kafka, tmp_path, 6000), case[0])))


def _filled(world: World, place: str) -> tuple[str, Verdict]:
    world.seed = seeded(world.seed + _FULL.index((place,)))
    world.create()
    plan = world.plan(random.Random(world.seed))
    claim = world.start_actor("desk", plan, f"fill:{place}").claim()
    verdict = _gone_on(world, plan, [claim])
    # The journal is written twice: before anything is sent, and before the commit becomes final.
    is_early = place == "start" or list(Step).index(Step(place)) < list(Step).index(Step.COPIES)
    if claim.outcome != ("not_committed" if is_early or place == Step.COPIES else "committed"):
        verdict.violations.append(f"ended {claim.outcome}")
    return f"disk full, {'before' if is_early else 'after'} the copies", verdict


_BLOCKED = [("journal",), ("locks",), ("seen",)]


@pytest.mark.parametrize("cases", batches(scaled(_BLOCKED)), ids=str)
def test_a_folder_that_cannot_be_written_stops_before_anything_is_sent(
    kafka: str, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[str]]
) -> None:
    tally_all(side_by_side(cases, lambda case: _blocked(World(kafka, tmp_path, 6100), case[0])))


def _blocked(world: World, name: str) -> tuple[str, Verdict]:
    world.seed = seeded(world.seed + _BLOCKED.index((name,)))
    world.create()
    plan = world.plan(random.Random(world.seed))
    first = dict(list(plan.items())[:3])
    claims = [world.start_apply("desk", first).claim()]  # so that there is something to remember
    folder = world.data_folder("desk") / name
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.touch()  # rights would not stop every user; a file in the place of the folder does
    running = world.start_apply("desk", plan)
    claims.append(running.claim())
    verdict = world.judge(claims, settled=False)
    if claims[-1].outcome != "not_committed" or verdict.decided != frozenset(first):
        verdict.violations.append(f"ended {claims[-1].outcome}")
    if not any(str(folder) in line for line in running.said):
        verdict.wrong_claims.append(f"the folder is not named: {running.said[-4:]}")
    folder.unlink()
    aside.rename(folder)
    last = _gone_on(world, plan, claims)
    verdict.violations += last.violations
    verdict.wrong_claims += last.wrong_claims
    return f"folder not writable: {name}", verdict


_DAMAGED = [
    (str(step), how) for step in (Step.JOURNAL, Step.COPIES, Step.COMMIT, Step.VERIFY) for how in "0ch"
]


@pytest.mark.parametrize("cases", batches(scaled(_DAMAGED)), ids=str)
def test_a_damaged_journal_is_told_and_nothing_is_done_twice(
    kafka: str, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[str, str]]
) -> None:
    tally_all(side_by_side(cases, lambda case: _damaged(World(kafka, tmp_path, 6200), *case)))


def _damaged(world: World, step: str, how: str) -> tuple[str, Verdict]:
    """``how``: 0 = emptied, c = cut, h = a byte changed in the middle."""
    world.seed = seeded(world.seed + _DAMAGED.index((step, how)))
    world.create()
    plan = world.plan(random.Random(world.seed))
    claims = [world.start_actor("desk", plan, f"kill:{step}").claim()]
    (entry,) = [each for each in (world.data_folder("desk") / "journal").iterdir() if each.is_file()]
    whole = entry.read_bytes()
    middle = len(whole) // 2
    changed = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    entry.write_bytes({"0": b"", "c": whole[:middle], "h": changed}[how])
    told = world.start_apply("desk", plan)
    claims.append(told.claim())
    verdict = _gone_on(world, plan, claims)
    if claims[-1].outcome != "not_committed" or not any("aside" in line for line in told.said):
        verdict.wrong_claims.append(f"the damage is not told: {claims[-1].outcome}, {told.said[-4:]}")
    return f"journal damaged, killed after {step}", verdict


@pytest.mark.parametrize("days", [-1, 1])
def test_no_promise_depends_on_the_computers_clock(
    kafka: str, tmp_path: Path, tally_all: TallyAll, days: int
) -> None:
    tally_all(side_by_side([days], lambda case: _wrong_clock(World(kafka, tmp_path, 6300), case)))


def _wrong_clock(world: World, days: int) -> tuple[str, Verdict]:
    world.seed = seeded(world.seed + days)
    world.create()
    choice = random.Random(world.seed)
    plan = world.plan(choice)
    if days < 0:
        # To a clock that is behind, records are from the future: their copies would get a new time.
        plan = dict.fromkeys(plan, "purge")
    parts = {"max_records": -(-len(plan) // 2)}
    place = Step.COMMIT if days < 0 else Step.OFFSETS
    killed = world.start_actor("desk", plan, f"kill:{place}", clock_ms=days * _DAY_MS, **parts).claim()
    other = world.start_apply("other desk", world.plan(choice, share=0.5)).claim()
    last = world.start_actor("desk", plan, "", clock_ms=days * _DAY_MS)
    again = last.claim()
    verdict = _gone_on(world, plan, [killed, other, again])
    # A broker takes no time that is an hour ahead of its own; then it is said that the clock is wrong.
    expected = ("committed", "conflict") if days < 0 else ("not_committed",)
    if again.outcome not in expected or ("clock" in " ".join(last.said)) != (days > 0):
        verdict.violations.append(f"ended {again.outcome}: {last.said[-2:]}")
    return f"23 clock {days:+d} day", verdict


def _gone_on(world: World, plan: dict[RecordKey, str], claims: Sequence[Claim]) -> Verdict:
    """The next start on a sound computer shows the truth and finishes."""
    shown = world.undecided_shown("desk")
    verdict = world.judge([*claims], settled=False)
    if {each.place for each in world.inputs} - verdict.decided != shown:
        verdict.wrong_claims.append("the next start shows something else as undecided")
    again = world.start_apply("desk", plan).claim()
    last = world.judge([*claims, again])
    if not frozenset(plan) <= last.decided:
        last.violations.append(f"applied again, it ended {again.outcome} with {len(last.decided)} decided")
    verdict.violations += last.violations
    verdict.wrong_claims += last.wrong_claims
    return verdict
