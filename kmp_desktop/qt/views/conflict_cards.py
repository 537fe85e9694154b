"""The conflict page's two cards: who decided what, and what is to become of mine."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from kmp_desktop.app.outcome_page import Button, ConflictCard
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.record import RecordId
from kmp_desktop.qt.delegates.conflict_table import (
    EDGE,
    PADDING,
    ROW_HEIGHT,
    ConflictTableDelegate,
    differs_width,
)
from kmp_desktop.qt.i18n import say, tr, trn
from kmp_desktop.qt.models.conflict_table import Column, ConflictTableModel
from kmp_desktop.qt.models.record_names import RecordNames
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.insets import inset, radio_inset
from kmp_desktop.qt.widgets.buttons import LinkButton
from kmp_desktop.qt.widgets.card import Card, spaced
from kmp_desktop.qt.widgets.choices import RadioButton
from kmp_desktop.qt.widgets.labels import label

_FIRST = 6
_MOST_HIGH = 14  # rows; beyond that the table scrolls by itself


class ConflictTableCard(Card):
    """The records that somebody else decided.

    Signals:
        copied(str): the list as text, for the clipboard.
    """

    copied = Signal(object)

    def __init__(
        self,
        block: ConflictCard,
        mine: Callable[[RecordId], Decision | None],
        names: RecordNames,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("conflictCard", margin=0, parent=parent)
        px = Theme.current().px
        total = len(block.decisions)
        self._model = ConflictTableModel(block.decisions, mine, names, self)
        self._table = _Table(self._model)
        copy = LinkButton(tr("Copy list"), "copyConflictsButton", "copy")
        copy.clicked.connect(self._on_copy)
        head = QHBoxLayout()
        head.setContentsMargins(px(20), px(12), px(20), px(4))
        head.addWidget(label(trn(total, "The record", "The {n} records"), "section"), 1)
        head.addWidget(copy)
        self._more = label("", tone="muted")
        self._all = LinkButton(tr("Show all {n}", n=total), "showAllConflictsButton")
        self._all.clicked.connect(self._on_show_all)
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(px(20), px(4), px(20), 0)
        foot.addWidget(self._more)
        foot.addWidget(self._all)
        foot.addStretch(1)
        self.box.setContentsMargins(1, 0, 1, px(10))
        self.box.setSpacing(0)
        self.box.addLayout(head)
        self.box.addWidget(self._table)
        self.box.addWidget(self._foot)
        self._show(_FIRST)

    def _show(self, count: int) -> None:
        self._model.show_first(count)
        self._table.fit()
        more = self._model.total - self._model.rowCount()
        self._more.setText(trn(more, "and {n} more", "and {n} more"))
        self._foot.setVisible(more > 0)

    @Slot()
    def _on_show_all(self) -> None:
        self._show(self._model.total)
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_copy(self) -> None:
        self.copied.emit(self._model.as_text())


class ConflictChoice(Card):
    """What to do about them.

    Signals:
        chosen(Button): what the primary button does now.
    """

    chosen = Signal(object)

    def __init__(self, block: ConflictCard, parent: QWidget | None = None) -> None:
        super().__init__("conflictChoice", parent=parent)
        self._block = block
        px = Theme.current().px
        self._leave = RadioButton(say(block.leave_text), "conflictLeaveChoice")
        self._look = RadioButton(say(block.look_text), "conflictLookChoice")
        self._group = QButtonGroup(self)
        self._group.addButton(self._leave, 0)
        self._group.addButton(self._look, 1)
        self._leave.setChecked(True)
        self.box.setContentsMargins(px(20) - radio_inset(), px(14), px(20), px(14))
        self.box.setSpacing(px(4))
        self.box.addWidget(inset(label(tr("What would you like to do?"), "section"), radio_inset()))
        self.box.addLayout(
            _explained(
                self._leave,
                tr("Recommended. Their decisions stand, yours for these are forgotten."),
            )
        )
        self.box.addLayout(
            _explained(
                self._look,
                tr("Opens them in the table. What was already retried is never retried a second time."),
            )
        )
        self._group.idToggled.connect(self._on_toggled)

    @property
    def button(self) -> Button:
        """What the primary button does now."""
        return self._block.leave if self._leave.isChecked() else self._block.look

    @Slot(int, bool)
    def _on_toggled(self, _nth: int, on: bool) -> None:
        if on:
            self.chosen.emit(self.button)


def _explained(button: RadioButton, sentence: str) -> QVBoxLayout:
    box = QVBoxLayout()
    spaced(box, 0, 0)
    box.addWidget(button)
    words = label(sentence, tone="muted", wrap=True)
    words.setContentsMargins(Theme.current().px(28), 0, 0, Theme.current().px(4))
    box.addWidget(words)
    button.setAccessibleDescription(sentence)
    return box


class _Table(QTableView):
    """As high as its rows, so that the page scrolls."""

    def __init__(self, model: ConflictTableModel) -> None:
        super().__init__()
        self.setObjectName("conflictTable")
        self.setAccessibleName(tr("Records that someone else decided"))
        self.setModel(model)
        self._delegate = ConflictTableDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.fit()

    def fit(self) -> None:
        """Take the height of the rows that are shown."""
        theme = Theme.current()
        sheet = f"#conflictTable QHeaderView::section:first {{ padding-left: {theme.px(EDGE)}px; }}"
        if sheet != self.styleSheet():  # setting it is a change of style, which comes back here
            self.setStyleSheet(sheet)
        rows = min(self.model().rowCount(), _MOST_HIGH)
        self.verticalHeader().setDefaultSectionSize(theme.px(ROW_HEIGHT))
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows * theme.px(ROW_HEIGHT) + 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow a new size."""
        super().resizeEvent(event)
        self._fit_columns()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a new font or style sheet."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.fit()
            self._fit_columns()

    def _fit_columns(self) -> None:
        theme = Theme.current()
        header = self.horizontalHeader()
        fixed = {
            Column.MINE: theme.px(132),
            Column.THEIRS: differs_width(),
            Column.AT: self.fontMetrics().horizontalAdvance(tr("Yesterday, {time}", time="00:00"))
            + theme.px(EDGE + PADDING),
        }
        for column, width in fixed.items():
            header.resizeSection(column, width)
        rest = max(self.viewport().width() - sum(fixed.values()), 0)
        shares = {Column.MESSAGE: 0.4, Column.PAYLOAD: 0.3, Column.BY: 0.3}
        for column, share in shares.items():
            header.resizeSection(column, int(rest * share))
