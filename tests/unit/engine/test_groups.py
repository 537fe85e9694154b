"""Failure groups: what is together, what it is called, and how much of it is decided."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.record import Header
from kmp_desktop.core.view import GroupBy, LookFirst
from tests.unit.engine.asking import read, reading
from tests.unit.records import DAY, MINUTE, NOW, connect, loaded, record, spring

CUSTOMER = "com.shop.billing.CustomerNotFoundException"
STOCK = "com.shop.stock.StockTooLowException"


@pytest.fixture
def _berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_messages_do_not_split_a_group_and_the_largest_comes_first() -> None:
    asked = reading(
        [
            record(0, headers=spring(STOCK)),
            record(1, headers=spring(CUSTOMER, "no customer 1")),
            record(2, headers=spring(CUSTOMER, "no customer 2")),
            record(3),
        ]
    )
    expected = [("Customer not found", 2), ("No reason given", 1), ("Stock too low", 1)]
    assert expected == asked.counted(GroupBy.REASON)


def test_equal_labels_are_told_apart_by_who_reported_them() -> None:
    other = "com.shop.shipping.CustomerNotFoundException"
    asked = reading(
        [
            record(0, headers=spring(CUSTOMER, group="billing")),
            record(1, headers=spring(other, group="shipping")),
            record(2, headers=spring(STOCK, group="billing")),
        ]
    )
    expected = ["Customer not found (billing)", "Customer not found (shipping)", "Stock too low"]
    assert expected == [label for label, _ in asked.counted(GroupBy.REASON)]
    assert "Customer not found (shipping)" == str(asked.row(1).why)


def fault(
    exception: str = "java.lang.NullPointerException", place: str = "BillingService.post", **told: str
) -> tuple[Header, ...]:
    """A fault of the program at some place of it."""
    trace = f"x.Wrapped: no\nCaused by: {exception}: no\n\tat com.shop.{place}(File.java:1)"
    return spring(exception, stack=trace, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("failures", "labels"),
    [
        (
            [fault(group="billing"), fault(group="stock", place="StockService.take")],
            ["The program has a fault (billing)", "The program has a fault (stock)"],
        ),
        (
            [fault(), fault("java.lang.IllegalStateException")],
            ["The program has a fault (Null pointer)", "The program has a fault (Illegal state)"],
        ),
        (
            [fault(), fault(place="BillingService.refund")],
            [
                "The program has a fault (Billing service: Post)",
                "The program has a fault (Billing service: Refund)",
            ],
        ),
        (
            [fault(place="a.Billing.post"), fault(place="b.Billing.post")],
            ["The program has a fault (1)", "The program has a fault (2)"],
        ),
        (
            [
                fault(group="billing"),
                fault(group="stock", place="StockService.take"),
                fault("java.lang.IllegalStateException", group="stock"),
            ],
            [
                "The program has a fault (billing)",
                "The program has a fault (stock, Null pointer)",
                "The program has a fault (stock, Illegal state)",
            ],
        ),
    ],
)
def test_equal_labels_get_only_marks_that_differ(
    failures: list[tuple[Header, ...]], labels: list[str]
) -> None:
    asked = reading([record(n, headers=headers) for n, headers in enumerate(failures)])
    assert labels == [str(asked.row(row).why) for row in range(len(failures))]


def test_a_label_that_was_alone_is_told_apart_once_another_like_it_comes() -> None:
    asked = reading([record(0, headers=spring(CUSTOMER, group="billing"))])
    assert "Customer not found" == str(asked.row(0).why)
    asked.engine.add([record(1, headers=spring("com.shop.x.CustomerNotFoundException", group="x"))])
    assert "Customer not found (billing)" == str(asked.row(0).why)


def test_grouping_by_message_reporter_step_and_tries() -> None:
    from_spring = spring(CUSTOMER, message_type="com.shop.OrderCanceled")
    flat = [("error", b"boom"), ("error_type", b"ValueError"), ("original_topic", b"t"), ("attempts", b"3")]
    asked = reading(
        [
            record(0, headers=from_spring),
            record(1, headers=from_spring),
            record(2, headers=connect("TASK_PUT")),
            record(3, headers=flat),
        ]
    )
    assert [("Kind of message not known", 2), ("OrderCanceled", 2)] == asked.counted(GroupBy.MESSAGE)
    expected = [("billing", 2), ("Not known who reported it", 1), ("payment-export", 1)]
    assert expected == asked.counted(GroupBy.REPORTER)
    steps = dict(asked.counted(GroupBy.STEP))
    assert 1 == steps["Storing in the target system"]
    assert 4 == sum(steps.values())
    assert [("Number of tries not known", 3), ("3 tries", 1)] == asked.counted(GroupBy.TRIES)


@pytest.mark.usefixtures("_berlin")
def test_days_are_those_of_this_computer() -> None:
    midnight = 1_795_474_800_000  # 24 Nov 2026, 00:00 in Berlin
    times = [midnight - 1, midnight, midnight + DAY - 1]
    asked = reading([record(n, timestamp=each) for n, each in enumerate(times)])
    assert [("24 Nov 2026", 2), ("23 Nov 2026", 1)] == asked.counted(GroupBy.DAY)
    assert ["2026-11-24", "2026-11-23"] == [group.key for group in asked.groups(GroupBy.DAY).groups]


def test_a_time_that_no_calendar_has_is_a_group_of_its_own() -> None:
    asked = reading([record(0, timestamp=1 << 62), record(1, timestamp=-(1 << 61))])
    assert [("Day not known", 2)] == asked.counted(GroupBy.DAY)


@pytest.mark.parametrize("by", list(GroupBy))
def test_a_group_can_be_shown_by_its_key(by: GroupBy) -> None:
    records = [record(n, headers=spring(CUSTOMER if n % 2 else STOCK, group=f"g{n % 3}")) for n in range(12)]
    asked = reading(records)
    groups = asked.groups(by).groups
    rows = [asked.rows(group_by=by, group=group.key) for group in groups]
    assert [group.count for group in groups] == [len(each) for each in rows]
    assert list(range(12)) == sorted(row for each in rows for row in each)


def test_a_group_knows_its_newest_and_how_much_is_decided() -> None:
    asked = reading([record(n, headers=spring(CUSTOMER), timestamp=NOW - n * MINUTE) for n in range(4)])
    asked.decide(Decision.MERGE, 0)
    asked.decide(Decision.SKIP, 1)
    asked.others_decide(2)
    group = asked.groups().groups[0]
    assert (4, 3) == (group.count, group.decided)
    assert asked.row(0).failed_at == group.newest
    everything = asked.groups().everything
    assert ("All records", 4, 3) == (str(everything.label), everything.count, everything.decided)


def test_a_record_that_is_decided_on_the_broker_counts_nowhere() -> None:
    records = [record(n, headers=spring(CUSTOMER)) for n in range(3)]
    asked = read(records, loaded(records, decided=[records[1].id]))
    assert [("Customer not found", 2)] == asked.counted(GroupBy.REASON)
    assert 2 == asked.groups().everything.count


def test_an_empty_queue_has_no_groups() -> None:
    asked = read([])
    assert () == asked.groups().groups
    assert (0, 0) == (asked.groups().everything.count, asked.groups().everything.newest)
    assert {0} == {count for _, count in asked.groups().look_first}


def test_what_to_look_at_first_is_counted_and_can_be_shown() -> None:
    again = (*spring(CUSTOMER), *spring(STOCK))
    asked = reading(
        [
            record(0, "A"),
            record(1, "A", headers=again),
            record(2, "B", b"\xff\x00"),
            record(3, "C"),
            record(4, "D"),
        ]
    )
    asked.decide(Decision.PURGE, 3)
    asked.others_decide(4)
    expected = {
        LookFirst.UNDECIDED: [0, 1, 2],
        LookFirst.NEWER_SAME_KEY: [0],
        LookFirst.CAME_BACK: [1],
        LookFirst.UNREADABLE: [2],
        LookFirst.DECIDED_ELSEWHERE: [4],
    }
    assert expected == {each: asked.rows(look_first=each) for each in LookFirst}
    assert {each: len(rows) for each, rows in expected.items()} == dict(asked.groups().look_first)


def test_groups_say_whether_reading_goes_on() -> None:
    asked = reading([record(0)])
    assert not asked.groups().complete
    asked.engine.finish(loaded([record(0)]))
    assert asked.groups().complete
    asked.engine.add([record(1)])
    assert not asked.groups().complete
