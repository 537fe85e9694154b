"""How many runs, which seeds, and the table at the end: row, runs, violations, wrong claims."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from tests.faults.lanes import Lanes, lanes
from tests.faults.oracle import Verdict

AT_ONCE = 4
"""How many worlds are run side by side: a run mostly waits for the broker."""

SCALE = float(os.environ.get("FAULT_SCALE", "0.1"))
SEED = int(os.environ["FAULT_SEED"])  # chosen in tests/conftest.py unless given

Tally = Callable[[str, Verdict], None]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the oracle says of one case, and the row of the matrix that it counts for."""

    row: str
    verdict: Verdict
    case: str

    @property
    def faults(self) -> list[str]:
        """Everything that is not as promised, with the case."""
        found = [*self.verdict.violations, *self.verdict.wrong_claims]
        return [f"{self.case}: {each}" for each in found]


TallyAll = Callable[[Sequence[Judged]], None]
Case = TypeVar("Case")


def scaled(cases: Sequence[Case], *, at_least: int = 1) -> list[Case]:
    """A share of the cases (``FAULT_SCALE``: 0.1 in ``make test``, 1 in ``make test-faults``), by the seed.

    From 1 on every case is there; below, another share each time, so that in time all are seen.
    """
    wanted = max(at_least, round(len(cases) * SCALE))
    mixed = random.Random(SEED).sample(list(cases), len(cases))
    return [mixed[index % len(cases)] for index in range(wanted)]


_turn = [0]


def seeded(number: int) -> int:
    """The seed of the ``number``-th case; ``FAULT_SEED`` makes a whole run again."""
    return SEED * 1000 + number + 1_000_000_000 * _turn[0]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What counts a single verdict is run as often as the scale says, too, each time by another seed."""
    if "tally" in metafunc.fixturenames and SCALE > 1:
        metafunc.fixturenames.append("_turn_of")
        metafunc.parametrize("_turn_of", range(round(SCALE)), indirect=True, ids=lambda turn: f"turn {turn}")


@pytest.fixture
def _turn_of(request: pytest.FixtureRequest) -> Iterator[None]:
    _turn[0] = request.param
    yield
    _turn[0] = 0


def pytest_report_header() -> str:
    """Tell how to replay the faults."""
    return f"faults: FAULT_SCALE={SCALE:g} FAULT_SEED={SEED}"


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Tally:
    """Count a verdict in the table, then fail on anything that is not as promised."""

    def count(row: str, verdict: Verdict) -> None:
        record_property("fault", (row, len(verdict.violations), len(verdict.wrong_claims)))
        assert ([], []) == (verdict.violations, verdict.wrong_claims), f"FAULT_SEED={SEED}"

    return count


@pytest.fixture
def tally_all(record_property: Callable[[str, object], None]) -> TallyAll:
    """As ``tally`` does, for several cases that were run at once."""

    def count(judged: Sequence[Judged]) -> None:
        for each in judged:
            verdict = each.verdict
            record_property("fault", (each.row, len(verdict.violations), len(verdict.wrong_claims)))
        assert [] == [fault for each in judged for fault in each.faults], f"FAULT_SEED={SEED}"

    return count


@pytest.fixture(scope="session")
def four_lanes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lanes]:
    """A broker behind as many proxies as there are worlds at once."""
    with lanes(tmp_path_factory.mktemp("lanes"), AT_ONCE) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables: the faults, and what each rule is good for."""
    _print_faults(terminalreporter)
    _print_rules(terminalreporter)


def _noted(terminalreporter: pytest.TerminalReporter, wanted: str) -> Iterator[tuple[Any, ...]]:
    """What the tests noted under this name."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            if report.when == "call":
                yield from (value for name, value in report.user_properties if name == wanted)


def _print_rules(terminalreporter: pytest.TerminalReporter) -> None:
    noted = sorted(tuple(each) for each in _noted(terminalreporter, "rule"))
    if not noted:
        return
    terminalreporter.section("what each rule is good for")
    width = max(len(rule) for rule, *_ in noted)
    for rule, fault, with_it, number, found in noted:
        terminalreporter.line(f"{rule:<{width}}  {fault}")
        terminalreporter.line(
            f"{'':<{width}}  with all rules: {with_it} found; without this one: {number}, e.g."
        )
        terminalreporter.line(f"{'':<{width}}  {found}")


def _print_faults(terminalreporter: pytest.TerminalReporter) -> None:
    runs: Counter[str] = Counter()
    violations: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for row, broken, lied in _noted(terminalreporter, "fault"):
        runs[row] += 1
        violations[row] += broken
        wrong[row] += lied
    if not runs:
        return
    terminalreporter.section(f"faults (FAULT_SCALE={SCALE:g} FAULT_SEED={SEED})")
    width = max(len(row) for row in runs)
    terminalreporter.line(f"{'row':<{width}}  runs  violations  wrong claims")
    for row in sorted(runs):
        terminalreporter.line(f"{row:<{width}}  {runs[row]:>4}  {violations[row]:>10}  {wrong[row]:>12}")
