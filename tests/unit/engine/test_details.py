"""Everything about one record: facts, content, headers, key, related records."""

from __future__ import annotations

import json

import pytest

from kmp_desktop.core.payload import Nothing, Tree, Undecodable
from kmp_desktop.core.record import DeadLetter, Header, RecordId, TimestampType
from kmp_desktop.core.view import DescribeWanted, HeaderLine
from kmp_desktop.engine.details import MAX_RELATED
from tests.unit.decoding.avro_data import written
from tests.unit.decoding.given_schemas import GivenSchemas, avro, framed
from tests.unit.engine.asking import Asked, read, reading
from tests.unit.records import DAY, MINUTE, NOW, loaded, record, spring


def related(asked: Asked, row: int) -> list[tuple[RecordId, str, bool]]:
    """(record, position, decided) of all that are related."""
    return [(each.id, each.position, each.decided) for each in asked.describe(row).related]


def test_facts_are_those_of_the_headers() -> None:
    headers = spring(message="no customer 4711", origin=(3, 99), sent=NOW - 2 * DAY, group="billing")
    details = read([record(0, headers=headers, timestamp=NOW)]).describe(0)
    facts = details.facts
    assert ("Customer not found", "no customer 4711") == (str(facts.why), facts.message)
    assert ("billing", "orders.events/3/99") == (facts.reported_by, facts.came_from)
    assert (NOW, NOW - 2 * DAY) == (facts.failed_at, facts.first_sent)
    assert "com.shop.billing.CustomerNotFoundException" == facts.root_cause
    assert "\tat com.shop.billing.Handler.handle(Handler.java:42)" == facts.stack_trace[-1]


def test_a_record_without_failure_headers_says_only_what_it_knows() -> None:
    facts = read([record(0, timestamp=NOW)]).describe(0).facts
    assert ("No reason given", "", NOW) == (str(facts.why), facts.message, facts.failed_at)
    assert (None, None, ()) == (facts.step, facts.tries, facts.stack_trace)


def test_title_and_subtitle_name_the_message() -> None:
    records = [
        record(n, value={"orderNumber": f"45{n}"}, headers=[("__TypeId__", b"com.shop.OrderCanceled")])
        for n in range(3)
    ]
    details = read(records).describe(1)
    assert ("OrderCanceled", "Order number 451") == (details.title, details.subtitle)
    assert "" == read([record(0, value="text")]).describe(0).subtitle


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (b'{"a": 1}', "JSON, 8 bytes"),
        (b'{"a": "' + b"x" * 1_219 + b'"}', "JSON, 1.2 KB"),
        (b"plain", "Text, 5 bytes"),
        (b"\xff\x00", "Bytes, 2 bytes"),
        (b"", "Empty"),
        (None, "No content"),
    ],
)
def test_the_format_is_named_with_the_size_of_the_content(value: bytes | None, label: str) -> None:
    assert label == str(read([record(0, value=value)]).describe(0).format_label)


def test_the_record_itself_is_there_byte_for_byte() -> None:
    headers: list[Header] = [("a", b"1"), ("a", None), ("b", b"")]
    odd = record(
        7, b"\x00\x01", None, headers=headers, timestamp=5, timestamp_type=TimestampType.LOG_APPEND_TIME
    )
    details = read([odd]).describe(0)
    assert (None, tuple(headers)) == (details.raw_value, details.raw_headers)
    assert (RecordId(0, 7), 5, "LogAppendTime") == (details.id, details.timestamp, details.timestamp_type)
    assert (True, Nothing(null=True)) == (details.value_is_null, details.payload)
    assert ("0001", 2, odd.size()) == (details.key_shown, details.key_bytes, details.size)


@pytest.mark.parametrize(
    ("key", "shown", "count"),
    [
        (None, "", None),
        (b"", "", 0),
        (b"ORD001", "ORD001", 6),
        ("Müller".encode(), "Müller", 7),
        (b"\xff\xfe", "fffe", 2),
        (b"a\nb", "610a62", 3),
        (b"\x00\x00\x00\x00\x2a", "000000002a", 5),
    ],
)
def test_a_key_is_shown_as_text_or_as_hex(key: bytes | None, shown: str, count: int | None) -> None:
    details = read([record(0, key)]).describe(0)
    assert (shown, count) == (details.key_shown, details.key_bytes)


def test_a_key_in_a_company_format_is_decoded() -> None:
    schemas = GivenSchemas(avro(3, '"string"'), avro(4, json.dumps(_POINT)))
    keys = [framed(3, written("string", "ORD001")), framed(4, written(_POINT, {"x": 1}))]
    asked = read([record(n, key) for n, key in enumerate(keys)], schemas=schemas)
    assert "ORD001" == asked.row(0).key
    assert '"x"' in asked.row(1).key
    assert [0] == asked.rows("ord001")


_POINT = {"type": "record", "name": "Point", "fields": [{"name": "x", "type": "int"}]}


def test_headers_are_shown_in_order_with_what_lies_behind() -> None:
    headers: list[Header] = [
        ("route", b"north"),
        ("kafka_dlt-original-offset", (17).to_bytes(8, "big")),
        ("route", b"south\n2"),
        ("trace", b"\x01\xff"),
        ("null", None),
        ("empty", b""),
        ("bell", b"\x07"),
    ]
    assert (
        HeaderLine("route", "north", "", failure=False, nth=1, of=2),
        HeaderLine("kafka_dlt-original-offset", "17", "00 00 00 00 00 00 00 11", failure=True, nth=1, of=1),
        HeaderLine("route", "south\n2", "", failure=False, nth=2, of=2),
        HeaderLine("trace", "01 ff", "01 ff", failure=False, nth=1, of=1),
        HeaderLine("null", "", "", failure=False, nth=1, of=1),
        HeaderLine("empty", "", "", failure=False, nth=1, of=1),
        HeaderLine("bell", "07", "07", failure=False, nth=1, of=1),
    ) == read([record(0, headers=headers)]).describe(0).headers


