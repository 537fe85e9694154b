"""The object names that were promised for these screens: programs from outside find the widgets by them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.qt.dialogs.few_first_dialog import FewFirstDialog
from kmp_desktop.qt.dialogs.queue_dialog import QueueDialog
from kmp_desktop.qt.runner import running_threads
from kmp_desktop.qt.theme import Theme
from tests.qt.practice_world import QUEUE
from tests.qt.window_world import SHOP, WindowWorld

FRAME = """environmentStrip menuBar topBar backButton queueTitle environmentBadge freshnessLabel
    newRecordsButton statusBar decisionProgress sentStateLabel draftLabel timezoneLabel toast
    pageStack queueSearchField"""
WELCOME = "welcomeNewConnectionButton welcomeOpenProfileButton"
QUEUES = "newConnectionButton openProfileButton"
TRIAGE = """decisionToolBar triageSplitter failureGroupPanel inspector searchField searchCountLabel
    collapseGroupsButton groupByCombo failureGroupList groupBar selectGroupButton selectionBar
    fewFirstButton clearSelectionButton recordTable previousRecordButton nextRecordButton whyCard
    inspectorTabs developerDetails developerDetailsPanel contentTree contentText hexView
    contentModeButtons copyContentButton formatLabel relatedList headerTable headerSearch
    loadPanel loadProgress stopReadingButton"""
REVIEW = """reviewTitle retryCountCard discardCountCard skipCountCard reviewTree reviewModeButtons
    checkList checkAgainButton typedConfirmCard typedConfirmEdit backToTriageButton commitButton"""
RESULT = "resultTitle resultText receiptNumber resultPrimaryButton resultBackButton"
TAKE_OVER = "takeOverBefore takeOverStart takeOverLookOnly takeOverConfirm"
CONNECTION = """connectionTabs nameEdit environmentButtons serversEdit signInCombo passwordEdit
    registryEdit connectionTest securityCombo userEdit caFileEdit caFileButton registryUserEdit
    registryPasswordEdit saveConnectionButton cancelConnectionButton testConnectionButton
    addQueueButton editQueueButton removeQueueButton"""
QUEUE_FORM = "queueNameEdit queueTopicEdit retryTopicEdit groupEdit"
ACTIONS = "refreshAction mergeAction purgeAction skipAction undoAction redoAction reviewAction"


@pytest.fixture
def shop(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[WindowWorld]:
    Theme.current().apply(qapp)
    world = WindowWorld(tmp_path, qtbot)
    world.world.fill_with_shop()
    yield world
    world.close()
    qtbot.waitUntil(lambda: running_threads() == 0)


def missing(root: QObject, names: str, kind: type[QObject] = QWidget) -> list[str]:
    """The names that nothing below ``root`` has."""
    return [name for name in names.split() if root.findChild(kind, name) is None]


def test_the_window_and_its_pages_have_the_promised_names(shop: WindowWorld) -> None:
    shop.open()
    shop.stage(merge=3, purge=12)
    window = shop.window
    # The pages behind the records' page are made one after the other, in turns of their own.
    shop.qtbot.waitUntil(lambda: window.findChild(QWidget, "takeOverPage") is not None)

    assert "mainWindow" == window.objectName()
    assert [] == missing(window, FRAME)
    assert [] == missing(window, ACTIONS, QAction)
    for page, names in (
        *(("welcomePage", WELCOME), ("queuesPage", QUEUES), ("triagePage", TRIAGE)),
        *(("reviewPage", REVIEW), ("takeOverPage", TAKE_OVER)),
    ):
        assert [] == missing(shop.find(QWidget, page), names), page


def test_the_result_page_has_the_promised_names(shop: WindowWorld) -> None:
    shop.open()
    shop.stage(merge=2)
    shop.review()
    shop.button("commitButton").click()
    shop.qtbot.waitUntil(lambda: shop.page() == "resultPage")
    assert [] == missing(shop.find(QWidget, "resultPage"), RESULT)


def test_each_connection_and_queue_has_its_own_names(shop: WindowWorld) -> None:
    names = [f"queueList_{SHOP.id}", *(f"openQueueButton_{SHOP.id}_{queue.id}" for queue in SHOP.queues)]
    assert [] == missing(shop.window, " ".join(names))


def test_the_connection_dialog_has_the_promised_names(shop: WindowWorld) -> None:
    shop.action("newConnectionAction").trigger()
    dialog = shop.window.findChild(QDialog, "connectionDialog")
    assert dialog is not None
    assert [] == missing(dialog, CONNECTION)
    dialog.close()


def test_the_small_dialogs_have_the_promised_names(qtbot: QtBot, qapp: QApplication) -> None:
    Theme.current().apply(qapp)
    form, few = QueueDialog(QUEUE, ()), FewFirstDialog(5, 10)
    qtbot.addWidget(form)
    qtbot.addWidget(few)
    assert [] == missing(form, QUEUE_FORM)
    assert "fewFirstDialog" == few.objectName()


def test_a_page_that_was_left_is_not_found_any_more(shop: WindowWorld) -> None:
    shop.open()
    shop.action("closeQueueAction").trigger()
    shop.open()
    assert 1 == len(shop.window.findChildren(QWidget, "recordTable"))
