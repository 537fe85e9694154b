"""The list of records on the triage page: one query, asked again whenever something changed."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

from kmp_desktop.core.record import RecordId
from kmp_desktop.core.view import (
    ColumnsChosen,
    Query,
    QueryReply,
    RecordsArrived,
    RecordsRemoved,
    Reply,
    Request,
    Rows,
    SortBy,
)
from kmp_desktop.qt.delegates.cell_text import search_words
from kmp_desktop.qt.models.record_table import RecordTableModel
from kmp_desktop.qt.views.record_table_view import RecordTableView

_REFRESH_MS = 300  # while records arrive
_LONGEST_PAUSE_MS = 3_000
_PAUSES = 5  # as long as the last answer took, so that a long list leaves time for reading


class Asking(Protocol):
    """What a part of the page needs of the session to ask questions."""

    def ask(self, request: Request) -> None:
        """Ask; the answer comes by ``replied``."""

    def record_id(self, row: int) -> RecordId:
        """The record of a row."""


class RecordList(QObject):
    """Asks, drops answers that are out of date, and shows the others.

    While the queue is read rows come in the order of reading; the usual order (newest failure first)
    begins when it is complete, unless a person has chosen another one.

    Signals:
        shown(QueryReply): the table shows another list.
        all_found(QueryReply): the answer to ``ask_all``.
    """

    shown = Signal(object)
    all_found = Signal(object)

    def __init__(
        self, session: Asking, model: RecordTableModel, table: RecordTableView, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._model = model
        self._table = table
        self._serial = 0
        self._all_serial = -1
        self._sorted_by_person = False
        self._complete = False
        self._hidden: frozenset[int] = frozenset()
        self.query = Query(sort=SortBy.ARRIVAL, descending=False)
        self.last: QueryReply | None = None
        self._asked = QElapsedTimer()
        self._asked.start()
        self._later = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._later.timeout.connect(self.ask)
        model.rows_wanted.connect(session.ask)
        table.sort_wanted.connect(self._on_sort_wanted)

    @property
    def is_answered(self) -> bool:
        """Whether the table shows the answer to the newest question; before, it shows an older list."""
        return self.last is not None and self.last.query.serial == self.query.serial

    def change(self, **changes: Any) -> None:
        """Another search, group, filter or order."""
        self.query = replace(self.query, **changes)
        if "search" in changes:
            self._table.set_search(search_words(self.query.search))
        self.ask()

    @Slot()
    def ask(self) -> None:
        """Ask again, now."""
        self._later.stop()
        self._serial += 1
        self._asked.restart()
        self.query = replace(self.query, serial=self._serial)
        self._session.ask(self.query)

    def ask_all(self, group: str | None) -> None:
        """Ask for all rows of a group whatever is searched for; the answer is ``all_found``."""
        self._serial += 1
        self._all_serial = self._serial
        everything = Query(group_by=self.query.group_by, group=group, serial=self._serial)
        self._session.ask(everything)

    def hide(self, rows: frozenset[int]) -> None:
        """Take rows out of the list for as long as it is open."""
        self._hidden |= rows
        self.ask()

    def set_complete(self, *, complete: bool) -> None:
        """Whether the queue is read."""
        if complete == self._complete:
            return
        self._complete = complete
        if complete and not self._sorted_by_person:
            self.query = replace(self.query, sort=SortBy.FAILED, descending=True)
        if complete:
            self._model.outdate()
            self.ask()

    def forget(self) -> None:
        """The queue was set up anew: rows begin at 0 again."""
        self._hidden = frozenset()
        self._complete = self._sorted_by_person = False
        self.query = Query(group_by=self.query.group_by, sort=SortBy.ARRIVAL, descending=False)
        self._model.set_rows(array("I"), shows_reported=False)
        self._model.outdate()

    def take(self, reply: Reply) -> None:
        """Every answer and push of the engine; what is of no concern is left."""
        takers: dict[type, Callable[[Any], None]] = {
            QueryReply: self._take_rows,
            Rows: self._take_looked_at,
            ColumnsChosen: self._take_columns,
            RecordsArrived: self._refresh,
            RecordsRemoved: self._refresh,
        }
        taker = takers.get(type(reply))
        if taker is not None:
            taker(reply)

    def _take_rows(self, reply: QueryReply) -> None:
        if reply.query.serial == self._all_serial:
            self.all_found.emit(reply)
        elif reply.query.serial == self.query.serial:
            rows = reply.rows
            if self._hidden:
                rows = array("I", [row for row in rows if row not in self._hidden])
            self.last = reply
            if reply.rows:  # without any, most of the time may have been the connecting
                pause = _PAUSES * self._asked.elapsed()
                self._later.setInterval(min(max(_REFRESH_MS, pause), _LONGEST_PAUSE_MS))
            self._table.show_rows(rows, reply.query)
            self.shown.emit(reply)

    def _take_looked_at(self, rows: Rows) -> None:
        if rows.serial == 0:  # others are for a file
            self._model.put(rows)

    def _take_columns(self, chosen: ColumnsChosen) -> None:
        self._model.choose_columns(chosen)
        self._table.columns.set_message_types(chosen.message_types)

    def _refresh(self, _push: RecordsArrived | RecordsRemoved) -> None:
        if not self._later.isActive():
            self._later.start()

    @Slot(object)
    def _on_sort_wanted(self, wanted: tuple[SortBy, bool]) -> None:
        sort, descending = wanted
        if sort is not self.query.sort and not self._sorted_by_person and sort is SortBy.FAILED:
            # "Failed, up" is what reading in order looks like; the first click turns it round.
            descending = True
        self._sorted_by_person = True
        self.change(sort=sort, descending=descending)
