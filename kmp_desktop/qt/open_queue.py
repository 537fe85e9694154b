"""The one queue that is open in a window, and those that are being closed."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QSplitter, QStackedWidget

from kmp_desktop.core.profile import Secrets
from kmp_desktop.core.session import SessionPhase, SessionState
from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.queue_overview import QueueKey, QueueOverview
from kmp_desktop.qt.queue_pages import QueuePages
from kmp_desktop.qt.queue_session import Pace, QueueSession
from kmp_desktop.qt.services import Services
from kmp_desktop.qt.views.column_choice import read_choice
from kmp_desktop.qt.window_state import WindowState

_UNTOLD = frozenset({SessionPhase.CHECKING, SessionPhase.LOCKED})


class OpenQueue(QObject):
    """Opens a queue as soon as it is known and its last session has ended; GUI thread.

    ``today``: passwords by profile id that are used instead of those in the password store.

    Signals:
        opened(QueuePages): a session has begun; its pages are in the stack.
        changed(): state, decisions or page of the open queue are other ones.
        ended(): a session has given everything back.
    """

    opened = Signal(object)
    changed = Signal()
    ended = Signal()

    def __init__(
        self,
        services: Services,
        overview: QueueOverview,
        today: Mapping[str, Secrets],
        actions: Actions,
        prompts: Prompts,
        stack: QStackedWidget,
        remembered: WindowState,
        pace: Pace | None,
    ) -> None:
        super().__init__(stack)
        self._services, self._overview, self._today = services, overview, today
        self._actions, self._prompts, self._stack = actions, prompts, stack
        self._remembered, self._pace = remembered, pace
        self._wanted: QueueKey | None = None
        self._leaving: set[QueueSession] = set()
        self.pages: QueuePages | None = None

    @property
    def session(self) -> QueueSession | None:
        """The open queue's session."""
        return self.pages.session if self.pages is not None else None

    @property
    def key(self) -> QueueKey | None:
        """Which queue is open."""
        return _key(self.pages.session) if self.pages is not None else None

    @property
    def wanted(self) -> QueueKey | None:
        """Which queue is to be opened but is not yet."""
        return self._wanted

    @property
    def still_ending(self) -> bool:
        """Whether a session has not given everything back yet."""
        return bool(self._leaving)

    def open(self, key: QueueKey) -> None:
        """Open a queue; the one that is open is closed. One that is open already is looked at again."""
        if self.pages is not None and self.key == key:
            self.pages.come_back()
        else:
            self.close()
            self._wanted = key
            self.open_wanted()

    def reopen(self) -> None:
        """Begin again with the open queue, e.g. because its connection was changed."""
        key = self.key
        if key is not None:
            self.close()
            self._wanted = key
            self.open_wanted()

    @Slot()
    def open_wanted(self) -> None:
        """Open what is wanted, unless it is not known yet or its last session still ends."""
        key = self._wanted
        if key is None or any(_key(each) == key for each in self._leaving):
            return
        found = self._overview.find(key)
        if found is None:
            return
        self._wanted = None
        profile, queue = found
        secrets = self._today.get(profile.id)
        session = QueueSession(self._services, profile, queue, secrets=secrets, pace=self._pace)
        session.closed.connect(self._on_session_closed)
        self.pages = QueuePages(session, self._actions, self._prompts, self._stack)
        self.pages.page_changed.connect(self.changed)
        # After the pages: what they allow while they are hidden is taken back by the window.
        session.state_changed.connect(self._on_state)
        session.decisions_changed.connect(self._on_decisions)
        for splitter in self.pages.triage.findChildren(QSplitter):
            self._remembered.restore_splitter(splitter)
        self.pages.triage.table.columns.choose(read_choice(self._remembered.columns()))
        self.opened.emit(self.pages)
        session.start()

    def give_up_waiting(self) -> None:
        """Open nothing that is not open yet."""
        self._wanted = None

    def close(self) -> None:
        """Let go of the open queue; its session ends by itself, a commit that runs is waited for."""
        pages, self.pages = self.pages, None
        self._wanted = None
        if pages is None:
            return
        for splitter in pages.triage.findChildren(QSplitter):
            self._remembered.save_splitter(splitter)
        self._remembered.save_columns(pages.triage.table.columns.choice.written())
        session = pages.session
        self._overview.set_open(_key(session), None)
        session.state_changed.disconnect(self._on_state)
        session.decisions_changed.disconnect(self._on_decisions)
        self._leaving.add(session)
        pages.dispose()
        session.close()

    @Slot(object)
    def _on_state(self, state: SessionState) -> None:
        key = self.key
        if key is None:
            return
        self._overview.set_checking(key, state.phase in _UNTOLD)
        summary = state.summary
        if state.phase is SessionPhase.READY and summary is not None and summary.complete:
            self._overview.read(key, summary.undecided, summary.read_at)
        self.changed.emit()

    @Slot(object)
    def _on_decisions(self, _change: object) -> None:
        pages = self.pages
        if pages is not None:
            self._overview.set_open(_key(pages.session), pages.session.book.counts())
            self.changed.emit()

    @Slot()
    def _on_session_closed(self) -> None:
        self._leaving = {each for each in self._leaving if each is not self.sender()}
        self.open_wanted()
        self.ended.emit()


def _key(session: QueueSession) -> QueueKey:
    return QueueKey(session.profile.id, session.queue.id)
