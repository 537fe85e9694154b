"""What no scenario of real records holds: other versions, other programs, damaged headers."""

from __future__ import annotations

import pytest

from kmp_desktop.core.failure import (
    FailureReason,
    Family,
    Origin,
    failure_of,
    group_key,
    is_failure_header,
    known_number,
)
from kmp_desktop.core.record import Header, TimestampType
from tests.unit.records import NOW, connect, record, spring

I4, I8 = 4, 8
WRAPPER = b"org.springframework.kafka.listener.ListenerExecutionFailedException"


def big(number: int, size: int) -> bytes:
    """A number as Java writes it."""
    return number.to_bytes(size, "big")


def reason(*headers: Header, key: str | None = "k", value: object = "v") -> FailureReason:
    """The reason of a record with these headers."""
    return failure_of(record(1, key, value, headers=headers))


def test_a_record_without_failure_headers_has_no_family_and_fails_when_it_was_written() -> None:
    found = failure_of(record(1, headers=[("traceparent", b"00-4bf9"), ("event-type", b"OrderCanceled")]))
    assert (Family.NONE, record(1).timestamp) == (found.family, found.failed_at)
    assert (None, None, 0, "") == (found.origin, found.step, found.came_back, found.pointer)


# Spring for Apache Kafka.


def test_numbers_are_read_as_big_endian_binary() -> None:
    found = failure_of(record(1, headers=spring(origin=(3, 2**40), sent=NOW)))
    assert (Origin("orders.events", 3, 2**40), NOW) == (found.origin, found.first_sent)


def test_numbers_that_an_imitation_wrote_as_text_are_read_too() -> None:
    found = reason(
        ("kafka_dlt-exception-fqcn", b"com.shop.Failed"),
        ("kafka_dlt-original-topic", b"orders"),
        ("kafka_dlt-original-partition", b"1234"),
        ("kafka_dlt-original-offset", b"12345678"),
    )
    assert Origin("orders", 1234, 12345678) == found.origin


@pytest.mark.parametrize("broken", [b"", b"\xff\xff\xff\xff", b"\x80\x00\x00", b"a" * 9, None])
def test_a_number_that_cannot_be_meant_is_not_told(broken: bytes | None) -> None:
    found = reason(
        ("kafka_dlt-exception-fqcn", b"com.shop.Failed"),
        ("kafka_dlt-original-topic", b"orders"),
        ("kafka_dlt-original-offset", broken),
    )
    assert Origin("orders", None, None) == found.origin


def test_the_value_counts_when_key_and_value_failed_and_the_newest_when_they_failed_in_turn() -> None:
    key = (("kafka_dlt-key-exception-fqcn", b"a.DeserializationException"),)
    value = (("kafka_dlt-exception-fqcn", b"b.DeserializationException"),)
    origin = (("kafka_dlt-original-topic", b"orders"),)
    assert ("b.DeserializationException", "Reading the content") == _thrown(*key, *value, *origin)
    assert ("a.DeserializationException", "Reading the key") == _thrown(*value, *origin, *key, *origin)


def test_headers_of_a_retry_topic_are_read() -> None:
    found = reason(
        ("kafka_original-topic", b"orders"),
        ("kafka_original-partition", big(2, I4)),
        ("kafka_original-offset", big(7, I8)),
        ("kafka_dlt-original-consumer-group", b"billing"),
        ("kafka_exception-fqcn", WRAPPER),
        ("kafka_exception-cause-fqcn", b"com.shop.Failed"),
        ("retry_topic-attempts", big(4, I4)),
        ("retry_topic-original-timestamp", NOW.to_bytes(6, "big")),
    )
    assert (Origin("orders", 2, 7), "billing", 4, NOW) == (
        found.origin,
        found.consumer_group,
        found.tries,
        found.first_sent,
    )
    assert ("com.shop.Failed", 0) == (found.root_cause, found.came_back)


def test_tries_that_older_versions_wrote_in_one_byte_are_unsigned() -> None:
    headers = spring()
    assert 200 == reason(*headers, ("retry_topic-attempts", b"\xc8")).tries
    assert 51 == reason(*headers, ("retry_topic-attempts", b"3")).tries


def test_the_direct_cause_is_used_where_the_trace_was_cut_off_before_it() -> None:
    trace = WRAPPER + b": Listener failed\n\tat a.b(C"
    found = reason(
        (
            "kafka_dlt-exception-fqcn",
            WRAPPER,
        ),
        ("kafka_dlt-exception-cause-fqcn", b"com.shop.Failed"),
        (
            "kafka_dlt-exception-message",
            b"Listener method 'void com.shop.Orders.on(java.lang.String)' threw exception; no stock",
        ),
        ("kafka_dlt-exception-stacktrace", trace),
    )
    assert ("com.shop.Failed", "no stock", "com.shop.Orders.on") == (
        found.root_cause,
        found.message,
        found.listener,
    )


def test_a_lone_original_topic_is_no_failure() -> None:
    assert Family.NONE is reason(("kafka_dlt-original-topic", b"orders")).family


