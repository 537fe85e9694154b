"""A desktop in front of a queue in memory, with a clock that goes on only when something is waited for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kmp_desktop.app.apply import Applied, apply
from kmp_desktop.app.commit import commit
from kmp_desktop.app.open_queue import Opened, open_queue
from kmp_desktop.app.plan_file import PlanFile
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import ChunkResult, CommitProgress, CommitResult, Step
from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.core.profile import Queue
from kmp_desktop.core.queue_state import LoadedQueue, TakeOver
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.text import Text
from kmp_desktop.practice.broker import PracticeBroker
from kmp_desktop.practice.computer import PracticeComputer
from kmp_desktop.practice.sink import PracticeSink
from kmp_desktop.practice.source import PracticeSource
from tests.unit.records import NOW

GROUP = "kmp-orders"


class Clock:
    """Stands still until somebody waits."""

    def __init__(self) -> None:
        self.now = NOW

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        return self.now


class Following:
    """Notes what it is told; ``at`` and ``on_wait`` are called in the middle of things."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.chunks: list[ChunkResult] = []
        self.waits: list[str] = []
        self.steps: list[tuple[int, int, Step]] = []
        self.stop = False
        self.repair = False
        self.at: dict[tuple[int, Step], Callable[[], object]] = {}
        self.on_wait: Callable[[], object] = lambda: None
        self.on_chunk: Callable[[], object] = lambda: None

    def records(self, batch: Sequence[DeadLetter]) -> None:
        """Not noted."""

    def progress(self, progress: ReadProgress) -> None:
        """Not noted."""

    def stopped(self) -> bool:
        """Whether a test wants it to stop."""
        return self.stop

    def step(self, progress: CommitProgress) -> None:
        """Note it, then do what a test wants done there (once)."""
        self.steps.append((progress.part, progress.parts, progress.step))
        self.at.pop((progress.part, progress.step), lambda: None)()

    def chunk(self, result: ChunkResult) -> None:
        """Note it."""
        self.chunks.append(result)
        self.on_chunk()

    def waiting(self, why: Text) -> None:
        """Note it."""
        self.waits.append(str(why))

    def may_repair(self) -> bool:
        """What a person said."""
        return self.repair

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self._clock.now += int(seconds * 1000)
        self.on_wait()


class Desk:
    """One desktop; desks with the same broker see the same queue. Several windows share a computer."""

    def __init__(
        self, broker: PracticeBroker, computer: PracticeComputer | None = None, *, group: str = GROUP
    ) -> None:
        self.clock = Clock()
        self.computer = computer or PracticeComputer()
        self.following = Following(self.clock)
        queue = Queue("q", "Orders", broker.queue.name, broker.retry.name, group)
        self.source = PracticeSource(broker, self.computer, queue, self.clock)
        self.sink = PracticeSink(broker, self.computer, queue, "desk", self.clock)

    def open(self, take_over: TakeOver | None = None) -> Opened:
        """Open the queue."""
        return open_queue(self.source, self.sink, self.following, take_over)

    def loaded(self) -> LoadedQueue:
        """Open the queue, which must work."""
        opened = self.open()
        assert opened.loaded is not None
        return opened.loaded

    def commit(
        self, loaded: LoadedQueue, staged: Mapping[RecordId, Decision], max_records: int = 5_000
    ) -> CommitResult:
        """Commit what is staged."""
        return commit(self.sink, loaded, staged, self.following, self.clock, max_records=max_records)

    def apply(
        self,
        decisions: Mapping[RecordId, Decision],
        *,
        take_over: TakeOver | None = None,
        max_records: int = 5_000,
    ) -> Applied:
        """Apply a plan."""
        lines = {each: number for number, each in enumerate(decisions, 1)}
        plan = PlanFile(Path("plan.jsonl"), decisions, lines)
        return apply(
            *(self.source, self.sink, plan, self.following, self.clock),
            take_over=take_over,
            max_records=max_records,
        )

    def undecided(self) -> list[RecordId]:
        """What this desktop would show."""
        return [each.id for each in self.loaded().undecided()]


def filled(count: int, *, partitions: int = 1) -> tuple[PracticeBroker, list[RecordId]]:
    """A broker with so many records of different keys."""
    broker = PracticeBroker(partitions=partitions)
    ids = [broker.write(f"ORD{each}".encode(), b"{}", partition=each % partitions) for each in range(count)]
    return broker, ids
