"""The inspector: why a record failed, what it contains, and nothing of it ever interpreted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTabWidget,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kmp_desktop.core.decision import Counts
from kmp_desktop.core.record import Header
from kmp_desktop.core.view import RecordDetails
from kmp_desktop.practice.samples import Sample
from kmp_desktop.qt.models.related_records import WHERE_ROLE
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.why_card import facts_of
from kmp_desktop.qt.visible_bytes import hex_lines
from kmp_desktop.qt.widgets.chip import DecisionChip
from tests.qt.pages import show_what_is_new
from tests.qt.practice_world import NOW, PracticeWorld
from tests.qt.triage_desk import CTRL, KEY, Desk

ALT = Qt.KeyboardModifier.AltModifier
CAUSE = "kafka_dlt-exception-fqcn"
MESSAGE = "kafka_dlt-exception-message"
NASTY = '<h1>Big</h1><img src="file:///etc/passwd"> \x1b[31m \u202eevil\u202c &amp;'


@pytest.fixture
def open_with(
    dressed: Theme, practice: PracticeWorld, qtbot: QtBot, sessions_end: None
) -> Iterator[Callable[..., Desk]]:
    """Opens a desk on records of the test's own, with the first one selected and described."""
    desks: list[Desk] = []

    def opened(*samples: Sample, size: tuple[int, int] = (1440, 820), registry_url: str = "") -> Desk:
        for each in samples:
            practice.broker.write(each.key, each.value, each.headers, each.timestamp)
        desk = Desk(practice, qtbot, size=size, registry_url=registry_url).read()
        desks.append(desk)
        look_at(desk, 0)
        return desk

    yield opened
    for desk in desks:
        desk.session.close()
        qtbot.waitUntil(lambda desk=desk: desk.session.state.phase.value == "closed")  # type: ignore[misc]


def sample(
    value: bytes | None = b'{"orderNumber": "4500318719", "amount": 129.90}',
    *headers: Header,
    key: bytes | None = b"4500318719",
    minutes_ago: int = 0,
) -> Sample:
    if all(name != CAUSE for name, _ in headers):
        headers = (*headers, (CAUSE, b"com.example.OrderClosedException"))
    return Sample(key, value, headers, NOW - minutes_ago * 60_000)


def look_at(desk: Desk, position: int) -> RecordDetails:
    desk.select(position)
    row = desk.page.model.row_at(position)
    desk.until(lambda: desk.page.inspector.details is not None and desk.page.inspector.details.row == row)
    details = desk.page.inspector.details
    assert details is not None
    return details


def text_of(desk: Desk, name: str) -> str:
    return desk.find(QTextEdit, name).toPlainText()


def plain(desk: Desk, name: str) -> str:
    return desk.find(QPlainTextEdit, name).toPlainText()


def banners(desk: Desk) -> list[str]:
    return [hint.title for hint in desk.page.inspector.hint_banners.shown]


def all_words(desk: Desk) -> list[str]:
    show_what_is_new(desk.page.inspector)
    return [label.text() for label in desk.page.inspector.findChildren(QLabel) if label.isVisible()]


# ---- header and why card


def test_header_and_card_say_what_it_is_and_why_it_failed(open_with: Callable[..., Desk]) -> None:
    headers = (
        ("__TypeId__", b"com.example.orders.OrderCanceled"),
        (CAUSE, b"com.example.CustomerNotFoundException"),
        (MESSAGE, b"Customer C-771230 does not exist"),
        ("kafka_dlt-original-consumer-group", b"billing"),
    )
    desk = open_with(sample(b'{"orderNumber": "4500318719"}', *headers))
    assert "OrderCanceled" == desk.words("inspectorTitle")
    assert "Order number 4500318719 · record 1 of 1" == desk.words("inspectorSubtitle")
    assert "Customer not found" == desk.words("whyLabel")
    assert "“Customer C-771230 does not exist”" == text_of(desk, "whyMessage")
    assert {"Reported by", "billing"} <= set(all_words(desk))


@pytest.mark.parametrize(
    ("hours_ago", "said"),
    [
        (0, r"Today, \d\d:\d\d \(just now\)"),
        (24, r"Yesterday, \d\d:\d\d"),
        (48, r"\d+ \w+, \d\d:\d\d \(2 days ago\)"),
        (20 * 24, r"\d+ \w+, \d\d:\d\d"),
    ],
)
def test_the_day_of_a_failure_is_said_once(open_with: Callable[..., Desk], hours_ago: int, said: str) -> None:
    details = look_at(open_with(sample()), 0)
    failed = replace(details.facts, failed_at=NOW - hours_ago * 3_600_000)

    told = {name: value for name, value, _ in facts_of(replace(details, facts=failed), NOW)}

    assert re.fullmatch(said, told["Failed"]), told["Failed"]


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (b"com.example.OrderClosedException", ""),
        (
            b"org.springframework.kafka.support.serializer.DeserializationException",
            "could not read its content either",
        ),
    ],
)
def test_only_who_says_so_could_not_read_it_either(
    open_with: Callable[..., Desk], cause: bytes, said: str
) -> None:
    desk = open_with(sample(b"\x00\xff\xfe", (CAUSE, cause)))
    shown = text_of(desk, "whyMessage")
    assert said in shown
    assert bool(said) == bool(shown)


