"""The decisions of an open queue: what is staged, what may be, and what others decided meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from kmp_desktop.app import triage
from kmp_desktop.core.decision import Change, Decision, DecisionBook
from kmp_desktop.core.known_queue import KnownQueue
from kmp_desktop.core.outcome import CommitResult, Outcome
from kmp_desktop.core.record import RecordId
from kmp_desktop.qt.draft_keeper import DraftKeeper


class StagedDecisions(QObject):
    """Keeps book and draft in step with what is on the broker. Lives on the GUI thread.

    Signals:
        changed(Change): the book changed, by whatever way.
    """

    changed = Signal(object)

    def __init__(self, drafts: DraftKeeper, parent: QObject) -> None:
        super().__init__(parent)
        self.book = DecisionBook()
        self.loaded: KnownQueue | None = None
        self.elsewhere: frozenset[RecordId] = frozenset()
        self._mine: set[RecordId] = set()  # committed here: not "decided by someone else"
        self._let_go: set[RecordId] = set()  # decided elsewhere, and taken out of the list
        self._open: frozenset[RecordId] = frozenset()  # what may be decided on the broker
        self._drafts = drafts

    def may_decide(self, record: RecordId) -> bool | None:
        """Whether the broker holds this record undecided and lets us decide; None: not known yet."""
        loaded = self.loaded
        if record in self.elsewhere:
            return False
        if loaded is None or record not in loaded.records:
            return None
        return record in self._open

    @property
    def is_open(self) -> Callable[[RecordId], bool]:
        """The same once the queue is read, fast enough to ask about every record there is."""
        return (self._open - self.elsewhere).__contains__

    def stage(
        self,
        ids: Iterable[RecordId],
        decision: Decision | None,
        may_decide: Callable[[RecordId], bool],
    ) -> triage.StageReport:
        """Stage a decision (None: clear it), as one step."""
        report = triage.stage(self.book, ids, decision, may_decide)
        self._write(report.change)
        return report

    def undo(self) -> Change | None:
        """Take the last step back."""
        return self._stepped(self.book.undo())

    def redo(self) -> Change | None:
        """Do again what was taken back last."""
        return self._stepped(self.book.redo())

    def take_out(self, ids: Iterable[RecordId]) -> None:
        """Forget these decisions; those about records decided elsewhere leave the history, too."""
        wanted = tuple(ids)
        self._write(self.book.drop([each for each in wanted if each in self.elsewhere]))
        self._write(self.book.stage([each for each in wanted if each not in self.elsewhere], None))

    def let_go_elsewhere(self) -> frozenset[RecordId]:
        """Take what others decided out of the list; all that was let go so far."""
        self._let_go |= self.elsewhere
        self._write(self.book.drop(self.elsewhere))
        self.elsewhere = frozenset()
        if self.loaded is not None:
            self.loaded = _decided_too(self.loaded, self._let_go)
            self._open -= self._let_go
        return frozenset(self._let_go)

    def put_back(self, staged: Mapping[RecordId, Decision]) -> None:
        """Stage what the draft remembers; it is on disk already."""
        self.book.put_back(staged)
        ids = tuple(staged)
        if ids:
            self.changed.emit(Change(ids, (None,) * len(ids), tuple(staged.values()), None))

    def begin_with(self, loaded: KnownQueue, settled: tuple[RecordId, ...]) -> None:
        """The queue was read for the first time, or it is another topic under the same name now."""
        if self.loaded is not None:
            self._drafts.forget_held_back()
            self.elsewhere = frozenset()
            self._mine.clear()
            self._let_go.clear()
            gone = self.book.drop(tuple(self.book.staged))
            if gone:
                self.changed.emit(gone)
        self._take(loaded)
        self._mine.update(settled)
        self._drafts.open(loaded, settled)

    def go_on_with(
        self,
        loaded: KnownQueue,
        decided_since: frozenset[RecordId],
        settled: tuple[RecordId, ...],
    ) -> None:
        """The queue was read again: let go of what others decided, and of records that are gone."""
        self._take(loaded)
        self._mine.update(settled)
        self.elsewhere |= decided_since - self._mine - self._let_go
        # What others decided leaves the history as well: neither undo nor redo may bring it back.
        stale = {each for each in self.book.staged if not _still_applies(each, loaded)}
        self._write(self.book.drop(stale | decided_since))
        found = self._drafts.use(loaded)
        self.put_back({each: decision for each, decision in found.items() if each not in self.book.staged})

    def settle(self, committed: Iterable[RecordId]) -> None:
        """A commit whose outcome was not known turned out to hold these."""
        ids = tuple(committed)
        self._mine.update(ids)
        self._forget(ids)

    def after_commit(
        self,
        result: CommitResult,
        loaded: KnownQueue,
        decided_since: frozenset[RecordId],
    ) -> None:
        """Let go of everything that is decided on the broker now.

        Decisions that conflict stay, to be compared, until they are taken out. A skip holds until
        the commit: its record stays in the queue and is offered again.
        """
        self._take(loaded)
        self._drafts.use(loaded)
        self._mine.update(result.merged, result.purged)
        conflicts = {each.id for each in result.conflicts}
        theirs = decided_since - self._mine - self._let_go
        self.elsewhere |= theirs | conflicts
        over = {*result.merged, *result.purged, *result.gone, *theirs} - conflicts
        if result.outcome is Outcome.COMMITTED:
            over.update(each for each, staged in self.book.staged.items() if staged is Decision.SKIP)
        self._forget(over)

    def _take(self, loaded: KnownQueue) -> None:
        self.loaded = loaded
        self._open = loaded.open_records if loaded.may_commit else frozenset()

    def _stepped(self, change: Change | None) -> Change | None:
        if change is not None:
            self._write(change)
        return change

    def _write(self, change: Change) -> None:
        if change:
            # First what is seen: writing thousands down takes the same processors.
            self.changed.emit(change)
            self._drafts.change(change)

    def _forget(self, ids: Iterable[RecordId]) -> None:
        self._write(self.book.drop(ids))


def _decided_too(loaded: KnownQueue, ids: Iterable[RecordId]) -> KnownQueue:
    """The queue with these decided: a commit that met a conflict has not read the others' state."""
    state = dict(loaded.state)
    for each in ids:
        if each.partition in state:
            before = state[each.partition]
            state[each.partition] = replace(before, decided=before.decided | {each.offset})
    return replace(loaded, state=state, open_records=loaded.open_records - frozenset(ids))


def _still_applies(record: RecordId, loaded: KnownQueue) -> bool:
    if record in loaded.records:
        return loaded.is_open(record)
    # Not read this time, because a person stopped reading: nothing is known about it.
    return not loaded.complete and record.offset >= loaded.end.get(record.partition, 0)
