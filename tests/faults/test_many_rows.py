"""A million rows behind the window, without a broker; in ``make test`` fewer."""

from __future__ import annotations

import pytest

from tests.faults.conftest import SCALE
from tests.unit.engine.many_rows import check


@pytest.mark.timeout(1800)
def test_the_engine_agrees_with_plain_lists() -> None:
    check(1_000_000 if SCALE >= 1 else 10_000)
