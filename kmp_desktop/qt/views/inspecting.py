"""What the inspector shows: asked for when the selection changes, one question at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from kmp_desktop.core.view import DescribeWanted, RecordDetails, SelectionSummary, SummaryWanted
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.models.record_table import RecordTableModel
from kmp_desktop.qt.views.inspector import Inspector
from kmp_desktop.qt.views.triage_selection import Selection
from kmp_desktop.qt.widgets.chip import ChipState

if TYPE_CHECKING:
    from kmp_desktop.qt.queue_session import QueueSession

_SUMMARY_MS = 120  # a selection that grows row by row is summed up once


class Inspecting(QObject):
    """Signals.

    described: another record is shown.
    """

    described = Signal()

    def __init__(
        self,
        session: QueueSession,
        model: RecordTableModel,
        selection: Selection,
        inspector: Inspector,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._model = model
        self._selection = selection
        self._inspector = inspector
        self._asked: int | None = None  # the row that an answer is awaited for
        self._serial = 0
        self.subtitle = ""  # of several records: the group they belong to
        self._later = QTimer(self, singleShot=True, interval=_SUMMARY_MS)
        self._later.timeout.connect(self._ask_summary)
        selection.changed.connect(self.look)

    @Slot()
    def look(self) -> None:
        """The selection changed."""
        count = self._selection.count()
        if count != 1:
            self._serial += 1  # a summary that is on its way is of another selection
        if count == 0:
            self._later.stop()
            self._inspector.show_nothing()
            self.described.emit()
        elif count == 1:
            self._later.stop()
            self._describe()
        else:
            self._show_known(count)
            self._inspector.summary.show_summary(None)
            self._inspector.show_several()
            self._later.start()
            self.described.emit()

    def look_again(self) -> None:
        """The records may have become others without being selected anew."""
        if self._selection.count() == 1:
            self._describe()

    def forget(self) -> None:
        """The queue was set up anew: no answer is awaited any more."""
        self._asked = None
        self._serial += 1

    def chips_changed(self) -> None:
        """Decisions are different now."""
        self._inspector.chips_changed()
        count = self._selection.count()
        if count > 1:
            self._show_known(count)

    def place_changed(self) -> None:
        """The list around the record is another one."""
        details = self._inspector.details
        if details is not None:
            self._inspector.show_place(self._place(details.row))

    def take_details(self, details: RecordDetails) -> None:
        """Show an answer, if that is still what is selected."""
        if details.row == self._asked:
            self._asked = None
        wanted = self._selection.single()
        if details.row == wanted:
            self._inspector.show_record(details, self._place(details.row))
            self.described.emit()
        elif wanted is not None:
            self._describe()

    def take_summary(self, summary: SelectionSummary) -> None:
        """Show an answer, if that is still what is selected."""
        if summary.serial == self._serial:
            self._inspector.summary.show_summary(summary)

    def _describe(self) -> None:
        row = self._selection.single()
        if row is not None and self._asked is None:
            self._asked = row
            self._session.ask(DescribeWanted(row))

    @Slot()
    def _ask_summary(self) -> None:
        if self._selection.count() > 1:
            self._serial += 1
            self._session.ask(SummaryWanted(self._selection.rows(), self._serial))

    def _show_known(self, count: int) -> None:
        self._inspector.summary.show_selection(count, self.subtitle, self._chips())

    def _chips(self) -> set[ChipState]:
        """Which chips there are among many records, without looking twice at any of them."""
        ids = self._selection.ids()
        found: set[ChipState] = {*map(self._session.book.staged.get, ids)}
        elsewhere = self._session.decided_elsewhere
        if elsewhere and not elsewhere.isdisjoint(ids):
            found.add("elsewhere")
        return found

    def _place(self, row: int) -> str:
        position = self._model.position_of(row)
        total = len(self._model.rows)
        if position is None:
            return tr("Not in this list")
        return tr("Record {n} of {count}", n=position + 1, count=total)
