"""The question before discarded records are put back."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from kmp_desktop.qt.dialogs.frame import FramedDialog
from kmp_desktop.qt.i18n import tr, trn
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.labels import label


class RestoreDialog(FramedDialog):
    """Says what putting back means; ``unsure`` of the ``count`` records may be back already.

    Signals:
        confirmed(): put them back.
    """

    confirmed = Signal()

    def __init__(self, queue: str, count: int, unsure: int, parent: QWidget | None = None) -> None:
        title = trn(count, "Restore {n} discarded record?", "Restore {n} discarded records?")
        super().__init__("restoreDialog", title, parent)
        self.body.addWidget(label(title, "dialog_title"))
        sentences = [
            tr(
                "They are put back into “{queue}” as new records, byte for byte, from the backup on this "
                "computer. Then you can decide them again. The discard stays in the history.",
                queue=one_line(queue),
            )
        ]
        if unsure:
            sentences.append(
                trn(
                    unsure,
                    "{n} of them may be back already: it is not known how an earlier restore ended. "
                    "Look into the queue first.",
                    "{n} of them may be back already: it is not known how an earlier restore ended. "
                    "Look into the queue first.",
                )
            )
        for sentence in sentences:
            words = label(sentence, wrap=True)
            words.setMinimumWidth(Theme.current().px(420))
            self.body.addWidget(words)
        cancel = Button(tr("Cancel"), "restoreCancelButton")
        cancel.clicked.connect(self.reject)
        go = Button(
            trn(count, "Restore {n} record", "Restore {n} records"), "restoreConfirmButton", "primary"
        )
        go.setDefault(True)
        go.clicked.connect(self._on_confirmed)
        self.foot.row.addStretch(1)
        self.foot.row.addWidget(cancel)
        self.foot.row.addWidget(go)
        go.setFocus()

    @Slot()
    def _on_confirmed(self) -> None:
        self.confirmed.emit()
        self.accept()
