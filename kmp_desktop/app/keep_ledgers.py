"""Opening a queue keeps alive what was decided in it: a server forgets it after some days without commits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kmp_desktop.core.ledger_age import ledgers_to_renew
from kmp_desktop.core.outcome import ChunkResult, CommitProgress
from kmp_desktop.core.ports import Clock, DecisionSink
from kmp_desktop.core.queue_state import LoadedQueue


def keep_ledgers(
    sink: DecisionSink, loaded: LoadedQueue, clock: Clock, stopped: Callable[[], bool]
) -> ChunkResult | None:
    """Commit the same state anew if it is due; None = it is not, or not from here. In the sink's thread.

    Nothing is decided by it. When it does not work, the next one who opens the queue tries it again;
    an outcome that is not known has to be settled like any other before anything is shown.
    """
    may = loaded.complete and loaded.may_commit() and not loaded.taken_over()
    if not may or not ledgers_to_renew(loaded, clock.now_ms()):
        return None
    return sink.commit_chunk(loaded, {}, _Quiet(stopped), 1, 1)


@dataclass(frozen=True, slots=True)
class _Quiet:
    """Nobody is told of the steps."""

    stopped: Callable[[], bool]

    def step(self, progress: CommitProgress) -> None:
        """Say nothing."""
