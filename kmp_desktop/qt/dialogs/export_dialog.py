"""What of the list is written to a file, and in which format."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from kmp_desktop.app.list_text import ListFormat
from kmp_desktop.qt.dialogs.frame import FramedDialog
from kmp_desktop.qt.i18n import number, tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.labels import label
from kmp_desktop.qt.widgets.segmented import SegmentedButtons


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """``selected``: only the selected records, else all that the list shows."""

    selected: bool
    kind: ListFormat


class ExportDialog(FramedDialog):
    """Asks, and stays while the file is written; closed in any way, it ends the writing.

    Signals:
        chosen(ExportChoice): ask for the file, and write it.
    """

    chosen = Signal(object)

    def __init__(self, shown: int, selected: int, parent: QWidget | None = None) -> None:
        super().__init__("exportDialog", tr("Export the list"), parent)
        self.body.addWidget(label(tr("Export the list"), "dialog_title"))
        grid = QGridLayout()
        grid.setVerticalSpacing(Theme.current().px(12))
        grid.setHorizontalSpacing(Theme.current().px(16))
        self._what = SegmentedButtons(
            (
                (False, tr("All shown ({n})", n=number(shown)), "exportShownButton"),
                (True, tr("Selected ({n})", n=number(selected)), "exportSelectedButton"),
            ),
            "exportWhatButtons",
        )
        self._what.button(True).setEnabled(selected > 0)
        self._what.button(False).setEnabled(shown > 0)
        self._what.choose(shown == 0 or selected > 1)
        self._kind = SegmentedButtons(
            (
                (ListFormat.CSV, tr("CSV for spreadsheets"), "exportCsvKindButton"),
                (ListFormat.JSON_LINES, tr("JSON lines"), "exportJsonKindButton"),
            ),
            "exportKindButtons",
        )
        for line, (words, part) in enumerate(((tr("Records"), self._what), (tr("Format"), self._kind))):
            grid.addWidget(label(words, tone="muted"), line, 0)
            grid.addWidget(part, line, 1)
        grid.setColumnStretch(1, 1)
        self.body.addLayout(grid)
        for sentence in (
            tr("Content may be confidential. The file can be read by everyone whom you give it to."),
            tr("In CSV, a cell that a spreadsheet would take for a formula begins with an apostrophe."),
        ):
            words_label = label(sentence, "small", tone="muted", wrap=True)
            words_label.setMinimumWidth(Theme.current().px(440))
            self.body.addWidget(words_label)
        self._progress = QProgressBar()
        self._progress.setObjectName("exportProgress")
        self._progress.setAccessibleName(tr("Writing the file"))
        self._progress.setTextVisible(False)
        self._progress.hide()
        self.body.addWidget(self._progress)
        self._cancel = Button(tr("Cancel"), "exportCancelButton")
        self._cancel.clicked.connect(self.reject)
        self._go = Button(tr("Export …"), "exportConfirmButton", "primary")
        self._go.setDefault(True)
        self._go.clicked.connect(self._on_go)
        self.foot.row.addStretch(1)
        self.foot.row.addWidget(self._cancel)
        self.foot.row.addWidget(self._go)
        self._go.setFocus()

    def show_progress(self, done: int, total: int) -> None:
        """So many records are written; nothing can be chosen any more."""
        for part in (self._what, self._kind, self._go):
            part.setEnabled(False)
        self._cancel.setText(tr("Stop"))
        self._progress.setRange(0, max(1, total))
        self._progress.setValue(done)
        self._progress.show()

    @Slot()
    def _on_go(self) -> None:
        selected, kind = self._what.value(), self._kind.value()
        assert isinstance(kind, ListFormat)
        self.chosen.emit(ExportChoice(bool(selected), kind))
