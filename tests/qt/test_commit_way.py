"""From the records over the review to the result and back, by keys alone, through the real pages."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.practice.broker import AtCommit
from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.queue_pages import QueuePages
from kmp_desktop.qt.queue_session import QueueSession
from tests.qt.pages import CTRL, ENTER, find, has, key, read, session_of, shown, words
from tests.qt.practice_world import PracticeWorld

pytestmark = pytest.mark.usefixtures("dressed", "sessions_end")
M, P = Decision.MERGE, Decision.PURGE


class _Window:
    """The pages of one queue in a stack, as the main window has them."""

    def __init__(self, qtbot: QtBot, world: PracticeWorld) -> None:
        self.qtbot = qtbot
        self.ids: list[RecordId] = world.fill_with_shop()[8:50]  # each has its key for itself
        self.session: QueueSession = session_of(world)
        self.stack = QStackedWidget()
        self.pages = QueuePages(self.session, Actions(self.stack), Prompts(), self.stack)
        self.pages.page_changed.connect(self._on_page_changed)
        self._on_page_changed()
        shown(qtbot, self.stack, (1440, 900))
        read(qtbot, self.session)

    def _on_page_changed(self) -> None:
        self.stack.setCurrentWidget(self.pages.current)

    @property
    def page(self) -> QWidget:
        page = self.stack.currentWidget()
        assert page is not None
        return page

    def press(self, what: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.waitUntil(self.stack.isActiveWindow)
        key(self.page, what, modifier)

    def review_and_commit(self) -> None:
        """Ctrl+Enter twice, the second time once the review has been looked at."""
        self.pages.triage.review_wanted.emit()
        self.qtbot.waitUntil(lambda: self.pages.review.accepts_key)
        self.qtbot.waitUntil(find(self.page, QWidget, "commitButton").isEnabled)
        with self.qtbot.waitSignal(self.session.commit_finished):
            QTest.keyClick(self.page.focusWidget() or self.page, ENTER, CTRL)
        assert self.pages.result is self.page


@pytest.fixture
def window(qtbot: QtBot, practice: PracticeWorld) -> _Window:
    return _Window(qtbot, practice)


def test_pages_are_made_one_after_another_the_window_answering_in_between(
    qtbot: QtBot, practice: PracticeWorld
) -> None:
    stack = QStackedWidget()
    qtbot.addWidget(stack)

    pages = QueuePages(session_of(practice), Actions(stack), Prompts(), stack)

    assert [pages.triage] == pages.pages
    qtbot.waitUntil(lambda: len(pages.pages) == 4)
    assert [pages.triage, pages.review, pages.result, pages.take_over] == pages.pages
    pages.session.close()


def test_committed_and_on_to_the_records_that_are_left(window: _Window) -> None:
    window.session.stage(window.ids[:3], M)
    window.session.stage(window.ids[3:7], P)

    window.review_and_commit()
    title = words(window.page, "resultTitle")
    window.press(ENTER, CTRL)

    assert "Done. All 7 decisions were committed." == title
    assert not has(window.stack, "commitProgressDialog")
    assert window.pages.triage is window.page


def test_a_conflict_is_left_and_the_rest_committed(window: _Window, practice: PracticeWorld) -> None:
    window.session.stage(window.ids[:12], M)
    practice.decided_by_somebody_else({window.ids[1]: P})

    window.review_and_commit()
    window.press(ENTER, CTRL)
    window.qtbot.waitUntil(lambda: words(window.page, "commitButton") == "Commit 11 decisions")
    window.review_and_commit()

    assert "Done. All 11 decisions were committed." == words(window.page, "resultTitle")


def test_an_unknown_outcome_turns_where_it_stands(window: _Window, practice: PracticeWorld) -> None:
    practice.broker.at_next_commit(AtCommit.UNKNOWN_THEN_NOT)
    window.session.stage(window.ids[:3], M)

    window.review_and_commit()
    window.press(Qt.Key.Key_F5)
    window.qtbot.waitUntil(lambda: words(window.page, "resultTitle").startswith("We know now"))
    window.qtbot.waitUntil(lambda: window.session.state.phase is SessionPhase.READY)

    assert window.pages.result is window.page
    assert 3 == window.session.book.total


def test_tried_again_from_the_result_page_itself(window: _Window, practice: PracticeWorld) -> None:
    practice.broker.at_next_commit(AtCommit.REFUSE)
    window.session.stage(window.ids[:3], M)

    window.review_and_commit()
    refused = words(window.page, "resultTitle")
    with window.qtbot.waitSignal(window.session.commit_finished):
        window.press(Qt.Key.Key_F5)

    assert "Nothing was committed." == refused
    assert "Done. All 3 decisions were committed." == words(window.page, "resultTitle")
