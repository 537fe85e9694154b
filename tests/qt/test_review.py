"""The review page on a practice queue, driven by keys and mouse."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QTreeView, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.profile import Environment
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.view import ReviewBy, ReviewReply, ReviewWanted
from kmp_desktop.practice.broker import AtCommit
from kmp_desktop.qt.models.review_tree import ReviewTreeModel
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.views.review_page import KEY_ACCEPTED_AFTER_MS, ReviewPage
from tests.qt.pages import (
    CTRL,
    ENTER,
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
from tests.qt.practice_world import NOW, PracticeWorld

pytestmark = pytest.mark.usefixtures("dressed", "sessions_end")
M, P, S = Decision.MERGE, Decision.PURGE, Decision.SKIP


def _page(
    qtbot: QtBot,
    world: PracticeWorld,
    decisions: dict[Decision, slice],
    environment: Environment = Environment.TEST,
    size: tuple[int, int] = (1440, 820),
) -> tuple[ReviewPage, QueueSession, list[RecordId]]:
    """A page over the shop queue, with these slices of its records staged and the checks done."""
    ids = world.fill_with_shop()
    session = session_of(world, environment)
    page = ReviewPage(session)
    read(qtbot, session)
    for decision, part in decisions.items():
        session.stage(ids[part], decision)
    shown(qtbot, page, size)
    _checked(qtbot, page)
    return page, session, ids


def _checked(qtbot: QtBot, page: ReviewPage) -> None:
    """Wait for the answer, and until it is on the screen."""
    card = find(page, QWidget, "checkList")

    def seen() -> bool:
        rows = [each for each in card.findChildren(QWidget) if each.objectName().startswith("check_")]
        return words(page, "checksDoneLabel").startswith("done") and any(each.isVisible() for each in rows)

    qtbot.waitUntil(seen)


def _armed(qtbot: QtBot, page: ReviewPage) -> None:
    qtbot.waitUntil(lambda: page.accepts_key)


def _tree(page: ReviewPage) -> QTreeView:
    return find(page, QTreeView, "reviewTree")


def _cells(tree: QTreeView, parent: QModelIndex | None = None) -> list[list[str]]:
    model, above = tree.model(), parent or QModelIndex()
    return [
        [str(model.index(row, column, above).data() or "") for column in range(5)]
        for row in range(model.rowCount(above))
    ]


STAGED = {M: slice(0, 10), P: slice(10, 15), S: slice(15, 18)}


def test_every_widget_of_the_page_has_its_name(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _page(qtbot, practice, STAGED)

    assert "reviewPage" == page.objectName()
    for name in (
        "reviewTitle",
        "retryCountCard",
        "discardCountCard",
        "skipCountCard",
        "reviewTree",
        "reviewModeButtons",
        "checkList",
        "checkAgainButton",
        "typedConfirmCard",
        "typedConfirmEdit",
        "backToTriageButton",
        "commitButton",
    ):
        assert find(page, QWidget, name)


def test_it_says_what_is_staged_and_where_it_goes(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _page(qtbot, practice, STAGED)

    said = everything_said(page)
    assert "Review your 18 decisions" == words(page, "reviewTitle")
    assert "When you commit, everything below is written together, or nothing is." in said
    assert "10 records go to “orders.events.retry”. Content and headers are passed on unchanged." in said
    assert "5 records are removed from “Order handling” (orders.events.dlq)." in said
    assert "removed for good" in said
    assert "Commit 15 decisions" == words(page, "commitButton")
    assert "3 skipped records are not touched." in words(page, "reviewFootLabel")


def test_the_lines_of_the_tree_add_up(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _page(qtbot, practice, STAGED)

    columns = list(zip(*_cells(_tree(page)), strict=True))

    numbers = [sum(int(cell) for cell in column if cell != "–") for column in columns[1:4]]
    assert [10, 5, 3] == numbers


def test_a_click_on_a_count_card_shows_only_those_records(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _page(qtbot, practice, STAGED)
    press(page, "reviewAllButton")
    _checked(qtbot, page)
    qtbot.waitUntil(lambda: _tree(page).model().rowCount() == 18)

    press(page, "discardCountCard")
    only = _tree(page).model().rowCount()
    press(page, "discardCountCard")

    assert 5 == only
    assert 18 == _tree(page).model().rowCount()


def test_the_tree_can_be_arranged_by_message(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _page(qtbot, practice, STAGED)

    press(page, "reviewByMessageButton")
    qtbot.waitUntil(lambda: _tree(page).model().headerData(0, Qt.Orientation.Horizontal) == "Message")

    assert {"OrderPlaced", "PaymentCaptured", "ShipmentRequested"} >= {row[0] for row in _cells(_tree(page))}


def test_lines_open_to_records_that_are_named_once_they_are_seen(
    qtbot: QtBot, practice: PracticeWorld
) -> None:
    page, _, _ = _page(qtbot, practice, {M: slice(0, 3)})
    tree = _tree(page)

    tree.expandAll()

    def named() -> bool:
        records = [
            row
            for line in range(tree.model().rowCount())
            for row in _cells(tree, tree.model().index(line, 0))
        ]
        return len(records) == 3 and all("4500318" in record[0] for record in records)

    qtbot.waitUntil(named)


def test_del_takes_the_record_out_and_everything_is_counted_anew(
    qtbot: QtBot, practice: PracticeWorld
) -> None:
    page, session, _ = _page(qtbot, practice, STAGED)
    tree = _tree(page)
    tree.expand(tree.model().index(0, 0))
    tree.setCurrentIndex(tree.model().index(0, 0, tree.model().index(0, 0)))
    tree.setFocus()

    key(page, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: words(page, "reviewTitle") == "Review your 17 decisions")

    assert 17 == session.book.total
    assert tree.isExpanded(tree.model().index(0, 0))
    session.undo()
    qtbot.waitUntil(lambda: words(page, "reviewTitle") == "Review your 18 decisions")


def test_del_on_a_line_takes_nothing_out(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, _ = _page(qtbot, practice, STAGED)
    tree = _tree(page)
    tree.setCurrentIndex(tree.model().index(0, 0))
    tree.setFocus()

    key(page, Qt.Key.Key_Delete)

    assert 18 == session.book.total


def test_a_check_leads_to_its_records_and_takes_them_out(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, ids = _page(qtbot, practice, {M: slice(59, 60)})  # the one that came back
    asked = Heard(page.show_records.connect)

    assert "1 retry came back before" in everything_said(page)
    press(page, "checkShowButton_0")
    press(page, "checkTakeOutButton_0")

    assert [frozenset({ids[59]})] == asked.values
    assert 0 == session.book.total


def test_a_time_that_would_not_be_kept_is_said_and_its_own_may_be_kept_all_the_same(
    qtbot: QtBot, practice: PracticeWorld
) -> None:
    old = practice.broker.write(b"OLD", b"{}", timestamp=NOW - 8 * 86_400_000)
    page, session, _ = _page(qtbot, practice, {M: slice(0, 1)})
    session.stage([old], M)
    _checked(qtbot, page)

    qtbot.waitUntil(lambda: "1 retry gets the time of the commit" in everything_said(page))
    assert "1 gets another time and one more header, as said in the checks." in everything_said(page)
    assert "fitting" == str(page.times)
    press(page, _times_button(page))
    qtbot.waitUntil(lambda: "1 retry keeps its own time, as you chose" in everything_said(page))
    assert "1 retry is older than the retry queue keeps (7 days)" in everything_said(page)
    assert "exact" == str(page.times)
    press(page, _times_button(page))
    qtbot.waitUntil(lambda: "1 retry gets the time of the commit" in everything_said(page))
    assert "fitting" == str(page.times)


def _times_button(page: ReviewPage) -> str:
    buttons = find(page, QWidget, "checkList").findChildren(QPushButton)
    return next(each.objectName() for each in buttons if each.objectName().startswith("checkTimesButton_"))


def test_checks_can_be_made_again_with_the_button_and_with_f5(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, _ = _page(qtbot, practice, STAGED)
    answers = Heard(session.replied.connect)

    press(page, "checkAgainButton")
    _checked(qtbot, page)
    key(page, Qt.Key.Key_F5)
    _checked(qtbot, page)

    assert 2 == sum(isinstance(each, ReviewReply) for each in answers.values)


def test_ctrl_enter_of_the_page_before_never_runs_through(qtbot: QtBot, practice: PracticeWorld) -> None:
    assert 600 == KEY_ACCEPTED_AFTER_MS
    page, _, _ = _page(qtbot, practice, STAGED)
    commits = Heard(page.commit_wanted.connect)
    page._key_timer.start(3_600_000)  # the moment after the page appeared lasts as long as the test needs

    for _ in range(3):
        key(page, ENTER, CTRL)
    too_early = list(commits.values)
    page._key_timer.start(0)
    _armed(qtbot, page)
    key(page, ENTER, CTRL)

    assert [] == too_early
    assert 1 == len(commits.values)


def test_the_page_counts_the_moment_anew_whenever_it_appears(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _page(qtbot, practice, STAGED)
    _armed(qtbot, page)

    page.hide()
    page.show()

    assert not page.accepts_key


def test_one_press_is_one_commit(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _page(qtbot, practice, STAGED)
    commits = Heard(page.commit_wanted.connect)
    _armed(qtbot, page)

    key(page, ENTER, CTRL)
    key(page, ENTER, CTRL)
    press(page, "commitButton")

    assert 1 == len(commits.values)


def test_a_held_key_does_not_commit(qtbot: QtBot, practice: PracticeWorld) -> None:
    """A key that is held down repeats; only a key that is pressed counts."""
    page, _, _ = _page(qtbot, practice, STAGED)
    commits = Heard(page.commit_wanted.connect)
    _armed(qtbot, page)

    QTest.simulateEvent(page, True, ENTER.value, CTRL, "\r", True)

    assert [] == commits.values


def test_while_a_commit_runs_the_page_does_not_say_that_nothing_was_sent(
    qtbot: QtBot, practice: PracticeWorld
) -> None:
    page, session, _ = _page(qtbot, practice, STAGED)
    assert words(page, "reviewText").startswith("Nothing has been sent yet.")

    with qtbot.waitSignal(session.commit_finished):
        session.commit()
        assert "The commit is running." == words(page, "reviewText")


def test_esc_goes_back_to_the_records(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _page(qtbot, practice, STAGED)
    back = Heard(page.back_wanted.connect)

    key(page, Qt.Key.Key_Escape)
    press(page, "backToTriageButton")

    assert 2 == len(back.values)


def test_many_discards_in_production_have_to_be_typed(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _page(qtbot, practice, {P: slice(0, 31)}, Environment.PRODUCTION)
    edit = find(page, QLineEdit, "typedConfirmEdit")
    commits = Heard(page.commit_wanted.connect)
    _armed(qtbot, page)

    assert has(page, "typedConfirmCard")
    assert "Type 31 to confirm" == words(page, "commitReasonLabel")
    key(page, ENTER, CTRL)
    edit.setFocus()
    QTest.keyClicks(edit, "30")
    assert "Type 31" == words(page, "typedConfirmAnswer")
    press(page, "commitButton")
    assert [] == commits.values

    edit.selectAll()
    QTest.keyClicks(edit, "31")

    assert "matches" == words(page, "typedConfirmAnswer")
    assert not has(page, "commitReasonLabel")
    key(page, ENTER, CTRL)
    assert 1 == len(commits.values)


def test_the_number_is_typed_anew_on_every_review(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _page(qtbot, practice, {P: slice(0, 31)}, Environment.PRODUCTION)
    edit = find(page, QLineEdit, "typedConfirmEdit")
    edit.setText("31")

    page.hide()
    page.show()

    assert "" == edit.text()


def test_taking_a_discard_out_makes_the_typed_number_wrong(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, ids = _page(qtbot, practice, {P: slice(0, 31)}, Environment.PRODUCTION)
    find(page, QLineEdit, "typedConfirmEdit").setText("31")

    session.stage(ids[:1], None)
    qtbot.waitUntil(lambda: words(page, "commitReasonLabel") == "Type 30 to confirm")

    assert not find(page, QWidget, "commitButton").isEnabled()


@pytest.mark.parametrize(("environment", "discards"), [(Environment.TEST, 31), (Environment.PRODUCTION, 9)])
def test_elsewhere_nothing_has_to_be_typed(
    qtbot: QtBot, practice: PracticeWorld, environment: Environment, discards: int
) -> None:
    page, _, _ = _page(qtbot, practice, {P: slice(0, discards)}, environment)

    assert not has(page, "typedConfirmCard")
    assert find(page, QWidget, "commitButton").isEnabled()


def test_only_skips_are_nothing_to_commit(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _page(qtbot, practice, {S: slice(0, 4)})

    assert "Only skipped records: there is nothing to commit" == words(page, "commitReasonLabel")
    assert not find(page, QWidget, "commitButton").isEnabled()


def test_without_connection_the_reason_is_told(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, _ = _page(qtbot, practice, STAGED)
    practice.broker.at_next_commit(AtCommit.NO_CONNECTION)

    committed(qtbot, session)

    assert "No connection" == words(page, "commitReasonLabel")


def test_a_decision_of_somebody_else_stops_the_commit_until_it_is_taken_out(
    qtbot: QtBot, practice: PracticeWorld
) -> None:
    page, session, ids = _page(qtbot, practice, STAGED)
    practice.decided_by_somebody_else({ids[0]: P})
    committed(qtbot, session)

    qtbot.waitUntil(lambda: "1 record was decided by someone else" in everything_said(page))
    _checked(qtbot, page)
    assert "Solve the stop above first" == words(page, "commitReasonLabel")
    press(page, "checkTakeOutButton_0")

    qtbot.waitUntil(lambda: find(page, QWidget, "commitButton").isEnabled())
    assert 17 == session.book.total


def test_a_small_window_has_the_checks_above_the_tree(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _page(qtbot, practice, STAGED, size=(960, 460))

    def top(name: str) -> int:
        widget = find(page, QWidget, name)
        return widget.mapTo(page, widget.rect().topLeft()).y()

    assert top("checkList") < top("reviewTree")
    assert 960 == page.width()


def test_the_model_keeps_the_rules_of_qt(
    qtbot: QtBot, practice: PracticeWorld, qtmodeltester: ModelTester
) -> None:
    ids = practice.fill_with_shop()
    session = session_of(practice)
    read(qtbot, session)
    session.stage(ids[:20], M)
    session.stage(ids[20:30], P)
    heard = Heard(session.replied.connect)
    answers: list[Any] = heard.values
    model = ReviewTreeModel(session.record_id, lambda row: session.book.get(session.record_id(row)))
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]

    for serial, arranged_by in enumerate((*ReviewBy, ReviewBy.REASON), 1):
        session.ask(ReviewWanted(arranged_by, serial))
        qtbot.waitUntil(
            lambda: any(isinstance(each, ReviewReply) and each.serial == serial for each in answers)  # noqa: B023
        )
        model.show_reply(next(each for each in answers[::-1] if isinstance(each, ReviewReply)))
        model.show_only(P)
        assert model.rowCount() > 0
        model.show_only(None)
    model.deleteLater()