def test_every_return_adds_an_origin_and_the_first_is_where_the_record_was_born() -> None:
    again = [header for header in spring(origin=(1, 99)) if "original" in header[0]]
    found = reason(*again, *spring(origin=(0, 5)), *again)
    assert (2, Origin("orders.events", 1, 99)) == (found.came_back, found.origin)


def _thrown(*headers: Header) -> tuple[str, str]:
    found = reason(*headers)
    return found.exception, str(found.step)


# Families that append whole blocks of text headers.


def test_a_message_is_not_borrowed_from_an_older_failure() -> None:
    silent = [header for header in connect() if header[0] != "__connect.errors.exception.message"]
    nothing = [(name, None if "stacktrace" in name else value) for name, value in silent]
    found = reason(*connect(message="older"), *nothing)
    assert ("", 1) == (found.message, found.came_back)


def test_a_null_message_is_an_empty_one() -> None:
    found = reason(("__streams.errors.exception", b"com.shop.Failed"), ("__streams.errors.message", None))
    assert (Family.STREAMS, "com.shop.Failed", "") == (found.family, found.root_cause, found.message)


def test_streams_told_class_and_message_together_in_earlier_versions() -> None:
    found = reason(("__streams.errors.exception", b"com.shop.Failed: why"))
    assert "com.shop.Failed" == found.exception


def test_headers_of_the_library_before_streams_had_its_own_are_read() -> None:
    found = reason(
        ("__streams.errors.topic", b"orders"),
        ("__streams.errors.exception.class.name", b"com.shop.Failed"),
        ("__streams.errors.exception.message", b"why"),
    )
    assert ("com.shop.Failed", "why") == (found.root_cause, found.message)


def test_the_time_of_the_record_is_when_it_was_sent_unless_it_came_back() -> None:
    once = failure_of(record(1, headers=connect()))
    twice = failure_of(record(1, headers=connect() + connect()))
    assert (record(1).timestamp, None) == (once.first_sent, twice.first_sent)
    stamped = record(1, headers=connect(), timestamp_type=TimestampType.LOG_APPEND_TIME)
    assert failure_of(stamped).first_sent is None


def test_an_unknown_stage_is_kept_but_not_put_into_words() -> None:
    found = reason(*connect(stage="BRAND_NEW"))
    assert ("BRAND_NEW", None) == (found.step_code, found.step)


def test_the_last_of_several_families_is_the_newest_and_the_first_knows_the_origin() -> None:
    found = reason(*spring(origin=(0, 5)), *connect())
    assert (Family.CONNECT, "payment-export", 1) == (found.family, found.reporter, found.came_back)
    assert Origin("orders.events", 0, 5) == found.origin


# Kafka's own dead letters of share groups.

SHARE_GROUP = (
    ("__dlq.errors.topic", b"orders"),
    ("__dlq.errors.partition", b"1"),
    ("__dlq.errors.offset", b"9"),
    ("__dlq.errors.group", b"workers"),
    ("__dlq.errors.delivery.count", b"5"),
    ("__dlq.errors.message", b"Offset delivery count exceeded the threshold."),
)


def test_only_a_record_without_key_and_content_is_a_pointer() -> None:
    assert "orders" == reason(*SHARE_GROUP, key=None, value=None).pointer
    assert "" == reason(*SHARE_GROUP).pointer
    assert "" == reason(*SHARE_GROUP, key="k", value=None).pointer
    assert "" == reason(*SHARE_GROUP, key=None, value="v").pointer


def test_giving_up_is_told_with_the_number_of_tries() -> None:
    found = reason(*SHARE_GROUP)
    assert (5, "Given up after 5 tries") == (found.tries, str(found.step))


# SmallRye and Quarkus: the newest block comes first.


def test_a_cause_is_not_borrowed_from_an_older_block() -> None:
    found = reason(
        ("dead-letter-exception-class-name", b"com.shop.New"),
        ("dead-letter-reason", b"new"),
        ("dead-letter-topic", b"orders"),
        ("dead-letter-offset", b"9"),
        ("dead-letter-exception-class-name", b"com.shop.Old"),
        ("dead-letter-cause-class-name", b"com.shop.OldCause"),
        ("dead-letter-topic", b"orders"),
        ("dead-letter-partition", b"0"),
        ("dead-letter-offset", b"2"),
    )
    assert ("com.shop.New", "new", 1) == (found.root_cause, found.message, found.came_back)
    assert Origin("orders", 0, 2) == found.origin


def test_delayed_retries_are_tries_of_one_failure() -> None:
    found = reason(
        ("dead-letter-exception-class-name", b"com.shop.Failed"),
        ("dead-letter-topic", b"orders_retry_20000"),
        ("delayed-retry-exception-class-name", b"com.shop.Failed"),
        ("delayed-retry-count", b"3"),
        ("delayed-retry-original-timestamp", str(NOW).encode()),
        ("delayed-retry-topic", b"orders"),
    )
    assert (3, NOW, 0) == (found.tries, found.first_sent, found.came_back)


