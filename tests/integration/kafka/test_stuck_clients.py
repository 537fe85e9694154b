"""A client that does not return from a call: nobody waits for it, and the outcome is told as it is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
from confluent_kafka import Producer

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import NotCommittedReason, Outcome
from kmp_desktop.kafka import bounded_producer, making
from kmp_desktop.kafka.bounded_producer import within
from tests.integration.kafka.real_queue import RealQueue


class Stuck(Producer):
    """A client that does not return from one call until ``released``, as was seen of the real one."""

    call = ""
    released = Event()

    def __getattribute__(self, name: str) -> Any:
        """Hold one of the methods."""
        method = super().__getattribute__(name)
        if name != Stuck.call:
            return method

        def held(*arguments: Any) -> Any:
            Stuck.released.wait(120)
            return method(*arguments)

        return held


@pytest.fixture
def stuck_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """From now on producers hang in the method named, and are waited for shortly; at the end they go on."""
    Stuck.released.clear()
    monkeypatch.setattr(making, "Producer", Stuck)

    def hang(call: str) -> None:
        def impatient(name: str, asked: Callable[[], object], limit_s: float) -> object:
            return within(name, asked, 0.5 if name == call else limit_s)

        monkeypatch.setattr(bounded_producer, "within", impatient)
        monkeypatch.setattr(Stuck, "call", call)

    yield hang
    Stuck.released.set()


def test_a_client_that_never_returns_before_the_commit_ends_as_not_committed_and_the_next_try_works(
    queue: RealQueue, stuck_in: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    only = queue.write(b"K")
    desktop = queue.desktop()
    loaded = desktop.load()
    stuck_in("send_offsets_to_transaction")

    result = desktop.commit(loaded, {only: Decision.MERGE})

    assert (Outcome.NOT_COMMITTED, NotCommittedReason.NO_CONNECTION) == (
        result.outcome,
        result.chunks[0].reason,
    )
    assert "send_offsets_to_transaction" in result.chunks[0].details
    assert [] == queue.retried()
    monkeypatch.undo()
    assert Outcome.COMMITTED == desktop.commit(loaded, {only: Decision.MERGE}).outcome
    assert [b"K"] == queue.retried()


def test_a_client_that_never_returns_from_the_commit_ends_as_it_ended_on_the_server(
    queue: RealQueue, stuck_in: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    only = queue.write(b"K")
    desktop = queue.desktop()
    loaded = desktop.load()
    stuck_in("commit_transaction")

    result = desktop.commit(loaded, {only: Decision.MERGE})

    assert Outcome.NOT_COMMITTED == result.outcome
    assert "commit_transaction" in result.chunks[0].details
    Stuck.released.set()  # what was left behind wakes up, and finds itself fenced
    monkeypatch.undo()
    assert Outcome.COMMITTED == desktop.commit(loaded, {only: Decision.MERGE}).outcome
    assert [b"K"] == queue.retried()


def test_a_client_that_never_ends_keeps_nobody_waiting(
    queue: RealQueue, stuck_in: Callable[[str], None]
) -> None:
    only = queue.write(b"K")
    desktop = queue.desktop()
    loaded = desktop.load()
    stuck_in("close")

    result = desktop.commit(loaded, {only: Decision.MERGE})

    assert Outcome.COMMITTED == result.outcome
    assert [b"K"] == queue.retried()


def test_a_call_that_never_returns_does_not_keep_the_program_from_ending() -> None:
    program = (
        "from threading import Event\n"
        "from kmp_desktop.kafka.bounded_producer import NeverReturned, within\n"
        "try:\n    within('commit', Event().wait, 0.5)\n"
        "except NeverReturned as silence:\n    print(silence.args[0].str())\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=100
    )

    assert (0, "the client did not return from commit\n") == (ended.returncode, ended.stdout)
