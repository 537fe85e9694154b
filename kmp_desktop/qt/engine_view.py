"""The window's side of the engine: its replies, the numbering of rows, and whether it is up to date."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from kmp_desktop.core.record import RecordId
from kmp_desktop.core.view import DecidedElsewhere, RecordsArrived, Reply
from kmp_desktop.process.messages import BringUpToDateOrder
from kmp_desktop.qt.queue_link import QueueLink
from kmp_desktop.qt.row_numbers import RowNumbers


class EngineView(QObject):
    """Lives on the GUI thread.

    Signals:
        replied(Reply): answers and pushes, after ``rows`` has taken what they announce.
        restarted(): rows begin at 0 again.
        up_to_date(): everything that was brought has been taken in, and its pushes have arrived.
    """

    replied = Signal(object)
    restarted = Signal()
    up_to_date = Signal()

    def __init__(self, link: QueueLink, parent: QObject) -> None:
        super().__init__(parent)
        self.rows = RowNumbers()
        self._link = link
        self._brought = 0  # how many times the engine still has to say that it has finished
        link.replied.connect(self._on_replied)
        link.begun_anew.connect(self._begin_anew)
        link.brought_up_to_date.connect(self._on_brought_up_to_date)

    def bring_up_to_date(self, order: BringUpToDateOrder, elsewhere: frozenset[RecordId]) -> None:
        """Tell what reading or a commit found out; ends in ``up_to_date``."""
        self._brought += 1
        self._link.ask(DecidedElsewhere(elsewhere))
        self._link.bring_up_to_date(order)

    def forget(self) -> None:
        """The engine is gone, and what it was brought; another one begins at row 0."""
        self._brought = 0
        self._begin_anew()

    @Slot(object)
    def _on_replied(self, reply: Reply) -> None:
        if isinstance(reply, RecordsArrived):
            self.rows.add(reply)
        self.replied.emit(reply)

    @Slot()
    def _begin_anew(self) -> None:
        self.rows = RowNumbers()
        self.restarted.emit()

    @Slot()
    def _on_brought_up_to_date(self) -> None:
        self._brought -= 1
        if not self._brought:
            self.up_to_date.emit()
