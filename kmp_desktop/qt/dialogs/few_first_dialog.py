"""Try a few different records of a large selection before deciding about all of them."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QWidget

from kmp_desktop.qt.dialogs.frame import FramedDialog
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.labels import label

_MOST = 50


class FewFirstDialog(FramedDialog):
    """Asks how many. ``few`` is suggested, ``available`` records are selected.

    Signals:
        chosen(int): mark so many and go to the review.
    """

    chosen = Signal(object)

    def __init__(self, few: int, available: int, parent: QWidget | None = None) -> None:
        super().__init__("fewFirstDialog", tr("Retry a few first"), parent)
        px = Theme.current().px
        self.body.addWidget(label(tr("Retry a few first"), "dialog_title"))
        sentence = tr(
            "Marks a few different records Retry and takes you to the review. "
            "If they succeed, retry the rest."
        )
        text = label(sentence, wrap=True)
        text.setMinimumWidth(px(400))
        self.body.addWidget(text)
        line = QHBoxLayout()
        line.setSpacing(px(8))
        self._count = QSpinBox()
        self._count.setObjectName("fewFirstSpin")
        self._count.setAccessibleName(tr("How many records"))
        self._count.setRange(1, max(1, min(_MOST, available)))
        self._count.setValue(few)
        self._count.setFixedWidth(px(80))
        self._count.valueChanged.connect(self._on_count_changed)
        line.addWidget(self._count)
        line.addWidget(label(tr("different records"), tone="muted"))
        line.addStretch(1)
        self.body.addLayout(line)
        cancel = Button(tr("Cancel"), "fewFirstCancelButton")
        cancel.clicked.connect(self.reject)
        self._mark = Button("", "fewFirstMarkButton", "primary")
        self._mark.setDefault(True)
        self._mark.clicked.connect(self._on_mark)
        self.foot.row.addStretch(1)
        self.foot.row.addWidget(cancel)
        self.foot.row.addWidget(self._mark)
        self._on_count_changed(self._count.value())
        self._count.setFocus()
        self._count.selectAll()

    @Slot(int)
    def _on_count_changed(self, count: int) -> None:
        self._mark.setText(tr("Mark {n} and review", n=count))
        self._mark.updateGeometry()

    @Slot()
    def _on_mark(self) -> None:
        self.chosen.emit(self._count.value())
        self.accept()
