"""Thousands of rows are sorted, filtered, grouped and decided as a plain reading of the rules has it.

The same with a million of them: ``make test-faults``.
"""

from __future__ import annotations

from tests.unit.engine.many_rows import check


def test_the_engine_agrees_with_plain_lists() -> None:
    check(3_000)
