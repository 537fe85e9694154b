"""Opening a queue: settle an unfinished commit of this computer first, then read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.outcome import Outcome, Resolution
from kmp_desktop.core.ports import DeadLetterSource, DecisionSink, LoadObserver
from kmp_desktop.core.queue_state import LoadedQueue, TakeOver


@dataclass(frozen=True, slots=True)
class Opened:
    """A queue after opening.

    ``resolution``: what became of an unfinished commit, None = there was none. ``loaded`` is None
    while that is not known: nothing may be shown as undecided that may be decided already.
    ``committing_elsewhere``: another window of this computer commits or settles one right now, so
    that only it can tell how that ends; what is shown is what the broker holds.
    """

    resolution: Resolution | None
    loaded: LoadedQueue | None
    committing_elsewhere: bool = False


def open_queue(
    source: DeadLetterSource,
    sink: DecisionSink,
    observer: LoadObserver,
    take_over: TakeOver | None = None,
    settled: Callable[[Resolution], None] | None = None,
) -> Opened:
    """Settle, then read to the end; raises UserFacingError. Runs in the thread of both adapters.

    ``settled`` hears of an outcome before the queue is read: once it is found out the journal
    forgets it, and reading may fail.
    """
    resolution, elsewhere = _resolve(sink, observer.stopped)
    if resolution is not None and settled is not None:
        settled(resolution)
    if resolution is not None and resolution.outcome is Outcome.UNKNOWN:
        return Opened(resolution, None)
    return Opened(resolution, source.load(observer, take_over), elsewhere)


def _resolve(sink: DecisionSink, stopped: Callable[[], bool]) -> tuple[Resolution | None, bool]:
    try:
        return sink.resolve(stopped), False
    except UserFacingError as error:
        if error.code is not ErrorCode.QUEUE_BUSY:
            raise
        return None, True
