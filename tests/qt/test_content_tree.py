"""The content tree: what was sent, exactly as it was written."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from kmp_desktop.core.payload import Node, NodeKind, Tree
from kmp_desktop.decoding.content import ContentDecoder
from kmp_desktop.qt import when
from kmp_desktop.qt.dialogs.value_dialog import ValueDialog
from kmp_desktop.qt.models import node_text
from kmp_desktop.qt.models.content_tree import OPEN_NODES, PAGE, ContentTreeModel
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.content_tree_view import ContentTreeView

SOURCE = (
    '{"orderNumber": 9007199254740993127, "amount": 129.90, "factor": 1e5, "gift": null, "note": "",'
    ' "padded": " a\\nb ", "open": true, "reason": "A", "reason": "B",'
    ' "items": [{"sku": "X-1", "count": 2}, {"sku": "X-2"}], "inner": "{\\"a\\": 1.50}"}'
)


def root_of(source: str) -> Node:
    payload = ContentDecoder(None).decode(source.encode())
    assert isinstance(payload, Tree)
    return payload.root


@pytest.fixture
def model(qapp: object) -> Iterator[ContentTreeModel]:
    made = ContentTreeModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    del tester


@pytest.fixture
def view(dressed: Theme, qtbot: QtBot) -> ContentTreeView:
    made = ContentTreeView()
    qtbot.addWidget(made)
    made.resize(400, 500)
    return made


def lines(model: ContentTreeModel, parent: QModelIndex | None = None) -> list[tuple[str, str]]:
    parent = parent or QModelIndex()
    return [
        (str(model.index(row, 0, parent).data()), str(model.index(row, 1, parent).data()))
        for row in range(model.rowCount(parent))
    ]


def find(model: ContentTreeModel, name: str, parent: QModelIndex | None = None) -> QModelIndex:
    parent = parent or QModelIndex()
    found = [row for row in range(model.rowCount(parent)) if model.index(row, 0, parent).data() == name]
    return model.index(found[0], 0, parent)


def test_order_spelling_and_numbers_are_those_of_the_source(model: ContentTreeModel) -> None:
    model.set_root(root_of(SOURCE))
    assert [
        ("orderNumber", "9007199254740993127"),
        ("amount", "129.90"),
        ("factor", "1e5"),
        ("gift", "empty (null)"),
        ("note", "empty text"),
        ("padded", "␣a⏎b␣"),
        ("open", "true"),
        ("reason", "A"),
        ("reason (2nd)", "B"),
        ("items", "2 entries"),
        ("inner", '{"a": 1.50} contains JSON'),
    ] == lines(model)
    items = find(model, "items")
    assert [("0", "2 fields"), ("1", "1 field")] == lines(model, items)
    assert [("sku", "X-1"), ("count", "2")] == lines(model, find(model, "0", items))


def test_a_path_is_written_as_developers_write_it(model: ContentTreeModel) -> None:
    model.set_root(root_of(SOURCE))
    second = find(model, "1", find(model, "items"))
    assert "items[1].sku" == model.path(find(model, "sku", second))
    assert "amount" == model.path(find(model, "amount"))


def test_a_content_that_is_one_value_is_one_line(model: ContentTreeModel) -> None:
    model.set_root(Node("", NodeKind.NUMBER, "42"))
    assert [("", "42")] == lines(model)


def test_another_content_replaces_the_one_before(model: ContentTreeModel) -> None:
    model.set_root(root_of('{"a": 1}'))
    model.set_root(root_of('{"b": 2, "c": 3}'))
    assert [("b", "2"), ("c", "3")] == lines(model)
    model.set_root(None)
    assert [] == lines(model)


def test_many_entries_come_in_pages(model: ContentTreeModel) -> None:
    total = 2 * PAGE + 7
    model.set_root(root_of(json.dumps({"list": list(range(total))})))
    parent = find(model, "list")
    assert PAGE + 1 == model.rowCount(parent)
    assert "Show entries 501–1000" == lines(model, parent)[-1][0]

    model.show_more(model.index(PAGE, 0, parent))
    assert 2 * PAGE + 1 == model.rowCount(parent)
    assert "Show entries 1001–1007" == lines(model, parent)[-1][0]

    model.show_more(model.index(2 * PAGE, 0, parent))
    assert [(str(number), str(number)) for number in range(total)] == lines(model, parent)


def test_more_than_five_hundred_equal_names_are_counted_on(model: ContentTreeModel) -> None:
    names = ", ".join('"a": 1' for _ in range(PAGE + 2))
    model.set_root(root_of(f"{{{names}}}"))
    model.show_more(model.index(PAGE, 0))
    assert ["a", "a (2nd)", "a (3rd)", "a (4th)"] == [name for name, _ in lines(model)[:4]]
    assert f"a ({PAGE + 2}th)" == lines(model)[-1][0]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("<b>x</b>", "<b>x</b>"), ("a\nb", "a⏎b"), ("x\u202ey", "x‹U+202E›y"), ("", '""'), (" ", "␣")],
)
def test_nothing_in_a_name_acts_on_the_tree(model: ContentTreeModel, name: str, shown: str) -> None:
    model.set_root(Node("", NodeKind.OBJECT, children=(Node(name, NodeKind.STRING, name),)))
    assert shown == lines(model)[0][0]
    tip = str(model.index(0, 1).data(Qt.ItemDataRole.ToolTipRole) or "")
    assert "<b>" not in tip


def test_a_time_is_readable_and_its_raw_value_beside(qapp: object) -> None:
    now = when.now_ms()
    node = Node("at", NodeKind.NUMBER, str(now), logical_ms=now)
    shown = node_text.shown(node)
    assert shown.text.startswith("Today, ")
    assert str(now) == shown.beside
    guessed = node_text.shown(Node("at", NodeKind.NUMBER, str(now), logical_ms=now, guessed_time=True))
    assert f"{now} (read as time)" == guessed.beside


def test_bytes_are_hex_to_32_bytes_with_their_length(qapp: object) -> None:
    shown = node_text.shown(Node("raw", NodeKind.BYTES, "ab" * 131))
    assert ("ab " * 32 + "…", "131 bytes", True) == (shown.text, shown.beside, shown.opens)


def test_a_long_text_tells_its_length_and_opens(qapp: object) -> None:
    shown = node_text.shown(Node("text", NodeKind.STRING, "x" * 312))
    assert ("312 characters", True) == (shown.beside, shown.opens)


def test_copied_json_keeps_numbers_and_duplicates(qapp: object) -> None:
    copied = node_text.as_json(root_of(SOURCE))
    assert [json.loads(SOURCE)] == [json.loads(copied)]
    assert ["9007199254740993127", "129.90", "1e5"] == [
        part for part in ("9007199254740993127", "129.90", "1e5") if part in copied
    ]
    assert 2 == copied.count('"reason"')


def test_json_of_any_depth_can_be_copied(qapp: object) -> None:
    node = Node("", NodeKind.LIST)
    for _ in range(5000):
        node = Node("", NodeKind.LIST, children=(node,))
    assert 5001 == node_text.as_json(node).count("[")


# ---- the view


def test_two_levels_of_names_are_in_sight_at_first(view: ContentTreeView) -> None:
    view.show_root(root_of('{"a": {"b": {"c": {"d": 1}}}}'))
    first = find(view.content, "a")
    second = find(view.content, "b", first)
    assert [True, False] == [view.isExpanded(index) for index in (first, second)]


def test_of_a_large_content_only_so_much_is_opened(view: ContentTreeView) -> None:
    many = {f"part{number}": {"a": 1, "b": 2} for number in range(OPEN_NODES)}
    view.show_root(root_of(json.dumps(many)))
    opened = [row for row in range(OPEN_NODES) if view.isExpanded(view.content.index(row, 0))]
    assert [] == opened


def test_copy_takes_the_value_and_ctrl_shift_c_the_path(view: ContentTreeView) -> None:
    view.show_root(root_of(SOURCE))
    view.setCurrentIndex(find(view.content, "padded"))
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert " a\nb " == QGuiApplication.clipboard().text()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(view, Qt.Key.Key_C, both)
    assert "padded" == QGuiApplication.clipboard().text()


def test_f3_goes_from_hit_to_hit_also_below_closed_lines(view: ContentTreeView) -> None:
    view.show_root(root_of('{"x": 1, "a": {"b": {"c": {"needle": 1}}}, "z": "Needle"}'))
    view.set_search(["needle"])
    found = []
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_F3)
        found.append(view.content.path(view.currentIndex()))
    assert ["a.b.c.needle", "z", "a.b.c.needle"] == found


def test_enter_on_a_long_text_asks_for_a_window(view: ContentTreeView) -> None:
    wanted: list[Node] = []
    view.value_wanted.connect(wanted.append)
    view.show_root(root_of(json.dumps({"short": "x", "long": "y" * 500})))
    for name in ("short", "long"):
        view.activated.emit(find(view.content, name))
    assert ["long"] == [node.name for node in wanted]


def test_a_click_shows_the_next_page(view: ContentTreeView, qtbot: QtBot) -> None:
    view.show_root(root_of(json.dumps({f"n{number}": 1 for number in range(PAGE + 5)})))
    view.show()
    more = view.content.index(PAGE, 0)
    view.scrollTo(more)
    point: QPoint = view.visualRect(more).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert PAGE + 5 == view.content.rowCount()
    view.hide()


def test_every_kind_of_value_can_be_painted(view: ContentTreeView) -> None:
    view.show_root(root_of(SOURCE))
    image = QImage(300, 30, QImage.Format.Format_ARGB32)
    image.fill(0)
    blank = image.copy()
    painter = QPainter(image)
    for row in range(view.content.rowCount()):
        for column in (0, 1):
            image.fill(0)
            option = QStyleOptionViewItem()
            option.rect = QRect(0, 0, 300, 30)
            view.itemDelegate().paint(painter, option, view.content.index(row, column))
            assert blank != image
    painter.end()


# ---- the dialog


def dialog_text(qtbot: QtBot, value: str) -> str:
    from PySide6.QtWidgets import QPlainTextEdit

    dialog = ValueDialog(Node("inner", NodeKind.STRING, value), "inner")
    qtbot.addWidget(dialog)
    assert "valueDialog" == dialog.objectName()
    shown = dialog.findChild(QPlainTextEdit, "valueText")
    assert isinstance(shown, QPlainTextEdit)
    return shown.toPlainText()


def test_json_inside_a_text_is_laid_out_without_changing_a_number(dressed: Theme, qtbot: QtBot) -> None:
    expected = '{\n  "a": 1.50,\n  "b": [\n    "x, {y}"\n  ]\n}'
    assert expected == dialog_text(qtbot, '{"a":1.50,"b":["x, {y}"]}')


def test_a_text_that_only_looks_like_json_is_shown_as_it_is(dressed: Theme, qtbot: QtBot) -> None:
    assert "{not json}" == dialog_text(qtbot, "{not json}")
