"""The triage page on a practice queue, with the hands and eyes of a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QListView, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.core.decision import Counts
from kmp_desktop.core.profile import Queue
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.models.failure_groups import KEY_ROLE
from kmp_desktop.qt.models.record_table import Column
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.views.triage_page import TriagePage
from kmp_desktop.qt.widgets.toast import ToastMessage
from tests.qt.pages import show_what_is_new
from tests.qt.practice_world import NEVER_BY_ITSELF, PROFILE, QUEUE, PracticeWorld

W = TypeVar("W", bound=QWidget)
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
KEY = Qt.Key


class Desk:
    """One open queue. ``toasts`` and ``left`` are what the page told its window."""

    def __init__(
        self,
        world: PracticeWorld,
        qtbot: QtBot,
        queue: Queue = QUEUE,
        size: tuple[int, int] = (1440, 820),
        registry_url: str = "",
    ) -> None:
        self.world = world
        self.qtbot = qtbot
        profile = replace(PROFILE, queues=(queue,), registry_url=registry_url)
        self.session = QueueSession(world.services(), profile, queue, pace=NEVER_BY_ITSELF)
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.actions = Actions(self.window)
        self.page = TriagePage(self.session, self.actions)
        self.toasts: list[ToastMessage] = []
        self.left: list[str] = []
        self.page.toast_wanted.connect(self.toasts.append)
        self.page.review_wanted.connect(lambda: self.left.append("review"))
        self.page.back_wanted.connect(lambda: self.left.append("back"))
        self.window.setCentralWidget(self.page)
        self.window.resize(*size)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is self.window)

    def read(self) -> Desk:
        """Start, and wait until everything is read and shown."""
        self.session.start()
        self.ready()
        return self

    def ready(self) -> None:
        """Wait until the queue is read and its rows are in the table."""
        self.until(lambda: self.session.state.phase is SessionPhase.READY)
        self.until(self.settled)
        self.until(lambda: self.page.groups.up_to_date)

    def settled(self) -> bool:
        """Whether the list of the last query is shown, and its rows are known."""
        last, query = self.page.records.last, self.page.records.query
        if last is None or last.query.serial != query.serial or not last.complete:
            return False
        model = self.page.model
        in_sight = range(min(15, model.rowCount()))
        return all(model.index(position, Column.WHY).data() is not None for position in in_sight)

    def until(self, fact: Callable[[], object]) -> None:
        """Wait for a fact."""
        self.qtbot.waitUntil(lambda: bool(fact()), timeout=60_000)

    # ---- hands

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE, on: QWidget | None = None) -> None:
        """Press a key where the focus is, or somewhere else."""
        target = on or QApplication.focusWidget() or self.page.table
        QTest.keyClick(target, key, modifiers)

    def write(self, text: str) -> None:
        """Type into what has the focus."""
        target = QApplication.focusWidget()
        assert target is not None
        QTest.keyClicks(target, text)

    def select(self, first: int, *, to: int | None = None) -> None:
        """Click a row; with ``to``: and another one with Shift."""
        self._click(first, NONE)
        if to is not None:
            self._click(to, SHIFT)

    def click(self, name: str) -> None:
        """Press a button."""
        button = self.find(QAbstractButton, name)
        self.until(button.isVisible)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def choose_group(self, label: str) -> None:
        """Click a failure group and wait for its records."""
        self._click_line(self.page.panel.list, self.group_index(label))
        self.until(self.settled)

    def choose_look_first(self, label: str) -> None:
        """Click a quick filter and wait for its records."""
        view = self.page.panel.look_list
        model = view.model()
        found = [model.index(row, 0) for row in range(model.rowCount())]
        self._click_line(view, next(index for index in found if index.data() == label))
        self.until(self.settled)

    def search(self, words: str) -> None:
        """Search by keys and wait for the answer."""
        self.press(KEY.Key_Slash)
        self.find(QWidget, "searchField")
        self.page.search.clear()
        self.write(words)
        self.until(lambda: self.page.records.query.search == words and self.settled())

    # ---- eyes

    def find(self, kind: type[W], name: str) -> W:
        """A widget by its object name."""
        found = self.window.findChild(kind, name)
        assert isinstance(found, kind), name
        return found

    def find_all(self, kind: type[W], inside: str) -> list[W]:
        """All widgets of a kind inside a named one."""
        return self.find(QWidget, inside).findChildren(kind)

    def sees(self, name: str) -> bool:
        """Whether a widget can be seen."""
        show_what_is_new(self.window)
        return any(each.isVisible() for each in self.window.findChildren(QWidget, name))

    def words(self, name: str) -> str:
        """The text of a label."""
        return self.find(QLabel, name).text()

    def action(self, name: str) -> QAction:
        """An action."""
        found = self.window.findChild(QAction, name)
        assert isinstance(found, QAction), name
        return found

    def column(self, column: Column) -> list[str]:
        """What one column shows, row by row."""
        model = self.page.model
        return [str(model.index(position, column).data() or "") for position in range(model.rowCount())]

    def decisions(self) -> list[str]:
        """The words on the chips."""
        return self.column(Column.DECISION)

    @property
    def counts(self) -> Counts:
        """What is staged."""
        return self.session.book.counts()

    def current(self) -> int:
        """Where the current row is."""
        return self.page.table.current_position()

    def selected(self) -> list[int]:
        """Positions of the selected rows of the table."""
        return [position for each in self.page.table.selected_ranges() for position in each]

    def groups(self) -> list[str]:
        """The groups with their counts."""
        groups = self.page.panel.groups.groups
        return [f"{group.label} {group.count}" for group in groups]

    def group_index(self, label: str) -> QModelIndex:
        """The line of a group."""
        model = self.page.panel.groups
        found = [model.index(row) for row in range(model.rowCount())]
        return next(index for index in found if index.data() == label)

    def group_shown(self) -> str:
        """The key of the chosen group."""
        return str(self.page.panel.list.currentIndex().data(KEY_ROLE))

    def _click(self, position: int, modifiers: Qt.KeyboardModifier) -> None:
        table = self.page.table
        index = self.page.model.index(position, Column.WHY)
        table.scrollTo(index)
        place: QPoint = table.visualRect(index).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifiers, place)

    def _click_line(self, view: QListView, index: QModelIndex) -> None:
        view.scrollTo(index)
        place: QPoint = view.visualRect(index).center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, NONE, place)
