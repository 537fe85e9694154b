"""Deciding on the triage page, by keys and mouse, on a real session and a practice queue."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QScrollBar,
    QSpinBox,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kmp_desktop.core.decision import Counts, Decision
from kmp_desktop.qt.dialogs.few_first_dialog import FewFirstDialog
from kmp_desktop.qt.models.record_table import Column
from kmp_desktop.qt.theme import Theme
from tests.qt.practice_world import PracticeWorld
from tests.qt.triage_desk import CTRL, KEY, NONE, SHIFT, Desk


@pytest.fixture
def desk(dressed: Theme, practice: PracticeWorld, qtbot: QtBot, sessions_end: None) -> Iterator[Desk]:
    """The shop's sixty records, read."""
    practice.fill_with_shop()
    made = Desk(practice, qtbot).read()
    yield made
    made.session.close()
    qtbot.waitUntil(lambda: made.session.state.phase.value == "closed")


# ---- one record


def test_a_letter_decides_and_the_next_undecided_becomes_current(desk: Desk) -> None:
    desk.press(KEY.Key_Home)
    for key in (KEY.Key_M, KEY.Key_P, KEY.Key_S):
        desk.press(key)
    assert ["Retry", "Discard", "Skip", "Undecided"] == desk.decisions()[:4]
    assert (3, [3]) == (desk.current(), desk.selected())
    assert Counts(merge=1, purge=1, skip=1) == desk.counts


def test_what_is_decided_already_is_passed_over(desk: Desk) -> None:
    desk.select(1)
    desk.press(KEY.Key_M)
    desk.select(0)
    desk.press(KEY.Key_M)
    assert 2 == desk.current()


def test_the_same_decision_again_changes_and_moves_nothing(desk: Desk) -> None:
    desk.select(0)
    desk.press(KEY.Key_M)
    desk.select(0)
    desk.press(KEY.Key_M)
    assert (0, Counts(merge=1)) == (desk.current(), desk.counts)


def test_backspace_clears_and_stays(desk: Desk) -> None:
    desk.select(4)
    desk.press(KEY.Key_P)
    desk.select(4)
    desk.press(KEY.Key_Backspace)
    assert (4, "Undecided", Counts()) == (desk.current(), desk.decisions()[4], desk.counts)


def test_at_the_end_of_the_list_a_toast_leads_to_the_first_undecided(desk: Desk) -> None:
    desk.press(KEY.Key_End)
    desk.press(KEY.Key_M)
    toast = desk.toasts[-1]
    assert ("No undecided record below.", "Go to the first") == (toast.text, toast.link)
    assert 59 == desk.current()
    assert toast.triggered is not None
    toast.triggered()
    assert 0 == desk.current()


def test_nothing_is_decided_without_a_selection(desk: Desk) -> None:
    assert not desk.action("mergeAction").isEnabled()
    assert "Select a record first" in desk.action("mergeAction").toolTip()
    desk.press(KEY.Key_M, on=desk.page.table)
    assert Counts() == desk.counts


def test_undo_and_redo_take_whole_steps_and_name_them(desk: Desk) -> None:
    desk.select(0)
    desk.press(KEY.Key_M)
    desk.press(KEY.Key_A, CTRL)
    desk.press(KEY.Key_P)
    assert Counts(purge=60) == desk.counts
    assert "Undo: 60 records marked Discard" in desk.action("undoAction").toolTip()
    desk.press(KEY.Key_U)
    assert Counts(merge=1) == desk.counts
    assert "Undone: 60 records marked Discard." == desk.toasts[-1].text
    desk.press(KEY.Key_U, SHIFT)
    assert Counts(purge=60) == desk.counts
    desk.press(KEY.Key_Z, CTRL)
    desk.press(KEY.Key_Z, CTRL)
    assert Counts() == desk.counts
    assert not desk.action("undoAction").isEnabled()


# ---- going through the list


