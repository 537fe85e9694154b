"""The history page: commits, what became of their records, search, receipt and export."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QLineEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.core.history import Beginning, HistoryRecord, HistoryState
from kmp_desktop.core.profile import SecretKind, SecretRef
from kmp_desktop.core.queue_state import QueueIdentity
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.qt.runner import running_threads
from kmp_desktop.qt.theme import Theme
from tests.qt.practice_world import NOW, QUEUE
from tests.qt.window_world import WindowWorld

WAIT = 60_000
IDENTITY = QueueIdentity("shop", QUEUE.queue_topic, bytes(16), QUEUE.retry_topic, bytes(16), QUEUE.group)
FIRST = (
    HistoryRecord(RecordId(0, 1), "merge", b"4500318719", "Customer not found"),
    HistoryRecord(RecordId(0, 2), "purge", b'=HYPERLINK("http://x")', "A service did not answer"),
)
SECOND = (HistoryRecord(RecordId(1, 7), "purge", b"\xff\x00", ""),)


@pytest.fixture
def shop(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[WindowWorld]:
    """A window with two commits in its history; the second one's end is not known."""
    Theme.current().apply(qapp)
    world = WindowWorld(tmp_path, qtbot)
    history = world.services.history
    for records in (FIRST, SECOND):
        place = ("Shop", "Orders", "cs-desk-03", "svc@desk", "window")
        number = history.begin(Beginning(NOW, IDENTITY, *place, records))
        if records is FIRST:
            committed = {each.id: True for each in records}
            history.finish(number, HistoryState.COMMITTED, "0a0b0c0d", committed)
    yield world
    world.close()
    qtbot.waitUntil(lambda: running_threads() == 0, timeout=WAIT)


def find(shop: WindowWorld, kind: type[QWidget], name: str) -> QWidget:
    """A widget of the window."""
    found = shop.window.findChild(kind, name)
    assert isinstance(found, kind)
    return found


def cells(shop: WindowWorld, name: str) -> list[list[str]]:
    """What a table shows."""
    table = find(shop, QTableView, name)
    assert isinstance(table, QTableView)
    model = table.model()
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def opened(shop: WindowWorld, qtbot: QtBot) -> None:
    """Show the page and wait for what it reads."""
    qtbot.waitUntil(lambda: find(shop, QWidget, "queuesPage").isVisible(), timeout=WAIT)
    action = shop.window.findChild(QAction, "historyAction")
    assert action is not None
    action.trigger()
    qtbot.waitUntil(lambda: len(cells(shop, "historyTable")) == 1, timeout=WAIT)


def choose(shop: WindowWorld, qtbot: QtBot, row: int, records: int) -> None:
    """Choose a commit and wait for its records."""
    table = find(shop, QTableView, "historyList")
    assert isinstance(table, QTableView)
    table.selectRow(row)
    qtbot.waitUntil(lambda: len(cells(shop, "historyTable")) == records, timeout=WAIT)


def press(shop: WindowWorld, name: str) -> None:
    """Press a button."""
    button = find(shop, QAbstractButton, name)
    assert isinstance(button, QAbstractButton)
    button.click()


def test_commits_are_listed_newest_first_with_the_records_of_the_chosen_one(
    shop: WindowWorld, qtbot: QtBot
) -> None:
    opened(shop, qtbot)
    assert [
        ["Orders", "1 discarded", "Not known yet"],
        ["Orders", "1 retried, 1 discarded", "Committed"],
    ] == [each[1:] for each in cells(shop, "historyList")]
    assert [["Discard", "ff00", "–", "Not known yet", "1/7"]] == cells(shop, "historyTable")
    choose(shop, qtbot, 1, 2)
    assert [
        ["Retry", "4500318719", "Customer not found", "Retried", "0/1"],
        ["Discard", '=HYPERLINK("http://x")', "A service did not answer", "Discarded", "0/2"],
    ] == cells(shop, "historyTable")


def test_commits_are_searched_by_what_is_in_them(shop: WindowWorld, qtbot: QtBot) -> None:
    opened(shop, qtbot)
    search = find(shop, QLineEdit, "historySearch")
    assert isinstance(search, QLineEdit)
    search.setText("4500318719")
    qtbot.waitUntil(lambda: len(cells(shop, "historyTable")) == 2, timeout=WAIT)
    assert 1 == len(cells(shop, "historyList"))
    search.setText("nobody")
    nothing = find(shop, QWidget, "historyNothing")
    qtbot.waitUntil(nothing.isVisible, timeout=WAIT)
    said = [each.text() for each in nothing.findChildren(QLabel)]
    assert "No commit has these words" in said


