"""The filter popup: choices narrow the list at once, and every one can be taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from kmp_desktop.core.view import NO_FILTERS
from kmp_desktop.qt.models.record_table import Column
from kmp_desktop.qt.theme import Theme
from tests.qt.practice_world import PracticeWorld
from tests.qt.triage_desk import KEY, Desk


@pytest.fixture
def desk(dressed: Theme, practice: PracticeWorld, qtbot: QtBot, sessions_end: None) -> Iterator[Desk]:
    """The shop's sixty records, read, with the filter open."""
    practice.fill_with_shop()
    made = Desk(practice, qtbot).read()
    made.action("filterAction").trigger()
    made.until(made.page.filters.isVisible)
    yield made
    made.page.filters.hide()
    made.session.close()
    qtbot.waitUntil(lambda: made.session.state.phase.value == "closed")


def choose(desk: Desk, name: str, words: str) -> None:
    """Choose in one of the popup's boxes, as soon as the choice is there."""
    box = desk.find(QComboBox, name)
    desk.until(lambda: box.findText(words) >= 0)
    box.setCurrentIndex(box.findText(words))
    desk.until(desk.settled)


def chips(desk: Desk) -> list[str]:
    """The filters that the group bar shows."""
    buttons = desk.find_all(QAbstractButton, "groupBar")
    return [each.text() for each in buttons if each.objectName().startswith("filterChip_")]


def test_a_kind_of_message_and_a_decision_narrow_the_list_together(desk: Desk) -> None:
    kinds = desk.column(Column.MESSAGE)
    choose(desk, "filterMessage", kinds[0])
    assert [kinds[0]] * kinds.count(kinds[0]) == desk.column(Column.MESSAGE)
    choose(desk, "filterDecision", "Retry")
    assert [] == desk.decisions()
    assert [f"Message: {kinds[0]}", "Decision: Retry"] == sorted(chips(desk), reverse=True)
    choose(desk, "filterDecision", "Undecided")
    assert kinds.count(kinds[0]) == len(desk.decisions())


def test_a_field_of_the_content_is_searched_after_the_last_key(desk: Desk) -> None:
    shown = desk.column(Column.PAYLOAD_0)
    wanted = next(each for each in shown if each)
    box = desk.find(QComboBox, "filterField")
    box.setCurrentIndex(1)
    desk.find(QLineEdit, "filterValue").setText(wanted.upper())
    desk.until(lambda: desk.page.filters.filters.field is not None and desk.settled())
    assert [wanted] * shown.count(wanted) == desk.column(Column.PAYLOAD_0)
    assert [f"{box.currentText()} is {wanted.upper()}"] == chips(desk)


def test_a_chip_takes_its_filter_back(desk: Desk) -> None:
    everything = len(desk.decisions())
    desk.find(QCheckBox, "filterHint").setChecked(True)
    desk.until(desk.settled)
    assert len(desk.decisions()) < everything
    assert ["With a hint"] == chips(desk)
    desk.page.filters.hide()
    desk.click("filterChip_filterHint")
    desk.until(desk.settled)
    assert everything == len(desk.decisions())
    assert not desk.sees("groupBar")


def test_all_filters_are_cleared_with_one_button(desk: Desk) -> None:
    everything = len(desk.decisions())
    day = desk.find(QComboBox, "filterFrom")
    desk.until(lambda: day.count() > 1)
    day.setCurrentIndex(day.count() - 1)
    choose(desk, "filterPart", "0")
    assert len(desk.decisions()) < everything
    desk.find(QAbstractButton, "clearFiltersButton").click()
    desk.until(desk.settled)
    assert (NO_FILTERS, everything) == (desk.page.filters.filters, len(desk.decisions()))


def test_selecting_all_with_a_filter_selects_what_is_shown(desk: Desk) -> None:
    choose(desk, "filterPart", "0")
    shown = len(desk.decisions())
    desk.page.filters.hide()
    desk.click("selectGroupButton")
    assert f"{shown} shown records selected" == desk.words("selectionTitle")
    desk.press(KEY.Key_M)
    assert shown == desk.counts.merge