def test_the_chip_follows_the_decision(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample())
    desk.press(KEY.Key_P)
    assert "Discard" == desk.find(DecisionChip, "inspectorChip").text()
    desk.press(KEY.Key_U)
    assert "Undecided" == desk.find(DecisionChip, "inspectorChip").text()


def test_a_long_message_is_cut_and_opened_by_more(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample(b"{}", (MESSAGE, b"word " * 300), (CAUSE, b"a.B")))
    message = desk.find(QTextEdit, "whyMessage")
    desk.until(lambda: desk.sees("messageMoreButton"))
    before = message.height()
    desk.click("messageMoreButton")
    desk.until(lambda: message.height() > before)
    assert not desk.sees("messageMoreButton")


def test_a_word_without_end_does_not_widen_the_inspector(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample(b"{}", (MESSAGE, b"x" * 3000), (CAUSE, b"a.B")))
    assert desk.page.inspector.width() <= Theme.current().px(400) + 1


def test_in_a_low_window_the_card_is_short_until_more(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample(b"{}", (MESSAGE, b"m"), (CAUSE, b"a.B")), size=(1440, 520))
    assert not desk.sees("developerDetails")
    desk.click("whyMoreButton")
    assert desk.sees("developerDetails")


def test_details_for_developers_are_closed_until_wanted(open_with: Callable[..., Desk]) -> None:
    trace = "a.B: gone\n" + "\n".join(f"\tat a.C.m{n}(C.java:{n})" for n in range(60))
    headers = (
        (CAUSE, b"com.example.CustomerNotFoundException"),
        ("kafka_dlt-exception-stacktrace", trace.encode()),
        ("kafka_dlt-original-topic", b"orders.canceled"),
        ("kafka_dlt-original-partition", (2).to_bytes(4, "big")),
        ("kafka_dlt-original-offset", (7120884).to_bytes(8, "big")),
    )
    desk = open_with(sample(b"{}", *headers))
    assert not desk.sees("developerDetailsPanel")
    desk.click("developerDetails")
    assert desk.sees("developerDetailsPanel")
    assert 4 == len(text_of(desk, "stackTrace").splitlines())
    desk.until(lambda: desk.sees("showAllLinesButton"))
    desk.find(QAbstractButton, "showAllLinesButton").click()
    assert 61 == len(text_of(desk, "stackTrace").splitlines())

    desk.find(QAbstractButton, "copyDetailsButton").click()
    copied = QGuiApplication.clipboard().text()
    assert "Exception: com.example.CustomerNotFoundException" in copied
    assert "Came from: orders.canceled, partition 2, offset 7120884" in copied
    assert "Key: 4500318719 (10 bytes)" in copied
    assert copied.endswith("m59(C.java:59)\n")


# ---- hints


def test_a_newer_record_with_the_same_key_is_a_hint_that_leads_to_it(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample(minutes_ago=9), sample(minutes_ago=1))
    look_at(desk, 1)
    assert ["A newer record has the same key"] == banners(desk)
    desk.click("showNewerButton")
    assert 1 == desk.find(QTabWidget, "inspectorTabs").currentIndex()
    desk.press(KEY.Key_Home)
    desk.press(KEY.Key_Return)
    desk.until(lambda: desk.current() == 0)


def test_a_delete_message_is_told_from_a_lack_of_content(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample(None))
    assert ["A delete message: it has no content on purpose"] == banners(desk)
    assert "No content" in all_words(desk)


def test_at_most_two_hints_are_shown(open_with: Callable[..., Desk]) -> None:
    again = (
        ("kafka_dlt-original-topic", b"orders"),
        ("kafka_dlt-original-topic", b"orders-retry"),
        ("kafka_dlt-original-partition", bytes(4)),
        ("kafka_dlt-original-partition", bytes(4)),
    )
    desk = open_with(sample(b"\x8f\xff", *again, minutes_ago=5), sample(minutes_ago=1))
    look_at(desk, 1)
    assert len(banners(desk)) <= 2
    assert "A newer record has the same key" == banners(desk)[0]


# ---- content


