"""A card that names records one by one: refused, gone, not identical, missing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from kmp_desktop.app.outcome_page import RecordList
from kmp_desktop.qt.i18n import say, tr, trn
from kmp_desktop.qt.models.record_names import RecordNames
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.clearing import clear_layout
from kmp_desktop.qt.widgets.buttons import LinkButton
from kmp_desktop.qt.widgets.card import Card, spaced
from kmp_desktop.qt.widgets.labels import label

_FIRST = 6
_MOST = 200


class RecordListCard(Card):
    """Name and reason of each record; the first few until somebody asks for more.

    Signals:
        take_out_wanted(tuple[RecordId, ...]): forget the decisions about them.
    """

    take_out_wanted = Signal(object)

    def __init__(self, block: RecordList, names: RecordNames, parent: QWidget | None = None) -> None:
        super().__init__(f"{block.name}Records", parent=parent)
        self._block = block
        self._names = names
        self._shown = _FIRST
        px = Theme.current().px
        self.box.setContentsMargins(px(20), px(12), px(20), px(14))
        head = QHBoxLayout()
        head.addWidget(label(say(block.title), "section", wrap=True), 1)
        self._take_out: LinkButton | None = None
        if block.take_out is not None:
            self._take_out = LinkButton(say(block.take_out), f"{block.name}TakeOutButton")
            self._take_out.clicked.connect(self._on_take_out)
            head.addWidget(self._take_out)
        self._lines = QGridLayout()
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setHorizontalSpacing(px(24))
        self._lines.setVerticalSpacing(px(6))
        self._lines.setColumnStretch(1, 1)
        self._foot = QHBoxLayout()
        spaced(self._foot, 0, 8)
        self.box.addLayout(head)
        self.box.addLayout(self._lines)
        self.box.addLayout(self._foot)
        names.changed.connect(self._fill)
        self._fill()

    @Slot()
    def _fill(self) -> None:
        records = self._block.records[: self._shown]
        self._names.want(record for record, _ in records)
        clear_layout(self._lines)
        clear_layout(self._foot)
        for row, (record, said) in enumerate(records):
            name = label(self._names.name(record), "strong")
            name.setToolTip(self._names.coordinates(record))
            self._lines.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            self._lines.addWidget(label(say(said), tone="muted", wrap=True), row, 1)
        more = len(self._block.records) - len(records)
        if not more:
            return
        self._foot.addWidget(label(trn(more, "and {n} more", "and {n} more"), tone="muted"))
        if self._shown < _MOST:
            everything = LinkButton(tr("Show more"), f"{self._block.name}ShowAllButton")
            everything.clicked.connect(self._on_show_all)
            self._foot.addWidget(everything)
        self._foot.addStretch(1)

    @Slot()
    def _on_show_all(self) -> None:
        self._shown = _MOST
        self._fill()

    @Slot()
    def _on_take_out(self) -> None:
        assert self._take_out is not None
        self._take_out.setEnabled(False)
        self._take_out.setText(tr("Taken out"))
        self.take_out_wanted.emit(tuple(record for record, _ in self._block.records))
