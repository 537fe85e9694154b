"""All queues of all connections: how much waits, what is half done, and the way in."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.profile import ConnectionProfile
from kmp_desktop.qt.dialogs.verbs import Verb, verb_words
from kmp_desktop.qt.i18n import say, tr
from kmp_desktop.qt.queue_overview import QueueKey, QueueOverview
from kmp_desktop.qt.tab_order import tab_after
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.connection_card import ConnectionCard
from kmp_desktop.qt.widgets.banner import Banner
from kmp_desktop.qt.widgets.buttons import Button, LinkButton
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.labels import label

_MINUTE_MS = 60_000
_NARROW = 960


class QueuesPage(QScrollArea):
    """One card a connection, one row a queue.

    Signals:
        open_wanted(QueueKey): open a queue (or show it where it is open).
        edit_wanted(str): edit the connection with this id.
        open_profile_wanted(), new_connection_wanted(), reload_wanted()
        search_wanted(): put the focus into the search field of the top bar.
    """

    open_wanted = Signal(object)
    edit_wanted = Signal(str)
    open_profile_wanted = Signal()
    new_connection_wanted = Signal()
    reload_wanted = Signal()
    search_wanted = Signal()

    def __init__(self, overview: QueueOverview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("queuesPage")
        self.setWidgetResizable(True)
        self._overview = overview
        self._cards: list[ConnectionCard] = []
        self._search = ""
        self._banner: Banner | None = None
        px = Theme.current().px
        inside = QWidget()
        inside.setObjectName("scrollContents")
        self._box = QVBoxLayout(inside)
        self._box.setContentsMargins(px(40), px(24), px(40), px(24))
        self._box.setSpacing(px(24))
        self._nothing = label(tone="muted", name="noQueueFound", wrap=True)
        self._nothing.hide()
        self._box.addWidget(self._nothing)
        self._foot = self._make_foot()
        self._box.addWidget(self._foot)
        self._box.addStretch(1)
        self.setWidget(inside)
        self._clock = QTimer(self)  # "4 min ago" grows older while one looks at it
        self._clock.setInterval(_MINUTE_MS)
        self._clock.timeout.connect(self._on_minute)
        for keys in ("/", "Ctrl+F"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.search_wanted)
        overview.profiles_changed.connect(self._on_profiles_changed)
        overview.profiles_failed.connect(self._on_profiles_failed)
        overview.line_changed.connect(self._on_line_changed)
        Theme.current().changed.connect(self._make_cards)  # their columns are as wide as words are
        self._on_profiles_changed()

    @Slot(str)
    def search(self, text: str) -> None:
        """Show only queues that have all words in name, description, topics or connection."""
        self._search = text
        words = text.casefold().split()
        found = [card.search(words) for card in self._cards]
        self._nothing.setText(tr("No queue matches “{text}”.", text=text))
        self._nothing.setVisible(bool(self._cards) and not any(found))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow a new size."""
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """It is shown."""
        self._on_minute()
        self._clock.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """It is hidden."""
        self._clock.stop()
        super().hideEvent(event)

    def _make_foot(self) -> QWidget:
        foot = QWidget()
        row = QHBoxLayout(foot)
        spaced(row, 0, 12)
        new = Button(tr("New connection …"), "newConnectionButton", "plain", "plus")
        new.clicked.connect(self.new_connection_wanted)
        opening = Button(tr("Open profile file …"), "openProfileButton", "quiet")
        opening.clicked.connect(self.open_profile_wanted)
        row.addWidget(new)
        row.addWidget(opening)
        row.addStretch(1)
        return foot

    @Slot()
    def _on_profiles_changed(self) -> None:
        self._drop_banner()
        if [card.profile for card in self._cards] != list(self._overview.profiles):
            self._make_cards()

    @Slot()
    def _make_cards(self) -> None:
        for card in self._cards:
            self._box.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = [self._card(profile) for profile in self._overview.profiles]
        for nth, card in enumerate(self._cards):
            self._box.insertWidget(nth, card)
        for before, part in pairwise((*self._cards, self._foot)):
            tab_after(before, part)
        self.search(self._search)
        self._fit()

    def _fit(self) -> None:
        narrow = self.width() < Theme.current().px(_NARROW)
        for card in self._cards:
            card.set_narrow(narrow)

    def _card(self, profile: ConnectionProfile) -> ConnectionCard:
        card = ConnectionCard(profile, self._overview)
        card.open_wanted.connect(self.open_wanted)
        card.edit_wanted.connect(self.edit_wanted)
        return card

    @Slot(object)
    def _on_profiles_failed(self, error: UserFacingError) -> None:
        self._drop_banner()
        again = LinkButton(verb_words(Verb.TRY_AGAIN), "reloadProfilesButton")
        again.clicked.connect(self.reload_wanted)
        more = [error.more, error.unchanged, error.advice]
        text = " ".join(say(part) for part in more if part is not None)
        self._banner = Banner("error", say(error.happened), text, [again])
        self._banner.setObjectName("profilesBanner")
        self._box.insertWidget(0, self._banner)

    def _drop_banner(self) -> None:
        if self._banner is not None:
            self._box.removeWidget(self._banner)
            self._banner.hide()
            self._banner.deleteLater()
            self._banner = None

    @Slot(object)
    def _on_line_changed(self, key: QueueKey) -> None:
        for card in self._cards:
            if card.profile.id == key.profile_id:
                card.show_line(key)

    @Slot()
    def _on_minute(self) -> None:
        for card in self._cards:
            card.show_all()