def test_j_and_k_go_from_record_to_record(desk: Desk) -> None:
    desk.select(3)
    desk.press(KEY.Key_J)
    assert [4] == desk.selected()
    desk.press(KEY.Key_K)
    desk.press(KEY.Key_K)
    assert [2] == desk.selected()


def test_shift_j_and_k_go_from_undecided_to_undecided(desk: Desk) -> None:
    desk.select(1, to=4)
    desk.press(KEY.Key_S)
    desk.select(0)
    desk.press(KEY.Key_J, SHIFT)
    assert 5 == desk.current()
    desk.press(KEY.Key_K, SHIFT)
    assert 0 == desk.current()


def test_brackets_go_from_group_to_group(desk: Desk) -> None:
    desk.press(KEY.Key_BracketRight)
    desk.until(desk.settled)
    assert desk.page.panel.groups.groups[1].key == desk.group_shown()
    assert desk.page.panel.groups.groups[1].count == desk.page.model.rowCount()
    desk.press(KEY.Key_BracketLeft)
    desk.until(desk.settled)
    assert "" == desk.group_shown()


def test_r_goes_round_the_records_with_the_same_key(desk: Desk) -> None:
    with_key = desk.column(Column.FLAGS)
    accessible = Qt.ItemDataRole.AccessibleTextRole
    model = desk.page.model
    flagged = [p for p in range(len(with_key)) if model.index(p, Column.FLAGS).data(accessible)]
    place = next(p for p in flagged if "same key" in str(model.index(p, Column.FLAGS).data(accessible)))
    desk.select(place)
    desk.until(lambda: desk.action("relatedAction").isEnabled())
    desk.press(KEY.Key_R)
    assert place != desk.current()
    desk.until(
        lambda: (
            desk.page.inspector.details is not None
            and desk.page.inspector.details.row == desk.page.table.current_row()
        )
    )
    desk.press(KEY.Key_R)
    assert place == desk.current()


def test_ctrl_1_2_3_move_the_focus_and_hide_the_panels(desk: Desk) -> None:
    desk.select(0)
    desk.until(lambda: desk.page.inspector.details is not None)
    desk.press(KEY.Key_1, CTRL)
    assert "failureGroupList" == _focus()
    desk.press(KEY.Key_1, CTRL)
    assert (True, "recordTable") == (desk.page.panel.collapsed, _focus())
    desk.press(KEY.Key_1, CTRL)
    assert (False, "failureGroupList") == (desk.page.panel.collapsed, _focus())
    desk.press(KEY.Key_2, CTRL)
    assert "recordTable" == _focus()
    desk.press(KEY.Key_3, CTRL)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert desk.page.inspector.isAncestorOf(focus)
    desk.press(KEY.Key_3, CTRL)
    assert (False, "recordTable") == (desk.page.inspector.isVisible(), _focus())
    desk.press(KEY.Key_3, CTRL)
    assert desk.page.inspector.isVisible()


def test_alt_1_2_3_choose_the_tab(desk: Desk) -> None:
    desk.select(0)
    desk.until(lambda: desk.page.inspector.details is not None)
    tabs = desk.find(QTabWidget, "inspectorTabs")
    seen = []
    for key in (KEY.Key_2, KEY.Key_3, KEY.Key_1):
        desk.press(key, Qt.KeyboardModifier.AltModifier)
        seen.append(tabs.currentIndex())
    assert [1, 2, 0] == seen


def test_f6_goes_through_tool_bar_groups_table_and_inspector(desk: Desk) -> None:
    names = [region.objectName() for region in desk.page.regions()]
    assert ["decisionToolBar", "failureGroupPanel", "recordPlace", "inspector"] == names


def test_esc_clears_the_selection_and_then_leaves(desk: Desk) -> None:
    desk.select(2)
    desk.press(KEY.Key_Escape)
    assert ([], []) == (desk.selected(), desk.left)
    desk.press(KEY.Key_Escape)
    assert ["back"] == desk.left


