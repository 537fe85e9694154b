"""The record table: an index of rows that are asked for when they are looked at."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.payload import PayloadColumn
from kmp_desktop.core.text import text
from kmp_desktop.core.view import ColumnsChosen, Query, RowsWanted, SortBy
from kmp_desktop.qt.delegates.cell_text import CellText, hits_of
from kmp_desktop.qt.models.record_table import Column, RecordTableModel
from kmp_desktop.qt.models.row_cache import WINDOW, RowCache
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.column_choice import (
    AUTOMATIC,
    NOTHING_CHOSEN,
    OFFERED,
    ColumnChoice,
    read_choice,
)
from kmp_desktop.qt.views.column_widths import DEFAULT_WIDTHS, Wishes, fitting
from kmp_desktop.qt.views.record_table_view import RecordTableView
from kmp_desktop.qt.widgets.chip import ChipState
from tests.qt.rows import answer, row

ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole
CHOSEN = ColumnsChosen((PayloadColumn(("orderNumber",), "Order number"),), 2)


class Table:
    """A model on which decisions are a dictionary, and everything it asked for."""

    def __init__(self) -> None:
        self.chips: dict[int, ChipState] = {}
        self.asked: list[RowsWanted] = []
        self.model = RecordTableModel(self.chips.get)
        self.model.rows_wanted.connect(self.asked.append)

    def show(self, *numbers: int, reported: bool = False) -> None:
        """Show these rows in this order."""
        self.model.set_rows(array("I", numbers), shows_reported=reported)

    def cell(
        self, position: int, column: Column, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """What a cell answers."""
        return self.model.index(position, column).data(role)


@pytest.fixture
def table(dressed: Theme) -> Iterator[Table]:
    made = Table()
    tester = QAbstractItemModelTester(made.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    del tester


def test_a_row_is_blank_until_its_answer_is_there(table: Table, qtbot: QtBot) -> None:
    table.show(7, 8)
    assert None is table.cell(0, Column.WHY)
    qtbot.waitUntil(lambda: bool(table.asked))
    assert [(7, 8)] == [wanted.rows for wanted in table.asked]

    table.model.put(answer([7, 8]))
    assert "Customer not found" == table.cell(0, Column.WHY)


def test_only_windows_that_are_looked_at_are_asked_for(table: Table, qtbot: QtBot) -> None:
    table.model.set_rows(array("I", range(1000)), shows_reported=False)
    table.asked.clear()
    table.model.put(answer([]))  # what the model tester looked at is of no concern here
    table.model.outdate()
    table.cell(500, Column.WHY)
    qtbot.waitUntil(lambda: any(500 in wanted.rows for wanted in table.asked))
    wanted = next(wanted for wanted in table.asked if 500 in wanted.rows)
    first = 500 - 500 % WINDOW
    assert tuple(range(first, first + WINDOW)) == wanted.rows


def test_a_million_rows_are_shown_and_sorted_anew_without_asking_for_them(
    dressed: Theme, qtbot: QtBot
) -> None:
    table = Table()
    table.model.set_rows(array("I", range(1_000_000)), shows_reported=False)
    table.model.set_rows(array("I", range(999_999, -1, -1)), shows_reported=False)
    assert 1_000_000 == table.model.rowCount()
    assert 999_999 == table.model.row_at(0)
    assert [] == table.asked


def test_rows_that_only_grow_keep_their_places(table: Table) -> None:
    inserted: list[tuple[int, int]] = []
    table.show(1, 2)
    table.model.rowsInserted.connect(lambda _, first, last: inserted.append((first, last)))
    table.show(1, 2, 3, 4)
    assert [(2, 3)] == inserted


def test_another_order_is_another_list(table: Table) -> None:
    resets: list[bool] = []
    table.show(1, 2)
    table.model.modelReset.connect(lambda: resets.append(True))
    table.show(2, 1)
    assert [True] == resets


def test_what_is_out_of_date_is_shown_until_the_new_answer_is_there(table: Table) -> None:
    table.show(1)
    table.model.put(answer([1]))
    table.model.outdate()
    assert "Customer not found" == table.cell(0, Column.WHY)
    table.model.put(answer([1], why=text("Content could not be read")))
    assert "Content could not be read" == table.cell(0, Column.WHY)


def test_within_a_reason_the_reported_message_is_shown_in_quotes(table: Table) -> None:
    table.show(1, reported=True)
    table.model.put(answer([1]))
    assert "“Customer 1 does not exist”" == table.cell(0, Column.WHY)
    header = table.model.headerData(Column.WHY, Qt.Orientation.Horizontal)
    assert "Reported message" == header


def test_identifiers_are_shown_as_they_are_and_null_as_empty(table: Table) -> None:
    table.model.choose_columns(CHOSEN)
    table.show(1, 2, 3)
    answers = (row(1, payload=("4500318719",)), row(2, payload=("",)), row(3, payload=(None,)))
    for each in answers:
        table.model.put(answer([each.row], payload=each.payload))
    assert ["4500318719", "empty", ""] == [table.cell(place, Column.PAYLOAD_0) for place in range(3)]
    assert "Order number" == table.model.headerData(Column.PAYLOAD_0, Qt.Orientation.Horizontal)


def test_an_unknown_message_type_is_a_dash(table: Table) -> None:
    table.show(1)
    table.model.put(answer([1], message_type=""))
    assert "—" == table.cell(0, Column.MESSAGE)


def test_decision_and_hints_are_told_in_words(table: Table) -> None:
    table.chips.update({1: Decision.MERGE, 2: "elsewhere"})
    table.show(1, 2, 3)
    table.model.put(answer([1, 2, 3], came_back=2, newer_same_key=True))
    words = [table.cell(place, Column.DECISION, ACCESSIBLE) for place in range(3)]
    assert ["Retry, staged", "Someone else", "Undecided"] == words
    hints = "Came back after a retry, 2 times, A newer record has the same key"
    assert hints == table.cell(0, Column.FLAGS, ACCESSIBLE)
    assert hints + ", Changed by someone else" == table.cell(1, Column.FLAGS, ACCESSIBLE)
    headers = [
        table.model.headerData(Column.FLAGS, Qt.Orientation.Horizontal, role) for role in (0, ACCESSIBLE)
    ]
    assert ["", "Hints"] == headers


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("<b>bold</b><img src=x>", "<b>bold</b><img src=x>"),
        ("line\nline\ttab", "line⏎line⇥tab"),
        ("bell\x07", "bell␇"),
        ("abc\u202egnp.exe", "abc‹U+202E›gnp.exe"),
        ("\ud800", "‹U+D800›"),
    ],
)
def test_nothing_in_a_record_acts_on_the_table(table: Table, sent: str, shown: str) -> None:
    table.show(1, reported=True)
    table.model.put(answer([1], reported=sent, message_type=sent, payload=(sent, sent)))
    assert f"“{shown}”" == table.cell(0, Column.WHY)
    assert [shown] * 3 == [
        table.cell(0, column) for column in (Column.MESSAGE, Column.PAYLOAD_0, Column.PAYLOAD_1)
    ]


# ---- the cache


def test_the_newest_window_is_asked_for_first_and_few_at_a_time() -> None:
    cache = RowCache()
    for start in range(0, 500, 100):
        cache.want(range(start, start + 100))
    asked = [cache.next_request(), cache.next_request(), cache.next_request()]
    assert [400, 300, None] == [None if wanted is None else wanted.rows[0] for wanted in asked]


def test_an_answer_makes_room_for_the_next_question() -> None:
    cache = RowCache()
    for start in (0, 100, 200):
        cache.want(range(start, start + 10))
    first = cache.next_request()
    assert first is not None
    assert None is not cache.next_request()
    assert None is cache.next_request()
    cache.put(answer(first.rows))
    assert None is not cache.next_request()


def test_what_was_asked_for_is_not_asked_for_again() -> None:
    cache = RowCache()
    cache.want([1, 2])
    cache.next_request()
    cache.want([1, 2, 3])
    third = cache.next_request()
    assert third is not None
    assert (3,) == third.rows


def test_a_row_without_an_answer_is_not_asked_for_for_ever() -> None:
    cache = RowCache()
    cache.want([1, 2])
    cache.next_request()
    cache.put(answer([1]))
    cache.want([1, 2])
    assert None is cache.next_request()


def test_the_oldest_rows_are_forgotten_beyond_the_limit() -> None:
    cache = RowCache(limit=3)
    cache.put(answer([1, 2, 3, 4]))
    assert [False, True, True, True] == [cache.get(number) is not None for number in (1, 2, 3, 4)]
    assert not cache.is_fresh(1)


# ---- columns


PAYLOAD = (Column.PAYLOAD_0, Column.PAYLOAD_1)


def shown_at(
    room: int,
    types: int = 2,
    *,
    payload: tuple[Column, ...] = PAYLOAD,
    in_group: bool = False,
    choice: ColumnChoice = NOTHING_CHOSEN,
) -> list[Column]:
    wishes = Wishes(types, payload, in_group=in_group)
    return sorted(fitting(room, 200, dict(DEFAULT_WIDTHS), wishes, choice))


def test_columns_leave_in_their_order_when_space_is_short() -> None:
    everything = [column for column in Column if column not in OFFERED or column in AUTOMATIC]
    assert everything == shown_at(1000)
    assert [each for each in everything if each != Column.PAYLOAD_1] == shown_at(790)
    always = [Column.DECISION, Column.WHY, Column.FAILED, Column.FLAGS]
    assert sorted([*always, Column.PAYLOAD_0]) == shown_at(654)
    assert always == shown_at(500)


def test_the_second_payload_column_needs_room_or_a_group() -> None:
    assert Column.PAYLOAD_1 not in shown_at(899, types=1)
    assert Column.PAYLOAD_1 in shown_at(900, types=1)
    assert Column.PAYLOAD_1 in shown_at(770, types=1, in_group=True)


def test_a_payload_column_without_values_is_not_shown() -> None:
    assert Column.PAYLOAD_0 not in shown_at(1000, payload=(Column.PAYLOAD_1,))
    assert Column.PAYLOAD_1 in shown_at(654, payload=(Column.PAYLOAD_1,))


def test_one_message_type_needs_no_column() -> None:
    assert Column.MESSAGE not in shown_at(1600, types=1)


def test_the_reason_takes_what_is_left() -> None:
    widths = fitting(1000, 200, dict(DEFAULT_WIDTHS), Wishes(2, PAYLOAD, in_group=False), NOTHING_CHOSEN)
    assert 1000 == sum(widths.values())


def test_a_column_that_a_person_asked_for_stays_and_others_give_way() -> None:
    with_key = ColumnChoice(shown=frozenset({*AUTOMATIC, Column.KEY}))
    always = [Column.DECISION, Column.WHY, Column.FAILED, Column.FLAGS]
    assert sorted([*always, Column.KEY, Column.PAYLOAD_0]) == shown_at(800, choice=with_key)
    assert sorted([*always, Column.KEY]) == shown_at(300, choice=with_key)


def test_a_column_that_is_not_wanted_is_not_shown() -> None:
    without = ColumnChoice(shown=frozenset({Column.PAYLOAD_0}))
    assert Column.MESSAGE not in shown_at(1600, choice=without)
    assert Column.PAYLOAD_0 in shown_at(1600, choice=without)


def test_a_choice_of_columns_is_read_as_it_was_written() -> None:
    chosen = ColumnChoice((Column.KEY, *(each for each in OFFERED if each is not Column.KEY)), frozenset())
    assert chosen == read_choice(chosen.written())
    assert NOTHING_CHOSEN == read_choice("")


@pytest.mark.parametrize("written", ["+key +key", "nonsense", "*key +", "-decision", "+KEY\0"])
def test_what_cannot_be_read_of_a_choice_is_as_usual(written: str) -> None:
    read = read_choice(written)
    assert sorted(OFFERED) == sorted(read.order)
    assert NOTHING_CHOSEN.shown == read.shown - {Column.KEY}


# ---- the view


@pytest.fixture
def view(table: Table, qtbot: QtBot) -> Iterator[RecordTableView]:
    made = RecordTableView(table.model)
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    yield made
    made.hide()


def shows(view: RecordTableView, numbers: list[int], **query: object) -> None:
    view.show_rows(array("I", numbers), Query(**query))  # type: ignore[arg-type]


def test_selected_records_stay_selected_in_another_order(view: RecordTableView, table: Table) -> None:
    shows(view, [1, 2, 3, 4, 5])
    view.go_to(1)
    shows(view, [5, 4, 3, 2, 1])
    assert [2] == list(view.selected_rows())
    assert 3 == view.current_position()


def test_many_selected_records_stay_selected_and_are_read_as_ranges(view: RecordTableView) -> None:
    shows(view, list(range(100)))
    view.selectAll()
    assert [range(100)] == view.selected_ranges()
    shows(view, list(range(99, -1, -2)))
    assert 50 == view.selected_count()
    assert list(range(99, -1, -2)) == list(view.selected_rows())


def test_a_record_that_left_the_list_is_not_selected_any_more(view: RecordTableView) -> None:
    shows(view, [1, 2, 3])
    view.go_to(1)
    shows(view, [1, 3])
    assert [] == list(view.selected_rows())


def test_letters_do_not_jump(view: RecordTableView, table: Table) -> None:
    shows(view, [1, 2, 3])
    table.model.put(answer([1, 2]))
    table.model.put(answer([3], why=text("Zebra")))
    view.go_to(0)
    QTest.keyClick(view, Qt.Key.Key_Z)
    assert 0 == view.current_position()


def test_home_and_end_go_to_the_first_and_last_record(view: RecordTableView) -> None:
    shows(view, [1, 2, 3])
    view.go_to(1)
    QTest.keyClick(view, Qt.Key.Key_End)
    assert [3] == list(view.selected_rows())
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert [1] == list(view.selected_rows())


def test_home_selects_the_current_record_if_none_is_selected(view: RecordTableView) -> None:
    shows(view, [1, 2, 3])
    view.go_to(0)
    view.clear_quietly()
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert [1] == list(view.selected_rows())


def test_a_click_on_a_header_asks_for_an_order(view: RecordTableView, table: Table) -> None:
    wanted: list[tuple[SortBy, bool]] = []
    shows(view, [1, 2, 3], sort=SortBy.FAILED, descending=True)
    view.sort_wanted.connect(wanted.append)
    header = view.horizontalHeader()
    place = header.sectionViewportPosition(Column.WHY) + 20
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=_point(place))
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=_point(place))
    assert [SortBy.WHY, SortBy.WHY] == [sort for sort, _ in wanted]
    assert wanted[0][1] is not wanted[1][1]


def test_within_a_reason_the_header_sorts_by_the_reported_message(view: RecordTableView) -> None:
    wanted: list[tuple[SortBy, bool]] = []
    shows(view, [1, 2, 3], group="reason")
    view.sort_wanted.connect(wanted.append)
    place = view.horizontalHeader().sectionViewportPosition(Column.WHY) + 20
    QTest.mouseClick(view.horizontalHeader().viewport(), Qt.MouseButton.LeftButton, pos=_point(place))
    assert [SortBy.REPORTED] == [sort for sort, _ in wanted]


def test_the_table_tells_how_many_rows_it_has(view: RecordTableView) -> None:
    shows(view, list(range(84)))
    assert "Failed records, 84 rows" == view.accessibleName()


def test_every_cell_can_be_painted(view: RecordTableView, table: Table) -> None:
    table.model.choose_columns(CHOSEN)
    table.chips.update({1: Decision.MERGE, 2: Decision.PURGE, 3: "elsewhere"})
    shows(view, [1, 2, 3, 4])
    table.model.put(answer([1, 2, 3], came_back=1, newer_same_key=True))
    image = QImage(200, 40, QImage.Format.Format_ARGB32)
    image.fill(0)
    blank = image.copy()
    painter = QPainter(image)
    for column in Column:
        for position in range(4):
            image.fill(0)
            option = QStyleOptionViewItem()
            option.rect = image.rect()
            view.itemDelegate().paint(painter, option, table.model.index(position, column))
            assert blank != image
    painter.end()


def _point(left: int) -> QPoint:
    return QPoint(left, 10)


@pytest.mark.parametrize("word", ["closed", "order 45003187 was closed before", "4"])
def test_bold_search_hits_never_push_the_end_of_a_text_out_of_its_cell(dressed: Theme, word: str) -> None:
    cell = CellText("body")
    whole = "Order 4500318702 was closed before, order 4500318703 was not"
    canvas = QImage(900, 40, QImage.Format.Format_ARGB32)
    painter = QPainter(canvas)

    wide = [
        width
        for width in range(40, 600, 7)
        if cell.draw(painter, QRect(0, 0, width, 32), whole, dressed.color("text"), hits_of([word])) > width
    ]
    painter.end()

    assert [] == wide
