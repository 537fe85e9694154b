"""Shows the columns of the record table that fit, as wide as what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QTableView

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.view import Row
from kmp_desktop.qt.models.record_table import Column, RecordTableModel
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.column_choice import NOTHING_CHOSEN, OFFERED, ColumnChoice
from kmp_desktop.qt.views.column_widths import DEFAULT_WIDTHS, WHY_AT_LEAST, Wishes, fitting
from kmp_desktop.qt.widgets.chip import ChipState, chip_width

_PAYLOAD = (Column.PAYLOAD_0, Column.PAYLOAD_1)
_MEASURED = 200  # rows looked at for widths and message types
_NARROWEST, _WIDEST = 80, 190  # of a payload column, in pixels of the design


class RecordColumns(QObject):
    """Follows the rows, the width of the table and the theme. A width that a person drags is kept."""

    def __init__(self, table: QTableView, model: RecordTableModel) -> None:
        super().__init__(table)
        self._table = table
        self._model = model
        self._own: dict[Column, int] = {}
        self._measured: dict[Column, int] = {}
        self._wishes = Wishes(0, (), in_group=False)
        self._choice = NOTHING_CHOSEN
        self._queue_types = 0
        self._elsewhere = False
        self._fitting = False
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.fit)
        model.rows_loaded.connect(self._on_rows_loaded)
        self.choose(NOTHING_CHOSEN)
        table.horizontalHeader().sectionResized.connect(self._on_section_resized)
        Theme.current().changed.connect(self._on_theme_changed)

    @property
    def choice(self) -> ColumnChoice:
        """What a person wants to see."""
        return self._choice

    def choose(self, choice: ColumnChoice) -> None:
        """Show these columns in this order; reason and decision come first, time and hints last."""
        self._choice = choice
        header = self._table.horizontalHeader()
        order = (Column.DECISION, Column.WHY, *choice.order, Column.FAILED, Column.FLAGS)
        for place, column in enumerate(order):
            header.moveSection(header.visualIndex(column), place)
        # Only a person's own columns may be wider than the table.
        policy = Qt.ScrollBarPolicy
        wide = policy.ScrollBarAsNeeded if choice.explicit else policy.ScrollBarAlwaysOff
        self._table.setHorizontalScrollBarPolicy(wide)
        self.fit()

    def names(self) -> dict[Column, str]:
        """The columns that can be chosen here, by name."""
        gone = _PAYLOAD[len(self._model.payload) :]
        return {
            column: str(self._model.headerData(column, Qt.Orientation.Horizontal))
            for column in OFFERED
            if column not in gone
        }

    def look_at_rows(self, *, in_group: bool) -> None:
        """Another list is shown; ``in_group``: only one failure group."""
        self._wishes = replace(self._wishes, in_group=in_group)
        self._on_rows_loaded()

    def set_message_types(self, types: int) -> None:
        """How many message types the whole queue has."""
        self._queue_types = types
        self._on_rows_loaded()

    def set_elsewhere(self, *, shown: bool) -> None:
        """Whether "Someone else" has to fit into the first column."""
        if shown != self._elsewhere:
            self._elsewhere = shown
            self._later.start()

    @Slot()
    def fit(self) -> None:
        """Arrange the columns for the present width of the table."""
        room = self._table.viewport().width()
        shown = fitting(room, Theme.current().px(WHY_AT_LEAST), self._widths(), self._wishes, self._choice)
        header = self._table.horizontalHeader()
        self._fitting = True
        for column in Column:
            header.setSectionHidden(column, column not in shown)
            if column in shown:
                header.resizeSection(column, shown[column])
        self._fitting = False

    def _widths(self) -> dict[Column, int]:
        px = Theme.current().px
        widths = {column: px(width) for column, width in DEFAULT_WIDTHS.items()}
        widths[Column.DECISION] = max(widths[Column.DECISION], self._widest_chip() + px(14))
        return widths | self._measured | self._own

    def _widest_chip(self) -> int:
        states: list[ChipState] = [None, *Decision]
        if self._elsewhere:
            states.append("elsewhere")
        return max(map(chip_width, states))

    def _payload(self, rows: Sequence[Row]) -> tuple[Column, ...]:
        """The payload columns; within a group only those that hold something."""
        chosen = _PAYLOAD[: len(self._model.payload)]
        if not self._wishes.in_group:
            return chosen
        used = (
            any(row.payload[place : place + 1] != (None,) for row in rows) for place in range(len(chosen))
        )
        return tuple(column for column, holds in zip(chosen, used, strict=True) if holds)

    def _measure(self, rows: Sequence[Row]) -> None:
        """Payload columns fit what they hold; they grow while one queue is shown, never shrink."""
        theme = Theme.current()
        metrics = QFontMetrics(theme.font("body"))
        for place, column in enumerate(_PAYLOAD):
            texts = {row.payload[place] or "" for row in rows if place < len(row.payload)}
            if texts:
                texts.add(str(self._model.headerData(column, Qt.Orientation.Horizontal) or ""))
                widest = max(metrics.horizontalAdvance(text[:60]) for text in texts)
                width = max(theme.px(_NARROWEST), min(theme.px(_WIDEST), widest + theme.px(20)))
                self._measured[column] = max(width, self._measured.get(column, 0))

    @Slot()
    def _on_rows_loaded(self) -> None:
        rows = self._model.loaded(_MEASURED)
        total = len(self._model.rows)
        types = len({row.message_type for row in rows if row.message_type})
        if len(rows) < total and not self._wishes.in_group:
            types = max(types, self._queue_types)
        self._measure(rows)
        if rows or not total:  # else nothing is known yet, and nothing changes
            self._wishes = Wishes(types, self._payload(rows), self._wishes.in_group)
        self._later.start()

    @Slot(int, int, int)
    def _on_section_resized(self, section: int, _old: int, width: int) -> None:
        if self._fitting or not self._table.horizontalHeader().underMouse():
            return
        if section != Column.WHY:  # that one takes what is left
            self._own[Column(section)] = width
        self._later.start()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._measured.clear()
        self._own.clear()
        self._on_rows_loaded()
