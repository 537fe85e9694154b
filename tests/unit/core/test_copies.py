"""A copy is the record as it was read; its time is another one only where it would not be kept."""

from __future__ import annotations

from typing import Any

import pytest

from kmp_desktop.core.copies import ORIGINAL_TIME, Copy, copy_of, gets_new_time, origin_of
from kmp_desktop.core.queue_state import CopyTimes
from kmp_desktop.core.record import DeadLetter, TimestampType
from tests.unit.records import DAY, NOW, limits, record

WEEK: dict[str, Any] = {"retry_retention_ms": 7 * DAY}
STRICT: dict[str, Any] = {"retry_timestamp_before_ms": 7 * DAY, "retry_timestamp_after_ms": DAY // 24}
HEADERS = (("a", b"1"), ("a", None))


def copy(each: DeadLetter, times: CopyTimes = CopyTimes.FITTING, **changes: Any) -> Copy:
    """The copy as it would be written now."""
    return copy_of(limits(**changes), each, NOW, times)


def at(timestamp: int) -> DeadLetter:
    """A record with this time."""
    return record(0, headers=HEADERS, timestamp=timestamp)


@pytest.mark.parametrize("changes", [{}, WEEK, STRICT, {"retry_retention_ms": -1}])
def test_a_record_of_today_is_copied_exactly(changes: dict[str, Any]) -> None:
    assert Copy(HEADERS, NOW - DAY) == copy(at(NOW - DAY), **changes)


@pytest.mark.parametrize(
    ("timestamp", "changes"),
    [
        (NOW - 8 * DAY, WEEK),
        (NOW - 8 * DAY, STRICT),
        (1, WEEK),
        (-1, WEEK),
        (-5_000, WEEK),
        (-5_000, STRICT),
        (NOW + DAY, STRICT),
        (2**63 - 1, STRICT),
    ],
)
def test_a_time_that_would_not_be_kept_gives_way_and_goes_along_in_a_header(
    timestamp: int, changes: dict[str, Any]
) -> None:
    expected = (*HEADERS, (ORIGINAL_TIME, str(timestamp).encode()))
    assert Copy(expected, 0) == copy(at(timestamp), **changes)
    assert Copy(HEADERS, timestamp) == copy(at(timestamp), CopyTimes.EXACT, **changes)


@pytest.mark.parametrize(
    ("timestamp", "changes"),
    [
        (NOW - 8 * DAY, {}),
        (NOW - 8 * DAY, {"retry_retention_ms": -1}),
        (-1, STRICT),  # "not told" is never refused
        (0, {**WEEK, **STRICT}),  # a client writes "now" for it anyway
        (NOW - 8 * DAY, {**WEEK, **STRICT, "retry_log_append_time": True}),
    ],
)
def test_where_a_time_does_no_harm_it_stays(timestamp: int, changes: dict[str, Any]) -> None:
    assert Copy(HEADERS, timestamp) == copy(at(timestamp), **changes)


def test_a_record_without_time_gets_no_header() -> None:
    each = record(0, timestamp=5, timestamp_type=TimestampType.NOT_AVAILABLE)
    assert not gets_new_time(limits(**WEEK), each, NOW)


def test_a_record_that_came_back_keeps_its_first_time_and_gets_no_second_header() -> None:
    headers = (*HEADERS, (ORIGINAL_TIME, b"17"))
    came_back = record(0, headers=headers, timestamp=NOW - 9 * DAY)
    assert Copy(headers, 0) == copy(came_back, **WEEK)


@pytest.mark.parametrize("headers", [HEADERS, (*HEADERS, (ORIGINAL_TIME, b"17"))])
@pytest.mark.parametrize("timestamp", [NOW, 1])
def test_a_copy_is_known_again(headers: tuple[tuple[str, bytes | None], ...], timestamp: int) -> None:
    source = record(0, headers=headers, timestamp=timestamp)
    made = copy(source, **WEEK)
    found = record(77, headers=made.headers, timestamp=made.timestamp or NOW + 3)
    assert origin_of(source) == origin_of(found)
    assert origin_of(source) != origin_of(record(77, "other", headers=headers, timestamp=timestamp))
