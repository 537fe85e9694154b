"""Taking over the settings of another Kafka program: pasted, or from a file, with what became of each."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QPlainTextEdit, QTreeWidget, QTreeWidgetItem, QWidget

from kmp_desktop.app.import_settings import ImportedSettings, import_file, import_text
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.qt.dialogs.frame import FramedDialog
from kmp_desktop.qt.i18n import say, tr, trn
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.runner import BackgroundTasks
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.visible_text import one_line, plain_tooltip
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.labels import label


class ImportSettingsDialog(FramedDialog):
    """Shows what was made of settings, and hands them over when a person wants them.

    Signals:
        used(ImportedSettings): a person wants them; not sent when cancelled.
    """

    used = Signal(object)

    def __init__(self, lane: BackgroundTasks, prompts: Prompts, parent: QWidget | None = None) -> None:
        super().__init__("importSettingsDialog", tr("Import settings"), parent)
        px = Theme.current().px
        self._lane, self._prompts = lane, prompts
        self._serial = 0
        self._found: ImportedSettings | None = None
        self.body.addWidget(label(tr("Import the settings of another Kafka program"), "dialog_title"))
        hint = tr(
            "Paste them here, or choose a file: a .properties file of a Java program, or a command line of "
            "kafka-merge-purge. Nothing is sent or saved by this."
        )
        self.body.addWidget(label(hint, tone="muted", wrap=True))
        self._text = QPlainTextEdit()
        self._text.setObjectName("importSettingsText")
        self._text.setAccessibleName(tr("Settings"))
        self._text.setProperty("fontRole", "fixed")
        self._text.setTabChangesFocus(True)
        self._text.setPlaceholderText(
            "bootstrap.servers=kafka-1.orders.example:9093\nsecurity.protocol=SASL_SSL"
        )
        self._text.textChanged.connect(self._on_typed)
        self.body.addWidget(self._text, 1)
        row = QHBoxLayout()
        spaced(row, 0, 12)
        choose = Button(tr("Choose a file …"), "importSettingsFileButton")
        choose.clicked.connect(self._on_choose)
        row.addWidget(choose)
        self._said = label(tone="muted", name="importSettingsLabel", wrap=True)
        row.addWidget(self._said, 1)
        self.body.addLayout(row)
        self._table = QTreeWidget()
        self._table.setObjectName("importSettingsTable")
        self._table.setAccessibleName(tr("What became of the settings"))
        self._table.setRootIsDecorated(False)
        self._table.setHeaderLabels([tr("Setting"), tr("Taken over"), tr("As what, or why not")])
        header = self._table.header()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.body.addWidget(self._table, 2)
        cancel = Button(tr("Cancel"), "cancelImportSettingsButton")
        cancel.clicked.connect(self.reject)
        self._use = Button(tr("Use these settings"), "useSettingsButton", "primary")
        self._use.setEnabled(False)
        self._use.clicked.connect(self._on_use)
        self.foot.row.addStretch(1)
        self.foot.row.addWidget(cancel)
        self.foot.row.addWidget(self._use)
        self.resize(px(860), px(680))
        self._text.setFocus()

    def read_file(self, path: str) -> None:
        """Look at a file instead of what is pasted."""
        self._look(lambda: import_file(path))

    def _look(self, work: Callable[[], ImportedSettings]) -> None:
        self._serial += 1
        serial = self._serial
        self._lane.run(lambda: (serial, work()), self._on_looked, self._on_failed)

    @Slot(object)
    def _on_looked(self, answer: tuple[int, ImportedSettings]) -> None:
        serial, found = answer
        if serial == self._serial:
            self._show(found)

    def _show(self, found: ImportedSettings) -> None:
        self._found = None if found.problem is not None else found
        self._use.setEnabled(self._found is not None)
        self._table.clear()
        for note in found.notes:
            what = one_line(say(note.what))
            item = QTreeWidgetItem([one_line(note.name), tr("yes") if note.used else tr("no"), what])
            item.setToolTip(2, plain_tooltip(what))
            self._table.addTopLevelItem(item)
        if found.problem is not None:
            self._said.setText(say(found.problem))
            return
        dropped = sum(not note.used for note in found.notes)
        words = trn(dropped, "{n} setting is not taken over.", "{n} settings are not taken over.")
        self._said.setText(words if dropped else tr("All settings are taken over."))

    @Slot()
    def _on_typed(self) -> None:
        said = self._text.toPlainText()
        self._look(lambda: import_text(said))

    @Slot()
    def _on_choose(self) -> None:
        kinds = tr("Settings (*.properties *.conf *.config *.txt);;All files (*)")
        self._prompts.open_file(self, tr("Choose a settings file"), kinds, self.read_file)

    @Slot()
    def _on_use(self) -> None:
        if self._found is not None:
            self.used.emit(self._found)
            self.accept()

    @Slot(object)
    def _on_failed(self, error: UserFacingError) -> None:
        self._said.setText(say(error.happened))
