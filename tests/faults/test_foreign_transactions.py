"""Row 20 of the fault matrix: another program keeps a transaction open while we commit."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka import Producer

from tests.faults.conftest import SCALE, Tally, seeded
from tests.faults.world import World

_OPEN_S = 60 * min(1.0, max(0.1, SCALE))


@contextmanager
def foreign_transaction(bootstrap: str, topic: str, key: bytes) -> Iterator[None]:
    """A transaction of another program with one record in ``topic``; committed at the end."""
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "transactional.id": f"foreign-{os.getpid()}-{topic}",
            "transaction.timeout.ms": 120_000,
            "log_level": 0,
        }
    )
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, key=key, value=b"from another program", headers=[("foreign", b"1")], partition=0)
    assert producer.flush(30) == 0
    try:
        yield
    finally:
        producer.commit_transaction(30)


@pytest.mark.parametrize("where", ["queue", "retry"])
def test_a_commit_goes_through_while_another_programs_transaction_is_open_and_says_so(
    kafka: str, tmp_path: Path, tally: Tally, where: str
) -> None:
    world = World(kafka, tmp_path, seeded(2000 + len(where)))
    world.create()
    plan = world.plan(random.Random(world.seed))
    topic = world.queue_topic if where == "queue" else world.retry_topic
    started = time.monotonic()
    with foreign_transaction(kafka, topic, b"key of nobody here"):
        applying = world.start_apply("desk", plan)
        claim = applying.claim(_OPEN_S + 60)
        still_open = time.monotonic() - started
        shown = world.undecided_shown("other")
        while time.monotonic() - started < _OPEN_S:  # the fault itself: so long it stays open
            time.sleep(0.5)
        shown_later = world.undecided_shown("third")
    verdict = world.judge([claim])
    if "committed" != claim.outcome or still_open > _OPEN_S + 30:
        verdict.violations.append(f"ended {claim.outcome} after {still_open:.0f} s")
    if shown or shown_later:
        verdict.wrong_claims.append("decided records are offered again while the transaction is open")
    waited = [each for each in applying.said if topic in each]
    if not waited:
        verdict.wrong_claims.append("it was not said what the commit waits for")
    tally(f"20 foreign transaction open on the {where} topic", verdict)