def test_ctrl_enter_goes_to_the_review_once_something_is_decided(desk: Desk) -> None:
    desk.select(2)
    desk.press(KEY.Key_Return, CTRL)
    assert [] == desk.left
    desk.press(KEY.Key_M)
    assert "Review 1 decision" == desk.action("reviewAction").text()
    desk.press(KEY.Key_Return, CTRL)
    assert ["review"] == desk.left


# ---- letters are letters in text fields


def test_letters_in_the_search_field_are_letters(desk: Desk) -> None:
    desk.select(0)
    desk.press(KEY.Key_Slash)
    desk.write("mpsu jk[r]/")
    assert ("mpsu jk[r]/", Counts()) == (desk.page.search.text(), desk.counts)


def test_letters_in_the_header_search_are_letters(desk: Desk) -> None:
    desk.select(0)
    desk.until(lambda: desk.page.inspector.details is not None)
    desk.press(KEY.Key_3, Qt.KeyboardModifier.AltModifier)
    field = desk.find(QLineEdit, "headerSearch")
    field.setFocus()
    QTest.keyClicks(field, "mps")
    assert ("mps", Counts()) == (field.text(), desk.counts)


@pytest.mark.parametrize("name", ["groupByCombo", "mergeActionButton", "collapseGroupsButton"])
def test_letters_decide_nothing_outside_of_the_records(desk: Desk, name: str) -> None:
    desk.select(0)
    widget = desk.find(QWidget, name)
    widget.setFocus()
    QTest.keyClick(widget, KEY.Key_P)
    assert Counts() == desk.counts


@pytest.mark.parametrize(
    "name", ["failureGroupList", "lookFirstList", "contentTree", "hexView", "whyMessage"]
)
def test_letters_decide_in_groups_and_inspector(desk: Desk, name: str) -> None:
    desk.select(0)
    desk.until(lambda: desk.page.inspector.details is not None)
    if name == "hexView":
        desk.click("contentModeBytes")
    widget = desk.find(QWidget, name)
    widget.setFocus()
    QTest.keyClick(widget, KEY.Key_M)
    assert Counts(merge=1) == desk.counts


# ---- whole groups


def test_a_group_is_decided_as_a_frozen_list(desk: Desk) -> None:
    desk.choose_group("Out of stock")
    count = desk.page.model.rowCount()
    assert f"Select all {count}" == desk.find(QAbstractButton, "selectGroupButton").text()
    desk.click("selectGroupButton")
    assert f"{count} records selected" == desk.words("selectionTitle")
    assert "recordTable" == _focus()
    desk.press(KEY.Key_M)
    assert Counts(merge=count) == desk.counts
    toast = desk.toasts[-1]
    assert f"{count} records marked Retry. Nothing has been sent yet." == toast.text
    assert ("Undo", "U") == (toast.link, toast.keycap)
    assert toast.triggered is not None
    toast.triggered()
    assert Counts() == desk.counts


def test_what_arrives_later_does_not_belong_to_the_list(desk: Desk) -> None:
    desk.choose_group("Out of stock")
    count = desk.page.model.rowCount()
    desk.press(KEY.Key_A, CTRL)
    desk.world.fill_with_shop()
    desk.session.read_again()
    desk.until(lambda: desk.page.model.rowCount() == 2 * count)
    desk.ready()
    assert f"{count} records selected" == desk.words("selectionTitle")
    desk.until(lambda: desk.sees("selectionNote"))
    expected = f"{count} records of this kind arrived later and are not included."
    assert expected == desk.words("selectionNote")
    desk.press(KEY.Key_S)
    assert Counts(skip=count) == desk.counts

    desk.click("selectionLink")
    desk.until(lambda: desk.words("selectionTitle") == f"{2 * count} records selected")


def test_a_frozen_list_ends_when_a_row_is_selected(desk: Desk) -> None:
    desk.press(KEY.Key_A, CTRL)
    assert desk.sees("selectionBar")
    desk.select(3)
    assert not desk.sees("selectionBar")
    desk.press(KEY.Key_P)
    assert Counts(purge=1) == desk.counts