def test_tree_text_and_bytes_show_the_same_content(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample(b'{"amount": 129.90}'))
    assert "JSON, 18 bytes" == desk.words("formatLabel")
    assert desk.sees("contentTree")
    desk.click("contentModeText")
    assert '{"amount": 129.90}' == plain(desk, "contentText")
    desk.click("contentModeBytes")
    assert hex_lines(b'{"amount": 129.90}', 8) == plain(desk, "hexView")


def test_the_way_of_looking_stays_from_record_to_record(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample(minutes_ago=1), sample(b"just text", minutes_ago=2))
    desk.click("contentModeText")
    look_at(desk, 1)
    assert "just text" == plain(desk, "contentText")
    assert not desk.find(QAbstractButton, "contentModeTree").isEnabled()
    look_at(desk, 0)
    assert desk.sees("contentText")


def test_what_cannot_be_read_is_shown_as_bytes_with_the_reasons(open_with: Callable[..., Desk]) -> None:
    value = bytes.fromhex("8f00c1ff9a3e0011fe80d2")
    desk = open_with(sample(value), registry_url="http://127.0.0.1:1")
    assert "Unreadable record" == desk.words("inspectorTitle")
    assert "You can still decide" in banners(desk)
    assert desk.sees("hexView")
    assert "Why we cannot show it in words" in all_words(desk)
    assert any("JSON cannot start with it" in words for words in all_words(desk))
    assert plain(desk, "hexView").startswith("0000  8f 00 c1 ff 9a 3e 00 11")
    assert desk.sees("tryAgainButton")


def test_without_a_registry_there_is_nothing_to_try_again(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample(b"\x8f\xff\x00"))
    assert not desk.sees("tryAgainButton")


def test_copy_takes_the_source_or_the_bytes(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample(b'{"a":  1.0}'))
    desk.click("copyContentButton")
    assert '{"a":  1.0}' == QGuiApplication.clipboard().text()
    desk.click("contentModeBytes")
    desk.click("copyContentButton")
    assert b'{"a":  1.0}'.hex(" ") == QGuiApplication.clipboard().text()


