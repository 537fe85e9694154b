"""What surrounds the pages of a window: strip, menus, top bar, status bar, toast."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QMainWindow, QMenuBar, QVBoxLayout, QWidget

from kmp_desktop.core.profile import Environment
from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.screen_room import room_for
from kmp_desktop.qt.status_bar import StatusBar
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.top_bar import TopBar
from kmp_desktop.qt.widgets.badge import environment_token
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.toast import ToastStack
from kmp_desktop.qt.window_state import WindowState

_NARROW, _LOW = 1100, 640
_STRIP = 3
_USUAL, _LEAST = (1440, 900), (800, 520)


class WindowFrame:
    """Built into a window once; afterwards it shows what it is told."""

    def __init__(self, window: QMainWindow, actions: Actions) -> None:
        self._window = window
        self._strip = EnvironmentStrip()
        menus = QMenuBar()
        menus.setObjectName("menuBar")
        actions.fill(menus)
        above = QWidget()
        box = QVBoxLayout(above)
        spaced(box, 0, 0)
        box.addWidget(self._strip)
        box.addWidget(menus)
        window.setMenuWidget(above)
        self.top_bar = TopBar(actions)
        self.pages = ToastStack("pageStack")
        self.toast = self.pages.toast
        self.status_bar = StatusBar()
        centre = QWidget()
        box = QVBoxLayout(centre)
        spaced(box, 0, 0)
        box.addWidget(self.top_bar)
        box.addWidget(self.pages, 1)
        box.addWidget(self.status_bar)
        window.setCentralWidget(centre)
        self.show_nothing()

    def show_nothing(self) -> None:
        """Neither a queue nor a list of queues: the welcome page."""
        self._strip.show_environment(None)
        self.top_bar.hide()
        self.status_bar.show_no_queue()
        self.status_bar.show()

    def show_queues(self) -> None:
        """The list of queues."""
        self._strip.show_environment(None)
        self.top_bar.show_queues()
        self.top_bar.show()
        self.status_bar.show_no_queue()
        self.status_bar.show()

    def show_history(self) -> None:
        """What was committed from this computer."""
        self._strip.show_environment(None)
        self.top_bar.show_history()
        self.top_bar.show()
        self.status_bar.show_no_queue()
        self.status_bar.show()

    def show_queue(self, session: QueueSession, *, records: bool) -> None:
        """An open queue; ``records``: the page with its records, the others have a foot of their own."""
        environment = session.profile.environment
        self._strip.show_environment(environment)
        self.top_bar.show_queue(session.profile, session.queue, session.state, records=records)
        self.top_bar.show()
        self.status_bar.show_queue(environment, session.state, session.book.counts(), session.last_result)
        self.status_bar.setVisible(records)
        self.fit()

    def take_size(self, remembered: WindowState) -> None:
        """Give the window the size it had last time, or the usual one as far as the screen has room."""
        px, window = Theme.current().px, self._window
        window.setMinimumSize(px(_LEAST[0]), px(_LEAST[1]))
        if not remembered.restore_window(window):
            room = room_for(window)
            window.resize(min(px(_USUAL[0]), room.width()), min(px(_USUAL[1]), room.height()))

    def fit(self) -> None:
        """Leave out what a small window has no room for."""
        px = Theme.current().px
        compact = self._window.width() < px(_NARROW) or self._window.height() < px(_LOW)
        self.status_bar.set_compact(compact)
        self.top_bar.set_compact(compact)


class EnvironmentStrip(QFrame):
    """The colour of the system one works in, over the whole width of the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("environmentStrip")
        self.setFixedHeight(_STRIP)
        self._environment = Environment.TEST

    def show_environment(self, environment: Environment | None) -> None:
        """Show a system's colour; None: there is none."""
        if environment is not None:
            self._environment = environment
            self.update()
        self.setVisible(environment is not None)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), Theme.current().color(environment_token(self._environment)))
        painter.end()