def test_a_frozen_list_stays_under_its_menu(desk: Desk) -> None:
    desk.press(KEY.Key_A, CTRL)
    table = desk.page.table
    place = QPoint(300, 40)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.RightButton, NONE, place)
    assert 60 == desk.page.selection.count()


def test_select_all_in_a_search_selects_what_is_shown_and_offers_the_rest(desk: Desk) -> None:
    desk.choose_group("Out of stock")
    whole = desk.page.model.rowCount()
    desk.search("OrderPlaced")
    shown = desk.page.model.rowCount()
    assert 0 < shown < whole
    desk.press(KEY.Key_A, CTRL, on=desk.page.table)
    assert f"{shown} shown records selected" == desk.words("selectionTitle")
    assert f"Select all {whole} of the group" == desk.find(QAbstractButton, "selectionLink").text()
    desk.click("selectionLink")
    desk.until(lambda: desk.words("selectionTitle") == f"{whole} records selected")
    desk.press(KEY.Key_P, on=desk.page.table)
    assert Counts(purge=whole) == desk.counts


def test_esc_clears_the_whole_selection(desk: Desk) -> None:
    desk.press(KEY.Key_A, CTRL)
    desk.press(KEY.Key_Escape)
    assert (0, False) == (desk.page.selection.count(), desk.sees("selectionBar"))


def test_some_rows_can_be_selected_and_decided_together(desk: Desk) -> None:
    desk.select(2, to=6)
    assert "5 records selected" == desk.words("selectionTitle")
    desk.press(KEY.Key_S)
    assert ["Undecided", *["Skip"] * 5, "Undecided"] == desk.decisions()[1:8]
    assert [2, 3, 4, 5, 6] == desk.selected()


def test_it_is_said_what_some_were_before(desk: Desk) -> None:
    desk.select(0, to=2)
    desk.press(KEY.Key_P)
    desk.press(KEY.Key_A, CTRL)
    desk.press(KEY.Key_M)
    expected = "60 records marked Retry, 3 of them were Discard before. Nothing has been sent yet."
    assert expected == desk.toasts[-1].text


def test_a_few_different_ones_can_be_tried_first(desk: Desk) -> None:
    desk.press(KEY.Key_A, CTRL)
    desk.click("fewFirstButton")
    dialog = desk.window.findChild(FewFirstDialog)
    assert isinstance(dialog, FewFirstDialog)
    assert "fewFirstDialog" == dialog.objectName()
    spin = dialog.findChild(QSpinBox, "fewFirstSpin")
    assert isinstance(spin, QSpinBox)
    assert (5, 1, 50) == (spin.value(), spin.minimum(), spin.maximum())
    spin.setValue(4)
    mark = dialog.findChild(QAbstractButton, "fewFirstMarkButton")
    assert isinstance(mark, QAbstractButton)
    assert "Mark 4 and review" == mark.text()
    mark.click()
    desk.until(lambda: desk.left == ["review"])
    assert Counts(merge=4) == desk.counts


def test_the_menu_selects_all_with_the_same_reason(desk: Desk) -> None:
    desk.select(0)
    place = desk.page.table.visualRect(desk.page.model.index(0, Column.WHY)).center()
    desk.page.table.customContextMenuRequested.emit(place)
    menu = desk.window.findChild(QMenu, "recordMenu")
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.objectName() == "selectReasonAction").trigger()
    menu.close()
    reason = desk.column(Column.WHY)[0]
    desk.until(lambda: desk.page.selection.frozen is not None)
    group = next(each for each in desk.page.panel.groups.groups if str(each.label) == reason)
    assert (group.count, reason) == (desk.page.selection.count(), desk.page.selecting.group_name())


# ---- groups, search, order


