"""What stands in the middle of the triage page: the table, or why there is none."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from kmp_desktop.core.session import SessionPhase, SessionState
from kmp_desktop.qt import when
from kmp_desktop.qt.i18n import say, tr
from kmp_desktop.qt.visible_text import one_line
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.empty import EmptyState

_WAITED_MS = 400  # before anything is said while connecting


class TablePlace(QStackedWidget):
    """Signals.

    read_wanted: check again, or try again.
    clear_search_wanted, search_everywhere_wanted, show_all_wanted: there was nothing found.
    """

    read_wanted = Signal()
    clear_search_wanted = Signal()
    search_everywhere_wanted = Signal()
    show_all_wanted = Signal()

    def __init__(self, table: QWidget, connection: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tablePlace")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # until there is a table
        self._connection = one_line(connection)
        self._table = table
        self._blank = QWidget(self)
        self._waiting = EmptyState("hourglass-medium", "", name="connectingState", parent=self)
        self._empty = EmptyState("tray", tr("Nothing is waiting"), name="emptyState", parent=self)
        self._failed = EmptyState("x-circle", "", name="failedState", parent=self)
        self._nothing = EmptyState("magnifying-glass", "", name="nothingFoundState", parent=self)
        self._add_button(self._empty, tr("Check again"), "checkAgainButton", self.read_wanted)
        self._add_button(self._failed, tr("Try again"), "tryReadingAgainButton", self.read_wanted)
        self._clear = self._add_button(
            self._nothing, tr("Clear search"), "clearSearchLink", self.clear_search_wanted
        )
        self._everywhere = self._add_button(
            self._nothing, tr("Search in all groups"), "searchEverywhereButton", self.search_everywhere_wanted
        )
        self._all = self._add_button(
            self._nothing, tr("Show all records"), "showAllButton", self.show_all_wanted
        )
        for page in (table, self._blank, self._waiting, self._empty, self._failed, self._nothing):
            self.addWidget(page)
        self._later = QTimer(self, singleShot=True, interval=_WAITED_MS)
        self._later.timeout.connect(self._on_waited)
        self.setCurrentWidget(self._blank)

    def show_table(self) -> None:
        """There are records."""
        self._later.stop()
        waited = self.hasFocus()
        self.setCurrentWidget(self._table)
        if waited:
            self._table.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_nothing_found(self, search: str, *, in_group: bool, filtered: bool) -> None:
        """No record matches."""
        self._later.stop()
        if search:
            title = tr("No record matches “{search}”", search=one_line(search, 100))
        else:
            title = tr("No record is like this")
        self._nothing.set_text(title)
        self._clear.setVisible(bool(search))
        self._everywhere.setVisible(bool(search) and in_group)
        self._all.setVisible(not search and (in_group or filtered))
        self.setCurrentWidget(self._nothing)

    def show_state(self, state: SessionState) -> None:
        """No record is there at all: say why."""
        if state.phase is SessionPhase.FAILED and state.error is not None:
            self._later.stop()
            more = [say(each) for each in (state.error.more, state.error.unchanged) if each is not None]
            self._failed.set_text(say(state.error.happened), " ".join(more))
            self.setCurrentWidget(self._failed)
        elif state.phase is SessionPhase.READY and state.summary is not None:
            self._later.stop()
            time = when.moment(state.summary.read_at, when.now_ms())
            text = tr("This queue has no failed messages. Last checked {time}.", time=_lower(time))
            self._empty.set_text(tr("Nothing is waiting"), text)
            self.setCurrentWidget(self._empty)
        elif state.phase is SessionPhase.READING:
            self.show_table()
        else:
            self._wait(state.phase)

    def _wait(self, phase: SessionPhase) -> None:
        words = tr("Connecting to {connection} …", connection=self._connection)
        if phase in (SessionPhase.CHECKING, SessionPhase.LOCKED):
            words = tr("Checking the last commit …")
        self._waiting.set_text(words)
        if self.currentWidget() is not self._waiting and not self._later.isActive():
            self.setCurrentWidget(self._blank)
            self._later.start()

    @Slot()
    def _on_waited(self) -> None:
        self.setCurrentWidget(self._waiting)

    @staticmethod
    def _add_button(page: EmptyState, words: str, name: str, signal: object) -> Button:
        button = Button(words, name)
        button.clicked.connect(signal)
        page.add_button(button)
        return button


def _lower(moment: str) -> str:
    """For the middle of a sentence: "today, 14:32"."""
    return moment[:1].lower() + moment[1:]
