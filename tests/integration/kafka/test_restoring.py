"""Discarded records put back into the real queue, and decided again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.outcome import Outcome
from kmp_desktop.core.profile import ConnectionProfile, Secrets
from kmp_desktop.kafka.restoring import KafkaRestorer
from kmp_desktop.kafka.settings import client_settings
from tests.integration.kafka.real_queue import RealQueue


def restorer(queue: RealQueue) -> KafkaRestorer:
    """What puts records back on the queue's cluster."""
    return KafkaRestorer(client_settings(ConnectionProfile("p", "P", queue.bootstrap), Secrets(), "test"))


def test_what_was_discarded_comes_back_byte_for_byte_and_may_be_discarded_again(queue: RealQueue) -> None:
    first, second = queue.write(b"K"), queue.write(b"L")
    desktop = queue.desktop()
    loaded = desktop.load()
    before = loaded.records[first]
    assert Outcome.COMMITTED is desktop.commit(loaded, {first: Decision.PURGE}).outcome
    putting = restorer(queue)
    try:
        places = putting.restore(loaded.identity, [before])
    finally:
        putting.close()
    again = desktop.load()
    new = places[first]
    assert [second, new] == [each.id for each in again.undecided()]
    assert replace(before, id=new) == again.records[new]
    assert Outcome.COMMITTED is desktop.commit(again, {new: Decision.PURGE}).outcome
    assert [second] == [each.id for each in desktop.load().undecided()]


def test_nothing_is_put_into_a_queue_that_was_set_up_anew(queue: RealQueue) -> None:
    only = queue.write(b"K")
    loaded = queue.desktop().load()
    queue.remake(queue.topic)
    putting = restorer(queue)
    try:
        with pytest.raises(UserFacingError) as raised:
            putting.restore(loaded.identity, [loaded.records[only]])
    finally:
        putting.close()
    assert "The queue was set up anew since then." == str(raised.value.happened)
    assert [] == queue.desktop("b").load().undecided()
