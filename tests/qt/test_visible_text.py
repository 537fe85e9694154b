"""Text of records is looked at and never obeyed; points in time are said as people say them."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kmp_desktop.qt import when
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.wrapped_text import WrappedText
from kmp_desktop.qt.visible_bytes import hex_lines
from kmp_desktop.qt.visible_text import edges_shown, lines, one_line, plain_tooltip, quoted
from kmp_desktop.qt.widgets.labels import ElidedLabel

HIDDEN = {*range(0x20), *range(0x7F, 0xA0), 0x200E, 0x200F, 0x202A, 0x202E, 0x2066, 0x2069, 0xFEFF}


def at(*parts: int) -> int:
    """A local time as epoch milliseconds."""
    return round(datetime(*parts).timestamp() * 1000)  # type: ignore[arg-type]  # noqa: DTZ001


NOW = at(2026, 11, 23, 14, 42)


@given(st.text(max_size=60))
def test_no_sign_that_acts_gets_through(text: str) -> None:
    shown = one_line(text)
    assert set() == {ord(char) for char in shown} & HIDDEN
    assert "\n" not in shown


@given(st.text(max_size=60))
def test_lines_keep_line_ends_and_tabs_only(text: str) -> None:
    assert set() == {ord(char) for char in lines(text)} & (HIDDEN - {0x09, 0x0A})


@given(
    st.text(alphabet=st.characters(categories=("L", "N", "P", "S"), exclude_characters="\ufeff"), max_size=60)
)
def test_what_can_be_seen_is_not_changed(text: str) -> None:
    assert text == one_line(text)


def test_arabic_and_emoji_stay_what_they_are() -> None:
    assert "مرحبا 👩‍💻" == one_line("مرحبا 👩‍💻")


def test_long_texts_are_cut_with_a_sign() -> None:
    assert "a" * 2000 + "…" == one_line("a" * 5000)


def test_blanks_at_the_edges_are_visible() -> None:
    assert "␣␣a b␣" == edges_shown("  a b ")


def test_no_message_needs_no_quotation_marks() -> None:
    assert ["“x”", ""] == [quoted("x"), quoted("")]


@pytest.mark.parametrize("text", ["<b>x</b>", "a & <img src=x>", "x" * 300 + "<"])
def test_a_tooltip_is_never_markup(text: str) -> None:
    tip = plain_tooltip(text)
    assert tip.startswith("<html>")
    assert text.replace("&", "&amp;").replace("<", "&lt;") in tip


def test_an_elided_label_tells_its_text_without_obeying_it(dressed: Theme, qtbot: QtBot) -> None:
    label = ElidedLabel("<h1>" + "x" * 400)
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.show()
    assert "&lt;h1>" in label.toolTip()
    label.hide()


def test_bytes_are_shown_as_offset_hex_and_text() -> None:
    assert [
        "0000  41 42 00 7f 80 ff 20 7e  AB···· ~",
        "0008  7a                       z",
    ] == hex_lines(b"AB\x00\x7f\x80\xff ~z", 8).splitlines()
    assert "" == hex_lines(b"", 8)


def test_wrapped_text_breaks_words_and_needs_room_for_its_lines(dressed: Theme, qtbot: QtBot) -> None:
    text = WrappedText(max_lines=4)
    qtbot.addWidget(text)
    text.set_text("x" * 400)
    one = text.fontMetrics().lineSpacing()
    assert 4 * one <= text.heightForWidth(100) <= 4 * one + 4
    text.set_max_lines(0)
    assert text.heightForWidth(100) > 6 * one
    assert text.minimumSizeHint().width() < 100


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (NOW - 20_000, "just now"),
        (NOW + 20_000, "just now"),
        (NOW - 59 * 60_000, "59 min ago"),
        (at(2026, 11, 23, 7, 0), "7 h ago"),
        (at(2026, 11, 23, 0, 10), "14 h ago"),
        (at(2026, 11, 22, 23, 0), "yesterday"),
        (at(2026, 11, 17, 12, 0), "6 days ago"),
        (at(2026, 11, 16, 12, 0), "16 Nov"),
        (at(2025, 11, 12, 12, 0), "12 Nov 2025"),
        (0, ""),
    ],
)
def test_ages_are_said_as_people_say_them(qapp: QApplication, then: int, words: str) -> None:
    assert words == when.relative(then, NOW)


def test_shortly_after_midnight_an_hour_ago_is_an_hour_ago(qapp: QApplication) -> None:
    assert "1 h ago" == when.relative(at(2026, 11, 22, 23, 5), at(2026, 11, 23, 0, 30))


def test_moments_name_the_day(qapp: QApplication) -> None:
    moments = [when.moment(then, NOW) for then in (NOW, at(2026, 11, 22, 9, 5), at(2026, 11, 19, 22, 10))]
    assert ["Today, 14:42", "Yesterday, 09:05", "19 Nov, 22:10"] == moments


def test_an_exact_time_names_zone_and_utc(qapp: QApplication) -> None:
    local, utc = when.exact(NOW + 114).splitlines()
    assert local.startswith("23 Nov 2026, 14:42:00.114 (")
    assert (True, True) == ("UTC" in local, utc.endswith(".114Z"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (4, "a few seconds left"),
        (41, "about 40 seconds left"),
        (61, "about 60 seconds left"),
        (300, "about 5 minutes left"),
    ],
)
def test_time_left_is_rounded(qapp: QApplication, seconds: float, words: str) -> None:
    assert words == when.time_left(seconds)
