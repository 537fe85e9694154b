"""The right panel: one record, several records, or what one can do here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from kmp_desktop.core.payload import Undecodable
from kmp_desktop.core.view import RecordDetails
from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.i18n import tr, trn
from kmp_desktop.qt.regions import first_focus
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.content_tab import ContentTab
from kmp_desktop.qt.views.headers_tab import HeadersTab
from kmp_desktop.qt.views.hint_banners import HintBanners, hints
from kmp_desktop.qt.views.keycap_label import KeycapLabel
from kmp_desktop.qt.views.related_tab import RelatedTab
from kmp_desktop.qt.views.selection_summary import SelectionSummaryView
from kmp_desktop.qt.views.why_card import WhyCard
from kmp_desktop.qt.views.wrapped_text import FittedArea
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.widgets.buttons import ActionButton
from kmp_desktop.qt.widgets.chip import ChipState, DecisionChip
from kmp_desktop.qt.widgets.empty import EmptyState
from kmp_desktop.qt.widgets.labels import ElidedLabel, label

if TYPE_CHECKING:
    from kmp_desktop.qt.queue_session import QueueSession

_SHORT_BELOW = 620  # pixels of the design: the why card shows label and message only
_TABS_AT_LEAST = 180


class Inspector(QFrame):
    """Signals.

    record_wanted(int): a related record.
    try_again_wanted: ask the format registry again.
    """

    record_wanted = Signal(object)
    try_again_wanted = Signal()

    def __init__(
        self,
        session: QueueSession,
        actions: Actions,
        chip_of: Callable[[int], ChipState],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setProperty("ground", "plain")
        self.setAccessibleName(tr("Inspector"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._chip_of = chip_of
        self._details: RecordDetails | None = None
        self._stack = QStackedWidget(self)
        self._help = _help_page(actions)
        self._record = self._make_record_page(session, actions)
        self.summary = SelectionSummaryView(self._stack)
        for page in (self._help, self._record, self.summary):
            self._stack.addWidget(page)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._stack)

    def _make_record_page(self, session: QueueSession, actions: Actions) -> QWidget:
        px = Theme.current().px
        page = QWidget(self._stack)
        box = QVBoxLayout(page)
        box.setContentsMargins(0, px(8), 0, 0)
        box.setSpacing(0)
        box.addLayout(self._make_header(actions))
        upper = QWidget(page)
        cards = QVBoxLayout(upper)
        cards.setContentsMargins(px(12), px(8), px(12), px(8))
        cards.setSpacing(px(8))
        self.why = WhyCard(session.queue.queue_topic, upper)
        self.hint_banners = HintBanners(upper)
        self.hint_banners.related_wanted.connect(self._on_related_wanted)
        cards.addWidget(self.why)
        cards.addWidget(self.hint_banners)
        box.addWidget(FittedArea(upper, "inspectorArea"))
        self.tabs = QTabWidget(page)
        self.tabs.setObjectName("inspectorTabs")
        self.tabs.setDocumentMode(True)
        self.tabs.setMinimumHeight(px(_TABS_AT_LEAST))
        self.content = ContentTab(has_registry=bool(session.profile.registry_url), parent=self.tabs)
        self.content.try_again_wanted.connect(self.try_again_wanted)
        self.related = RelatedTab(self._chip_of, self.tabs)
        self.related.record_wanted.connect(self.record_wanted)
        self.headers = HeadersTab(self.tabs)
        self.tabs.addTab(self.content, tr("Content"))
        self.tabs.addTab(self.related, tr("Related"))
        self.tabs.addTab(self.headers, tr("Headers"))
        self.tabs.tabBar().setObjectName("inspectorTabBar")
        box.addWidget(self.tabs, 1)
        return page

    def _make_header(self, actions: Actions) -> QVBoxLayout:
        px = Theme.current().px
        head = QVBoxLayout()
        head.setContentsMargins(px(16), 0, px(12), 0)
        head.setSpacing(0)
        line = QHBoxLayout()
        line.setSpacing(px(12))
        self._title = ElidedLabel("", "title")
        self._title.setObjectName("inspectorTitle")
        self._chip = DecisionChip()
        self._chip.setObjectName("inspectorChip")
        line.addWidget(self._title)
        line.addWidget(self._chip)
        line.addStretch(1)
        for action, name in (
            (actions.previous_record, "previousRecordButton"),
            (actions.next_record, "nextRecordButton"),
        ):
            button = ActionButton(action, "quiet", icon_only=True)
            button.setObjectName(name)
            line.addWidget(button)
        self._subtitle = ElidedLabel("", "small", "muted")
        self._subtitle.setObjectName("inspectorSubtitle")
        head.addLayout(line)
        head.addWidget(self._subtitle)
        return head

    # ---- what is shown

    @property
    def details(self) -> RecordDetails | None:
        """The record that is shown, if it is one."""
        return self._details if self._stack.currentWidget() is self._record else None

    def show_nothing(self) -> None:
        """No record is selected."""
        self._details = None  # its row may mean nothing any more
        self._stack.setCurrentWidget(self._help)

    def show_several(self) -> None:
        """Several records are selected; ``summary`` is filled by the page."""
        self._details = None
        self._stack.setCurrentWidget(self.summary)

    def show_record(self, details: RecordDetails, place: str) -> None:
        """One record; ``place`` says which of how many it is."""
        self._details = details
        unreadable = isinstance(details.payload, Undecodable)
        untitled = tr("Unreadable record") if unreadable else tr("Record")
        self._title.setText(one_line(details.title) or untitled)
        self._show_place(place)
        self.why.show_details(details)
        self.content.show_details(details)
        self.related.show_details(details)
        self.headers.show_details(details)
        others = sum(record.position != "this" for record in details.related)
        self.tabs.setTabText(1, tr("Related ({n})", n=others))
        self.tabs.setTabText(2, tr("Headers ({n})", n=len(details.headers)))
        self.chips_changed()
        self._stack.setCurrentWidget(self._record)

    def show_place(self, place: str) -> None:
        """The list around the record changed."""
        if self._details is not None:
            self._show_place(place)

    def chips_changed(self) -> None:
        """Decisions are different now."""
        if self._details is not None:
            chip = self._chip_of(self._details.row)
            self._chip.set_state(chip)
            self.hint_banners.show_hints(hints(self._details, chip))
            self.related.related.chips_changed()

    def set_search(self, words: Sequence[str]) -> None:
        """Show these words bold."""
        self.content.set_search(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low window the why card becomes short."""
        super().resizeEvent(event)
        self.why.set_short(self.height() < Theme.current().px(_SHORT_BELOW))

    @Slot()
    def show_content(self) -> None:
        """Alt+1."""
        self.tabs.setCurrentWidget(self.content)

    @Slot()
    def show_related(self) -> None:
        """Alt+2."""
        self.tabs.setCurrentWidget(self.related)

    @Slot()
    def show_headers(self) -> None:
        """Alt+3."""
        self.tabs.setCurrentWidget(self.headers)

    def focus_content(self) -> None:
        """The keys go to what is shown."""
        if self._stack.currentWidget() is self._record:
            target = first_focus(self.tabs.currentWidget()) or self.tabs.tabBar()
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def _on_related_wanted(self) -> None:
        self.show_related()
        self.related.focus_list()

    def _show_place(self, place: str) -> None:
        assert self._details is not None
        subtitle = one_line(self._details.subtitle, 200)
        if not subtitle and isinstance(self._details.payload, Undecodable):
            size = trn(len(self._details.raw_value or b""), "{n} byte", "{n} bytes")
            place = tr("{place} · {size}", place=place, size=size)
        elif subtitle:
            place = tr("{what} · {place}", what=subtitle, place=place[:1].lower() + place[1:])
        self._subtitle.setText(place)


def _help_page(actions: Actions) -> QWidget:
    """What to do when nothing is selected."""
    text = tr("Select a record to see why it failed and what it contains.")
    page = EmptyState("tray", tr("No record selected"), text, "inspectorHelp")
    keys = QWidget()
    grid = QGridLayout(keys)
    grid.setContentsMargins(0, Theme.current().px(16), 0, 0)
    grid.setHorizontalSpacing(Theme.current().px(12))
    grid.setVerticalSpacing(Theme.current().px(6))
    for row, (action, words) in enumerate(_help_lines(actions)):
        grid.addWidget(KeycapLabel(action), row, 0)
        grid.addWidget(label(words, tone="muted"), row, 1)
    page.box.insertWidget(page.box.count() - 1, keys, 0, Qt.AlignmentFlag.AlignHCenter)
    return page


def _help_lines(actions: Actions) -> tuple[tuple[QAction, str], ...]:
    return (
        (actions.merge, tr("Retry (merge)")),
        (actions.purge, tr("Discard (purge)")),
        (actions.skip, tr("Skip for now")),
        (actions.undo, tr("Undo")),
        (actions.find, tr("Search")),
        (actions.next_record, tr("Next record")),
        (actions.shortcuts, tr("All shortcuts")),
    )
