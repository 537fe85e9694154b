"""Shows the state of the open queue: banners, progress of reading, or why there is no table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from kmp_desktop.app.triage_banners import Act, Situation, StateBanner, banners
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.core.view import NO_FILTERS
from kmp_desktop.qt import when
from kmp_desktop.qt.models.record_table import RecordTableModel
from kmp_desktop.qt.views.banner_stack import BannerStack
from kmp_desktop.qt.views.load_panel import LoadPanel
from kmp_desktop.qt.views.record_list import RecordList
from kmp_desktop.qt.views.table_place import TablePlace

if TYPE_CHECKING:
    from kmp_desktop.qt.queue_session import QueueSession


class TriageState(QObject):
    """Follows ``SessionState``.

    Signals:
        review_wanted, show_wanted(frozenset[RecordId]): a banner's button.
    """

    review_wanted = Signal()
    show_wanted = Signal(object)

    def __init__(
        self,
        session: QueueSession,
        records: RecordList,
        model: RecordTableModel,
        banner_stack: BannerStack,
        load_panel: LoadPanel,
        place: TablePlace,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._records = records
        self._model = model
        self._banners = banner_stack
        self._load = load_panel
        self._place = place
        self._reading_since = QElapsedTimer()
        self._removed: frozenset[int] = frozenset()
        banner_stack.acted.connect(self._on_acted)
        load_panel.stop_wanted.connect(session.stop_reading)
        place.read_wanted.connect(session.read_again)

    def update(self) -> None:
        """Look at everything again."""
        self.update_reading()
        self._update_place()
        self._update_banners()

    def update_reading(self) -> None:
        """How far reading is, no more than that."""
        state = self._session.state
        if state.phase is not SessionPhase.READING:
            self._load.stop()
            return
        if not self._load.reading:
            self._reading_since.start()
            self._load.start()
        if state.progress is not None:
            self._load.show_progress(state.progress, self._reading_since.elapsed() / 1000)

    def _update_place(self) -> None:
        query = self._records.query
        narrowed = bool(
            query.search or query.group or query.look_first or query.only or query.filters != NO_FILTERS
        )
        if len(self._model.rows):
            self._place.show_table()
        elif narrowed and self._offered():
            filtered = bool(query.look_first or query.only or query.filters != NO_FILTERS)
            if self._records.is_answered:
                self._place.show_nothing_found(query.search, in_group=bool(query.group), filtered=filtered)
        elif self._session.state.phase is SessionPhase.READY and self._offered():
            self._place.show_table()  # the list is on its way
        else:
            self._place.show_state(self._session.state)

    def _update_banners(self) -> None:
        now = when.now_ms()
        elsewhere = len(self._elsewhere())
        situation = Situation(
            state=self._session.state,
            records=self._offered(),
            staged=self._session.book.total,
            elsewhere=elsewhere,
            clock=when.clock_time,
            day=lambda then: when.day(then, now),
        )
        self._banners.show_banners(banners(situation))

    def _offered(self) -> int:
        """How many records there are to decide."""
        summary = self._session.state.summary
        return summary.undecided if summary is not None else self._session.row_count

    def _elsewhere(self) -> frozenset[int]:
        """Rows in the list that somebody else decided."""
        found = map(self._session.row_of, self._session.decided_elsewhere)
        return frozenset(row for row in found if row is not None) - self._removed

    @Slot(object)
    def _on_acted(self, what: tuple[StateBanner, Act]) -> None:
        banner, act = what
        if act in (Act.READ_AGAIN, Act.CONTINUE_READING):
            self._session.continue_reading()
        elif act is Act.TRY_NOW:
            self._session.try_now()
        elif act is Act.SAVE_DRAFT_AGAIN:
            self._session.save_draft_again()
        elif act is Act.COPY_REQUEST:
            QGuiApplication.clipboard().setText(banner.request)
        elif act is Act.SHOW_ELSEWHERE:
            self.show_wanted.emit(self._session.decided_elsewhere)
        elif act is Act.END_CLUSTER_WORK:
            self._session.finish_cluster_work()
        elif act is Act.REVIEW:
            self.review_wanted.emit()
        elif act is Act.REMOVE_ELSEWHERE:
            gone = self._elsewhere()
            self._removed |= gone
            self._records.hide(gone)
            self._update_banners()
