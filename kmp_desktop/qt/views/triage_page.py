"""The page on which people look and decide. Nothing here ever writes to the broker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from kmp_desktop.core.record import RecordId
from kmp_desktop.core.session import SessionPhase, SessionState
from kmp_desktop.core.view import (
    FewFirst,
    Filters,
    GroupBy,
    Groups,
    LookFirst,
    QueryReply,
    RecordDetails,
    RecordsArrived,
    RecordsRemoved,
    Reply,
    RowsChanged,
    SelectionSummary,
)
from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.delegates.cell_text import search_words
from kmp_desktop.qt.i18n import trn
from kmp_desktop.qt.models.record_table import RecordTableModel
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.views.banner_stack import BannerStack
from kmp_desktop.qt.views.columns_popup import ColumnsPopup
from kmp_desktop.qt.views.deciding import Deciding
from kmp_desktop.qt.views.decision_tool_bar import DecisionToolBar
from kmp_desktop.qt.views.failure_group_panel import FailureGroupPanel
from kmp_desktop.qt.views.filter_popup import FilterPopup
from kmp_desktop.qt.views.group_bar import GroupBar, SelectionBar
from kmp_desktop.qt.views.group_counts import GroupCounts
from kmp_desktop.qt.views.inspecting import Inspecting
from kmp_desktop.qt.views.inspector import Inspector
from kmp_desktop.qt.views.load_panel import LoadPanel
from kmp_desktop.qt.views.record_list import RecordList
from kmp_desktop.qt.views.record_menu import RecordMenu
from kmp_desktop.qt.views.record_table_view import RecordTableView
from kmp_desktop.qt.views.selecting import Selecting
from kmp_desktop.qt.views.table_place import TablePlace
from kmp_desktop.qt.views.triage_actions import TriageActions
from kmp_desktop.qt.views.triage_keys import TriageKeys
from kmp_desktop.qt.views.triage_selection import Selection
from kmp_desktop.qt.views.triage_splitter import TriageSplitter
from kmp_desktop.qt.views.triage_state import TriageState
from kmp_desktop.qt.widgets.chip import ChipState

_MINUTE_MS = 60_000


class TriagePage(QFrame):
    """Failure groups, records and inspector of one open queue. GUI thread.

    Signals:
        review_wanted, back_wanted: leave for the review, or for the queues.
        toast_wanted(ToastMessage): say something for a moment.
    """

    review_wanted = Signal()
    back_wanted = Signal()
    toast_wanted = Signal(object)

    def __init__(self, session: QueueSession, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("triagePage")
        self._session = session
        self._wanted_row: int | None = None  # to go to once the list is there
        self._seen_state: SessionState | None = None
        self._make_parts(session, actions)
        self._make_minds(session, actions)
        self._arrange()
        self._connect()
        actions.attach(self)
        self.setFocusProxy(self.table)
        self._minute = QTimer(self, interval=_MINUTE_MS)
        self._minute.timeout.connect(self._on_minute)
        self.groups.ask()
        self.records.ask()
        self.state.update()

    # ---- building

    def _make_parts(self, session: QueueSession, actions: Actions) -> None:
        """What is seen, from the outside in: each change of parent styles everything below anew."""
        self.tool_bar = DecisionToolBar(actions, self)
        self.search = self.tool_bar.search
        self.filters = FilterPopup(session, self)
        self.columns = ColumnsPopup(self)
        self.splitter = TriageSplitter(self)
        self.panel = FailureGroupPanel(self.splitter)
        self.middle: QWidget = QFrame(self.splitter)
        self.banners = BannerStack(self.middle)
        self.load_panel = LoadPanel(self.middle)
        self.group_bar = GroupBar(self.middle)
        self.selection_bar = SelectionBar(self.middle)
        self.model = RecordTableModel(self._chip, self)
        self.table = RecordTableView(self.model)
        self.place = TablePlace(self.table, session.profile.name, self.middle)
        self._fill_middle()
        self.inspector = Inspector(session, actions, self._chip, self.splitter)
        self.splitter.put_together(self.panel, self.middle, self.inspector)

    def _fill_middle(self) -> None:
        self.middle.setObjectName("recordPlace")
        self.middle.setProperty("ground", "plain")
        box = QVBoxLayout(self.middle)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        for part in (self.banners, self.load_panel, self.group_bar, self.selection_bar):
            box.addWidget(part)
        box.addWidget(self.place, 1)

    def _make_minds(self, session: QueueSession, actions: Actions) -> None:
        """What knows what to do."""
        self.records = RecordList(session, self.model, self.table, self)
        self.groups = GroupCounts(session, self.panel, self)
        self.selection = Selection(self.table, self.model, session.record_ids, self)
        self.deciding = Deciding(session, self.model, self.table, self.selection, self)
        self.inspecting = Inspecting(session, self.model, self.selection, self.inspector, self)
        self.selecting = Selecting(
            session,
            self.records,
            self.model,
            self.selection,
            self.panel,
            self.group_bar,
            self.selection_bar,
            self.filters,
        )
        self.state = TriageState(
            session, self.records, self.model, self.banners, self.load_panel, self.place, self
        )
        self.possible = TriageActions(session, actions, self.selection, self.model)
        self.keys = TriageKeys(actions, self, self)
        self.menu = RecordMenu(actions, self.table, self.model, self)

    def _arrange(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.tool_bar)
        box.addWidget(self.splitter, 1)

    def _connect(self) -> None:
        session = self._session
        session.replied.connect(self._on_replied)
        session.state_changed.connect(self._on_state_changed)
        session.decisions_changed.connect(self._on_decisions_changed)
        session.restarted.connect(self._on_restarted)
        self.search.search_changed.connect(self._on_search)
        self.search.entered.connect(self._on_search_entered)
        self.search.left.connect(self.keys.focus_table)
        self.filters.changed.connect(self._on_filters)
        self.columns.changed.connect(self.table.columns.choose)
        self.panel.group_by_changed.connect(self._on_group_by)
        self.panel.group_chosen.connect(self._on_group)
        self.panel.look_first_chosen.connect(self._on_look_first)
        self.records.shown.connect(self._on_rows_shown)
        self.selection.changed.connect(self._update_actions)
        self.inspecting.described.connect(self._update_actions)
        self.inspector.record_wanted.connect(self.show_row)
        self.inspector.try_again_wanted.connect(session.try_registry_again)
        summary = self.inspector.summary
        summary.record_wanted.connect(self.show_row)
        summary.show_wanted.connect(self._on_show_rows)
        summary.take_out_wanted.connect(self.deciding.take_out)
        self.deciding.toast_wanted.connect(self.toast_wanted)
        self.deciding.show_wanted.connect(self.show_only)
        self.selecting.review_wanted.connect(self.review_wanted)
        self.selecting.focus_wanted.connect(self.keys.focus_table)
        self.state.review_wanted.connect(self.review_wanted)
        self.state.show_wanted.connect(self.show_only)
        self.keys.review_wanted.connect(self.review_wanted)
        self.keys.back_wanted.connect(self.back_wanted)
        self.keys.row_wanted.connect(self.show_row)
        self.menu.select_reason_wanted.connect(self._on_select_reason)
        self.place.clear_search_wanted.connect(self.search.clear_search)
        self.place.search_everywhere_wanted.connect(self._on_search_everywhere)
        self.place.show_all_wanted.connect(self._on_show_all)

    # ---- what the window asks for

    def regions(self) -> list[QWidget]:
        """What F6 goes through."""
        parts = (self.tool_bar, self.panel, self.middle, self.inspector)
        return [part for part in parts if part.isVisible()]

    @Slot(object)
    def show_only(self, ids: frozenset[RecordId]) -> None:
        """Show certain records and nothing else."""
        self._show_everything()
        self.records.change(group=None, look_first=None, search="", only=frozenset(ids))

    @Slot(object)
    def show_row(self, row: int) -> None:
        """Go to a record; if the list does not hold it, show all records first."""
        position = self.model.position_of(row)
        if position is not None:
            self.table.go_to(position)
        else:
            self._wanted_row = row
            self._on_show_all()

    # ---- the session

    @Slot(object)
    def _on_replied(self, reply: Reply) -> None:
        self.records.take(reply)
        takers: dict[type, Callable[[Any], object]] = {
            Groups: self._take_groups,
            RecordDetails: self.inspecting.take_details,
            SelectionSummary: self.inspecting.take_summary,
            FewFirst: self.selecting.take_few,
            RecordsArrived: self._take_push,
            RowsChanged: self._take_changed,
            RecordsRemoved: self._take_push,
        }
        taker = takers.get(type(reply))
        if taker is not None:
            taker(reply)

    def _take_groups(self, answer: Groups) -> None:
        self.filters.take(answer)
        if self.groups.take(answer):
            self.selecting.update_bars()

    def _take_push(self, _push: RecordsArrived | RecordsRemoved) -> None:
        self.groups.outdate()

    def _take_changed(self, _push: RowsChanged) -> None:
        self.model.outdate()
        self.groups.outdate()
        self.inspecting.look_again()

    @Slot(object)
    def _on_state_changed(self, state: SessionState) -> None:
        before, self._seen_state = self._seen_state, state
        if before is not None and before == replace(state, progress=before.progress):
            self.state.update_reading()  # ten times a second: no more than this
            return
        self.table.columns.set_elsewhere(shown=bool(self._session.decided_elsewhere))
        self.state.update()
        self.panel.set_counting(counting=state.phase is not SessionPhase.FAILED)
        if state.phase in (SessionPhase.READY, SessionPhase.FAILED):
            self.records.set_complete(complete=True)
            self.groups.outdate()
            self.inspecting.look_again()
        elif state.phase is SessionPhase.READING:
            self.records.set_complete(complete=False)
        self._update_actions()

    @Slot(object)
    def _on_decisions_changed(self, _change: object) -> None:
        self.model.chips_changed()
        self.inspecting.chips_changed()
        self.groups.outdate()
        self.state.update()
        self._update_actions()

    @Slot()
    def _on_restarted(self) -> None:
        self.inspecting.forget()
        self.selection.clear()
        self._show_everything()
        self.records.forget()
        self.records.ask()
        self.groups.ask()

    # ---- what people do

    @Slot(object)
    def _on_search(self, search: str) -> None:
        self.inspector.set_search(search_words(search))
        self.records.change(search=search)

    @Slot()
    def open_filters(self) -> None:
        """Show the choices below their button."""
        button = self.tool_bar.filter
        summary = self._session.state.summary
        self.filters.set_columns(self.model.payload, summary.limits.queue_partitions if summary else 0)
        self.filters.open_at(button.mapToGlobal(QPoint(button.width(), button.height() + 2)))

    @Slot()
    def open_columns(self) -> None:
        """Show the list of columns below its button."""
        button, columns = self.tool_bar.columns, self.table.columns
        place = button.mapToGlobal(QPoint(button.width(), button.height() + 2))
        self.columns.open_at(place, columns.choice, columns.names())

    @Slot(object)
    def _on_filters(self, filters: Filters) -> None:
        self.selection.clear()
        self.records.change(filters=filters)

    @Slot()
    def _on_search_entered(self) -> None:
        self.keys.focus_table()
        self.table.go_to(0)

    @Slot()
    def _on_search_everywhere(self) -> None:
        self.panel.show_everything()
        self.records.change(group=None, look_first=None, only=None)

    @Slot()
    def _on_show_all(self) -> None:
        self._show_everything()
        self.records.change(group=None, look_first=None, only=None, search="")

    @Slot(object)
    def _on_group_by(self, group_by: GroupBy) -> None:
        self.selection.clear()
        self.groups.ask()
        self.records.change(group_by=group_by, group=None)

    @Slot(object)
    def _on_group(self, key: str) -> None:
        self.selection.clear()
        self.records.change(group=key or None, only=None)

    @Slot(object)
    def _on_look_first(self, kind: LookFirst | None) -> None:
        self.selection.clear()
        self.records.change(look_first=kind, only=None)

    @Slot(object)
    def _on_show_rows(self, rows: tuple[int, ...]) -> None:
        self.show_only(frozenset(self._session.record_ids(rows)))

    @Slot(object)
    def _on_select_reason(self, row: int) -> None:
        known = self.model.known(row)
        for group in self.panel.groups.groups:
            if known is not None and group.key and group.label == known.why:
                self.panel.choose(group.key)
                self.records.ask_all(group.key)

    @Slot(object)
    def _on_rows_shown(self, reply: QueryReply) -> None:
        self.inspecting.subtitle = self.selecting.group_name()
        self.inspecting.place_changed()
        search = reply.query.search
        found = len(reply.rows)
        so_far = trn(found, "{n} found so far", "{n} found so far")
        words = trn(found, "{n} found", "{n} found") if reply.complete else so_far
        self.search.set_count(words if search else "")
        self.state.update()
        self._update_actions()
        if self._wanted_row is not None:
            position = self.model.position_of(self._wanted_row)
            self._wanted_row = None
            if position is not None:
                self.table.go_to(position)

    # ---- inside

    def _chip(self, row: int) -> ChipState:
        return self.deciding.chip(row)

    def _show_everything(self) -> None:
        self.panel.show_everything()
        self.filters.clear()
        self.search.forget()

    @Slot()
    def _update_actions(self) -> None:
        """Only while the page is shown: elsewhere its actions are not possible at all."""
        self.tool_bar.set_staged(self._session.book.total)
        self.selecting.set_why_not(self.possible.why_not_decide(), self.possible.why_not_select_all())
        if self.isVisible():
            self.possible.update(has_related=self.inspector.related.next_row() is not None)

    @Slot()
    def _on_minute(self) -> None:
        self.model.tick()
        self.panel.groups.tick()

    # ---- Qt

    def event(self, event: QEvent) -> bool:
        """A letter that is typed where letters are no commands is no command."""
        if event.type() == QEvent.Type.ShortcutOverride and not self.keys.is_command_here(
            cast("QKeyEvent", event)
        ):
            event.accept()
            return True
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Times are said anew; the keys go to the records."""
        super().showEvent(event)
        self._on_minute()
        self._minute.start()
        self._update_actions()
        focus = QApplication.focusWidget()
        if focus is None or not self.isAncestorOf(focus):
            target = self.table if self.table.isVisible() else self.place
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks at the times."""
        super().hideEvent(event)
        self._minute.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width arranges the panels anew."""
        super().resizeEvent(event)
        self.splitter.fit(self.width(), self.height())
