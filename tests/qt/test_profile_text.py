"""What a profile file that somebody handed over says is looked at and never obeyed."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QTreeWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.core.profile import Queue
from kmp_desktop.qt.dialogs.queue_list import QueueList
from tests.faults.hostile_records import MARKUP, TURNED

pytestmark = pytest.mark.usefixtures("dressed")


def test_names_and_descriptions_of_queues_are_never_markup_and_hide_nothing(qtbot: QtBot) -> None:
    shown = QueueList((Queue("q", TURNED + MARKUP, "t", "r", MARKUP, MARKUP + TURNED),))
    qtbot.addWidget(shown)
    table = shown.findChild(QTreeWidget, "queueTable")
    assert isinstance(table, QTreeWidget)
    item = table.topLevelItem(0)
    assert item is not None
    assert "\u202e" not in item.text(0)
    for column in (0, 3):
        assert "&lt;b>bold&lt;/b>&lt;img" in item.toolTip(column)
        assert "\u202e" not in item.toolTip(column)
