"""What was committed and cannot be seen yet, although no other program has open work."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import Compared, Outcome, Step
from kmp_desktop.kafka import held, offsets
from kmp_desktop.kafka.clients import Clients
from kmp_desktop.kafka.offsets import Ends, Partition
from tests.integration.kafka.real_queue import RealQueue


class JustBack:
    """The ends of partitions as a node shows them right after its start: nothing is there, nobody holds it.

    So from ``away`` on, until it was asked who holds what cannot be seen.
    """

    def __init__(self) -> None:
        self._real = offsets.read_ends
        self._is_away = False

    def away(self) -> None:
        """Begin."""
        self._is_away = True

    def look(self, clients: Clients, partitions: Iterable[Partition], timeout_s: float = 30.0) -> object:
        """What is asked while waiting for the records to become visible."""
        ends = self._real(clients, partitions, timeout_s)
        return dict.fromkeys(ends, Ends(0, 0)) if self._is_away else ends

    def look_who_holds_it(self, clients: Clients, partitions: Iterable[Partition]) -> object:
        """What is asked then."""
        ends = self.look(clients, partitions)
        self._is_away = False
        return ends


def test_what_a_node_that_has_just_come_back_does_not_show_is_not_called_another_programs_work(
    queue: RealQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = queue.write(b"K")
    desktop = queue.desktop()
    loaded = desktop.load()
    node = JustBack()
    monkeypatch.setattr(offsets, "read_ends", node.look)
    monkeypatch.setattr(held, "read_ends", node.look_who_holds_it)

    result = desktop.commit(loaded, {only: Decision.MERGE}, {Step.COMMIT: node.away})

    assert (Outcome.COMMITTED, ()) == (result.outcome, result.chunks[0].waiting_for)
    assert Compared.IDENTICAL is result.chunks[0].compared
