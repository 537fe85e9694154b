"""Calendar values, also those out of any calendar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.decoding.times import day, epoch_ms, guessed_moment, moment, time_of_day


@pytest.mark.parametrize(
    ("value", "per_second", "shown"),
    [
        (1_700_000_000_123, 1_000, "2023-11-14T22:13:20.123Z"),
        (1_700_000_000_123_456, 1_000_000, "2023-11-14T22:13:20.123456Z"),
        (1_700_000_000_123_456_789, 1_000_000_000, "2023-11-14T22:13:20.123456789Z"),
        (-1, 1_000, "1969-12-31T23:59:59.999Z"),
        (-62_135_596_800_000, 1_000, "0001-01-01T00:00:00.000Z"),
        (-62_135_596_800_001, 1_000, ""),
        (253_402_300_800_000, 1_000, ""),
        (2**63 - 1, 1_000, ""),
    ],
)
def test_a_moment_is_shown_with_all_its_digits(value: int, per_second: int, shown: str) -> None:
    assert shown == moment(value, per_second)


def test_a_local_moment_has_no_zone() -> None:
    assert moment(0, 1_000, local=True) == "1970-01-01T00:00:00.000"


def test_milliseconds_are_rounded_towards_the_past() -> None:
    assert (-1, 1) == (epoch_ms(-1, 1_000_000), epoch_ms(1_999, 1_000_000))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, ("1970-01-01", 0)),
        (20_780, ("2026-11-23", 20_780 * 86_400_000)),
        (-719_162, ("0001-01-01", -719_162 * 86_400_000)),
        (-719_163, ("", None)),
        (2**31, ("", None)),
    ],
)
def test_a_day_is_shown_as_a_date(value: int, shown: tuple[str, int | None]) -> None:
    assert shown == day(value)


@pytest.mark.parametrize(
    ("value", "per_second", "shown"),
    [
        (33_327_123, 1_000, "09:15:27.123"),
        (86_399_999_999, 1_000_000, "23:59:59.999999"),
        (86_400_000, 1_000, ""),
        (-1, 1_000, ""),
    ],
)
def test_a_time_of_day_is_shown_if_it_lies_in_a_day(value: int, per_second: int, shown: str) -> None:
    assert shown == time_of_day(value, per_second)


@given(st.integers())
def test_any_number_is_shown_or_not(value: int) -> None:
    assert isinstance(moment(value, 1_000), str)
    assert isinstance(day(value)[0], str)
    assert isinstance(time_of_day(value, 1_000), str)


@given(st.text(), st.text())
def test_any_value_is_guessed_or_not(name: str, value: str) -> None:
    assert isinstance(guessed_moment(name, value), int | None)
    assert isinstance(guessed_moment("time", value), int | None)
