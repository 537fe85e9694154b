"""Every widget that can be used has a name that does not change: programs from outside rely on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QSplitter,
    QTabBar,
    QTabWidget,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kmp_desktop.qt.runner import running_threads
from kmp_desktop.qt.theme import Theme
from tests.qt.window_world import WindowWorld

_USABLE = (
    *(QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit),
    *(QPlainTextEdit, QSplitter, QTabWidget, QTextEdit),
)
_WITH_PARTS_OF_QT = (QAbstractSpinBox, QComboBox, QHeaderView, QLineEdit, QTabBar)


@pytest.fixture
def shop(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[WindowWorld]:
    Theme.current().apply(qapp)
    world = WindowWorld(tmp_path, qtbot)
    world.world.fill_with_shop()
    yield world
    world.close()
    qtbot.waitUntil(lambda: running_threads() == 0)


def let_go() -> None:
    """Delete what is to be deleted: rows that were replaced a moment ago are still children."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def nameless(root: QWidget) -> list[str]:
    """Usable widgets below ``root`` without a name, told by where they are."""
    let_go()
    found = []
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, _USABLE) or isinstance(widget, QHeaderView) or _is_part_of_qt(widget):
            continue
        if not widget.objectName():
            found.append(_place(widget))
    return found


def _is_part_of_qt(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, _WITH_PARTS_OF_QT):
            return True
        parent = parent.parentWidget()
    return False


def _place(widget: QWidget) -> str:
    parent = widget.parentWidget()
    while parent is not None and not parent.objectName():
        parent = parent.parentWidget()
    return f"{type(widget).__name__} in {parent.objectName() if parent is not None else '-'}"


def test_every_usable_widget_of_the_pages_has_a_name(shop: WindowWorld) -> None:
    shop.open()
    shop.stage(merge=3, purge=2, skip=1)
    shop.review()
    shop.button("commitButton").click()
    shop.qtbot.waitUntil(lambda: shop.page() == "resultPage")

    assert [] == nameless(shop.window)


@pytest.mark.parametrize("action", ["newConnectionAction", "shortcutsAction", "aboutAction"])
def test_every_usable_widget_of_the_dialogs_has_a_name(shop: WindowWorld, action: str) -> None:
    shop.action(action).trigger()
    dialogs = [each for each in shop.window.findChildren(QDialog) if each.isVisible()]

    assert 1 == len(dialogs)
    assert dialogs[0].objectName()
    assert [] == nameless(dialogs[0])
    dialogs[0].close()


def test_no_name_is_used_twice_on_a_page(shop: WindowWorld) -> None:
    shop.open()
    let_go()
    for page in ("queuesPage", "triagePage", "reviewPage"):
        names = [
            each.objectName()
            for each in shop.find(QWidget, page).findChildren(QWidget)
            if isinstance(each, _USABLE) and not _is_part_of_qt(each) and each.objectName()
        ]
        twice = {name for name in names if names.count(name) > 1 and not name.startswith("qt_")}
        assert set() == twice, page
