"""Texts that were written to mislead whoever reads them, in every place that a window shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QGroupBox,
    QLabel,
    QPlainTextEdit,
    QTabWidget,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.history import Beginning, HistoryRecord
from kmp_desktop.core.queue_state import QueueIdentity
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import text
from kmp_desktop.qt.runner import running_threads
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.record_table_view import RecordTableView
from tests.faults.hostile_records import MARKUP, STEERING, TURNED
from tests.qt.practice_world import NOW, QUEUE
from tests.qt.window_world import SHOP, WindowWorld

HOSTILE = f"{TURNED} {MARKUP} {STEERING}"
NAME = f"{TURNED} {MARKUP}"  # control characters are refused in names
_ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_TAG = re.compile(r"<(?:b|img|a)[ >]")
_ROWS = 60


@pytest.fixture
def shop(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[WindowWorld]:
    """A window whose connection, queue and records are named and filled by somebody hostile."""
    Theme.current().apply(qapp)
    queue = replace(QUEUE, name=f"Queue {NAME}", description=f"About {NAME}")
    profile = replace(SHOP, name=f"Shop {NAME}", person=f"me {NAME}", queues=(queue,))
    world = WindowWorld(tmp_path, qtbot, (profile,))
    for nth in range(3):
        _write(world, nth)
    identity = QueueIdentity("shop", HOSTILE, bytes(16), HOSTILE, bytes(16), HOSTILE)
    noted = HistoryRecord(RecordId(0, 1), "purge", HOSTILE.encode(), HOSTILE)
    beginning = Beginning(NOW, identity, HOSTILE, HOSTILE, HOSTILE, HOSTILE, "window", [noted])
    world.services.history.begin(beginning)
    yield world
    world.close()
    qtbot.waitUntil(lambda: running_threads() == 0)


def _write(world: WindowWorld, nth: int) -> None:
    raw = HOSTILE.encode()
    content = {"orderNumber": f"{nth} {HOSTILE}", HOSTILE: {HOSTILE: [HOSTILE]}, "type": f"Order{HOSTILE}"}
    headers = (
        (HOSTILE, raw),
        ("kafka_dlt-exception-fqcn", f"com.shop.{HOSTILE}Exception".encode()),
        ("kafka_dlt-exception-message", raw),
        ("kafka_dlt-exception-stacktrace", f"x.y.Z: {HOSTILE}\n\tat a.b.{HOSTILE}(A.java:1)".encode()),
        ("kafka_dlt-original-topic", raw),
        ("kafka_dlt-original-consumer-group", raw),
        ("ce_type", raw),
    )
    value = json.dumps(content).encode() if nth else raw
    world.world.broker.write(f"{HOSTILE} key".encode(), value, headers)


def harmful(qapp: QApplication) -> list[tuple[str, str]]:
    """(where, what) of every text on the screen that acts instead of being shown."""
    found: list[tuple[str, str]] = []
    for top in qapp.topLevelWidgets():
        if top.isVisible():
            for widget in (top, *top.findChildren(QWidget)):
                found += [(_name(widget), each) for each in _texts(widget) if _ACTS.search(each)]
                found += [(_name(widget), each) for each in _rich(widget)]
                if isinstance(widget, QAbstractItemView):
                    found += _in_model(widget)
    return found


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()}"


def _texts(widget: QWidget) -> list[str]:
    texts = [widget.windowTitle(), widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
    if isinstance(widget, QLabel | QAbstractButton):
        texts.append(widget.text())
    if isinstance(widget, QGroupBox):
        texts.append(widget.title())
    if isinstance(widget, QPlainTextEdit | QTextEdit) and widget.isReadOnly():
        texts.append(widget.toPlainText())
    if isinstance(widget, QComboBox):
        texts += [widget.itemText(nth) for nth in range(widget.count())]
    if isinstance(widget, QTabWidget):
        texts += [widget.tabText(nth) for nth in range(widget.count())]
    return [*texts, *(action.text() for action in widget.actions())]


def _rich(widget: QWidget) -> list[str]:
    """What Qt would take for markup."""
    texts = [widget.toolTip()]
    if isinstance(widget, QLabel) and widget.textFormat() is not Qt.TextFormat.PlainText:
        texts.append(widget.text())
    return [each for each in texts if _TAG.search(each)]


def _in_model(view: QAbstractItemView) -> list[tuple[str, str]]:
    model = view.model()
    found = []
    for index in _indexes(model, QModelIndex(), 0):
        for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            said = index.data(role)
            if isinstance(said, str) and _ACTS.search(said):
                found.append((f"{_name(view)} {index.row()}/{index.column()}", said))
        tip = index.data(Qt.ItemDataRole.ToolTipRole)
        if isinstance(tip, str) and _ACTS.search(tip):
            found.append((f"{_name(view)} tip {index.row()}/{index.column()}", tip))
    return found


def _indexes(model: QAbstractItemModel, parent: QModelIndex, depth: int) -> Iterator[QModelIndex]:
    for row in range(min(_ROWS, model.rowCount(parent))):
        for column in range(_columns(model, parent)):
            index = model.index(row, column, parent)
            yield index
            if not column and depth < 4:
                yield from _indexes(model, index, depth + 1)


def _columns(model: QAbstractItemModel, parent: QModelIndex) -> int:
    return 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)


def trigger(shop: WindowWorld, name: str) -> None:
    """Trigger an action."""
    shop.action(name).trigger()


def settled(shop: WindowWorld) -> None:
    """Let everything arrive that was asked for."""
    page = shop.window.findChild(QWidget, "triagePage")
    assert page is not None
    table = shop.find(RecordTableView, "recordTable")
    shop.qtbot.waitUntil(
        lambda: table.model().rowCount() == 3 and table.model().index(0, 1).data() is not None
    )


def test_no_page_obeys_what_records_and_connections_say(shop: WindowWorld, qapp: QApplication) -> None:
    assert [] == harmful(qapp), "queues page"
    shop.open(QUEUE)
    settled(shop)
    table = shop.find(RecordTableView, "recordTable")
    for row in range(3):
        table.go_to(row)
        shop.qtbot.waitUntil(lambda: shop.find(QTabWidget, "inspectorTabs").isVisible())
        for tab in ("contentTabAction", "relatedTabAction", "headersTabAction"):
            trigger(shop, tab)
            assert [] == harmful(qapp), (row, tab)
        shop.find(QAbstractButton, "developerDetails").click()
        assert [] == harmful(qapp), (row, "details")
    shop.stage(merge=1, purge=1, skip=1)
    shop.review()
    for arranged in ("reviewByReasonButton", "reviewByMessageButton", "reviewAllButton"):
        shop.find(QAbstractButton, arranged).click()
        assert [] == harmful(qapp), arranged
    shop.qtbot.waitUntil(shop.button("commitButton").isEnabled)
    shop.button("commitButton").click()
    shop.qtbot.waitUntil(lambda: shop.page() == "resultPage")
    assert [] == harmful(qapp), "result"
    trigger(shop, "historyAction")
    history = shop.find(QAbstractItemView, "historyTable")
    shop.qtbot.waitUntil(lambda: history.model().rowCount() == 1)
    assert [] == harmful(qapp), "history"


def test_no_dialog_obeys_what_a_connection_or_a_server_says(shop: WindowWorld, qapp: QApplication) -> None:
    refused = UserFacingError(
        ErrorCode.NO_CONNECTION,
        text("No connection to {name}.", name=HOSTILE),
        text("Nothing was changed."),
        text("Ask {name}.", name=HOSTILE),
        details=HOSTILE,
    )
    shop.window._prompts.show_error(shop.window, refused)
    shop.qtbot.waitUntil(lambda: shop.error_dialog() is not None)
    details = shop.window.findChild(QAbstractButton, "errorDetailsButton")
    if details is not None:
        details.click()
    assert [] == harmful(qapp), "error"
    _close(shop)


def test_no_form_obeys_the_names_that_it_shows(shop: WindowWorld, qapp: QApplication) -> None:
    shop.qtbot.waitUntil(lambda: shop.page() == "queuesPage")
    shop.find(QAbstractButton, "editConnectionButton_shop").click()
    shop.qtbot.waitUntil(lambda: _shown(shop, "connectionDialog"))
    assert [] == harmful(qapp), "connection"
    shop.find(QTabWidget, "connectionTabs").setCurrentIndex(1)
    assert [] == harmful(qapp), "queues of the connection"
    shop.find(QAbstractButton, "editQueueButton").click()
    assert [] == harmful(qapp), "queue"
    _close(shop)
    shop.prompts.path = str(shop.world.folder / "connections.json")
    trigger(shop, "openProfileAction")
    shop.qtbot.waitUntil(lambda: _shown(shop, "profileImportDialog"))
    assert [] == harmful(qapp), "import"
    _close(shop)


def _shown(shop: WindowWorld, name: str) -> bool:
    dialog = shop.window.findChild(QDialog, name)
    return dialog is not None and dialog.isVisible()


def _close(shop: WindowWorld) -> None:
    for dialog in shop.window.findChildren(QDialog):
        if dialog.isVisible():
            dialog.done(0)
