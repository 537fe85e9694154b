"""Rows 3, 13, 14, 19 and 22 of the fault matrix, through the real window in a process of its own."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from kmp_desktop.core.outcome import Step
from tests.cluster.running import Cluster
from tests.faults import tampering
from tests.faults.conftest import SCALE, Tally, TallyAll, scaled, seeded
from tests.faults.engine_actor import STOPPED
from tests.faults.oracle import Claim, RecordKey, Verdict, open_offsets
from tests.faults.registries import registry_that_is
from tests.faults.side_by_side import batches, side_by_side
from tests.faults.window import Window, start_window
from tests.faults.world import World

_PLACES = (
    *("connect", "look for unfinished work", "read offsets", "read records", "end of reading"),
    "begin of commit",
)
_RECORDS = 12


@contextmanager
def _opened(world: World, who: str, fault: str = "", registry: str = "") -> Iterator[Window]:
    window = start_window(world, who, fault, registry)
    try:
        yield window
    finally:
        window.kill()


def _world(kafka: str, folder: Path, number: int) -> World:
    world = World(kafka, folder, seeded(number), records=_RECORDS, keys=8)
    world.create()
    return world


def _add(verdict: Verdict, other: Verdict) -> None:
    verdict.violations += other.violations
    verdict.wrong_claims += other.wrong_claims


def _settled(world: World, plan: dict[RecordKey, str], claims: Sequence[Claim], who: str = "desk") -> Verdict:
    """The next start at a desk: it shows what is undecided, and applies what is left of the plan."""
    shown = world.undecided_shown(who)
    verdict = world.judge(claims, settled=False)
    if {each.place for each in world.inputs} - verdict.decided != shown:
        verdict.wrong_claims.append("the next start shows something else as undecided")
    again = world.start_apply(who, plan).claim()
    last = world.judge([*claims, again])
    if not frozenset(plan) <= last.decided:
        last.violations.append(f"applied again, it ended {again.outcome} with {len(last.decided)} decided")
    _add(verdict, last)
    return verdict


# 3: the computer sleeps

_SLEEPS = [(str(step),) for step in Step]


@pytest.mark.parametrize("cases", batches(scaled(_SLEEPS)), ids=str)
def test_a_window_that_slept_while_another_desktop_committed_tells_what_is_true(
    kafka: str, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[str]]
) -> None:
    tally_all(side_by_side(cases, lambda case: _slept(kafka, tmp_path, Step(case[0]))))


def _slept(kafka: str, folder: Path, step: Step) -> tuple[str, Verdict]:
    world = _world(kafka, folder, 5000 + list(Step).index(step))
    choice = random.Random(world.seed)
    plans = [world.plan(choice), world.plan(choice, share=0.6)]
    with _opened(world, "desk", f"stop:{step}") as window:
        window.do("open")
        window.decide(plans[0])
        window.begin("commit")
        window.wait_until_stopped()
        other = world.start_apply("other desk", plans[1]).claim()
        window.go_on()
        told = window.answer()
        claims = [window.claim(told), other]
        window.close()
    verdict = _settled(world, plans[0], claims)
    # Right before it becomes final (8) it is still theirs to decide, afterwards it is ours. After a long
    # sleep (a busy computer) the client may have given its calls up: that tells of no conflict.
    order = list(Step)
    is_final = order.index(step) >= order.index(Step.COMMIT)
    if told["result"] not in (("committed",) if is_final else ("conflict", "not_committed")):
        verdict.violations.append(f"the window says {told['result']}: {told['says']}")
    return "3 window asleep, another desktop commits", verdict


@pytest.mark.skipif(SCALE < 1, reason="sleeps longer than a transaction may take; in make test-faults")
def test_a_window_that_slept_longer_than_its_transaction_commits_once(
    kafka: str, tmp_path: Path, tally: Tally
) -> None:
    world = _world(kafka, tmp_path, 5100)
    plan = world.plan(random.Random(world.seed))
    with _opened(world, "desk", f"stop:{Step.COPIES}") as window:
        window.do("open")
        window.decide(plan)
        window.begin("commit")
        window.wait_until_stopped()
        deadline = time.monotonic() + 150
        while any(open_offsets(kafka, world.retry_topic).values()):
            assert time.monotonic() < deadline, "the broker does not end the transaction"
            time.sleep(1)
        window.go_on()
        told = window.answer()
        window.close()
    verdict = _settled(world, plan, [window.claim(told)])
    if told["result"] != "committed":
        verdict.violations.append(f"the window says {told['result']}: {told['says']}")
    tally("3 window asleep longer than its transaction", verdict)


# 13: two windows


@pytest.mark.parametrize("cases", batches(scaled([(number,) for number in range(12)])), ids=str)
def test_of_two_windows_with_overlapping_decisions_nobody_loses_or_doubles_a_record(
    kafka: str, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[int]]
) -> None:
    tally_all(side_by_side(cases, lambda case: _two_windows(kafka, tmp_path, case[0])))


def _two_windows(kafka: str, folder: Path, number: int) -> tuple[str, Verdict]:
    world = _world(kafka, folder, 5200 + number)
    choice = random.Random(world.seed)
    plans = [world.plan(choice, share=0.7) for _ in range(2)]
    with _opened(world, "desk", "") as first, _opened(world, "other desk") as second:
        windows = (first, second)
        for window, plan in zip(windows, plans, strict=True):
            window.do("open")
            window.decide(plan)
        for window in windows:
            window.begin("commit")
        told = [window.answer() for window in windows]
        claims = [window.claim(each) for window, each in zip(windows, told, strict=True)]
        verdict = world.judge(claims, settled=False)
        for window, each, plan in zip(windows, told, plans, strict=True):
            if each["result"] == "conflict":
                claims.append(_rest_committed(window, plan, verdict))
            elif each["result"] != "committed":
                verdict.violations.append(f"{window.who} says {each['result']}: {each['says']}")
            window.close()
    _add(verdict, _settled(world, {**plans[0], **plans[1]}, claims))
    return "13 two windows, overlapping decisions", verdict


def _rest_committed(window: Window, plan: dict[RecordKey, str], before: Verdict) -> Claim:
    """Leave what the other one decided, and commit the rest."""
    window.do("press", name="resultPrimaryButton")
    window.plan = {place: what for place, what in plan.items() if place not in before.decided}
    if not window.plan:
        return Claim(window.who, {}, "committed")
    window.do("wait_for", name="reviewPage")
    window.do("press", name="commitButton")
    return window.claim(window.do("result"))


def test_a_second_window_of_the_same_computer_waits_while_the_first_one_commits(
    kafka: str, tmp_path: Path, tally: Tally
) -> None:
    world = _world(kafka, tmp_path, 5300)
    choice = random.Random(world.seed)
    plans = [world.plan(choice, share=0.5) for _ in range(2)]
    with _opened(world, "desk", f"stop:{Step.COPIES}") as first, _opened(world, "desk") as second:
        for window in (first, second):
            window.do("open")
        second.decide(plans[1])
        first.decide(plans[0])
        first.begin("commit")
        first.wait_until_stopped()
        refused = second.do("commit")
        first.go_on()
        told = first.answer()
        claims = [first.claim(told), second.claim(refused)]
        second.close()
        first.close()
    verdict = _settled(world, plans[0], claims)
    if (told["result"], refused["result"]) != ("committed", "not_committed"):
        verdict.violations.append(f"{told['result']} and {refused['result']}")
    if not any("another window" in each.lower() for each in refused["says"]):
        verdict.wrong_claims.append(f"it is not said who commits: {refused['says']}")
    tally("13 second window of the same computer", verdict)


# 14: the group changes

_TAMPERED: dict[str, Callable[[World], None]] = {
    "deleted group": tampering.delete_group,
    "reset to the start": lambda world: tampering.change_offsets(world, lambda _, __: (0, "")),
    "foreign metadata": lambda world: tampering.change_offsets(world, lambda at, _: (at, "bf5AAA=")),
    "truncated metadata": lambda world: tampering.change_offsets(world, lambda at, text: (at, text[:-9])),
}


@pytest.mark.parametrize("cases", batches(scaled([(name,) for name in _TAMPERED])), ids=str)
def test_a_window_asks_what_counts_where_the_group_has_forgotten(
    kafka: str, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[str]]
) -> None:
    tally_all(side_by_side(cases, lambda case: _asked(kafka, tmp_path, case[0])))


def _asked(kafka: str, folder: Path, name: str) -> tuple[str, Verdict]:
    world = _world(kafka, folder, 5400 + list(_TAMPERED).index(name))
    choice = random.Random(world.seed)
    keys = sorted({each.key or b"" for each in world.inputs})
    chosen = set(choice.sample(keys, len(keys) // 2))
    first = {each.place: choice.choice(("merge", "purge")) for each in world.inputs if each.key in chosen}
    rest = {each.place: "merge" for each in world.inputs if each.key not in chosen}
    claims = [world.start_apply("desk", first).claim()]
    _TAMPERED[name](world)
    verdict = Verdict()
    for who in ("desk", "other desk"):
        with _opened(world, who) as looking:
            if looking.do("open")["page"] != "takeOverPage":
                verdict.violations.append(f"{who} is not asked what counts as done")
            elif (seen := looking.offered(looking.do("take_over", choice="look"))) != frozenset(rest):
                other = f"{sorted(seen - set(rest))} too many, {sorted(set(rest) - seen)} missing"
                verdict.wrong_claims.append(f"{who} shows something else as undecided: {other}")
            looking.close()
    with _opened(world, "desk") as window:
        window.do("open")
        if window.offered(window.do("take_over", choice="start")) != frozenset(rest):
            verdict.wrong_claims.append("taken over, something else is offered")
        window.decide(rest)
        claims.append(window.claim(window.do("commit")))
        window.close()
    last = world.judge(claims)
    if last.decided != {each.place for each in world.inputs}:
        last.violations.append(f"{claims[-1].outcome}, with {len(last.decided)} decided")
    _add(verdict, last)
    return f"14 window, {name}", verdict


def test_a_window_says_which_application_is_in_the_way_and_goes_on_when_it_has_gone(
    kafka: str, tmp_path: Path, tally: Tally
) -> None:
    world = _world(kafka, tmp_path, 5500)
    plan = world.plan(random.Random(world.seed))
    with _opened(world, "desk") as window:
        window.do("open")
        window.decide(plan)
        with tampering.member(world):
            refused = window.do("commit")
            verdict = world.judge([window.claim(refused)])
        if not any(world.group in each for each in refused["says"]):
            verdict.wrong_claims.append(f"the group is not named: {refused['says']}")
        told = window.do("commit_again")
        claim = window.claim(told)
        window.close()
    _add(verdict, _settled(world, plan, [claim]))
    if (refused["result"], told["result"]) != ("not_committed", "committed"):
        verdict.violations.append(f"{refused['result']}, then {told['result']}: {told['says']}")
    tally("14 window, application in the group", verdict)


# 19: the registry is not to be had


@pytest.mark.parametrize("kind", ["down", "slow", "refusing", "not trusted"])
def test_without_the_registry_bytes_are_shown_and_everything_can_be_decided(
    kafka: str, secured: Cluster, tmp_path: Path, tally: Tally, kind: str
) -> None:
    world = World(kafka, tmp_path, seeded(5600 + len(kind)), records=_RECORDS, framing=b"\0\0\0\0\x07")
    world.create()
    plan = world.plan(random.Random(world.seed))
    with (
        registry_that_is(kind, secured.ssl) as registry,
        _opened(world, "desk", registry=registry) as window,
    ):
        seen = window.do("open")
        window.decide(plan)
        told = window.do("commit")
        window.close()
    verdict = _settled(world, plan, [window.claim(told)])
    if window.offered(seen) != {each.place for each in world.inputs}:
        verdict.violations.append(f"{len(seen['records'])} records are shown")
    if told["result"] != "committed":
        verdict.violations.append(f"the window says {told['result']}: {told['says']}")
    tally(f"19 window, registry {kind}", verdict)


# 22: the process behind the queue dies

_DEATHS = [(place,) for place in (*_PLACES, *(str(step) for step in Step))]


@pytest.mark.parametrize("cases", batches(scaled(_DEATHS)), ids=str)
def test_a_window_whose_engine_dies_goes_on_and_says_what_is_true(
    kafka: str, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[str]]
) -> None:
    tally_all(side_by_side(cases, lambda case: _engine_died(kafka, tmp_path, case[0])))


def _engine_died(kafka: str, folder: Path, place: str) -> tuple[str, Verdict]:
    world = _world(kafka, folder, 5900 + _DEATHS.index((place,)))
    plan = world.plan(random.Random(world.seed))
    with _opened(world, "desk", f"die:{place}") as window:
        seen = window.do("open")
        window.decide(plan)
        told = window.do("commit")
        if told["result"] == "unknown":  # until the engine, started again, has looked
            told = window.do("settled")
        claims = [window.claim(told)]
        window.close("the process behind the queue is gone: was ended by signal 9\n")
    verdict = _settled(world, plan, claims)
    if window.offered(seen) != {each.place for each in world.inputs}:
        verdict.wrong_claims.append(f"{len(seen['records'])} records are shown")
    if not (world.data_folder("desk") / "died").exists():
        verdict.violations.append("the engine did not die: this proves nothing")
    return "22 window, the engine dies", verdict


# 22: closed or cancelled in every phase

_CLOSED = [*((f"close:{place}",) for place in (*_PLACES, *Step)), *((f"cancel:{step}",) for step in Step)]


@pytest.mark.parametrize("cases", batches(scaled(_CLOSED)), ids=str)
def test_a_window_closed_or_stopped_in_any_phase_leaves_nothing_half_done(
    kafka: str, tmp_path: Path, tally_all: TallyAll, cases: Sequence[tuple[str]]
) -> None:
    tally_all(side_by_side(cases, lambda case: _interrupted(kafka, tmp_path, case[0])))


def _interrupted(kafka: str, folder: Path, fault: str) -> tuple[str, Verdict]:
    world = _world(kafka, folder, 5700 + _CLOSED.index((fault,)))
    plan = world.plan(random.Random(world.seed))
    what, _, place = fault.partition(":")
    with _opened(world, "desk", fault) as window:
        window.do("open")
        claim, told = Claim("desk", plan, "killed"), {}
        if place == "begin of commit" or place not in _PLACES:
            window.decide(plan)
            told = window.do("commit")
            claim = window.claim(told)
        window.close()
    verdict = _settled(world, plan, [claim])
    if what == "cancel" and (told["did"], claim.outcome) not in _ends_of_stopping(Step(place)):
        verdict.violations.append(f"{told['did']} at {place}, it ended {claim.outcome}")
    return f"22 window, {what} while {'committing' if place not in _PLACES else 'reading'}", verdict


def _ends_of_stopping(step: Step) -> set[tuple[str, str]]:
    """(what the window did, how the commit ended) that may be.

    It may not have heard yet of the step that the process behind it has just done, and still offer to stop.
    """
    steps = list(Step)
    if steps.index(step) < steps.index(Step.COPIES):
        return {(STOPPED, "not_committed")}
    stopped_in_time = "not_committed" if step is Step.COPIES else "committed"
    return {(STOPPED, stopped_in_time), ("not offered", "committed")}
