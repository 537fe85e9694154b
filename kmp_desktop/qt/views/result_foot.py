"""The foot of a result page: the way back on the left, the ways on at the right, one of them primary."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from kmp_desktop.app.outcome_page import Button as ButtonWords
from kmp_desktop.app.outcome_page import Move
from kmp_desktop.qt.i18n import say, tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.clearing import clear_layout
from kmp_desktop.qt.widgets.buttons import Button, keycap_text
from kmp_desktop.qt.widgets.card import Bar

_ICONS = {
    Move.TO_RECORDS: "list-bullets",
    Move.TO_REVIEW: "list-bullets",
    Move.LEAVE_CONFLICTS: "list-bullets",
    Move.SHOW_RECORDS: "list-bullets",
    Move.TRY_AGAIN: "arrow-clockwise",
    Move.ASK_AGAIN: "arrow-clockwise",
    Move.READ_AGAIN: "arrow-clockwise",
    Move.COPY_REPORT: "copy",
}
_AGAIN = frozenset({Move.TRY_AGAIN, Move.ASK_AGAIN, Move.READ_AGAIN})
_NAMES = {
    Move.COPY_REPORT: "resultReportButton",
    Move.END_CLUSTER_WORK: "resultEndWorkButton",
    Move.TO_REVIEW: "resultReviewButton",
    Move.SAVE_DECISIONS: "saveDecisionsButton",
    Move.EDIT_CONNECTION: "resultConnectionButton",
}


class ResultFoot(Bar):
    """Buttons for what a page offers; again-buttons are named ``resultAgainButton``, also as primary.

    Signals:
        pressed(outcome_page.Button): what was chosen.
    """

    pressed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("resultFoot", "foot", 60, parent)
        px = Theme.current().px
        self.row.setContentsMargins(px(28), 0, px(28), 0)
        self.row.setSpacing(px(10))
        self._compact = False
        self._primary: ButtonWords | None = None
        self._primary_button: Button | None = None

    @property
    def primary(self) -> ButtonWords | None:
        """What the primary button does now."""
        return self._primary

    def show_buttons(
        self, back: ButtonWords | None, others: Sequence[ButtonWords], primary: ButtonWords
    ) -> None:
        """Show other buttons."""
        clear_layout(self.row)
        if back is not None:
            self.row.addWidget(self._button(back, "resultBackButton", icon_name="caret-left"))
        self.row.addStretch(1)
        for each in others:
            icon_name = "copy" if each.move is Move.COPY_REPORT else ""
            self.row.addWidget(self._button(each, _name_of(each), icon_name=icon_name))
        self._primary_button = self._button(primary, "", kind_primary=True)
        self._show_primary(primary)
        self.row.addWidget(self._primary_button)

    def set_primary(self, primary: ButtonWords) -> None:
        """Let the primary button do something else."""
        self._show_primary(primary)

    def set_compact(self, compact: bool) -> None:
        """A lower bar without keycaps for small windows."""
        self._compact = compact
        self.set_design_height(48 if compact else 60)
        self._show_keycap()

    def say_copied(self) -> None:
        """Answer where the finger still is."""
        for button in self.findChildren(Button, "resultReportButton"):
            button.setText(tr("Copied"))
            button.updateGeometry()

    def _show_primary(self, primary: ButtonWords) -> None:
        assert self._primary_button is not None
        button = self._primary_button
        self._primary = primary
        button.setObjectName(_primary_name(primary))
        button.setText(say(primary.label))
        button.icon_name = _ICONS.get(primary.move, "caret-left" if primary.move is Move.TO_QUEUES else "")
        self._show_keycap()

    def _show_keycap(self) -> None:
        button, primary = self._primary_button, self._primary
        if button is None or primary is None:
            return
        button.keycap = keycap_text(primary.key) if primary.key and not self._compact else ""
        button.updateGeometry()
        button.update()

    def _button(
        self, words: ButtonWords, name: str, *, icon_name: str = "", kind_primary: bool = False
    ) -> Button:
        button = Button(say(words.label), name, "primary" if kind_primary else "plain", icon_name)
        if kind_primary:
            button.clicked.connect(self._on_primary)
        else:
            button.clicked.connect(lambda: self.pressed.emit(words))
        return button

    def _on_primary(self) -> None:
        self.pressed.emit(self._primary)


def _name_of(button: ButtonWords) -> str:
    return _NAMES.get(button.move, "resultAgainButton" if button.move in _AGAIN else "resultOtherButton")


def _primary_name(button: ButtonWords) -> str:
    if button.move in _AGAIN:
        return "resultAgainButton"
    return "resultReportButton" if button.move is Move.COPY_REPORT else "resultPrimaryButton"
