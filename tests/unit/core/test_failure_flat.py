"""Flat failure headers of home-grown code, and of programs that write such."""

from __future__ import annotations

import pytest

from kmp_desktop.core.failure import FailureReason, Family, Origin, failure_of, is_failure_header, label
from kmp_desktop.core.record import Header
from tests.unit.records import NOW, record


def reason(*headers: Header) -> FailureReason:
    """The reason of a record with these headers."""
    return failure_of(record(1, headers=headers))


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (
            [("error", b"no stock"), ("errorType", b"com.shop.Failed"), ("original_topic", b"orders")],
            ("com.shop.Failed", "no stock", "orders", "", None),
        ),
        (
            [("exception", b"com.shop.Failed: no stock"), ("attempts", b"3")],
            ("com.shop.Failed", "no stock", None, "", 3),
        ),
        ([("exception", b"com.shop.Failed")], ("com.shop.Failed", "", None, "", None)),
        ([("X-Error-Message", b"no stock")], ("", "no stock", None, "", None)),
        (
            [("exception", b"com.shop.A: a\n\tat com.shop.X.y(X.java:1)\nCaused by: com.shop.B: b\n")],
            ("com.shop.B", "b", None, "", None),
        ),
        (  # Spring Cloud Stream's Kafka binder
            [
                ("x-original-topic", b"orders"),
                ("x-exception-fqcn", b"com.shop.Failed"),
                ("x-exception-message", b"no stock"),
            ],
            ("com.shop.Failed", "no stock", "orders", "", None),
        ),
        (  # Karafka
            [
                ("source_topic", b"orders"),
                ("source_consumer_group", b"billing"),
                ("source_attempts", b"2"),
            ],
            ("", "", "orders", "billing", 2),
        ),
        (  # Watermill
            [
                ("reason_poisoned", b"no stock"),
                ("topic_poisoned", b"orders"),
                ("handler_poisoned", b"billing"),
            ],
            ("", "no stock", "orders", "billing", None),
        ),
        (  # Silverback
            [
                ("x-failure-reason", b"no stock"),
                ("x-failed-attempts", b"2"),
                ("x-source-topic", b"orders"),
                ("x-source-consumer-group-id", b"billing"),
            ],
            ("", "no stock", "orders", "billing", 2),
        ),
        (
            [
                ("x-dlq-exception-class", b"com.shop.Failed"),
                ("x-dlq-exception-message", b"no stock"),
                ("x-dlq-original-topic", b"orders"),
                ("x-dlq-application", b"billing"),
                ("x-dlq-delivery-attempts", b"7"),
            ],
            ("com.shop.Failed", "no stock", "orders", "billing", 7),
        ),
        (
            [
                ("dlq-reason", b"no stock"),
                ("dlq-error-class", b"com.shop.Failed"),
                ("dlq-attempts", b"1"),
            ],
            ("com.shop.Failed", "no stock", None, "", 1),
        ),
        (
            [
                ("__errors.exception.class.name", b"com.shop.Failed"),
                ("__errors.exception.message", b"no stock"),
                ("__errors.record.topic", b"orders"),
                ("__errors.application.id", b"billing"),
            ],
            ("com.shop.Failed", "no stock", "orders", "billing", None),
        ),
    ],
)
def test_they_are_understood(
    headers: list[Header], told: tuple[str, str, str | None, str, int | None]
) -> None:
    found = reason(*headers)
    origin = found.origin.topic if found.origin else None
    assert Family.FLAT is found.family
    assert told == (found.root_cause, found.message, origin, found.reporter, found.tries)


def test_binary_numbers_of_the_stream_binder_are_read() -> None:
    found = reason(
        ("x-original-topic", b"orders"),
        ("x-original-partition", b"\x00\x00\x00\x03"),
        ("x-original-offset", (12).to_bytes(8, "big")),
        ("x-original-timestamp", NOW.to_bytes(8, "big")),
    )
    assert (Origin("orders", 3, 12), NOW) == (found.origin, found.first_sent)


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        (b"2026-11-23T07:38:57.768000+00:00", 1_795_419_537_768),
        (b"2026-11-23T08:38:57.768+01:00", 1_795_419_537_768),
        (b"2026-11-23T07:38:57.768Z", 1_795_419_537_768),
        (b"1795419537768", 1_795_419_537_768),
        (b"1795419537", 1_795_419_537_000),
    ],
)
def test_the_time_of_the_failure_may_be_written_in_many_ways(written: bytes, ms: int) -> None:
    found = reason(("error", b"x"), ("error_timestamp", written))
    assert (ms, ms) == (found.failed_at, found.last_try)


def test_a_time_that_is_none_leaves_that_of_the_record() -> None:
    found = reason(("error", b"x"), ("error_timestamp", b"yesterday"))
    assert (record(1).timestamp, None) == (found.failed_at, found.last_try)


def test_the_last_of_repeated_blocks_counts() -> None:
    found = reason(("error", b"old"), ("error_type", b"A"), ("error", b"new"), ("error_type", b"B"))
    assert ("new", "B", 1) == (found.message, found.exception, found.came_back)


def test_a_header_sent_with_the_message_does_not_cut_a_block() -> None:
    found = reason(("attempts", b"9"), ("error", b"x"), ("error_type", b"A"), ("attempts", b"3"))
    assert ("x", 3, 0) == (found.message, found.tries, found.came_back)


@pytest.mark.parametrize(
    "name", ["attempts", "consumer_group", "reason", "timestamp", "service", "stage", "original_currency"]
)
def test_names_that_healthy_messages_use_prove_nothing(name: str) -> None:
    assert Family.NONE is reason((name, b"x")).family
    assert not is_failure_header(name)


def test_a_time_or_service_sent_with_the_message_is_not_taken_for_the_failures() -> None:
    found = reason(("error", b"x"), ("timestamp", b"1000000000000"), ("service", b"shop"))
    assert (record(1).timestamp, "") == (found.failed_at, found.reporter)


def test_the_innermost_exception_of_silverback_is_named_with_its_assembly() -> None:
    headers = (("x-failure-reason", b"Shop.Billing.CustomerNotFoundException in Shop.Billing"),)
    reason = failure_of(record(1, headers=headers))
    assert ("Shop.Billing.CustomerNotFoundException", "") == (reason.root_cause, reason.message)


def test_an_error_that_is_false_is_no_message() -> None:
    headers = (("error", b"false"), ("original_topic", b"orders"))
    assert failure_of(record(1, headers=headers)).message == ""


def test_a_failure_that_only_a_message_tells_of_is_called_so() -> None:
    headers = (("reason_poisoned", b"cannot process"), ("topic_poisoned", b"orders"))
    assert str(label(failure_of(record(1, headers=headers)))) == "Only its message tells why"