def test_a_pointer_names_the_topic_of_the_original() -> None:
    headers = [
        ("__dlq.errors.topic", b"warehouse-reservation"),
        ("__dlq.errors.partition", b"0"),
        ("__dlq.errors.offset", b"5"),
        ("__dlq.errors.message", b"Offset rejected by client."),
    ]
    details = read([record(0, None, None, headers=headers)]).describe(0)
    assert "warehouse-reservation" == details.is_pointer


def test_content_is_the_whole_tree_or_says_why_not() -> None:
    asked = read([record(0, value={"a": [1]}), record(1, value=b"\x00\x00\x00\x00\x09x")])
    assert isinstance(asked.describe(0).payload, Tree)
    assert isinstance(asked.describe(1).payload, Undecodable)


def test_records_with_the_same_key_are_listed_the_newest_first() -> None:
    asked = read([record(0, "A"), record(1, "B"), record(2, "A"), record(3, "A")])
    expected = [
        (RecordId(0, 3), "newer", False),
        (RecordId(0, 2), "this", False),
        (RecordId(0, 0), "older", False),
    ]
    assert expected == related(asked, 2)
    assert [] == related(asked, 1)


def test_decided_records_are_related_once_reading_has_ended() -> None:
    records = [record(0, "A", {"type": "OrderShipped"}), record(1, "A"), record(2, "A")]
    asked = reading(records[1:])
    assert [1, 0] == [each.row for each in asked.describe(0).related]
    asked.engine.finish(loaded(records, decided=[records[0].id]))
    assert [1, 0, None] == [each.row for each in asked.describe(0).related]
    assert (records[0].id, "OrderShipped", True) == (
        asked.describe(0).related[2].id,
        asked.describe(0).related[2].message_type,
        asked.describe(0).related[2].decided,
    )


def test_across_partitions_the_time_of_the_records_tells_what_is_newer() -> None:
    records = [
        record(5, "A", timestamp=NOW),
        record(0, "A", partition=1, timestamp=NOW + MINUTE),
        record(1, "A", partition=1, timestamp=NOW - MINUTE),
    ]
    asked = read(records)
    expected = [("newer", 1), ("this", 0), ("older", 2)]
    assert expected == [(each.position, each.row) for each in asked.describe(0).related]
    assert [True, True, True] == [asked.row(row).newer_same_key for row in range(3)]


def test_in_one_partition_the_offset_tells_what_is_newer_whatever_the_times_say() -> None:
    asked = read([record(0, "A", timestamp=NOW), record(1, "A", timestamp=NOW - DAY)])
    assert [True, False] == [asked.row(row).newer_same_key for row in range(2)]


def test_a_newer_record_that_goes_away_is_no_longer_newer() -> None:
    records = [record(0, "A"), record(1, "A")]
    asked = read(records)
    assert asked.describe(0).newer_same_key
    asked.engine.finish(loaded(records[:1]))
    assert not asked.describe(0).newer_same_key


def test_a_newer_record_that_was_decided_stays_newer_while_it_is_there() -> None:
    records = [record(0, "A"), record(1, "A")]
    assert read(records, loaded(records, decided=[records[1].id])).row(0).newer_same_key


def test_no_key_relates_nothing() -> None:
    asked = read([record(0, None), record(1, None)])
    assert [] == related(asked, 0)
    assert not asked.row(0).newer_same_key


def test_of_very_many_related_records_the_newest_and_this_one_are_listed() -> None:
    asked = read([record(n, "A") for n in range(MAX_RELATED + 50)])
    listed = asked.describe(3).related
    assert (MAX_RELATED, MAX_RELATED + 49) == (len(listed), listed[0].row)
    assert (3, "this") == (listed[-1].row, listed[-1].position)


def test_a_removed_row_can_still_be_described() -> None:
    records = [record(0, "A"), record(1, "A")]
    asked = read(records)
    asked.engine.finish(loaded(records, decided=[records[0].id]))
    expected = [(RecordId(0, 1), "newer", False), (RecordId(0, 0), "this", True)]
    assert expected == related(asked, 0)


def test_a_row_that_does_not_exist_is_not_described() -> None:
    asked = read([record(0)])
    assert None is asked.engine.answer(DescribeWanted(1))
    assert None is asked.engine.answer(DescribeWanted(-1))


def test_came_back_counts_earlier_failures() -> None:
    twice = (*spring(message="first"), *spring(message="second"))
    asked = read([record(0, headers=spring()), record(1, headers=twice)])
    assert [0, 1] == [asked.row(row).came_back for row in range(2)]
    assert 1 == asked.describe(1).came_back


def _extreme() -> list[DeadLetter]:
    """Records whose headers hold what no column can."""
    huge = b"9" * 19
    flat: list[Header] = [("error", b"x"), ("original_topic", b"t"), ("attempts", huge)]
    original = ("kafka_dlt-original-timestamp", b"\x7f" + b"\xff" * 7)
    return [
        record(0, headers=flat),
        record(1, headers=[*spring(), original]),
        record(2, headers=[("error_timestamp", huge), *flat], timestamp=-(1 << 63)),
        record(3, headers=[("kafka_dlt-exception-fqcn", b"\xff\xfe"), ("", None), ("n", b"\x00" * 9)]),
    ]


@pytest.mark.parametrize("each", _extreme())
def test_nothing_in_the_headers_can_stop_the_engine(each: DeadLetter) -> None:
    asked = read([each])
    assert asked.row(0) == asked.row(0)
    assert each.headers == asked.describe(0).raw_headers