def test_groups_come_with_counts_and_the_shares_that_are_decided(desk: Desk) -> None:
    assert "All records 60" == desk.groups()[0]
    counts = [group.count for group in desk.page.panel.groups.groups[1:]]
    assert (60, sorted(counts, reverse=True)) == (sum(counts), counts)
    desk.choose_group("Out of stock")
    desk.press(KEY.Key_A, CTRL)
    desk.press(KEY.Key_M)
    desk.until(
        lambda: "11 of 11 decided" == desk.group_index("Out of stock").data(Qt.ItemDataRole.ToolTipRole)
    )


def test_columns_that_hold_nothing_in_a_group_are_left_out(desk: Desk) -> None:
    table = desk.page.table
    assert not table.isColumnHidden(Column.PAYLOAD_0)
    desk.choose_group("Content could not be read")
    desk.until(lambda: table.isColumnHidden(Column.PAYLOAD_0) and table.isColumnHidden(Column.PAYLOAD_1))


def test_records_can_be_grouped_otherwise(desk: Desk) -> None:
    combo = desk.find(QComboBox, "groupByCombo")
    words = [combo.itemText(place) for place in range(combo.count())]
    assert [
        "By failure reason",
        "By message",
        "By who reported it",
        "By failing step",
        "By day",
        "By number of tries",
    ] == words
    combo.setCurrentIndex(1)
    combo.activated.emit(1)
    desk.until(lambda: any(label.startswith("OrderPlaced") for label in desk.groups()))
    desk.choose_group("OrderPlaced")
    assert {"OrderPlaced"} == set(desk.column(Column.MESSAGE))


def test_a_group_and_a_quick_filter_combine(desk: Desk) -> None:
    desk.choose_group("Order already closed")
    whole = desk.page.model.rowCount()
    desk.choose_look_first("Newer record, same key")
    assert 0 < desk.page.model.rowCount() < whole
    desk.until(lambda: desk.sees("filterChip_lookFirst"))
    desk.click("filterChip_lookFirst")
    desk.until(desk.settled)
    assert whole == desk.page.model.rowCount()


def test_a_quick_filter_is_left_by_a_second_click(desk: Desk) -> None:
    desk.choose_look_first("Came back after a retry")
    assert 1 == desk.page.model.rowCount()
    desk.choose_look_first("Came back after a retry")
    assert 60 == desk.page.model.rowCount()


def test_search_finds_says_how_many_and_is_left_by_esc(desk: Desk) -> None:
    desk.search("stock")
    assert "11 found" == desk.words("searchCountLabel")
    assert {"Out of stock"} == set(desk.column(Column.WHY))
    desk.press(KEY.Key_Escape)
    desk.until(desk.settled)
    assert ("", "recordTable", 60) == (desk.page.search.text(), _focus(), desk.page.model.rowCount())


def test_enter_in_the_search_goes_to_the_first_hit(desk: Desk) -> None:
    desk.search("stock")
    desk.press(KEY.Key_Return)
    assert ("recordTable", [0]) == (_focus(), desk.selected())


def test_nothing_found_says_so_and_offers_all_groups(desk: Desk) -> None:
    desk.choose_group("Out of stock")
    desk.search("currency XTS")
    assert desk.sees("nothingFoundState")
    desk.click("searchEverywhereButton")
    desk.until(desk.settled)
    assert 0 < desk.page.model.rowCount()
    assert "" == desk.group_shown()


def test_the_search_can_be_cleared_where_nothing_was_found(desk: Desk) -> None:
    desk.search("no such thing")
    desk.click("clearSearchLink")
    desk.until(desk.settled)
    assert 60 == desk.page.model.rowCount()


def test_the_selected_record_stays_selected_in_another_order(desk: Desk) -> None:
    desk.select(7)
    row = desk.page.table.current_row()
    header = desk.page.table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(Column.WHY) + 20, 8)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, NONE, place)
    desk.until(desk.settled)
    assert sorted(desk.column(Column.WHY)) == desk.column(Column.WHY)
    assert [row] == list(desk.page.table.selected_rows())


def test_records_come_newest_failure_first(desk: Desk) -> None:
    model = desk.page.model
    known = [model.known(row) for row in model.rows[:20]]
    times = [row.failed_at for row in known if row is not None]
    assert sorted(times, reverse=True) == times


