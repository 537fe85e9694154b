"""Deciding on the triage page: what the letters do, and where one goes afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from kmp_desktop.app.staging_words import step_name, told
from kmp_desktop.app.triage import StageReport
from kmp_desktop.core.decision import Change, Decision
from kmp_desktop.core.record import RecordId
from kmp_desktop.qt.i18n import say, tr
from kmp_desktop.qt.models.record_table import RecordTableModel
from kmp_desktop.qt.views.record_table_view import RecordTableView
from kmp_desktop.qt.views.triage_selection import Selection
from kmp_desktop.qt.widgets.chip import LOOKS, ChipState
from kmp_desktop.qt.widgets.toast import ToastMessage

if TYPE_CHECKING:
    from kmp_desktop.qt.queue_session import QueueSession


class Deciding(QObject):
    """Stages decisions about what is selected.

    Signals:
        toast_wanted(ToastMessage): what was done, with a way back.
        show_wanted(frozenset[RecordId]): records that were left as they are.
    """

    toast_wanted = Signal(object)
    show_wanted = Signal(object)

    def __init__(
        self,
        session: QueueSession,
        model: RecordTableModel,
        table: RecordTableView,
        selection: Selection,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._model = model
        self._table = table
        self._selection = selection

    def chip(self, row: int) -> ChipState:
        """What the chip of a row shows."""
        record = self._session.record_id(row)
        staged = self._session.book.get(record)
        if staged is None and record in self._session.decided_elsewhere:
            return "elsewhere"
        return staged

    # ---- what the keys do

    @Slot()
    def merge(self) -> None:
        """Retry what is selected."""
        self.decide(Decision.MERGE)

    @Slot()
    def purge(self) -> None:
        """Discard what is selected."""
        self.decide(Decision.PURGE)

    @Slot()
    def skip(self) -> None:
        """Skip what is selected."""
        self.decide(Decision.SKIP)

    @Slot()
    def clear(self) -> None:
        """Make undecided what is selected."""
        self.decide(None)

    @Slot()
    def undo(self) -> None:
        """Take the last step back and say which it was."""
        self._tell_step(self._session.undo(), back=True)

    @Slot()
    def redo(self) -> None:
        """Do again what was taken back."""
        self._tell_step(self._session.redo(), back=False)

    def decide(self, decision: Decision | None) -> None:
        """Stage a decision about what is selected; ``None`` clears it."""
        count = self._selection.count()
        if count == 0:
            return
        report = self._session.stage(self._selection.ids(), decision)
        if count == 1:
            self._after_one(report, decision)
        else:
            self._tell(report)

    def take_out(self, rows: Iterable[int]) -> None:
        """Make these undecided again and say so."""
        self._tell(self._session.stage(self._session.record_ids(rows), None))

    # ---- going through the list

    @Slot()
    def next_undecided(self) -> None:
        """Go to the next undecided record below."""
        position = self._undecided(range(self._table.current_position() + 1, len(self._model.rows)))
        if position is not None:
            self._table.go_to(position)
        else:
            self._tell_end()

    @Slot()
    def previous_undecided(self) -> None:
        """Go to the next undecided record above."""
        position = self._undecided(range(self._table.current_position() - 1, -1, -1))
        if position is not None:
            self._table.go_to(position)
        else:
            self.toast_wanted.emit(ToastMessage(tr("No undecided record above.")))

    @Slot()
    def first_undecided(self) -> None:
        """Go to the first undecided record of the list."""
        position = self._undecided(range(len(self._model.rows)))
        if position is not None:
            self._table.go_to(position)

    # ---- inside

    def _undecided(self, positions: range) -> int | None:
        rows, record_id = self._model.rows, self._session.record_id
        staged, may_decide = self._session.book.staged, self._session.may_decide
        for position in positions:
            record = record_id(rows[position])
            if record not in staged and may_decide(record):
                return position
        return None

    def _after_one(self, report: StageReport, decision: Decision | None) -> None:
        """On to the next one; a decision that was there already moves nothing."""
        if report.left:
            self._tell(report)
        elif report.changed and decision is not None:
            self.next_undecided()

    def _tell(self, report: StageReport) -> None:
        look = LOOKS[report.change.decision]
        if report.left:
            left = frozenset(report.left)
            message = ToastMessage(
                say(told(report)),
                tr("Show the {n}", n=len(left)),
                lambda: self.show_wanted.emit(left),
                look.icon_name,
            )
        elif report.changed:
            message = ToastMessage(say(told(report)), tr("Undo"), self.undo, look.icon_name, keycap="U")
        else:
            message = ToastMessage(say(told(report)), icon_name=look.icon_name)
        self.toast_wanted.emit(message)

    def _tell_end(self) -> None:
        if self._undecided(range(len(self._model.rows))) is None:
            message = ToastMessage(tr("Every record of this list is decided."), icon_name="check-circle")
        else:
            words = tr("No undecided record below.")
            message = ToastMessage(words, tr("Go to the first"), self.first_undecided)
        self.toast_wanted.emit(message)

    def _tell_step(self, change: Change | None, *, back: bool) -> None:
        if change is None:
            return
        if len(change) == 1:
            self._go_to_record(change.ids[0])
        words = (
            tr("Undone: {step}.", step=step_name(change)) if back else tr("{step}.", step=step_name(change))
        )
        icon = "arrow-u-up-left" if back else "arrow-u-up-right"
        link, does, key = (tr("Redo"), self.redo, "") if back else (tr("Undo"), self.undo, "U")
        self.toast_wanted.emit(ToastMessage(words, link, does, icon, keycap=key))

    def _go_to_record(self, record: RecordId) -> None:
        row = self._session.row_of(record)
        position = None if row is None else self._model.position_of(row)
        if position is not None:
            self._table.go_to(position)
