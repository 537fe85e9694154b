"""The take-over page: what counts as done is asked before anybody decides."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.queue_state import TakeOver
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.practice.broker import PracticeBroker
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.views.take_over_page import TakeOverPage, needs_take_over
from tests.qt.pages import (
    Heard,
    committed,
    everything_said,
    find,
    has,
    key,
    press,
    read,
    session_of,
    shown,
    words,
)
from tests.qt.practice_world import QUEUE, PracticeWorld, closed

pytestmark = pytest.mark.usefixtures("dressed", "sessions_end")


def _foreign(qtbot: QtBot, world: PracticeWorld) -> tuple[TakeOverPage, QueueSession]:
    world.fill_with_shop()
    world.broker.put_offset(QUEUE.group, 0, 12)
    session = session_of(world)
    page = TakeOverPage(session)
    read(qtbot, session)
    shown(qtbot, page)
    return page, session


def test_a_queue_without_history_asks_nothing(qtbot: QtBot, practice: PracticeWorld) -> None:
    practice.fill_with_shop()
    session = session_of(practice)
    read(qtbot, session)

    assert not needs_take_over(session.state.summary)


def test_a_foreign_position_is_asked_about(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session = _foreign(qtbot, practice)

    assert needs_take_over(session.state.summary)
    assert "takeOverPage" == page.objectName()
    for name in ("takeOverBefore", "takeOverStart", "takeOverLookOnly", "takeOverConfirm"):
        assert find(page, QWidget, name)
    assert "Somebody worked on this queue with another program." == words(page, "takeOverTitle")
    assert "It had reached record 12. What counts as done?" in everything_said(page)
    assert "Take over" == words(page, "takeOverConfirm")


def test_everything_before_it_is_the_answer_that_is_offered_first(
    qtbot: QtBot, practice: PracticeWorld
) -> None:
    page, _ = _foreign(qtbot, practice)
    answers = Heard(page.take_over.connect)

    press(page, "takeOverConfirm")
    press(page, "takeOverStart")
    press(page, "takeOverConfirm")

    assert [TakeOver.OFFSET, TakeOver.START] == answers.values


def test_looking_only_is_what_esc_does(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _ = _foreign(qtbot, practice)
    looks = Heard(page.look_only.connect)

    key(page, Qt.Key.Key_Escape)
    press(page, "takeOverLookOnly")

    assert 2 == len(looks.values)


def test_taken_over_the_records_can_be_decided(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session = _foreign(qtbot, practice)
    page.take_over.connect(session.start)
    undecided = session.record_id(0)
    assert not session.may_decide(undecided)

    press(page, "takeOverStart")
    press(page, "takeOverConfirm")
    qtbot.waitUntil(lambda: session.state.phase is SessionPhase.READY and session.may_decide(undecided))

    assert not needs_take_over(session.state.summary)


def test_after_one_commit_nothing_is_asked_about_any_partition_again(
    qtbot: QtBot, practice: PracticeWorld
) -> None:
    practice.broker = PracticeBroker(partitions=3)
    ids = practice.fill_with_shop()
    for partition in range(3):
        practice.broker.put_offset(QUEUE.group, partition, 1)
    before = session_of(practice)
    read(qtbot, before)
    before.start(TakeOver.OFFSET)
    qtbot.waitUntil(lambda: before.state.phase is SessionPhase.READY and before.may_decide(ids[-1]))
    before.stage([ids[-1]], Decision.PURGE)
    committed(qtbot, before)
    closed(qtbot, before)

    session = session_of(practice)
    read(qtbot, session)

    assert not needs_take_over(session.state.summary)


def test_what_the_server_forgot_is_told_and_can_be_gone_on_with(
    qtbot: QtBot, practice: PracticeWorld
) -> None:
    ids = practice.fill_with_shop()
    before = session_of(practice)
    read(qtbot, before)
    before.stage(ids[:20], Decision.PURGE)
    committed(qtbot, before)
    with qtbot.waitSignal(before.closed):
        before.close()
    practice.broker.forget_offsets(QUEUE.group)
    session = session_of(practice)
    page = TakeOverPage(session)
    read(qtbot, session)
    shown(qtbot, page)
    answers = Heard(page.take_over.connect)

    assert "The server has forgotten what was decided here." == words(page, "takeOverTitle")
    assert not has(page, "takeOverBefore")
    assert "Look only" == words(page, "takeOverLookOnly")
    assert "Continue with what is known" == words(page, "takeOverConfirm")
    press(page, "takeOverConfirm")
    assert [TakeOver.START] == answers.values
