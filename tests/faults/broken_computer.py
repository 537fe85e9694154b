"""What can be wrong with a person's computer, done to this process only: a full disk, a wrong clock."""

from __future__ import annotations

import resource
import time
from typing import Any

from confluent_kafka import Producer

from kmp_desktop.kafka import making

_ROOM = 100  # bytes


def fill_disk() -> None:
    """From now on no file of this process can grow beyond a few bytes; pipes and sockets can."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (_ROOM, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def free_disk() -> None:
    """There is room again."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def set_clock_wrong(by_ms: int) -> None:
    """From now on this computer's clock is ahead (or, negative, behind) by so much.

    Also what the client library writes into records that are given no time.
    """
    true_ns = time.time_ns

    def wrong_ns() -> int:
        return true_ns() + by_ms * 1_000_000

    class _Stamping(Producer):
        def produce(self, *arguments: Any, **named: Any) -> None:
            """Stamp with the wrong time, as the library does with the computer's."""
            named.setdefault("timestamp", wrong_ns() // 1_000_000)
            super().produce(*arguments, **named)

    time.time_ns = wrong_ns
    time.time = lambda: wrong_ns() / 1e9
    making.Producer = _Stamping  # type: ignore[attr-defined]
