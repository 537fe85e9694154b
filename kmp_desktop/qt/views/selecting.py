"""Whole groups: the bars above the table, frozen lists, and trying a few first."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.view import NO_FILTERS, FewFirst, FewFirstWanted, QueryReply
from kmp_desktop.qt import when
from kmp_desktop.qt.dialogs.few_first_dialog import FewFirstDialog
from kmp_desktop.qt.i18n import say, tr, trn
from kmp_desktop.qt.models.failure_groups import look_first_label
from kmp_desktop.qt.models.record_table import RecordTableModel
from kmp_desktop.qt.views.failure_group_panel import FailureGroupPanel
from kmp_desktop.qt.views.filter_popup import FilterPopup
from kmp_desktop.qt.views.group_bar import FEW, GroupBar, SelectionBar, SelectionWords
from kmp_desktop.qt.views.record_list import RecordList
from kmp_desktop.qt.views.triage_selection import FrozenList, Selection
from kmp_desktop.qt.visible_text import one_line

if TYPE_CHECKING:
    from kmp_desktop.qt.queue_session import QueueSession

_LOOK_FIRST, _ONLY = "lookFirst", "only"


class Selecting(QObject):
    """Signals.

    review_wanted: a few were marked, look at them.
    focus_wanted: back to the table.
    """

    review_wanted = Signal()
    focus_wanted = Signal()

    def __init__(
        self,
        session: QueueSession,
        records: RecordList,
        model: RecordTableModel,
        selection: Selection,
        panel: FailureGroupPanel,
        group_bar: GroupBar,
        selection_bar: SelectionBar,
        filters: FilterPopup,
    ) -> None:
        super().__init__(filters.parentWidget())
        self._session = session
        self._records = records
        self._model = model
        self._selection = selection
        self._panel = panel
        self._group_bar = group_bar
        self._selection_bar = selection_bar
        self._popup = filters
        self._few_awaited = False
        group_bar.select_all_wanted.connect(self.select_all)
        group_bar.filter_removed.connect(self._on_filter_removed)
        selection_bar.few_first_wanted.connect(self._on_few_first)
        selection_bar.clear_wanted.connect(self._on_clear)
        selection_bar.link_clicked.connect(self._on_link)
        selection.changed.connect(self.update_bars)
        records.shown.connect(self.update_bars)
        records.all_found.connect(self._on_all_found)
        self.update_bars()

    # ---- the whole group

    @Slot()
    def select_all(self) -> None:
        """Select what is shown, as a list that does not grow by itself."""
        rows = array("I", self._model.rows)
        if rows:
            query = self._records.query
            narrowed = query.search or query.look_first or query.only or query.filters != NO_FILTERS
            whole = not narrowed
            self._freeze(rows, whole=whole)
            self.focus_wanted.emit()

    def group_name(self) -> str:
        """The group that is shown; empty: all records."""
        chosen = self._panel.chosen
        return one_line(say(chosen.label)) if chosen is not None and chosen.key else ""

    def _freeze(self, rows: array[int], *, whole: bool) -> None:
        summary = self._session.state.summary
        read_at = summary.read_at if summary is not None else 0
        group = self._records.query.group or ""
        self._selection.freeze(FrozenList(rows, group, self.group_name(), whole, read_at))

    @Slot(object)
    def _on_all_found(self, reply: QueryReply) -> None:
        if (reply.query.group or "") == (self._records.query.group or "") and reply.rows:
            self._freeze(reply.rows, whole=True)
            self.focus_wanted.emit()

    # ---- bars

    @Slot()
    def update_bars(self) -> None:
        """Say what is shown or selected."""
        count = self._selection.count()
        several = count > 1
        name, filters = self.group_name(), self._filters()
        self._selection_bar.setVisible(several)
        self._group_bar.setVisible(not several and bool(name or filters))
        if several:
            self._selection_bar.show_words(self._words(count))
        elif name or filters:
            self._group_bar.show_group(name, len(self._model.rows), filters)

    def set_why_not(self, decide: str, select_all: str) -> None:
        """What the buttons cannot do now, and why."""
        self._selection_bar.set_may_decide(decide)
        self._group_bar.set_may_select(select_all)

    def _filters(self) -> list[tuple[str, str]]:
        query = self._records.query
        filters = []
        if query.look_first is not None:
            filters.append((_LOOK_FIRST, look_first_label(query.look_first)))
        if query.only is not None:
            words = trn(len(query.only), "{n} certain record", "{n} certain records")
            filters.append((_ONLY, words))
        return filters + self._popup.chips()

    def _words(self, count: int) -> SelectionWords:
        frozen = self._selection.frozen
        if frozen is None:
            return SelectionWords(trn(count, "{n} record selected", "{n} records selected"))
        in_group = self._group_count(frozen.group)
        if not frozen.whole:
            title = trn(count, "{n} shown record selected", "{n} shown records selected")
            link = ""
            if in_group > count:
                link = tr("Select all {n} of the group", n=in_group)
                if not frozen.group:
                    link = tr("Select all {n} records", n=in_group)
            return SelectionWords(title, link=link)
        title = trn(count, "{n} record selected", "{n} records selected")
        time = when.clock_time(frozen.read_at) if frozen.read_at else ""
        if frozen.group:
            note = tr("the whole group, as read at {time}", time=time)
        else:
            note = tr("all records, as read at {time}", time=time)
        later = in_group - count
        if later <= 0:
            return SelectionWords(title, note)
        second = trn(
            later,
            "{n} record of this kind arrived later and is not included.",
            "{n} records of this kind arrived later and are not included.",
        )
        return SelectionWords(title, note, second, trn(later, "Add it", "Add them"))

    def _group_count(self, key: str) -> int:
        group = self._panel.groups.find(key)
        return group.count if group is not None else 0

    # ---- what people do

    @Slot(object)
    def _on_filter_removed(self, key: str) -> None:
        if key == _LOOK_FIRST:
            self._panel.choose_look_first(None)
        elif key == _ONLY:
            self._records.change(only=None)
        else:
            self._popup.remove(key)
        self.focus_wanted.emit()

    @Slot()
    def _on_clear(self) -> None:
        self._selection.clear()
        self.focus_wanted.emit()

    @Slot()
    def _on_link(self) -> None:
        self._records.ask_all(self._records.query.group)

    @Slot()
    def _on_few_first(self) -> None:
        dialog = FewFirstDialog(FEW, self._selection.count(), self._selection_bar.window())
        dialog.chosen.connect(self._on_few_chosen)
        dialog.open()

    @Slot(object)
    def _on_few_chosen(self, count: int) -> None:
        self._few_awaited = True
        self._session.ask(FewFirstWanted(self._selection.rows(), count))

    def take_few(self, answer: FewFirst) -> None:
        """Mark the few and go to the review."""
        if self._few_awaited:
            self._few_awaited = False
            self._session.stage(self._session.record_ids(answer.rows), Decision.MERGE)
            self.review_wanted.emit()
