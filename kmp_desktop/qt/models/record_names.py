"""What records are called, for lists outside the table: asked for once, remembered while shown."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal, Slot

from kmp_desktop.core.record import RecordId
from kmp_desktop.core.view import ColumnsChosen, Reply, Row, Rows, RowsWanted
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.visible_text import one_line

_TOGETHER = 64  # rows asked for with one question


class RecordNames(QObject):
    """Message and identifying value of records; follows the session from its first moment.

    Signals:
        changed(): more is known.
    """

    changed = Signal()

    def __init__(self, session: QueueSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows: dict[int, Row] = {}
        self._asked: set[int] = set()
        self._payload_label = ""
        session.replied.connect(self._on_reply)
        session.restarted.connect(self.forget)

    @property
    def payload_label(self) -> str:
        """The name of the identifying field; empty: there is none."""
        return self._payload_label

    def want(self, ids: Iterable[RecordId]) -> None:
        """Ask for those that are not known."""
        rows = [row for each in ids if (row := self._session.row_of(each)) is not None]
        missing = [row for row in rows if row not in self._asked]
        self._asked.update(missing)
        for start in range(0, len(missing), _TOGETHER):
            self._session.ask(RowsWanted(tuple(missing[start : start + _TOGETHER])))

    def message(self, record: RecordId) -> str:
        """The message type, or "—"."""
        row = self._row(record)
        return one_line(row.message_type) if row is not None and row.message_type else "—"

    def payload(self, record: RecordId) -> str:
        """The identifying value, or empty."""
        row = self._row(record)
        value = row.payload[0] if row is not None and row.payload else None
        return one_line(value) if value else ""

    def coordinates(self, record: RecordId) -> str:
        """Where the record lies, in words."""
        return tr(
            "Record {offset} of partition {partition}", offset=str(record.offset), partition=record.partition
        )

    def name(self, record: RecordId) -> str:
        """Message and value, or where it lies."""
        row = self._row(record)
        parts = [row.message_type, self.payload(record)] if row is not None else []
        return "  ".join(one_line(part) for part in parts if part) or self.coordinates(record)

    @Slot()
    def forget(self) -> None:
        """Ask anew from now on."""
        self._rows.clear()
        self._asked.clear()

    def _row(self, record: RecordId) -> Row | None:
        row = self._session.row_of(record)
        return None if row is None else self._rows.get(row)

    @Slot(object)
    def _on_reply(self, reply: Reply) -> None:
        if isinstance(reply, ColumnsChosen):
            self._payload_label = reply.columns[0].label if reply.columns else ""
        elif isinstance(reply, Rows) and self._asked:
            found = {row.row: row for row in reply.rows if row.row in self._asked}
            if found:
                self._rows.update(found)
                self.changed.emit()
