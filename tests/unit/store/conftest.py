"""A disk on which files cannot grow any more."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator

import pytest


@pytest.fixture
def small_disk() -> Iterator[Callable[[int], None]]:
    """``small_disk(n)``: from now on this process cannot make a file longer than ``n`` bytes."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def limit(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))

    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)
