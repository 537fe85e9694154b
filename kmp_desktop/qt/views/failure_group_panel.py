"""The left panel: why records failed, and what to look at first."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kmp_desktop.core.view import GroupBy, Groups, GroupSummary, LookFirst
from kmp_desktop.qt.delegates.group_rows import GroupDelegate, LookFirstDelegate
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.models.failure_groups import (
    KEY_ROLE,
    MORE_ROLE,
    FailureGroupModel,
    LookFirstModel,
)
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.letter_lists import LetterList
from kmp_desktop.qt.widgets.buttons import IconButton
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.combo import ComboBox
from kmp_desktop.qt.widgets.labels import label

_CLEAR_AND_SELECT = QItemSelectionModel.SelectionFlag.ClearAndSelect
STRIP = 40  # pixels of the design, when collapsed


class FailureGroupPanel(QFrame):
    """Groups and quick filters.

    Signals:
        group_by_changed(GroupBy), group_chosen(str: key, "" = all), look_first_chosen(LookFirst | None):
            a person chose.
        collapsed_changed(bool): the panel became a strip, or a panel again.
    """

    group_by_changed = Signal(object)
    group_chosen = Signal(object)
    look_first_chosen = Signal(object)
    collapsed_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("failureGroupPanel")
        self.setProperty("ground", "plain")
        self.setAccessibleName(tr("Why they failed"))
        self.groups = FailureGroupModel(self)
        self.look_first = LookFirstModel(self)
        self._chosen = ""
        self._look: LookFirst | None = None
        self._collapsed = False
        self._counting = True
        self.combo = self._make_combo()
        self.list = self._make_list()
        self.look_list = self._make_look_list()
        self._collapse = IconButton(
            "caret-double-left", tr("Hide the failure groups"), "collapseGroupsButton"
        )
        self._collapse.clicked.connect(self._on_collapse_clicked)
        self._arrange()
        self.look_first.set_counting()

    def _make_combo(self) -> ComboBox:
        combo = ComboBox("groupByCombo")
        combo.setAccessibleName(tr("Group the records"))
        words = {
            GroupBy.REASON: tr("By failure reason"),
            GroupBy.MESSAGE: tr("By message"),
            GroupBy.REPORTER: tr("By who reported it"),
            GroupBy.STEP: tr("By failing step"),
            GroupBy.DAY: tr("By day"),
            GroupBy.TRIES: tr("By number of tries"),
        }
        for group_by, text in words.items():
            combo.addItem(text, group_by)
        combo.activated.connect(self._on_combo_activated)
        return combo

    def _make_list(self) -> LetterList:
        made = LetterList("failureGroupList")
        made.setAccessibleName(tr("Failure groups"))
        made.setModel(self.groups)
        made.setItemDelegate(GroupDelegate(made))
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        made.selectionModel().currentChanged.connect(self._on_group_current)
        made.clicked.connect(self._on_group_clicked)
        made.activated.connect(self._on_group_clicked)
        made.installEventFilter(self)
        made.viewport().installEventFilter(self)
        return made

    def _make_look_list(self) -> LetterList:
        made = LetterList("lookFirstList")
        made.setAccessibleName(tr("Look at first"))
        made.setModel(self.look_first)
        made.setItemDelegate(LookFirstDelegate(made))
        made.setSelectionMode(LetterList.SelectionMode.SingleSelection)
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        made.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.clicked.connect(self._on_look_clicked)
        made.activated.connect(self._on_look_clicked)
        return made

    def _arrange(self) -> None:
        px = Theme.current().px
        box = QVBoxLayout(self)
        box.setContentsMargins(0, px(4), 0, 0)
        box.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(px(16), px(2), px(8), px(2))
        self._title = label(tr("Why they failed"), "section")
        head.addWidget(self._title, 1)
        head.addWidget(self._collapse)
        box.addLayout(head)
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        spaced(body, 0, 0)
        combo_row = QHBoxLayout()
        combo_row.setContentsMargins(px(12), 0, px(12), px(8))
        combo_row.addWidget(self.combo)
        body.addLayout(combo_row)
        body.addWidget(self.list)
        self._look_title = label(tr("Look at first"), "small", tone="muted")
        self._look_title.setContentsMargins(px(16), px(14), px(16), px(6))
        body.addWidget(self._look_title)
        body.addWidget(self.look_list)
        body.addStretch(1)
        box.addWidget(self._body, 1)
        self._below_strip = QWidget()
        self._below_strip.hide()
        box.addWidget(self._below_strip, 1)
        self._head = head

    # ---- what is shown

    @property
    def group_by(self) -> GroupBy:
        """How it is grouped."""
        return GroupBy(self.combo.currentData())

    @property
    def chosen(self) -> GroupSummary | None:
        """The group that is chosen; "All records" has the key ""."""
        return self.groups.find(self._chosen)

    @property
    def chosen_look_first(self) -> LookFirst | None:
        """The quick filter that is chosen."""
        return self._look

    def set_groups(self, answer: Groups) -> None:
        """Show new counts; what was chosen stays chosen.

        Of a group that is gone (all of it was committed) nothing is left to look at: all records are shown.
        """
        if answer.group_by is not self.group_by:
            return
        self.groups.set_groups(answer)
        if answer.complete or not self._counting:
            self.look_first.set_counts(answer.look_first, self._look)
        else:
            self.look_first.set_counting()
        has_filters = self.look_first.rowCount() > 0
        self._look_title.setVisible(has_filters)
        self.look_list.setVisible(has_filters)
        self.list.updateGeometry()
        self.look_list.updateGeometry()
        if answer.complete and self.groups.find(self._chosen) is None:
            self.choose("")
        else:
            self._show_choice()

    def set_counting(self, *, counting: bool) -> None:
        """Whether counts are still to come; after reading has failed there are none."""
        if counting != self._counting:
            self._counting = counting
            self.groups.set_counting(counting=counting)
            if counting:
                self.look_first.set_counting()
            else:
                self.look_first.set_counts((), self._look)

    def choose(self, key: str) -> None:
        """Choose a group as if a person had clicked it."""
        self._chosen = key
        self._show_choice()
        self.group_chosen.emit(key)

    def show_everything(self) -> None:
        """Choose all records and no filter, without telling anybody."""
        self._chosen, self._look = "", None
        self._show_choice()

    def choose_look_first(self, kind: LookFirst | None) -> None:
        """Choose a quick filter, or none."""
        self._look = kind
        self._show_choice()
        self.look_first_chosen.emit(kind)

    def step(self, by: int) -> None:
        """Choose the next or previous group."""
        place = self.groups.position_of(self._chosen) or 0
        target = self.groups.index(place + by)
        if target.isValid() and not target.data(MORE_ROLE):
            self.choose(str(target.data(KEY_ROLE)))
            self.list.scrollTo(target)

    # ---- collapsing

    @property
    def collapsed(self) -> bool:
        """Whether only a strip is shown."""
        return self._collapsed

    def set_collapsed(self, collapsed: bool) -> None:
        """Become a strip with one button, or a panel again."""
        if collapsed == self._collapsed:
            return
        self._collapsed = collapsed
        px = Theme.current().px
        self._body.setVisible(not collapsed)
        self._below_strip.setVisible(collapsed)
        self._title.setVisible(not collapsed)
        self._collapse.icon_name = "caret-double-right" if collapsed else "caret-double-left"
        words = tr("Show the failure groups") if collapsed else tr("Hide the failure groups")
        self._collapse.setAccessibleName(words)
        self._collapse.setToolTip(words)
        self._collapse.update()
        self._head.setContentsMargins(px(3 if collapsed else 16), px(2), px(3 if collapsed else 8), px(2))
        self.collapsed_changed.emit(collapsed)

    # ---- what people do

    @Slot()
    def _on_collapse_clicked(self) -> None:
        self.set_collapsed(not self._collapsed)

    @Slot(int)
    def _on_combo_activated(self, _index: int) -> None:
        self._chosen = ""
        self.group_by_changed.emit(self.group_by)

    @Slot(QModelIndex, QModelIndex)
    def _on_group_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        key = current.data(KEY_ROLE) if current.isValid() else None
        if isinstance(key, str) and key != self._chosen:
            self._chosen = key
            self.group_chosen.emit(key)

    @Slot(QModelIndex)
    def _on_group_clicked(self, index: QModelIndex) -> None:
        if index.data(MORE_ROLE):
            self.groups.show_all()
            self.list.updateGeometry()
            self._show_choice()

    @Slot(QModelIndex)
    def _on_look_clicked(self, index: QModelIndex) -> None:
        kind = LookFirst(index.data(KEY_ROLE))  # Qt makes a plain text of it
        self.choose_look_first(None if kind is self._look else kind)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The order of the groups stays while somebody points at them or is among them."""
        kinds = (QEvent.Type.Enter, QEvent.Type.Leave, QEvent.Type.FocusIn, QEvent.Type.FocusOut)
        if event.type() in kinds:
            inside = event.type() in (QEvent.Type.Enter, QEvent.Type.FocusIn)
            self.groups.keep_order = inside or self.list.hasFocus() or self.list.underMouse()
        return super().eventFilter(watched, event)

    def _show_choice(self) -> None:
        place = self.groups.position_of(self._chosen)
        selection = self.list.selectionModel()
        if place is None:
            selection.clearSelection()
        else:
            selection.setCurrentIndex(self.groups.index(place), _CLEAR_AND_SELECT)
        filters = self.look_list.selectionModel()
        place = None if self._look is None else self.look_first.position_of(self._look)
        if place is None:
            filters.clearSelection()
        else:
            filters.setCurrentIndex(self.look_first.index(place), _CLEAR_AND_SELECT)
