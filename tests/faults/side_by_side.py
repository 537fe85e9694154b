"""Several worlds at once: a run mostly waits for the broker, and many runs have to fit into the time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tests.faults.conftest import AT_ONCE, Judged
from tests.faults.oracle import Verdict

Case = TypeVar("Case")


def batches(cases: Sequence[Case]) -> list[tuple[Case, ...]]:
    """The cases in groups that are run at once; each group is one test."""
    return [tuple(cases[first : first + AT_ONCE]) for first in range(0, len(cases), AT_ONCE)]


def side_by_side(cases: Sequence[Case], run: Callable[[Case], tuple[str, Verdict]]) -> list[Judged]:
    """Run each case in a thread and a world of its own."""
    with ThreadPoolExecutor(len(cases), thread_name_prefix="world") as threads:
        return list(threads.map(lambda case: _judged(case, run), cases))


def _judged(case: Case, run: Callable[[Case], tuple[str, Verdict]]) -> Judged:
    row, verdict = run(case)
    return Judged(row, verdict, str(case))
