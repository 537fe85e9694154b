"""What was committed from this computer: commits on the left, the records of one on the right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QItemSelection, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from kmp_desktop.app.export_file import write_export
from kmp_desktop.app.history_list import history_csv
from kmp_desktop.app.history_words import counts_words, state_words
from kmp_desktop.app.restoring import restorable
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.history import History, HistoryEntry, HistoryRecord
from kmp_desktop.core.record import RecordId
from kmp_desktop.qt import when
from kmp_desktop.qt.dialogs.restore_dialog import RestoreDialog
from kmp_desktop.qt.i18n import say, tr, trn
from kmp_desktop.qt.models.history_tables import (
    CommitColumn,
    HistoryListModel,
    HistoryRecordsModel,
    RecordColumn,
)
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.restoring import Restoring
from kmp_desktop.qt.runner import BackgroundTasks
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.card import Card
from kmp_desktop.qt.widgets.empty import EmptyState
from kmp_desktop.qt.widgets.labels import label
from kmp_desktop.qt.widgets.toast import ToastMessage

_LIST_WIDTH = 560
_ROW = 30
_TYPING_MS = 250


class HistoryPage(QWidget):
    """Reads the history whenever it is shown or searched, off the GUI thread.

    Signals:
        toast_wanted(ToastMessage)
    """

    toast_wanted = Signal(object)

    def __init__(
        self,
        history: History,
        restoring: Restoring,
        lane: BackgroundTasks,
        prompts: Prompts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("historyPage")
        self._history = history
        self._restoring = restoring
        self._restoring.done.connect(self._on_restored)
        self._restoring.failed.connect(self._on_not_restored)
        self._wanted: tuple[RecordId, ...] = ()
        self._asked: tuple[HistoryEntry, tuple[RecordId, ...]] | None = None
        self._exported = ""
        self._lane = lane
        self._prompts = prompts
        self._entry: HistoryEntry | None = None
        self._commits, self._records = HistoryListModel(self), HistoryRecordsModel(self)
        self._search = QLineEdit()
        self._search.setObjectName("historySearch")
        self._search.setPlaceholderText(tr("Search keys, reasons, queues, receipts"))
        self._search.setAccessibleName(tr("Search the history"))
        self._search.setClearButtonEnabled(True)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self.read)
        self._search.textChanged.connect(self._typing.start)
        self._list = _table("historyList", tr("Commits"), self._commits, CommitColumn.QUEUE)
        self._list.selectionModel().selectionChanged.connect(self._on_selected)
        self._table = _table("historyTable", tr("Records of the commit"), self._records, RecordColumn.WHY)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._table.selectionModel().selectionChanged.connect(self._offer_restore)
        self._title = label("", "section", name="historyTitle", wrap=True)
        self._facts = label("", tone="muted", name="historyFacts", wrap=True, selectable=True)
        self._copy = Button(tr("Copy receipt"), "saveReceiptButton", "plain", "copy")
        self._copy.clicked.connect(self._on_copy)
        self._export = Button(tr("Export as CSV …"), "exportCsvButton", "plain", "file-arrow-down")
        self._export.clicked.connect(self._on_export)
        self._restore = Button("", "restoreButton", "plain", "arrow-counter-clockwise")
        self._restore.clicked.connect(self._on_restore)
        self._nothing = EmptyState(
            "clock-counter-clockwise", tr("Nothing was committed yet"), "", "historyNothing"
        )
        self._stack = QStackedLayout()
        self._lay_out()
        self._show_entry(None, ())

    def regions(self) -> list[QWidget]:
        """What F6 goes through."""
        return [self._search, self._list, self._table]

    @Slot()
    def read(self) -> None:
        """Read the commits that have the words that are searched for."""
        self._typing.stop()
        words = self._search.text()
        self._lane.run(partial(self._history.entries, words), self._on_entries, self._on_failed)

    def _lay_out(self) -> None:
        px = Theme.current().px
        left = QWidget()
        left.setFixedWidth(px(_LIST_WIDTH))
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(self._search)
        column.addWidget(self._list, 1)
        card = Card("historyCard", margin=16)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(8))
        buttons.addWidget(self._copy)
        buttons.addWidget(self._export)
        buttons.addWidget(self._restore)
        buttons.addStretch(1)
        for part in (self._title, self._facts):
            card.box.addWidget(part)
        card.box.addLayout(buttons)
        card.box.addWidget(self._table, 1)
        right = QWidget()
        right.setLayout(self._stack)
        self._stack.addWidget(card)
        self._stack.addWidget(self._nothing)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(24), px(16), px(24), px(16))
        row.setSpacing(px(16))
        row.addWidget(left)
        row.addWidget(right, 1)

    def _on_entries(self, entries: Sequence[HistoryEntry]) -> None:
        chosen = self._entry.number if self._entry is not None else -1
        self._commits.show_entries(entries)
        numbers = [each.number for each in entries]
        if entries:
            self._list.selectRow(numbers.index(chosen) if chosen in numbers else 0)
            return
        title = tr("No commit has these words") if self._search.text().strip() else ""
        self._nothing.set_text(
            title or tr("Nothing was committed yet"),
            tr("Commits from this computer are listed here, with what became of each record."),
        )
        self._show_entry(None, ())

    @Slot(QItemSelection, QItemSelection)
    def _on_selected(self, _now: QItemSelection, _before: QItemSelection) -> None:
        rows = self._list.selectionModel().selectedRows()
        if not rows:
            return
        entry = self._commits.entries[rows[0].row()]
        self._lane.run(partial(self._with_records, entry), self._on_records, self._on_failed)

    def _with_records(self, entry: HistoryEntry) -> tuple[HistoryEntry, list[HistoryRecord]]:
        return entry, self._history.records(entry.number)

    def _on_records(self, found: tuple[HistoryEntry, list[HistoryRecord]]) -> None:
        entry, records = found
        rows = self._list.selectionModel().selectedRows()
        if rows and self._commits.entries[rows[0].row()].number == entry.number:
            self._show_entry(entry, records)

    def _show_entry(self, entry: HistoryEntry | None, records: Sequence[HistoryRecord]) -> None:
        self._entry = entry
        self._records.show_records(records)
        self._stack.setCurrentIndex(0 if entry is not None else 1)
        if entry is None:
            return
        title = tr("{state}: {counts}", state=state_words(entry.state), counts=counts_words(entry))
        self._title.setText(title)
        self._facts.setText("\n".join(_facts(entry)))
        self._copy.setEnabled(bool(entry.receipt))
        self._offer_restore()

    @Slot()
    def _offer_restore(self) -> None:
        """Offer what is selected and can be put back, else everything that can."""
        known = restorable(self._records.records)
        rows = {index.row() for index in self._table.selectionModel().selectedRows()}
        selected = {self._records.records[row].id for row in rows if row < len(self._records.records)}
        chosen = tuple(each for each in (*known.records, *known.unsure) if each in selected)
        self._wanted = chosen or known.records
        count = len(self._wanted)
        words = (
            trn(count, "Restore {n} record …", "Restore {n} records …") if count else tr("Restore records …")
        )
        self._restore.setText(words)
        self._restore.updateGeometry()
        self._restore.setEnabled(count > 0 and not self._restoring.running)
        self._restore.setToolTip("" if count else self._why_not_restorable())

    def _why_not_restorable(self) -> str:
        records = self._records.records
        if restorable(records).unsure:
            return tr("Perhaps these records are back already. Look into the queue, then select them here.")
        if all(each.decision == "merge" for each in records):
            return tr("Nothing was discarded in this commit.")
        if any(each.committed is None for each in records):
            return tr("How this commit ended is not known yet. Reading its queue may tell.")
        if not any(each.committed for each in records):
            return tr("Nothing of this commit was committed.")
        if any(each.restored_at for each in records):
            return tr("What was discarded here is back already.")
        return tr("No backup of a discarded record of this commit is on this computer.")

    @Slot()
    def _on_restore(self) -> None:
        if self._entry is not None and self._wanted:
            # What is asked for now is what happens, whatever is shown when the answer comes.
            self._asked = (self._entry, self._wanted)
            unsure = set(restorable(self._records.records).unsure)
            count = len(self._wanted)
            maybe_back = sum(each in unsure for each in self._wanted)
            dialog = RestoreDialog(self._entry.queue, count, maybe_back, self)
            dialog.confirmed.connect(self._on_restore_confirmed)
            dialog.open()

    @Slot()
    def _on_restore_confirmed(self) -> None:
        if self._asked is not None:
            self._restoring.restore(*self._asked)
            self._restore.setEnabled(False)

    @Slot(int)
    def _on_restored(self, count: int) -> None:
        if count < 0:
            said = tr("It is not known whether the records are back. Look into the queue.")
            self.toast_wanted.emit(ToastMessage(said, icon_name="warning"))
        else:
            said = trn(count, "{n} record is back in the queue.", "{n} records are back in the queue.")
            self.toast_wanted.emit(ToastMessage(said, icon_name="check-circle"))
        self.read()

    @Slot(object)
    def _on_not_restored(self, error: UserFacingError) -> None:
        self._prompts.show_error(self, error)
        self.read()

    def _on_failed(self, error: UserFacingError) -> None:
        self._commits.show_entries(())
        self._nothing.set_text(say(error.happened), say(error.advice), "warning")
        self._show_entry(None, ())

    @Slot()
    def _on_copy(self) -> None:
        if self._entry is not None:
            lines = [self._title.text(), *_facts(self._entry)]
            QGuiApplication.clipboard().setText("\n".join(lines) + "\n")
            self.toast_wanted.emit(ToastMessage(tr("The receipt was copied."), icon_name="copy"))

    @Slot()
    def _on_export(self) -> None:
        if self._entry is not None:
            name = f"kmp-{self._entry.receipt or self._entry.number}.csv"
            kinds = tr("CSV files (*.csv)")
            self._exported = history_csv(self._entry, self._records.records)
            self._prompts.save_file(self, tr("Export as CSV"), name, kinds, self._on_file)

    def _on_file(self, path: str) -> None:
        content, self._exported = self._exported, ""
        if not path:
            return
        self._lane.run(partial(write_export, Path(path), content), self._on_written, self._on_not_written)

    def _on_written(self, path: Path) -> None:
        said = tr("Exported to {file}", file=one_line(path.name, 80))
        self.toast_wanted.emit(ToastMessage(said, icon_name="check-circle"))

    def _on_not_written(self, error: UserFacingError) -> None:
        self.toast_wanted.emit(ToastMessage(say(error.happened), icon_name="warning"))


def _facts(entry: HistoryEntry) -> list[str]:
    lines = [
        tr("When: {time}", time=when.exact(entry.at).partition("\n")[0]),
        tr(
            "Queue: {queue} ({connection})",
            queue=one_line(entry.queue),
            connection=one_line(entry.connection),
        ),
    ]
    if entry.person:
        lines.append(tr("Who: {person}", person=one_line(entry.person)))
    lines.append(tr("Where: {computer}", computer=one_line(entry.computer)))
    if entry.receipt:
        lines.append(tr("Receipt: {number}", number=entry.receipt))
    return lines


def _table(
    name: str, words: str, model: HistoryListModel | HistoryRecordsModel, stretched: int
) -> QTableView:
    made = QTableView()
    made.setObjectName(name)
    made.setAccessibleName(words)
    made.setModel(model)
    made.setStyleSheet(f"#{name}::item {{ padding-left: 6px; padding-right: 6px; }}")  # as the header has
    made.setShowGrid(False)
    made.setWordWrap(False)
    made.setTabKeyNavigation(False)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setFrameShape(QTableView.Shape.NoFrame)
    made.verticalHeader().hide()
    made.verticalHeader().setDefaultSectionSize(Theme.current().px(_ROW))
    header = made.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setResizeContentsPrecision(50)  # rows that are looked at, of perhaps twenty thousand
    header.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
    return made
