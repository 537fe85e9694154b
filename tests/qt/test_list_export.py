"""The list of records as a file: what is shown or selected, in pieces, as a whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QProgressBar, QTableView
from pytestqt.qtbot import QtBot

from kmp_desktop.core.session import SessionPhase
from kmp_desktop.core.view import SortBy
from kmp_desktop.qt import list_export
from kmp_desktop.qt.runner import running_threads
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.triage_page import TriagePage
from kmp_desktop.qt.widgets.toast import Toast
from tests.qt.window_world import WindowWorld


@pytest.fixture
def shop(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[WindowWorld]:
    """The shop's sixty records in the table."""
    Theme.current().apply(qapp)
    world = WindowWorld(tmp_path, qtbot)
    world.world.fill_with_shop()
    world.open()
    page = world.find(TriagePage, "triagePage")
    qtbot.waitUntil(lambda: page.records.is_answered and len(page.model.rows) == 60)
    yield world
    world.close()
    qtbot.waitUntil(lambda: running_threads() == 0)


def dialog(shop: WindowWorld) -> QDialog:
    """The dialog, opened as the menu does."""
    shop.action("exportListAction").trigger()
    shown = shop.find(QDialog, "exportDialog")
    shop.qtbot.waitUntil(shown.isVisible)
    return shown


def gone(shop: WindowWorld) -> bool:
    """Whether the dialog is closed."""
    return not any(each.isVisible() for each in shop.window.findChildren(QDialog, "exportDialog"))


def said(shop: WindowWorld) -> str:
    """What the toast tells."""
    return " ".join(each.text() for each in shop.find(Toast, "toast").findChildren(QLabel))


def table(path: Path) -> list[dict[str, str]]:
    """A CSV file by its names."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def test_the_whole_list_is_written_in_its_order_with_what_is_decided(
    shop: WindowWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_export, "_TOGETHER", 7)
    shop.stage(purge=2)
    page = shop.find(TriagePage, "triagePage")
    page.records.change(sort=SortBy.COORDINATES, descending=True)
    shop.qtbot.waitUntil(lambda: page.records.is_answered)
    path = tmp_path / "list.csv"
    shop.prompts.path = str(path)
    dialog(shop)
    shop.button("exportConfirmButton").click()
    shop.qtbot.waitUntil(lambda: gone(shop))
    lines = table(path)
    assert [
        (str(each.partition), str(each.offset)) for each in map(shop.session.record_id, page.model.rows)
    ] == [(each["partition"], each["offset"]) for each in lines]
    assert ["purge", "purge"] == [each["decision"] for each in lines if each["decision"]]
    assert "60 records exported to list.csv" in said(shop)


def test_only_what_is_selected_is_written_as_json(shop: WindowWorld, tmp_path: Path) -> None:
    page = shop.find(TriagePage, "triagePage")
    shop.find(QTableView, "recordTable").selectRow(3)
    assert 1 == page.selection.count()
    wanted = shop.session.record_id(page.selection.rows()[0])
    path = tmp_path / "list.jsonl"
    shop.prompts.path = str(path)
    dialog(shop)
    for name in ("exportSelectedButton", "exportJsonKindButton", "exportConfirmButton"):
        shop.button(name).click()
    shop.qtbot.waitUntil(lambda: gone(shop))
    (line,) = [json.loads(each) for each in path.read_text(encoding="utf-8").splitlines()]
    assert (wanted.partition, wanted.offset, None) == (line["partition"], line["offset"], line["decision"])
    assert "1 record exported to list.jsonl" in said(shop)


def test_an_export_that_is_stopped_leaves_no_file(
    shop: WindowWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_export, "_TOGETHER", 1)
    folder = tmp_path / "exports"
    folder.mkdir()
    shop.prompts.path = str(folder / "list.csv")
    shown = dialog(shop)
    progress = shop.find(QProgressBar, "exportProgress")
    shop.button("exportConfirmButton").click()
    shop.qtbot.waitUntil(lambda: 0 < progress.value() < 60)
    assert "Stop" == shop.button("exportCancelButton").text()
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    shop.qtbot.waitUntil(lambda: gone(shop))
    shop.close()
    assert [] == list(folder.iterdir())


def test_a_file_that_cannot_be_written_is_told_and_the_list_stays(shop: WindowWorld, tmp_path: Path) -> None:
    shop.prompts.path = str(tmp_path / "nowhere" / "list.csv")
    dialog(shop)
    shop.button("exportConfirmButton").click()
    shop.qtbot.waitUntil(lambda: gone(shop))
    assert "The file could not be written." in said(shop)
    assert 60 == len(shop.find(TriagePage, "triagePage").model.rows)


def test_no_file_chosen_keeps_the_question(shop: WindowWorld) -> None:
    shown = dialog(shop)
    shop.prompts.path = ""
    shop.button("exportConfirmButton").click()
    assert shown.isVisible()
    assert shop.button("exportConfirmButton").isEnabled()
    shop.button("exportCancelButton").click()
    shop.qtbot.waitUntil(lambda: gone(shop))


def test_a_queue_that_is_read_anew_meanwhile_ends_the_export(
    shop: WindowWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_export, "_TOGETHER", 1)
    path = tmp_path / "list.csv"
    shop.prompts.path = str(path)
    dialog(shop)
    progress = shop.find(QProgressBar, "exportProgress")
    shop.button("exportConfirmButton").click()
    shop.qtbot.waitUntil(lambda: progress.value() > 0)
    shop.session.restarted.emit()
    shop.qtbot.waitUntil(lambda: gone(shop))
    assert "The queue was read anew meanwhile" in said(shop)
    assert not path.exists()


def test_a_queue_that_fails_meanwhile_ends_the_export(
    shop: WindowWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_export, "_TOGETHER", 1)
    path = tmp_path / "list.csv"
    shop.prompts.path = str(path)
    dialog(shop)
    progress = shop.find(QProgressBar, "exportProgress")
    shop.button("exportConfirmButton").click()
    shop.qtbot.waitUntil(lambda: progress.value() > 0)
    shop.session.state_changed.emit(replace(shop.session.state, phase=SessionPhase.FAILED))
    shop.qtbot.waitUntil(lambda: gone(shop))
    assert "The queue does not answer any more; no file was written." in said(shop)
    assert not path.exists()


def test_it_is_not_possible_where_there_is_no_list(shop: WindowWorld) -> None:
    assert shop.action("exportListAction").isEnabled()
    shop.window.show_queues()
    assert not shop.action("exportListAction").isEnabled()
