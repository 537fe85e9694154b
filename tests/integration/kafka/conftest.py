"""Queues on the real broker, closed at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.cluster.secured import Secured, secured
from tests.integration.kafka.real_queue import RealQueue


@pytest.fixture(scope="session")
def guarded() -> Iterator[Secured]:
    """A node with all kinds of security, started once when the first test asks for it."""
    with secured() as node:
        yield node


@pytest.fixture
def make_queue(kafka: str, tmp_path: Path) -> Iterator[Callable[..., RealQueue]]:
    """Make a queue and its retry topic, with settings of their topics."""
    made: list[RealQueue] = []

    def make(
        config: Mapping[str, str] | None = None,
        retry_config: Mapping[str, str] | None = None,
        partitions: int = 1,
    ) -> RealQueue:
        queue = RealQueue(kafka, tmp_path / str(len(made)), partitions)
        made.append(queue)
        queue.create(config, retry_config)
        return queue

    yield make
    for queue in made:
        queue.close()


@pytest.fixture
def queue(make_queue: Callable[..., RealQueue]) -> RealQueue:
    """A compacted queue of one partition."""
    return make_queue()
