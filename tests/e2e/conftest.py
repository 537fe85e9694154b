"""Queues on the real broker."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.cli_queue import CliQueue


@pytest.fixture
def queue(kafka: str, tmp_path: Path) -> CliQueue:
    """A compacted queue of one partition with its retry topic, empty."""
    made = CliQueue(kafka, tmp_path)
    made.create()
    return made


@pytest.fixture
def three(queue: CliQueue) -> CliQueue:
    """A queue with ORD001, ORD002 and ORD003 at offsets 0 to 2."""
    queue.write((b"ORD001", b'{"n":1}'), (b"ORD002", b'{"n":2}'), (b"ORD003", b"\xff\x00\x01"))
    return queue