def test_the_receipt_is_copied_with_who_when_and_where(shop: WindowWorld, qtbot: QtBot) -> None:
    opened(shop, qtbot)
    assert not find(shop, QAbstractButton, "saveReceiptButton").isEnabled()
    choose(shop, qtbot, 1, 2)
    press(shop, "saveReceiptButton")
    copied = QGuiApplication.clipboard().text().splitlines()
    assert ["Committed: 1 retried, 1 discarded", "Who: cs-desk-03", "Receipt: 0a0b0c0d"] == [
        copied[0],
        copied[3],
        copied[-1],
    ]


def test_the_records_are_exported_without_formulas(shop: WindowWorld, qtbot: QtBot, tmp_path: Path) -> None:
    opened(shop, qtbot)
    choose(shop, qtbot, 1, 2)
    path = tmp_path / "export.csv"
    shop.prompts.path = str(path)
    press(shop, "exportCsvButton")
    qtbot.waitUntil(path.exists, timeout=WAIT)
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    assert ["0a0b0c0d", "0", "2", "Discard", '\'=HYPERLINK("http://x")'] == rows[2][:5]


def test_a_discarded_record_with_a_backup_is_put_back(shop: WindowWorld, qtbot: QtBot) -> None:
    letter = DeadLetter(RecordId(0, 2), b"4500318720", b"{}", (("why", b"x"),), NOW)
    shop.services.backups.save(1, [letter], NOW)
    opened(shop, qtbot)
    assert not find(shop, QAbstractButton, "restoreButton").isEnabled()
    choose(shop, qtbot, 1, 2)
    press(shop, "restoreButton")
    press(shop, "restoreConfirmButton")
    qtbot.waitUntil(lambda: cells(shop, "historyTable")[-1][3] == "Restored", timeout=WAIT)
    assert [(b"4500318720", b"{}", (("why", b"x"),))] == [
        (each.key, each.value, each.headers) for each in shop.world.broker.queued(0)
    ]
    assert not find(shop, QAbstractButton, "restoreButton").isEnabled()


def test_what_the_dialog_asked_about_is_put_back_whatever_is_shown_then(
    shop: WindowWorld, qtbot: QtBot
) -> None:
    letter = DeadLetter(RecordId(0, 2), b"4500318720", b"{}", (("why", b"x"),), NOW)
    shop.services.backups.save(1, [letter], NOW)
    opened(shop, qtbot)
    choose(shop, qtbot, 1, 2)
    press(shop, "restoreButton")
    choose(shop, qtbot, 0, 1)
    press(shop, "restoreConfirmButton")
    qtbot.waitUntil(lambda: len(shop.world.broker.queued(0)) == 1, timeout=WAIT)
    choose(shop, qtbot, 1, 2)
    qtbot.waitUntil(lambda: cells(shop, "historyTable")[-1][3] == "Restored", timeout=WAIT)


def test_why_nothing_can_be_put_back_is_said(shop: WindowWorld, qtbot: QtBot) -> None:
    opened(shop, qtbot)
    button = find(shop, QAbstractButton, "restoreButton")
    assert isinstance(button, QAbstractButton)
    assert ("Restore records …", False) == (button.text(), button.isEnabled())
    assert "How this commit ended is not known yet. Reading its queue may tell." == button.toolTip()
    choose(shop, qtbot, 1, 2)
    assert "No backup of a discarded record of this commit is on this computer." == button.toolTip()


def test_nothing_is_put_back_without_the_key(shop: WindowWorld, qtbot: QtBot) -> None:
    letter = DeadLetter(RecordId(0, 2), b"K", b"{}", (), NOW)
    shop.services.backups.save(1, [letter], NOW)
    shop.world.backup_key.delete(SecretRef("this-computer", SecretKind.BACKUP))
    opened(shop, qtbot)
    choose(shop, qtbot, 1, 2)
    press(shop, "restoreButton")
    press(shop, "restoreConfirmButton")
    qtbot.waitUntil(lambda: shop.window.findChild(QDialog, "errorDialog") is not None, timeout=WAIT)
    assert [] == shop.world.broker.queued(0)
    dialog = find(shop, QDialog, "errorDialog")
    assert isinstance(dialog, QDialog)
    dialog.reject()


def test_the_way_back_leads_to_the_queues(shop: WindowWorld, qtbot: QtBot) -> None:
    opened(shop, qtbot)
    assert "History – KMP Desktop" == shop.window.windowTitle()
    press(shop, "backButton")
    assert find(shop, QWidget, "queuesPage").isVisible()
