"""The tab "Related": records with the same key."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QVBoxLayout, QWidget

from kmp_desktop.core.view import RecordDetails, RelatedRecord
from kmp_desktop.qt.delegates.related_rows import RelatedDelegate, leads_somewhere
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.models.related_records import RELATED_ROLE, RelatedModel
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.letter_lists import LetterList
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.widgets.chip import ChipState
from kmp_desktop.qt.widgets.empty import EmptyState
from kmp_desktop.qt.widgets.labels import ElidedLabel


class RelatedTab(QWidget):
    """Signals.

    record_wanted(int): go to this row.
    """

    record_wanted = Signal(object)

    def __init__(self, chip_of: Callable[[int], ChipState], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        px = Theme.current().px
        self.related = RelatedModel(chip_of, self)
        self._title = ElidedLabel("", "small", "muted")
        self.list = LetterList("relatedList")
        self.list.setAccessibleName(tr("Records with the same key"))
        self.list.setModel(self.related)
        self.list.setItemDelegate(RelatedDelegate(self.list))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.clicked.connect(self._on_activated)
        self.list.activated.connect(self._on_activated)
        self._empty = EmptyState("key", tr("No other record has this key"))
        box = QVBoxLayout(self)
        box.setContentsMargins(px(16), px(10), px(16), 0)
        box.setSpacing(px(8))
        box.addWidget(self._title)
        box.addWidget(self.list, 1)
        box.addWidget(self._empty, 1)

    def show_details(self, details: RecordDetails) -> None:
        """Show another record."""
        found = details.related
        others = any(record.position != "this" for record in found)
        self.list.setVisible(others)
        self._title.setVisible(others)
        self._empty.setVisible(not others)
        key = one_line(details.key_shown, 200)
        if details.key_bytes is None:
            self._empty.set_text(tr("This record has no key"), tr("Only records with a key can be related."))
        else:
            self._empty.set_text(tr("No other record has this key"), f"“{key}”")
        self._title.setText(tr("Records with the same key “{key}”, newest first", key=key))
        if found != self.related.records:
            self.related.set_records(found)

    def next_row(self) -> int | None:
        """The row after the one described, going round; ``None`` if there is no other."""
        records = self.related.records
        at = next((place for place, record in enumerate(records) if record.position == "this"), 0)
        turned = [*records[at + 1 :], *records[:at]]
        return next((record.row for record in turned if leads_somewhere(record)), None)

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        record = index.data(RELATED_ROLE)
        if isinstance(record, RelatedRecord) and leads_somewhere(record):
            self.record_wanted.emit(record.row)

    def focus_list(self) -> None:
        """Let the arrow keys walk through the records."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
