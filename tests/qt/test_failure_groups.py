"""The lists of the failure group panel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from kmp_desktop.core.text import text
from kmp_desktop.core.view import GroupBy, Groups, GroupSummary, LookFirst
from kmp_desktop.qt.models.failure_groups import (
    COUNT_ROLE,
    MORE_ROLE,
    SECOND_LINE_ROLE,
    SHARE_ROLE,
    SHOWN,
    FailureGroupModel,
    LookFirstModel,
)
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.failure_group_panel import FailureGroupPanel

DISPLAY = Qt.ItemDataRole.DisplayRole


def groups(*found: tuple[str, int], complete: bool = True, decided: int = 0) -> Groups:
    total = sum(count for _, count in found)
    return Groups(
        GroupBy.REASON,
        tuple(GroupSummary(label, text(label), count, decided, 0) for label, count in found),
        GroupSummary("", text("All records"), total, decided, 0),
        ((LookFirst.UNDECIDED, total), (LookFirst.CAME_BACK, 0), (LookFirst.UNREADABLE, 2)),
        complete,
        0,
    )


@pytest.fixture
def model(qapp: object) -> Iterator[FailureGroupModel]:
    made = FailureGroupModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    del tester


def labels(model: FailureGroupModel | LookFirstModel) -> list[str]:
    return [str(model.index(row).data()) for row in range(model.rowCount())]


def test_all_records_come_first(model: FailureGroupModel) -> None:
    model.set_groups(groups(("A", 5), ("B", 3)))
    assert ["All records", "A", "B"] == labels(model)
    assert [8, 5, 3] == [model.index(row).data(COUNT_ROLE) for row in range(3)]


def test_the_order_stays_while_somebody_points_at_it(model: FailureGroupModel) -> None:
    model.set_groups(groups(("A", 5), ("B", 3)))
    model.keep_order = True
    model.set_groups(groups(("B", 9), ("C", 7), ("A", 5)))
    assert ["All records", "A", "B", "C"] == labels(model)
    model.keep_order = False
    model.set_groups(groups(("B", 9), ("C", 7), ("A", 5)))
    assert ["All records", "B", "C", "A"] == labels(model)


def test_many_groups_are_cut_and_shown_on_demand(model: FailureGroupModel) -> None:
    model.set_groups(groups(*((f"G{number}", 200 - number) for number in range(162))))
    assert SHOWN + 2 == model.rowCount()
    assert "Show 112 smaller groups" == labels(model)[-1]
    assert model.index(SHOWN + 1).data(MORE_ROLE)
    model.show_all()
    assert 163 == model.rowCount()


def test_while_reading_shares_of_what_was_read_are_told(model: FailureGroupModel) -> None:
    model.set_groups(groups(("A", 490), ("B", 509), ("C", 1), complete=False))
    second = [model.index(row).data(SECOND_LINE_ROLE) for row in range(4)]
    assert ["counting …", "49 % so far", "50 % so far", "under 1 % so far"] == second
    assert None is model.index(1).data(SHARE_ROLE)


def test_the_share_that_is_decided_is_told_in_words_too(model: FailureGroupModel) -> None:
    model.set_groups(groups(("A", 8), decided=2))
    assert 0.25 == model.index(1).data(SHARE_ROLE)
    assert "2 of 8 decided" == model.index(1).data(Qt.ItemDataRole.ToolTipRole)
    words = model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "A, 8 records, 2 decided" == words


def test_filters_with_nothing_behind_them_are_not_shown(qapp: object) -> None:
    model = LookFirstModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_counting()
    assert "Came back after a retry" in labels(model)
    model.set_counts(groups(("A", 5)).look_first)
    assert ["Undecided", "Content cannot be read"] == labels(model)
    model.set_counts(groups(("A", 5)).look_first, keep=LookFirst.CAME_BACK)
    assert ["Undecided", "Came back after a retry", "Content cannot be read"] == labels(model)
    del tester


def test_the_chosen_group_stays_chosen_when_the_counts_change(dressed: Theme, qtbot: QtBot) -> None:
    panel = FailureGroupPanel()
    qtbot.addWidget(panel)
    chosen: list[str] = []
    panel.set_groups(groups(("A", 5), ("B", 3)))
    panel.choose("B")
    panel.group_chosen.connect(chosen.append)
    panel.set_groups(groups(("B", 9), ("A", 5)))
    assert ("B", []) == (panel.list.currentIndex().data(DISPLAY), chosen)


def test_all_records_are_shown_once_the_chosen_group_is_gone(dressed: Theme, qtbot: QtBot) -> None:
    panel = FailureGroupPanel()
    qtbot.addWidget(panel)
    panel.set_groups(groups(("A", 5), ("B", 3)))
    panel.choose("B")
    chosen: list[str] = []
    panel.group_chosen.connect(chosen.append)
    panel.set_groups(groups(("A", 1), complete=False))
    assert [] == chosen, "it may still come while records are read"
    panel.set_groups(groups(("A", 5)))
    assert ([""], "All records") == (chosen, panel.list.currentIndex().data(DISPLAY))


def test_every_line_can_be_painted(dressed: Theme, qtbot: QtBot) -> None:
    panel = FailureGroupPanel()
    qtbot.addWidget(panel)
    panel.set_groups(groups(*((f"G{number}", 200 - number) for number in range(80)), decided=3))
    image = QImage(260, 60, QImage.Format.Format_ARGB32)
    image.fill(0)
    blank = image.copy()
    painter = QPainter(image)
    for view in (panel.list, panel.look_list):
        model = view.model()
        for row in range(model.rowCount()):
            image.fill(0)
            option = QStyleOptionViewItem()
            option.rect = image.rect()
            view.itemDelegate().paint(painter, option, model.index(row, 0))
            assert blank != image
    painter.end()