@pytest.mark.parametrize(
    "name",
    [
        *(name for name, _ in spring()),
        *(name for name, _ in connect()),
        "kafka_exception-fqcn",
        "kafka_original-topic",
        "retry_topic-attempts",
        "springDeserializerExceptionValue",
        "__streams.errors.message",
        "__dlq.errors.group",
        "dead-letter-reason",
        "delayed-retry-count",
        "error",
        "X-Exception-Message",
        "original_offset",
    ],
)
def test_headers_added_when_it_failed_are_known(name: str) -> None:
    assert is_failure_header(name)


@pytest.mark.parametrize(
    "name",
    [
        "__TypeId__",
        "traceparent",
        "route",
        "kmp-v",
        "kmp-decided",
        "kmp-error",
        "kmp-original-topic",
        "key",
        "",
    ],
)
def test_headers_sent_with_the_message_and_our_own_are_no_failure_headers(name: str) -> None:
    assert not is_failure_header(name)


def test_headers_of_our_own_tombstones_tell_of_no_failure() -> None:
    assert Family.NONE is reason(("kmp-error", b"x"), ("kmp-original-topic", b"orders")).family


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("kafka_dlt-original-partition", b"\x00\x00\x00\x02", 2),
        ("retry_topic-backoff-timestamp", NOW.to_bytes(6, "big"), NOW),
        ("x-original-offset", b"\x00\x00\x00\x00\x00\x00\x00\x07", 7),
        ("checksum", b"\x00\x00\x00\x02", None),
        ("kafka_dlt-original-partition", None, None),
    ],
)
def test_only_names_known_for_it_hold_binary_numbers(
    name: str, value: bytes | None, number: int | None
) -> None:
    assert number == known_number(name, value)


def test_the_message_never_splits_a_group_but_cause_place_and_step_do() -> None:
    one, same = (failure_of(record(1, headers=spring(message=message))) for message in ("a", "b"))
    assert group_key(one) == group_key(same)
    other = failure_of(record(1, headers=spring(exception="com.shop.billing.Other")))
    cause = "com.shop.billing.CustomerNotFoundException"
    place = failure_of(
        record(
            1,
            headers=spring(stack=f"x.Y: z\nCaused by: {cause}\n\tat com.shop.Else.where(E.java:1)\n"),
        )
    )
    assert 3 == len({group_key(one), group_key(other), group_key(place)})
    assert group_key(reason(*connect("TASK_PUT"))) != group_key(reason(*connect("TRANSFORMATION")))


def test_a_reason_does_not_copy_the_stack_trace() -> None:
    headers = spring()
    trace = dict(headers)["kafka_dlt-exception-stacktrace"]
    found = reason(*headers)
    assert trace is found.trace
    assert trace is not None
    assert trace.decode() == found.stack_trace


LISTENER_FAILED = "org.springframework.kafka.listener.ListenerExecutionFailedException"
METHOD = "Listener method 'public void com.shop.A.on(java.lang.String)' threw exception"


@pytest.mark.parametrize(
    "written",
    [
        f"{METHOD}; nested exception is java.io.IOException: disk full",  # until Spring 5
        "Listener failed; nested exception is java.io.IOException: disk full",
    ],
)
def test_a_cause_that_is_part_of_the_message_is_read_where_no_trace_was_kept(written: str) -> None:
    headers = (
        ("kafka_dlt-exception-fqcn", LISTENER_FAILED.encode()),
        ("kafka_dlt-exception-message", written.encode()),
        ("kafka_dlt-original-topic", b"orders"),
    )
    reason = failure_of(record(1, headers=headers))
    assert ("java.io.IOException", "disk full") == (reason.root_cause, reason.root_message)


def test_the_same_words_in_an_applications_message_are_no_cause() -> None:
    said = "boom; nested exception is evil.X1: no"
    headers = (
        ("kafka_dlt-exception-fqcn", b"com.shop.Failed"),
        ("kafka_dlt-exception-message", said.encode()),
        ("kafka_dlt-original-topic", b"orders"),
    )
    assert failure_of(record(1, headers=headers)).root_cause == "com.shop.Failed"


def test_a_message_cannot_make_up_causes_or_places() -> None:
    forged = "boom\n\tat evil.F{n}.m(F.java:1)\nCaused by: evil.X{n}: y\n\tat evil.G{n}.m(G.java:1)"
    keys = set()
    for n in range(50):
        said = forged.format(n=n)
        trace = (
            f"{LISTENER_FAILED}: {METHOD}\n\tat org.springframework.A.b(A.java:1)\n"
            f"Caused by: com.shop.Failed: {said}\n\tat com.shop.A.on(A.java:3)\n\t... 9 more\n"
        )
        headers = (
            ("kafka_dlt-exception-fqcn", LISTENER_FAILED.encode()),
            ("kafka_dlt-exception-cause-fqcn", b"com.shop.Failed"),
            ("kafka_dlt-exception-message", f"{METHOD}; {said}".encode()),
            ("kafka_dlt-exception-stacktrace", trace.encode()),
            ("kafka_dlt-original-topic", b"orders"),
        )
        keys.add(group_key(failure_of(record(n, headers=headers))))
    assert {"com.shop.Failed|com.shop.A.on|LISTENER"} == keys
