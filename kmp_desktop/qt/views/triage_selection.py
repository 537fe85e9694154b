"""What is selected: rows of the table, or a frozen list of a whole group."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from kmp_desktop.core.record import RecordId
from kmp_desktop.qt.models.record_table import RecordTableModel
from kmp_desktop.qt.views.record_table_view import RecordTableView


@dataclass(frozen=True, slots=True)
class FrozenList:
    """Records chosen as a whole: a list, never a rule. What arrives later does not belong to it.

    ``group``: key of the failure group it was taken from ("" = all records). ``whole``: nothing of the
    group was left out by a search or filter. ``read_at``: epoch ms.
    """

    rows: array[int]
    group: str
    name: str
    whole: bool
    read_at: int


class Selection(QObject):
    """One answer to "which records", whichever way they were selected.

    Signals:
        changed: other records are selected.
    """

    changed = Signal()

    def __init__(
        self,
        table: RecordTableView,
        model: RecordTableModel,
        record_ids: Callable[[Iterable[int]], tuple[RecordId, ...]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._record_ids = record_ids
        self._ids: tuple[RecordId, ...] | None = None
        self._table = table
        self._model = model
        self._frozen: FrozenList | None = None
        table.selection_changed.connect(self._on_table_changed)

    @property
    def frozen(self) -> FrozenList | None:
        """The frozen list, if that is what is selected."""
        return self._frozen

    def count(self) -> int:
        """How many records are selected."""
        return len(self._frozen.rows) if self._frozen is not None else self._table.selected_count()

    def rows(self) -> array[int]:
        """Their row numbers."""
        return self._frozen.rows if self._frozen is not None else self._table.selected_rows()

    def ids(self) -> tuple[RecordId, ...]:
        """Their ids; kept, because a group of many thousands is asked for more than once."""
        if self._ids is None:
            self._ids = self._record_ids(self.rows())
        return self._ids

    def single(self) -> int | None:
        """The row that is selected, if it is one."""
        rows = self.rows() if self.count() == 1 else None
        return rows[0] if rows else None

    def freeze(self, chosen: FrozenList) -> None:
        """Select a whole list; rows that are not shown belong to it, too."""
        self._table.clear_quietly()
        self._frozen, self._ids = chosen, None
        self._model.freeze(chosen.rows)
        self.changed.emit()

    def clear(self) -> None:
        """Select nothing."""
        self._frozen, self._ids = None, None
        self._model.freeze(())
        self._table.clear_quietly()
        self.changed.emit()

    @Slot()
    def _on_table_changed(self) -> None:
        """A person selected rows: that ends a frozen list."""
        self._ids = None
        if self._frozen is not None:
            self._frozen = None
            self._model.freeze(())
        self.changed.emit()
