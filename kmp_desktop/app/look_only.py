"""Connections that somebody set to looking only: nothing of their queues can be decided."""

from __future__ import annotations

from collections.abc import Callable

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.ports import DeadLetterSource, LoadObserver
from kmp_desktop.core.queue_state import Finding, FindingCode, LoadedQueue, Severity, TakeOver
from kmp_desktop.core.text import text


def for_looking_only() -> UserFacingError:
    """Nothing is put back with such a connection either."""
    return UserFacingError(
        ErrorCode.USAGE,
        text("This connection is for looking only."),
        text("Nothing was written."),
        text("Use a connection that may write, or ask whoever set this one up."),
    )


class LookOnly:
    """A ``DeadLetterSource`` whose queue may be read, with a finding that forbids committing."""

    def __init__(self, source: DeadLetterSource) -> None:
        self._source = source

    def load(self, observer: LoadObserver, take_over: TakeOver | None = None) -> LoadedQueue:
        """Read as the source does; see there for the errors."""
        loaded = self._source.load(observer, take_over)
        stop = Finding(
            FindingCode.READ_ONLY,
            Severity.STOP,
            text("This connection is for looking only."),
            text("Whoever set it up does not want anything to be retried or discarded with it."),
        )
        loaded.findings = (stop, *loaded.findings)
        return loaded

    def new_records(self, loaded: LoadedQueue) -> int:
        """How many offsets are new."""
        return self._source.new_records(loaded)

    def waiting(self, stopped: Callable[[], bool]) -> tuple[int, int | None]:
        """How many records wait."""
        return self._source.waiting(stopped)

    def close(self) -> None:
        """Give everything back."""
        self._source.close()
