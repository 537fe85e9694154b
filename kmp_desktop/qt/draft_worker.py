"""Drafts are written in a thread of their own, in the order in which a person decided."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from kmp_desktop.app.triage import Restored, draft_changes, restore_draft
from kmp_desktop.core.decision import Change, DecisionBook
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.known_queue import KnownQueue
from kmp_desktop.core.ports import Clock, DraftKey, DraftStore
from kmp_desktop.core.record import RecordId


@dataclass(frozen=True, slots=True)
class RestoreOrder:
    """Bring the draft back. ``settled``: decisions that a commit of ours was found to hold."""

    key: DraftKey
    loaded: KnownQueue
    settled: tuple[RecordId, ...] = ()


@dataclass(frozen=True, slots=True)
class AppendOrder:
    """Write one step down."""

    key: DraftKey
    loaded: KnownQueue
    change: Change


class DraftWorker(QObject):
    """Owns the way to the draft store. All slots run in the drafts' thread.

    Signals:
        restored(Restored | UserFacingError): answer to ``restore``.
        saved(int as object): epoch ms of the last change that is on disk.
        failed(UserFacingError): a change could not be written.
        broke(BaseException): a bug.
        closed(): everything asked for before is on disk.
    """

    restored = Signal(object)
    saved = Signal(object)
    failed = Signal(object)
    broke = Signal(object)
    closed = Signal()

    def __init__(self, drafts: DraftStore, clock: Clock) -> None:
        super().__init__()
        self._drafts = drafts
        self._clock = clock
        self._owed: list[AppendOrder] = []  # not on disk yet

    @Slot(object)
    def restore(self, order: RestoreOrder) -> None:
        """Read the draft and check it against the queue."""
        answer: Restored | UserFacingError
        try:
            if order.settled:
                self._drafts.append(order.key, [(record, None, 0) for record in order.settled])
            # The session's own book belongs to the window's thread: this one only takes what came back.
            answer = restore_draft(self._drafts, order.key, order.loaded, DecisionBook())
        except UserFacingError as error:
            answer = error
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self.broke.emit(error)
            answer = Restored({})
        self.restored.emit(answer)

    @Slot(object)
    def append(self, order: AppendOrder) -> None:
        """Write one step down, after those that could not be written before."""
        self._owed.append(order)
        self.save_again()

    @Slot()
    def save_again(self) -> None:
        """Write what is still owed, in order."""
        try:
            while self._owed:
                order = self._owed[0]
                self._drafts.append(order.key, draft_changes(order.change, order.loaded.records))
                del self._owed[0]
        except UserFacingError as error:
            self.failed.emit(error)
        except Exception as error:  # noqa: BLE001 - the boundary of the thread
            self.broke.emit(error)
        else:
            self.saved.emit(self._clock.now_ms())

    @Slot()
    def close(self) -> None:
        """The last slot of this thread."""
        self.closed.emit()
