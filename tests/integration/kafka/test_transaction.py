"""A transaction that cannot even begin: how long it is tried, and that a person can stop it."""

from __future__ import annotations

import pytest

from kmp_desktop.app.commit import commit
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import NotCommittedReason, Outcome, Step
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.kafka import transaction
from kmp_desktop.kafka.bounded_producer import BoundedProducer
from kmp_desktop.kafka.committer import KafkaSink
from kmp_desktop.kafka.settings import ClientSettings, client_settings
from kmp_desktop.kafka.transaction import NotInitialised, drop, new_initialised
from kmp_desktop.store.journal import FileJournal
from kmp_desktop.store.queue_lock import FileLock
from kmp_desktop.store.seen_states import FileSeenStates
from kmp_desktop.store.wall_clock import WallClock
from tests.integration.kafka.real_queue import Committing, RealQueue

# Not the minutes of many tries one after the other; starting the broker does not count.
pytestmark = pytest.mark.timeout(60, func_only=True)


def nobody_there() -> ClientSettings:
    return client_settings(ConnectionProfile("p", "p", "127.0.0.1:1"), Secrets(), "tests")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[BoundedProducer]:
    """The producers that are made; each of them tries for a moment only."""
    producers: list[BoundedProducer] = []
    make = transaction.new_producer

    def counted(settings: ClientSettings, transactional_id: str, batch: int) -> BoundedProducer:
        producers.append(make(settings, transactional_id, batch))
        return producers[-1]

    monkeypatch.setattr(transaction, "new_producer", counted)
    monkeypatch.setattr(transaction, "_INIT_CALL_S", 0.2)
    return producers


def test_all_tries_together_have_one_time_limit(
    made: list[BoundedProducer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "_INIT_S", 0.1)

    with pytest.raises(NotInitialised):
        new_initialised(nobody_there(), "kmp-desktop.v1.nowhere", 1000)

    assert 1 == len(made)


def test_whoever_stops_it_does_not_wait_for_the_time_limit(made: list[BoundedProducer]) -> None:
    with pytest.raises(NotInitialised):
        new_initialised(nobody_there(), "kmp-desktop.v1.nowhere", 1000, lambda: True)

    assert 1 == len(made)


class StoppedAfterTheJournal(Committing):
    """A person who presses Stop while the server does not answer."""

    def stopped(self) -> bool:
        """From the first step on."""
        return Step.JOURNAL in self.steps


def test_a_commit_is_stopped_although_the_server_is_gone(queue: RealQueue) -> None:
    only = queue.write(b"K")
    loaded = queue.desktop().load()
    files = queue.folder / "gone"
    sink = KafkaSink(
        nobody_there(),
        Queue("q", "q", queue.topic, queue.retry_topic, queue.group),
        *(FileJournal(files / "journal"), FileLock(files / "locks"), FileSeenStates(files / "seen")),
        *("a", WallClock()),
    )

    result = commit(sink, loaded, {only: Decision.MERGE}, StoppedAfterTheJournal(), WallClock())
    sink.close()

    assert (Outcome.NOT_COMMITTED, NotCommittedReason.STOPPED) == (result.outcome, result.chunks[0].reason)
    assert [] == queue.retried()


def test_a_commit_that_the_server_ended_before_it_was_final_begins_again(queue: RealQueue) -> None:
    """As after a sleep longer than the transaction may take."""
    only = queue.write(b"K")
    desktop = queue.desktop()
    loaded = desktop.load()
    settings = client_settings(ConnectionProfile("p", "p", queue.bootstrap), Secrets(), "tests")

    def fence() -> None:
        drop(new_initialised(settings, queue.mark_group, 1000))

    result = desktop.commit(loaded, {only: Decision.MERGE}, {Step.COPIES: fence})

    assert (Outcome.COMMITTED, (only,)) == (result.outcome, result.merged)
    assert [b"K"] == queue.retried()
