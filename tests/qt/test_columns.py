"""The list of columns: what is shown, in which order, and that it is remembered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QListWidget, QListWidgetItem
from pytestqt.qtbot import QtBot

from kmp_desktop.qt.models.record_table import Column
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.column_choice import NOTHING_CHOSEN
from tests.qt.practice_world import PracticeWorld
from tests.qt.triage_desk import KEY, Desk

CHECKED, UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


@pytest.fixture
def desk(dressed: Theme, practice: PracticeWorld, qtbot: QtBot, sessions_end: None) -> Iterator[Desk]:
    """The shop's sixty records, read, with the list of columns open."""
    practice.fill_with_shop()
    made = Desk(practice, qtbot).read()
    made.action("columnsAction").trigger()
    made.until(made.page.columns.isVisible)
    yield made
    made.page.columns.hide()
    made.session.close()
    qtbot.waitUntil(lambda: made.session.state.phase.value == "closed")


def lines(desk: Desk) -> list[QListWidgetItem]:
    """The lines of the list."""
    found = desk.find(QListWidget, "columnList")
    return [found.item(row) for row in range(found.count())]


def line(desk: Desk, name: str) -> QListWidgetItem:
    """One of them."""
    return next(each for each in lines(desk) if each.text() == name)


def shown(desk: Desk) -> list[str]:
    """The names of the columns that the table shows, from left to right."""
    header = desk.page.table.horizontalHeader()
    places = map(header.logicalIndex, range(header.count()))
    words = [desk.page.model.headerData(each, Qt.Orientation.Horizontal) for each in places]
    return [
        str(name)
        for name, at in zip(words, map(header.logicalIndex, range(header.count())), strict=True)
        if name and not header.isSectionHidden(at)
    ]


def test_a_column_that_is_checked_is_shown_with_what_the_records_tell(desk: Desk) -> None:
    assert "Partition/offset" not in shown(desk)
    line(desk, "Partition/offset").setCheckState(CHECKED)
    line(desk, "Reported by").setCheckState(CHECKED)
    assert [*("Reported by", "Partition/offset"), "Failed"] == shown(desk)[-3:]
    assert {"billing"} <= set(desk.column(Column.REPORTED_BY))
    places = desk.column(Column.COORDINATES)
    assert [[str(part) for part in desk.session.record_id(row)] for row in desk.page.model.rows] == [
        each.split("/") for each in places
    ]


def test_a_column_that_is_not_wanted_leaves(desk: Desk) -> None:
    assert "Message" in shown(desk)
    line(desk, "Message").setCheckState(UNCHECKED)
    assert "Message" not in shown(desk)


def test_alt_and_an_arrow_move_a_column(desk: Desk) -> None:
    line(desk, "Key").setCheckState(CHECKED)
    line(desk, "Size").setCheckState(CHECKED)
    chosen = desk.find(QListWidget, "columnList")
    chosen.setCurrentItem(line(desk, "Size"))
    while lines(desk).index(line(desk, "Size")) > lines(desk).index(line(desk, "Key")):
        QTest.keyClick(chosen, KEY.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert ["Size", "Key", "Failed"] == shown(desk)[-3:]
    assert "Size" == chosen.currentItem().text()
    QTest.keyClick(chosen, KEY.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert ["Key", "Size", "Failed"] == shown(desk)[-3:]


def test_every_column_can_be_sorted_by(desk: Desk) -> None:
    header = desk.page.table.horizontalHeader()
    for each in lines(desk):
        each.setCheckState(CHECKED)
    desk.page.columns.hide()
    for column in (Column.SIZE, Column.KEY, Column.COORDINATES, Column.FIRST_SENT, Column.CAME_FROM):
        header.sectionClicked.emit(int(column))
        desk.until(desk.settled)
        assert column == header.sortIndicatorSection()
    assert 60 == len(desk.page.model.rows)


def test_resetting_brings_the_usual_columns_back(desk: Desk) -> None:
    before = shown(desk)
    reset = desk.find(QAbstractButton, "resetColumnsButton")
    assert not reset.isEnabled()
    line(desk, "Tries").setCheckState(CHECKED)
    assert before != shown(desk)
    reset.click()
    assert (before, NOTHING_CHOSEN) == (shown(desk), desk.page.table.columns.choice)
    assert UNCHECKED is line(desk, "Tries").checkState()


def test_copied_rows_have_the_columns_in_the_order_shown(desk: Desk) -> None:
    line(desk, "Partition/offset").setCheckState(CHECKED)
    desk.page.columns.hide()
    desk.select(0)
    copied = desk.page.table.selected_cells()[0]
    partition, offset = desk.session.record_id(desk.page.model.rows[0])
    assert f"{partition}/{offset}" == copied[-3]
