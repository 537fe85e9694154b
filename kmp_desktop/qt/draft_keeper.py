"""Keeps the draft of one session: what was decided before the queue was known is written later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from kmp_desktop.app.triage import Restored, check_draft, draft_key
from kmp_desktop.core.decision import Change, Decision
from kmp_desktop.core.known_queue import KnownQueue
from kmp_desktop.core.ports import Clock, DraftEntry, DraftKey, DraftStore
from kmp_desktop.core.record import RecordId
from kmp_desktop.qt.draft_worker import AppendOrder, DraftWorker, RestoreOrder
from kmp_desktop.qt.runner import WorkerThread


class DraftKeeper(QObject):
    """The window's side of the drafts' thread. Lives on the GUI thread, never blocks.

    A draft belongs to a topic by its id, which only reading tells: until then decisions are held
    back here, and they win over what an older draft says of the same records.

    Signals:
        restored(Restored | UserFacingError): what came back when the queue was opened.
        saved(int as object), failed(UserFacingError): every change is on disk; one is not.
        broke(BaseException): a bug.
        ended(): everything is on disk and the thread is over.
    """

    restored = Signal(object)
    saved = Signal(object)
    failed = Signal(object)
    broke = Signal(object)
    ended = Signal()

    _restore_wanted = Signal(object)
    _append_wanted = Signal(object)
    _save_again_wanted = Signal()
    _close_wanted = Signal()

    def __init__(self, drafts: DraftStore, clock: Clock, servers: str, parent: QObject) -> None:
        super().__init__(parent)
        self._servers = servers
        self._key: DraftKey | None = None
        self._loaded: KnownQueue | None = None
        self._held_back: list[Change] = []
        self._restoring = False
        self._unread: tuple[DraftEntry, ...] = ()
        self._worker = DraftWorker(drafts, clock)
        self._thread = WorkerThread(self._worker, "kmp-drafts", self)
        self._restore_wanted.connect(self._worker.restore)
        self._append_wanted.connect(self._worker.append)
        self._save_again_wanted.connect(self._worker.save_again)
        self._close_wanted.connect(self._worker.close)
        self._worker.restored.connect(self._on_restored)
        self._worker.saved.connect(self.saved)
        self._worker.failed.connect(self.failed)
        self._worker.broke.connect(self.broke)
        self._worker.closed.connect(self._on_worker_closed)
        self._thread.ended.connect(self.ended)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def open(self, loaded: KnownQueue, settled: tuple[RecordId, ...]) -> None:
        """The queue was read for the first time (or is another one now); ends in ``restored``.

        ``settled``: decisions that an unfinished commit of this computer turned out to hold.
        """
        self._key = draft_key(loaded.identity, self._servers)
        self._loaded = loaded
        self._restoring = True
        self._restore_wanted.emit(RestoreOrder(self._key, loaded, settled))

    def use(self, loaded: KnownQueue) -> Mapping[RecordId, Decision]:
        """The queue was read again, or a commit changed it; its records tell the checksums now.

        Returns what the draft says of records that had not been read before, because a person had
        stopped the reading.
        """
        before = self._loaded
        if before is not None and not loaded.complete:
            # Decisions about records that were not reached this time keep their checksums.
            self._loaded = replace(loaded, records=loaded.records.or_else(before.records))
        else:
            self._loaded = loaded
        checked = check_draft(self._unread, loaded)
        self._unread = checked.unread
        return checked.staged

    def forget_held_back(self) -> None:
        """What was decided belongs to a topic that is not there any more."""
        self._held_back.clear()

    def change(self, change: Change) -> None:
        """Write a step down, or hold it back."""
        if self._key is None or self._restoring:
            self._held_back.append(change)
        else:
            self._append(change)

    def save_again(self) -> None:
        """Try to write what could not be written before; ends in ``saved`` or ``failed``."""
        self._save_again_wanted.emit()

    def close(self) -> None:
        """Write what is held back, end the thread; ends in ``ended``."""
        self._append_held_back()
        self._close_wanted.emit()

    @Slot(object)
    def _on_restored(self, answer: object) -> None:
        self._restoring = False
        if isinstance(answer, Restored):
            self._unread = answer.unread
            decided_meanwhile = {record for change in self._held_back for record in change.ids}
            staged = {
                record: decision
                for record, decision in answer.staged.items()
                if record not in decided_meanwhile
            }
            answer = replace(answer, staged=staged)
        self._append_held_back()
        self.restored.emit(answer)

    @Slot()
    def _on_worker_closed(self) -> None:
        self._thread.end()

    def _append_held_back(self) -> None:
        if self._key is not None:
            for change in self._held_back:
                self._append(change)
            self._held_back.clear()

    def _append(self, change: Change) -> None:
        assert self._key is not None
        assert self._loaded is not None
        self._append_wanted.emit(AppendOrder(self._key, self._loaded, change))