def test_many_bytes_are_shown_when_wanted(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample(bytes(40_000)))
    desk.click("contentModeBytes")
    before = len(plain(desk, "hexView").splitlines())
    desk.click("showAllBytesButton")
    assert (40_000 // 8, True) == (len(plain(desk, "hexView").splitlines()), before < 40_000 // 8)


def test_hits_of_a_search_are_kept_in_the_tree(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample(b'{"a": {"b": {"needle": 1}}}'))
    desk.search("needle")
    desk.press(KEY.Key_Return)
    tree = desk.page.inspector.content.tree
    assert tree.find_next()
    assert "a.b.needle" == tree.content.path(tree.currentIndex())


# ---- related and headers


def test_related_records_come_newest_first_and_mark_this_one(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample(minutes_ago=30), sample(minutes_ago=20), sample(minutes_ago=10))
    look_at(desk, 1)
    desk.press(KEY.Key_2, ALT)
    assert "Related (2)" == desk.find(QTabWidget, "inspectorTabs").tabText(1)
    related = desk.page.inspector.related.related
    assert ["newer", "this", "older"] == [record.position for record in related.records]
    where = [str(related.index(row).data(WHERE_ROLE)) for row in range(3)]
    assert [True, False, True] == [words.endswith(", in this queue") for words in where]


def test_a_record_that_is_alone_says_so(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample())
    desk.press(KEY.Key_2, ALT)
    assert "No other record has this key" in all_words(desk)
    assert not desk.action("relatedAction").isEnabled()


def test_headers_come_in_two_sections_in_their_order(open_with: Callable[..., Desk]) -> None:
    headers = (("route", b"a"), (CAUSE, b"a.B"), ("route", b"b"), ("raw", b"\x9f\x1c\x00"), ("empty", None))
    desk = open_with(sample(b"{}", *headers))
    desk.press(KEY.Key_3, ALT)
    assert "Headers (5)" == desk.find(QTabWidget, "inspectorTabs").tabText(2)
    model = desk.page.inspector.headers.headers
    lines = [(model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())]
    assert [
        ("Added when it failed (1)", None),
        (CAUSE, "a.B"),
        ("Sent with the message (4)", None),
        ("route  (1 of 2)", "a"),
        ("route  (2 of 2)", "b"),
        ("raw", "9f 1c 00"),
        ("empty", ""),
    ] == lines


def test_headers_can_be_searched_and_copied(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample(b"{}", ("route", b"shop-de"), ("other", b"x")))
    desk.press(KEY.Key_3, ALT)
    desk.find(QLineEdit, "headerSearch").setText("SHOP")
    model = desk.page.inspector.headers.headers
    assert ["Sent with the message (2)", "route"] == [
        model.index(r, 0).data() for r in range(model.rowCount())
    ]
    table = desk.page.inspector.headers.table
    table.selectRow(1)
    table.setFocus()
    desk.press(KEY.Key_C, CTRL)
    assert "route: shop-de" == QGuiApplication.clipboard().text()


# ---- nothing in a record acts on the window


def test_nothing_in_a_record_is_taken_for_markup(open_with: Callable[..., Desk]) -> None:
    nasty = NASTY.encode()
    value = json.dumps({NASTY: NASTY, "type": NASTY}).encode()
    headers = ((CAUSE, nasty), (MESSAGE, nasty), (NASTY, nasty), ("__TypeId__", nasty))
    desk = open_with(sample(value, *headers, key=nasty))
    desk.click("developerDetails")
    labels = desk.page.findChildren(QLabel)
    formats = {label.textFormat() for label in labels if "<" in label.text()}
    assert {Qt.TextFormat.PlainText} >= formats
    shown = [label.text() for label in labels] + [text_of(desk, "whyMessage")]
    acting = [words for words in shown if "\x1b" in words or "\u202e" in words]
    assert [] == acting
    assert "<h1>Big</h1>" in text_of(desk, "whyMessage")
    tips = [each.toolTip() for each in desk.page.inspector.findChildren(QWidget) if "<h1>" in each.toolTip()]
    assert [] == tips


# ---- several and none


def test_without_a_selection_it_says_what_can_be_done(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample())
    desk.press(KEY.Key_Escape)
    assert {"No record selected", "Retry (merge)", "All shortcuts"} <= set(all_words(desk))


def test_a_record_that_a_search_hides_is_not_shown_any_more(open_with: Callable[..., Desk]) -> None:
    desk = open_with(sample(minutes_ago=1), sample(b'{"needle": 1}', key=b"x", minutes_ago=2))
    desk.search("needle")
    assert "No record selected" in all_words(desk)


def test_several_records_are_summed_up(open_with: Callable[..., Desk]) -> None:
    samples = [
        sample(json.dumps({"country": "AT" if n else "CH"}).encode(), (CAUSE, b"a.B"), key=f"{n}".encode())
        for n in range(5)
    ]
    desk = open_with(*samples)
    desk.press(KEY.Key_A, CTRL)
    titles = {"What they have in common", "How they differ", "Three examples"}
    desk.until(lambda: titles <= set(all_words(desk)))  # they are made one after the other
    assert "5 records" == desk.words("summaryTitle")
    assert "Country" == desk.find(QComboBox, "differCombo").currentText()


def test_several_decisions_are_counted(open_with: Callable[..., Desk]) -> None:
    desk = open_with(*(sample(key=f"{n}".encode(), minutes_ago=n) for n in range(4)))
    desk.press(KEY.Key_M)
    desk.press(KEY.Key_P)
    desk.select(0, to=3)
    assert "3 different decisions" == desk.words("summaryDecisions")
    desk.press(KEY.Key_S)
    assert not desk.sees("summaryDecisions")
    assert Counts(skip=4) == desk.counts


def test_those_that_came_back_can_be_shown_or_taken_out(open_with: Callable[..., Desk]) -> None:
    again = (
        ("kafka_dlt-original-topic", b"orders"),
        ("kafka_dlt-original-partition", bytes(4)),
        ("kafka_dlt-original-offset", bytes(8)),
        ("kafka_dlt-original-topic", b"orders-retry"),
        ("kafka_dlt-original-partition", bytes(4)),
        ("kafka_dlt-original-offset", bytes(8)),
    )
    back = sample(b"{}", *again, key=b"back", minutes_ago=1)
    desk = open_with(back, *(sample(key=f"{n}".encode(), minutes_ago=5) for n in range(3)))
    details = look_at(desk, 0)
    assert 1 == details.came_back
    assert ["This record came back 1 time after a retry"] == banners(desk)
    desk.press(KEY.Key_A, CTRL)
    desk.press(KEY.Key_M)
    desk.until(lambda: desk.sees("takeOutCameBackButton"))
    desk.click("takeOutCameBackButton")
    assert Counts(merge=3) == desk.counts
    desk.click("showCameBackButton")
    desk.until(desk.settled)
    assert 1 == desk.page.model.rowCount()


def test_an_example_leads_to_its_record(open_with: Callable[..., Desk]) -> None:
    desk = open_with(*(sample(key=f"{n}".encode(), minutes_ago=n) for n in range(4)))
    desk.press(KEY.Key_A, CTRL)
    row = desk.page.model.rows[0]
    desk.until(lambda: desk.sees(f"exampleButton_{row}"))
    desk.click(f"exampleButton_{row}")
    assert ([0], 1) == (desk.selected(), desk.page.selection.count())
