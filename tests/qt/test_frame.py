"""The window around the pages: what it is made of, and the way from page to page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QMenu, QMenuBar, QTableView, QWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.core.queue_state import TakeOver
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.practice.broker import AtCommit
from kmp_desktop.qt.models.record_table import Column
from kmp_desktop.qt.runner import running_threads
from kmp_desktop.qt.theme import Theme, ThemeChoice
from kmp_desktop.qt.views.column_choice import ColumnChoice
from kmp_desktop.qt.views.record_table_view import RecordTableView
from kmp_desktop.qt.widgets.progress_bar import DecisionProgress
from kmp_desktop.qt.widgets.toast import Toast
from tests.qt.practice_world import QUEUE
from tests.qt.window_world import OTHER_QUEUE, SHOP, WindowWorld

FRAME_NAMES = (
    *("environmentStrip", "menuBar", "topBar", "backButton", "queueTitle", "environmentBadge"),
    *("queueSearchField", "freshnessLabel", "newRecordsButton", "refreshActionButton", "pageStack"),
    *("statusBar", "decisionProgress", "sentStateLabel", "draftLabel", "timezoneLabel", "toast"),
    *("welcomePage", "queuesPage", "triagePage", "reviewPage", "resultPage", "takeOverPage"),
)
ACTION_NAMES = (
    *("mergeAction", "purgeAction", "skipAction", "undoAction", "redoAction", "reviewAction"),
    *("refreshAction", "shortcutsAction", "aboutAction"),
)


@pytest.fixture
def shop(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[WindowWorld]:
    theme = Theme.current()
    theme.apply(qapp)
    world = WindowWorld(tmp_path, qtbot)
    world.world.fill_with_shop()
    yield world
    world.close()
    qtbot.waitUntil(lambda: running_threads() == 0)
    theme.choose(ThemeChoice.SYSTEM)
    theme.set_zoom(100)


# What it is made of


def test_every_part_of_the_window_has_its_name(shop: WindowWorld) -> None:
    shop.open()

    assert "mainWindow" == shop.window.objectName()
    # The pages behind the first are made one after the other, the window answering in between.
    shop.qtbot.waitUntil(lambda: shop.window.findChild(QWidget, "takeOverPage") is not None)
    assert [] == [name for name in FRAME_NAMES if shop.window.findChild(QWidget, name) is None]
    assert [] == [name for name in ACTION_NAMES if shop.window.findChild(QAction, name) is None]


def test_every_action_is_in_the_menus_with_its_keys(shop: WindowWorld) -> None:
    bar = shop.find(QMenuBar, "menuBar")
    listed: set[QAction] = set()
    for menu in bar.findChildren(QMenu):
        listed.update(menu.actions())

    actions = [each for each in shop.window.findChildren(QAction) if each.objectName().endswith("Action")]
    assert [] == [each.objectName() for each in actions if each not in listed]
    keys = [key.toString() for each in actions for key in each.shortcuts()]
    assert len(keys) == len(set(keys))


def test_no_control_leads_to_what_is_not_there_yet(shop: WindowWorld) -> None:
    later = ("settingsAction", "noteAction")
    assert [] == [name for name in later if shop.window.findChild(QAction, name) is not None]


# Beginning


def test_without_a_connection_the_welcome_page_is_shown(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    Theme.current().apply(qapp)
    world = WindowWorld(tmp_path, qtbot, profiles=())
    assert "welcomePage" == world.page()
    assert not world.find(QFrame, "topBar").isVisible()
    assert not world.find(QFrame, "environmentStrip").isVisible()
    world.close()


def test_with_a_connection_the_queues_are_shown(shop: WindowWorld) -> None:
    assert "queuesPage" == shop.page()
    assert "Queues" == shop.words("queueTitle")
    assert not shop.find(QFrame, "environmentStrip").isVisible()
    assert "Queues – KMP Desktop" == shop.window.windowTitle()


def test_a_queue_named_at_the_start_opens_as_soon_as_it_is_known(shop: WindowWorld) -> None:
    shop.close()
    shop.new_window()
    shop.window.open_queue("shop", "orders")
    shop.qtbot.waitUntil(lambda: shop.page() == "triagePage")
    assert QUEUE == shop.session.queue


def test_a_queue_that_is_not_there_is_said(shop: WindowWorld) -> None:
    shop.window.open_queue("shop", "nothing")
    shop.qtbot.waitUntil(lambda: shop.find(Toast, "toast").isVisible())
    assert "There is no queue “nothing” of a connection “shop” here." == shop.words("toastText")
    assert shop.window.session is None
    assert "queuesPage" == shop.page()


# An open queue


def test_an_open_queue_says_where_one_is(shop: WindowWorld) -> None:
    shop.open()

    assert "triagePage" == shop.page()
    assert "Order handling" == shop.words("queueTitle")
    assert "PRODUCTION" == shop.words("environmentBadge")
    assert shop.find(QFrame, "environmentStrip").isVisible()
    assert 3 == shop.find(QFrame, "environmentStrip").height()
    assert shop.words("freshnessLabel").startswith("Read ")
    tip = shop.find(QWidget, "queueTitle").toolTip()
    assert "orders.events.dlq" in tip
    assert "orders.events.retry" in tip
    assert "Order handling (Order platform, Production) – KMP Desktop" == shop.window.windowTitle()


def test_the_status_bar_counts_and_says_that_nothing_was_sent(shop: WindowWorld) -> None:
    shop.open()
    assert "0 of 60 decided" == shop.words("decidedLabel")

    shop.stage(merge=3, purge=2, skip=1)

    assert "6 of 60 decided" == shop.words("decidedLabel")
    told = [shop.words(f"{kind}CountLabel") for kind in ("retry", "discard", "skip")]
    assert ["3 retry", "2 discard", "1 skip"] == told
    assert "Nothing has been sent yet" == shop.words("sentStateLabel")
    assert 6 == shop.find(DecisionProgress, "decisionProgress").counts.total
    shop.qtbot.waitUntil(lambda: shop.words("draftLabel").startswith("Draft saved"))


def test_opening_a_queue_a_second_time_shows_the_one_that_is_open(shop: WindowWorld) -> None:
    first = shop.open()
    shop.button("backButton").click()
    assert "queuesPage" == shop.page()

    shop.window.open_queue("shop", "orders")

    assert first is shop.session
    assert "triagePage" == shop.page()


def test_opening_another_queue_closes_the_first(shop: WindowWorld) -> None:
    first = shop.open()
    with shop.qtbot.waitSignal(first.closed):
        second = shop.open(OTHER_QUEUE)
    assert second is not first
    assert "Bills" == shop.words("queueTitle")
    shop.qtbot.waitUntil(lambda: len(shop.window.findChildren(QWidget, "reviewPage")) == 1)


def test_decisions_of_a_closed_queue_are_back_when_it_is_opened_again_at_once(shop: WindowWorld) -> None:
    shop.open()
    shop.stage(merge=4)
    shop.action("closeQueueAction").trigger()
    assert "queuesPage" == shop.page()

    shop.open()

    assert 4 == shop.session.book.total


def test_the_queues_page_knows_what_is_open(shop: WindowWorld) -> None:
    shop.open()
    shop.stage(merge=2, skip=1)
    shop.button("backButton").click()

    assert "3 decided, not committed" == shop.words("draftLabel_shop_orders")
    assert "60" == shop.words("waitingLabel_shop_orders")


# From page to page


def test_review_and_back(shop: WindowWorld) -> None:
    shop.open()
    shop.stage(merge=2)

    shop.review()
    assert "reviewPage" == shop.page()
    assert not shop.find(QWidget, "statusBar").isVisible()
    shop.button("backToTriageButton").click()
    assert "triagePage" == shop.page()
    assert shop.find(QWidget, "statusBar").isVisible()


def test_letters_do_nothing_outside_the_records(shop: WindowWorld) -> None:
    shop.open()
    shop.stage(merge=2)
    shop.review()
    impossible = [shop.action(name).isEnabled() for name in ("mergeAction", "purgeAction", "undoAction")]
    assert [False, False, False] == impossible
    assert "Go back to the records first" in shop.action("mergeAction").toolTip()

    shop.session.take_out([shop.session.record_id(0)])  # the hidden page follows what is decided

    impossible = [shop.action(name).isEnabled() for name in ("mergeAction", "undoAction", "reviewAction")]
    assert [False, False, False] == impossible
    shop.button("backToTriageButton").click()
    shop.qtbot.waitUntil(shop.action("reviewAction").isEnabled)


def test_a_commit_leads_over_its_progress_to_its_result(shop: WindowWorld) -> None:
    shop.open()
    shop.stage(merge=2, purge=1)
    shop.review()

    shop.button("commitButton").click()
    shop.qtbot.waitUntil(lambda: shop.page() == "resultPage")

    assert "Done. All 3 decisions were committed." == shop.words("resultTitle")
    dialogs = shop.window.findChildren(QWidget, "commitProgressDialog")
    assert [] == [each for each in dialogs if each.isVisible()]
    shop.button("resultPrimaryButton").click()
    assert "triagePage" == shop.page()
    assert shop.words("sentStateLabel").startswith("3 decisions committed")
    assert "0 of 57 decided" == shop.words("decidedLabel")


def test_an_outcome_that_is_not_known_is_shown_until_it_is(shop: WindowWorld) -> None:
    shop.world.broker.at_next_commit(AtCommit.UNKNOWN_THEN_COMMITTED)
    shop.open()
    shop.stage(merge=2)
    shop.review()
    shop.button("commitButton").click()
    shop.qtbot.waitUntil(lambda: shop.page() == "resultPage")
    assert "We do not know yet whether the commit worked." == shop.words("resultTitle")

    shop.button("backButton").click()
    assert "Checking the last commit …" == shop.words("draftLabel_shop_orders")
    shop.button("openQueueButton_shop_orders").click()
    assert "resultPage" == shop.page()

    shop.session.try_now()
    shop.qtbot.waitUntil(lambda: shop.words("resultTitle").startswith("We know now"))
    shop.reach(SessionPhase.READY)
    shop.button("resultPrimaryButton").click()
    assert shop.words("sentStateLabel").startswith("2 decisions committed")
    shop.button("backButton").click()
    assert "No open decisions" == shop.words("draftLabel_shop_orders")


def test_keys_that_lead_on_work_while_the_focus_is_in_the_bar_above_the_page(shop: WindowWorld) -> None:
    shop.open()
    shop.window.activateWindow()
    shop.qtbot.waitUntil(shop.window.isActiveWindow)
    back, control = shop.button("backButton"), Qt.KeyboardModifier.ControlModifier

    back.setFocus()
    QTest.keyClick(back, Qt.Key.Key_2, control)
    assert shop.find(QWidget, "recordTable").hasFocus()

    shop.stage(merge=2)
    back.setFocus()
    QTest.keyClick(back, Qt.Key.Key_Return, control)
    assert "reviewPage" == shop.page()

    back.setFocus()
    QTest.keyClick(back, Qt.Key.Key_Escape)
    assert "triagePage" == shop.page()


def test_letters_decide_nothing_while_the_focus_is_in_the_bar_above_the_page(shop: WindowWorld) -> None:
    shop.open()
    shop.window.activateWindow()
    shop.qtbot.waitUntil(shop.window.isActiveWindow)
    table = shop.find(QTableView, "recordTable")
    shop.qtbot.waitUntil(lambda: table.model().rowCount() > 0)
    table.selectRow(0)
    shop.qtbot.waitUntil(shop.action("mergeAction").isEnabled)

    shop.button("backButton").setFocus()
    QTest.keyClick(shop.button("backButton"), Qt.Key.Key_M)
    assert 0 == shop.session.book.total

    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_M)
    assert 1 == shop.session.book.total


def test_a_queue_of_another_program_is_taken_over_first(shop: WindowWorld) -> None:
    shop.world.broker.put_offset(QUEUE.group, 0, 5)
    shop.open()
    assert "takeOverPage" == shop.page()

    shop.find(QWidget, "takeOverPage").take_over.emit(TakeOver.OFFSET)  # type: ignore[attr-defined]
    shop.qtbot.waitUntil(lambda: shop.page() == "triagePage")
    shop.reach(SessionPhase.READY)

    assert "triagePage" == shop.page()


def test_looking_only_leaves_the_other_program_alone(shop: WindowWorld) -> None:
    shop.world.broker.put_offset(QUEUE.group, 0, 5)
    shop.open()
    shop.find(QWidget, "takeOverPage").look_only.emit()  # type: ignore[attr-defined]
    assert "triagePage" == shop.page()


# Menus and keys of the frame


def test_light_dark_and_text_size_are_chosen_in_the_menu_and_remembered(shop: WindowWorld) -> None:
    shop.action("themeDarkAction").trigger()
    shop.action("zoomInAction").trigger()
    assert Theme.current().dark
    shop.close()
    Theme.current().choose(ThemeChoice.LIGHT)
    Theme.current().set_zoom(100)

    shop.new_window()

    assert (True, 110) == (Theme.current().dark, Theme.current().zoom)
    assert shop.action("themeDarkAction").isChecked()


def test_the_chosen_columns_come_back_with_the_next_queue(shop: WindowWorld) -> None:
    shop.open()
    chosen = ColumnChoice(shown=frozenset({Column.KEY, Column.PAYLOAD_0}))
    shop.find(RecordTableView, "recordTable").columns.choose(chosen)
    shop.action("closeQueueAction").trigger()
    shop.qtbot.waitUntil(lambda: shop.window.session is None)
    shop.open()
    assert chosen == shop.find(RecordTableView, "recordTable").columns.choice


def test_the_window_comes_back_in_its_size(shop: WindowWorld) -> None:
    shop.window.resize(790, 610)  # the screen of the tests is 800 by 800
    shop.close()

    shop.new_window(size=None)

    assert (790, 610) == (shop.window.width(), shop.window.height())


def test_f6_goes_from_region_to_region_and_around(shop: WindowWorld) -> None:
    shop.open()
    shop.window.activateWindow()
    visited = []
    for _ in range(8):
        shop.action("nextRegionAction").trigger()
        focused = QApplication.focusWidget()
        assert focused is not None
        visited.append(focused)
    assert 1 < len(set(visited)) < 8
    last = QApplication.focusWidget()
    shop.action("previousRegionAction").trigger()
    shop.action("nextRegionAction").trigger()
    assert last is QApplication.focusWidget()


def test_the_search_of_the_queues_is_a_key_away(shop: WindowWorld) -> None:
    shop.window.activateWindow()
    shop.button("newConnectionButton").setFocus()
    QTest.keyClick(shop.button("newConnectionButton"), Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert "queueSearchField" == focused.objectName()


def test_help_opens_its_dialogs(shop: WindowWorld) -> None:
    for action, dialog in (("shortcutsAction", "shortcutsDialog"), ("aboutAction", "aboutDialog")):
        shop.action(action).trigger()
        opened = shop.find(QWidget, dialog)
        assert opened.isVisible()
        opened.close()


@pytest.mark.parametrize(
    ("width", "height", "right"), [(1440, 900, True), (1000, 900, False), (1200, 560, False)]
)
def test_a_small_window_has_no_right_half_of_the_status_bar(
    shop: WindowWorld, width: int, height: int, right: bool
) -> None:
    shop.open()
    shop.window.resize(width, height)
    assert right == shop.find(QWidget, "timezoneLabel").isVisible()


# Profile files


def dropped(path: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


def test_a_profile_file_can_be_dropped_on_the_window(shop: WindowWorld, tmp_path: Path) -> None:
    file = tmp_path / "team.kmp-profile"
    file.write_bytes((tmp_path / "connections.json").read_bytes())
    data = dropped(file)
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    action = Qt.DropAction.CopyAction

    entering = QDragEnterEvent(QPoint(5, 5), action, data, buttons, keys)
    QApplication.sendEvent(shop.window, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(shop.window, QDropEvent(QPointF(5, 5), action, data, buttons, keys))

    shop.qtbot.waitUntil(lambda: shop.window.findChild(QWidget, "profileImportDialog") is not None)
    shop.find(QWidget, "profileImportDialog").close()


def test_other_files_are_not_taken(shop: WindowWorld, tmp_path: Path) -> None:
    data = dropped(tmp_path / "picture.png")
    entering = QDragEnterEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    entering.ignore()
    QApplication.sendEvent(shop.window, entering)
    assert not entering.isAccepted()


def test_a_profile_file_that_cannot_be_used_is_told(shop: WindowWorld, tmp_path: Path) -> None:
    file = tmp_path / "broken.kmp-profile"
    file.write_text("{", encoding="utf-8")
    shop.prompts.path = str(file)

    shop.action("openProfileAction").trigger()

    shop.choose("close")
    assert (SHOP,) == shop.services.profiles.all()