# ---- others


def test_a_record_decided_by_someone_else_keeps_its_place_and_cannot_be_decided(desk: Desk) -> None:
    theirs = desk.session.record_id(desk.page.model.rows[2])
    desk.world.decided_by_somebody_else({theirs: Decision.MERGE})
    desk.session.read_again()
    desk.until(lambda: theirs in desk.session.decided_elsewhere)
    desk.ready()
    assert "Someone else" == desk.decisions()[2]
    desk.until(lambda: desk.sees("banner_elsewhere"))
    desk.select(2)
    assert "Someone else decided this record" in desk.action("purgeAction").toolTip()
    desk.select(0, to=4)
    desk.press(KEY.Key_P)
    expected = "4 records marked Discard. 1 left as it is: someone else decided it meanwhile."
    assert (expected, "Show the 1") == (desk.toasts[-1].text, desk.toasts[-1].link)

    desk.click("removeElsewhereButton")
    desk.until(desk.settled)
    assert (59, False) == (desk.page.model.rowCount(), desk.sees("banner_elsewhere"))


def test_the_ones_that_were_left_can_be_shown(desk: Desk) -> None:
    theirs = desk.session.record_id(desk.page.model.rows[2])
    desk.world.decided_by_somebody_else({theirs: Decision.MERGE})
    desk.session.read_again()
    desk.until(lambda: theirs in desk.session.decided_elsewhere)
    desk.ready()
    desk.click("showElsewhereButton")
    desk.until(desk.settled)
    assert [theirs] == [desk.session.record_id(row) for row in desk.page.model.rows]
    desk.click("filterChip_only")
    desk.until(desk.settled)
    assert 60 == desk.page.model.rowCount()


def test_certain_records_can_be_shown_from_outside(desk: Desk) -> None:
    wanted = frozenset(map(desk.session.record_id, desk.page.model.rows[:3]))
    desk.page.show_only(wanted)
    desk.until(desk.settled)
    assert wanted == frozenset(map(desk.session.record_id, desk.page.model.rows))


def test_new_records_are_appended_and_the_selection_stays(desk: Desk) -> None:
    desk.select(5)
    row = desk.page.table.current_row()
    before = desk.counts
    desk.world.fill_with_walkthrough()
    desk.session.read_again()
    desk.until(lambda: desk.page.model.rowCount() == 63)
    desk.ready()
    assert ([row], before) == (list(desk.page.table.selected_rows()), desk.counts)


def test_committed_records_leave_the_list(desk: Desk) -> None:
    desk.select(0, to=2)
    desk.press(KEY.Key_M)
    with desk.qtbot.waitSignal(desk.session.commit_finished):
        desk.session.commit()
    desk.until(lambda: desk.page.model.rowCount() == 57)
    desk.ready()
    assert {"Undecided"} == set(desk.decisions())


# ---- copying


def test_ctrl_c_copies_the_selected_records_as_text(desk: Desk) -> None:
    desk.select(0)
    desk.press(KEY.Key_C, CTRL)
    expected = "\t".join(
        str(desk.page.model.index(0, column).data(Qt.ItemDataRole.AccessibleTextRole) or "")
        for column in Column
        if not desk.page.table.isColumnHidden(column)
    )
    assert expected == QGuiApplication.clipboard().text()


# ---- the parts have their names

NAMES = (
    *("triagePage", "decisionToolBar", "triageSplitter", "failureGroupPanel", "inspector"),
    *("searchField", "searchCountLabel", "collapseGroupsButton", "groupByCombo", "failureGroupList"),
    *("groupBar", "selectGroupButton", "selectionBar", "fewFirstButton", "clearSelectionButton"),
    *("recordTable", "previousRecordButton", "nextRecordButton", "whyCard", "developerDetails"),
    *("developerDetailsPanel", "inspectorTabs", "contentTree", "contentText", "hexView"),
    *("contentModeButtons", "copyContentButton", "formatLabel", "relatedList", "headerTable"),
    *("headerSearch", "loadPanel", "loadProgress", "stopReadingButton"),
)
ACTIONS = (
    "mergeAction",
    "purgeAction",
    "skipAction",
    "undoAction",
    "redoAction",
    "filterAction",
    "columnsAction",
    "reviewAction",
)
LATER = ("noteAction", "noteEdit", "compareButton", "groupRail")


