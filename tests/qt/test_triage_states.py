"""What the triage page shows while it connects and reads, and when something is not as usual."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from kmp_desktop.app.triage_banners import Act, StateBanner
from kmp_desktop.core.decision import Counts, Decision
from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.core.text import text
from kmp_desktop.practice.broker import READING, UnfinishedWork
from kmp_desktop.qt.models.failure_groups import SECOND_LINE_ROLE
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.load_panel import LoadPanel
from tests.qt.practice_world import QUEUE, PracticeWorld
from tests.qt.triage_desk import CTRL, KEY, Desk

Opens = Callable[[], Desk]


@pytest.fixture
def open_desk(dressed: Theme, practice: PracticeWorld, qtbot: QtBot, sessions_end: None) -> Iterator[Opens]:
    """Opens desks on one practice queue; they are closed at the end."""
    desks: list[Desk] = []

    def opened() -> Desk:
        desks.append(Desk(practice, qtbot))
        return desks[-1]

    yield opened
    for desk in desks:
        desk.session.close()
        qtbot.waitUntil(lambda desk=desk: desk.session.state.phase is SessionPhase.CLOSED)  # type: ignore[misc]


def banner_titles(desk: Desk) -> list[str]:
    return [str(banner.title) for banner in desk.page.banners.shown]


def test_an_empty_queue_says_so_and_can_be_checked_again(open_desk: Opens, practice: PracticeWorld) -> None:
    desk = open_desk()
    desk.session.start()
    desk.until(lambda: desk.sees("emptyState"))
    texts = [label.text() for label in desk.find_all(QLabel, "emptyState")]
    assert "Nothing is waiting" in texts
    assert any(text.startswith("This queue has no failed messages. Last checked ") for text in texts)

    practice.fill_with_walkthrough()
    desk.click("checkAgainButton")
    desk.until(lambda: desk.page.model.rowCount() == 3)
    assert not desk.sees("emptyState")


def test_reading_shows_how_far_it_is_and_rows_can_be_decided_meanwhile(
    open_desk: Opens, practice: PracticeWorld
) -> None:
    practice.batch = 20
    practice.fill_with_shop()
    hold = practice.broker.hold(READING)
    desk = open_desk()
    desk.session.start()
    desk.until(lambda: desk.sees("loadPanel") and desk.page.model.rowCount() > 0)
    assert "Reading the queue: 20 of 60 records" == desk.words("loadTitle")
    assert not desk.action("selectGroupAction").isEnabled()
    assert "when reading is complete" in desk.action("selectGroupAction").toolTip()
    desk.press(KEY.Key_Home, on=desk.page.table)
    desk.press(KEY.Key_M)
    assert Counts(merge=1) == desk.counts

    hold.release()
    desk.ready()
    assert (60, False, Counts(merge=1)) == (desk.page.model.rowCount(), desk.sees("loadPanel"), desk.counts)
    assert desk.action("selectGroupAction").isEnabled()


def test_reading_can_be_stopped_and_continued(open_desk: Opens, practice: PracticeWorld) -> None:
    practice.batch = 20
    practice.fill_with_shop()
    practice.broker.hold(READING)
    desk = open_desk()
    desk.session.start()
    desk.until(lambda: desk.sees("loadPanel"))
    desk.click("stopReadingButton")
    desk.until(lambda: desk.sees("banner_stopped"))
    assert ["You stopped after 20 of 60 records."] == banner_titles(desk)
    desk.click("continueReadingButton")
    desk.until(lambda: desk.page.model.rowCount() == 60)
    desk.ready()
    assert [] == banner_titles(desk)


def test_a_queue_that_cannot_be_reached_says_so_and_can_be_tried_again(
    open_desk: Opens, practice: PracticeWorld
) -> None:
    practice.fill_with_walkthrough()
    practice.broker.reachable = False
    desk = open_desk()
    desk.session.start()
    desk.until(lambda: desk.sees("failedState"))
    desk.until(lambda: desk.page.groups.up_to_date)
    assert [] == banner_titles(desk), "the page says it already"
    groups = desk.page.panel.groups
    assert [""] == [groups.index(row).data(SECOND_LINE_ROLE) for row in range(groups.rowCount())]
    assert 0 == desk.page.panel.look_first.rowCount()
    practice.broker.reachable = True
    desk.click("tryReadingAgainButton")
    desk.until(lambda: desk.page.model.rowCount() == 3)
    desk.ready()


def test_a_lost_connection_does_not_stop_deciding(open_desk: Opens, practice: PracticeWorld) -> None:
    practice.fill_with_shop()
    desk = open_desk().read()
    practice.broker.reachable = False
    desk.session.read_again()
    desk.until(lambda: desk.sees("banner_offline"))
    assert banner_titles(desk)[0].startswith("No connection since ")
    desk.press(KEY.Key_Home, on=desk.page.table)
    desk.press(KEY.Key_P)
    assert Counts(purge=1) == desk.counts
    practice.broker.reachable = True
    desk.click("tryNowButton")
    desk.until(lambda: not desk.sees("banner_offline"))


def test_without_the_right_to_write_one_can_look_but_not_decide(
    open_desk: Opens, practice: PracticeWorld
) -> None:
    practice.fill_with_shop()
    practice.broker.may_write = False
    desk = open_desk().read()
    assert "You can look at this queue, but not retry or discard." in banner_titles(desk)
    desk.press(KEY.Key_Home, on=desk.page.table)
    desk.press(KEY.Key_M)
    assert Counts() == desk.counts
    expected = "Your account may look at this queue but not write to it"
    assert expected in desk.action("mergeAction").toolTip()


def test_without_a_retry_topic_only_retry_is_impossible(
    dressed: Theme, practice: PracticeWorld, qtbot: QtBot, sessions_end: None
) -> None:
    practice.fill_with_shop()
    desk = Desk(practice, qtbot, replace(QUEUE, retry_topic="")).read()
    desk.press(KEY.Key_Home, on=desk.page.table)
    assert not desk.action("mergeAction").isEnabled()
    assert "There is no retry topic for this queue" in desk.action("mergeAction").toolTip()


def test_another_program_at_work_is_told(open_desk: Opens, practice: PracticeWorld) -> None:
    practice.fill_with_shop()
    practice.broker.group_active = True
    desk = open_desk().read()
    assert "Another program is working on this queue right now." in banner_titles(desk)


def test_a_commit_that_was_never_finished_is_ended_when_a_banner_is_told_so(
    open_desk: Opens, practice: PracticeWorld
) -> None:
    practice.fill_with_shop()
    desk = open_desk().read()
    practice.broker.unfinished = UnfinishedWork.OURS
    banner = StateBanner("cluster_unfinished", "warn", text("Not finished"))

    desk.page.banners.acted.emit((banner, Act.END_CLUSTER_WORK))

    desk.until(lambda: practice.broker.unfinished is UnfinishedWork.NOTHING)
    desk.until(lambda: desk.session.state.phase is SessionPhase.READY)


def test_decisions_come_back_after_closing(open_desk: Opens, practice: PracticeWorld) -> None:
    practice.fill_with_shop()
    desk = open_desk().read()
    desk.select(0, to=9)
    desk.press(KEY.Key_M)
    desk.session.close()
    desk.until(lambda: desk.session.state.phase is SessionPhase.CLOSED)

    again = open_desk().read()
    assert Counts(merge=10) == again.counts
    assert any(title.startswith("Your 10 decisions of ") for title in banner_titles(again))
    assert 10 == again.decisions().count("Retry")
    again.click("dismissButton")
    assert [] == banner_titles(again)


def test_all_decided_leads_to_the_review(open_desk: Opens, practice: PracticeWorld) -> None:
    practice.fill_with_shop()
    desk = open_desk().read()
    desk.press(KEY.Key_A, CTRL)
    desk.press(KEY.Key_P)
    assert ["All 60 records are decided."] == banner_titles(desk)
    desk.click("reviewButton")
    assert ["review"] == desk.left


def test_a_queue_set_up_anew_is_shown_from_its_beginning(open_desk: Opens, practice: PracticeWorld) -> None:
    practice.fill_with_shop()
    desk = open_desk().read()
    desk.select(3)
    practice.broker.set_up_anew()
    practice.fill_with_walkthrough()
    desk.session.read_again()
    desk.until(lambda: desk.page.model.rowCount() == 3)
    desk.ready()
    desk.press(KEY.Key_Home, on=desk.page.table)
    desk.until(lambda: desk.page.inspector.details is not None)
    details = desk.page.inspector.details
    assert details is not None
    assert "OrderCanceled" == details.title


def test_a_decision_of_somebody_else_is_a_hint_in_the_inspector(
    open_desk: Opens, practice: PracticeWorld
) -> None:
    practice.fill_with_shop()
    desk = open_desk().read()
    theirs = desk.session.record_id(desk.page.model.rows[0])
    practice.decided_by_somebody_else({theirs: Decision.MERGE})
    desk.session.read_again()
    desk.until(lambda: theirs in desk.session.decided_elsewhere)
    desk.ready()
    desk.select(0)
    desk.until(lambda: desk.page.inspector.details is not None)
    desk.until(
        lambda: (
            "Someone else decided this record" in [h.title for h in desk.page.inspector.hint_banners.shown]
        )
    )


# ---- the panel by itself


def test_reading_that_is_done_in_a_moment_shows_nothing(dressed: Theme, qtbot: QtBot) -> None:
    panel = LoadPanel()
    qtbot.addWidget(panel)
    panel.start()
    assert not panel.isVisible()
    panel.stop()
    assert not panel.isVisible()


def test_time_left_is_told_once_it_was_measured(dressed: Theme, qtbot: QtBot) -> None:
    panel = LoadPanel()
    qtbot.addWidget(panel)
    label = panel.findChild(QLabel, "loadTimeLeft")
    assert isinstance(label, QLabel)
    panel.start()
    panel.show_progress(ReadProgress(100, 100, 500), 1.0)
    assert "" == label.text()
    panel.show_progress(ReadProgress(100, 100, 500), 10.0)
    assert "about 40 seconds left" == label.text()
    panel.stop()


def test_an_unknown_end_is_not_invented(dressed: Theme, qtbot: QtBot) -> None:
    panel = LoadPanel()
    qtbot.addWidget(panel)
    panel.start()
    panel.show_progress(ReadProgress(520, 520, 0), 5.0)
    title = panel.findChild(QLabel, "loadTitle")
    assert isinstance(title, QLabel)
    assert "Reading the queue: 520 records so far" == title.text()
    panel.stop()