def test_every_part_of_the_design_has_its_name(desk: Desk) -> None:
    assert [] == [name for name in NAMES if desk.window.findChild(QWidget, name) is None]
    assert list(ACTIONS) == [desk.action(name).objectName() for name in ACTIONS]
    assert [] == [name for name in LATER if desk.window.findChild(QWidget, name) is not None]


def test_several_selected_records_can_be_compared_by_a_field(desk: Desk) -> None:
    desk.select(0, to=5)
    desk.until(lambda: desk.window.findChild(QComboBox, "differCombo") is not None)
    assert "6 records" == desk.words("summaryTitle")


def test_everything_that_can_be_used_has_a_name(desk: Desk) -> None:
    desk.select(0)
    desk.until(lambda: desk.page.inspector.details is not None)
    kinds = (QAbstractButton, QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit, QAbstractSpinBox)
    of_qt = ("qt_", "ScrollLeftButton", "ScrollRightButton")
    unnamed = [
        type(each).__name__
        for kind in kinds
        for each in desk.page.findChildren(kind)
        if not each.objectName()
        and not isinstance(each, QAbstractSlider | QScrollBar)
        and not type(each).__name__.startswith(of_qt)
        and type(each).__module__.startswith("kmp_desktop")
    ]
    assert [] == unnamed


def _focus() -> str:
    widget = QApplication.focusWidget()
    return widget.objectName() if widget is not None else ""


def test_tab_goes_through_the_page_in_reading_order(desk: Desk) -> None:
    desk.choose_group("Out of stock")
    desk.select(0)
    desk.press(KEY.Key_Z, CTRL)
    desk.until(lambda: desk.page.inspector.details is not None)
    wanted = [
        "searchField",
        "groupByCombo",
        "failureGroupList",
        "selectGroupButton",
        "recordTable",
        "nextRecordButton",
    ]
    widget: QWidget | None = desk.page.tool_bar
    seen = []
    for _ in range(2000):
        widget = widget.nextInFocusChain() if widget is not None else None
        if widget is not None and widget.objectName() in wanted and widget.objectName() not in seen:
            seen.append(widget.objectName())
    assert wanted == seen


def test_twenty_thousand_records_cost_the_window_only_what_is_in_sight(
    dressed: Theme, practice: PracticeWorld, qtbot: QtBot, sessions_end: None
) -> None:
    for each in range(20_000):
        practice.broker.write(b"%d" % each, b'{"orderNumber": "%d"}' % each)
    many = Desk(practice, qtbot)
    asked: list[int] = []
    many.page.model.rows_wanted.connect(lambda wanted: asked.extend(wanted.rows))
    resets: list[bool] = []
    many.page.model.modelReset.connect(lambda: resets.append(True))
    many.session.start()
    many.qtbot.waitUntil(lambda: many.page.model.rowCount() == 20_000, timeout=60_000)
    many.until(many.settled)
    assert len(asked) < 2_000
    assert len(resets) < 20

    many.press(KEY.Key_A, CTRL, on=many.page.table)
    assert [] == many.page.table.selected_ranges()
    many.press(KEY.Key_M, on=many.page.table)
    assert Counts(merge=20_000) == many.counts
    many.press(KEY.Key_End, on=many.page.table)
    many.until(lambda: many.page.inspector.details is not None)
    assert len(asked) < 2_000
    many.press(KEY.Key_U, on=many.page.table)
    assert Counts() == many.counts
    many.session.close()
    many.until(lambda: many.session.state.phase.value == "closed")
