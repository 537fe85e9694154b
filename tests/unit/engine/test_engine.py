"""The engine's life: records arrive, reading ends, decisions change, the registry comes back."""

from __future__ import annotations

import json
from array import array
from typing import TypeVar

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.view import (
    ColumnsChosen,
    LookFirst,
    RecordsArrived,
    RecordsRemoved,
    Rows,
    RowsChanged,
    RowsWanted,
)
from tests.unit.decoding.avro_data import written
from tests.unit.decoding.given_schemas import GivenSchemas, avro, framed
from tests.unit.engine.asking import Asked, read, reading
from tests.unit.records import connect, loaded, record, spring

T = TypeVar("T")
ORDER = {
    "type": "record",
    "name": "OrderCanceled",
    "namespace": "com.shop",
    "fields": [{"name": "orderId", "type": "string"}],
}


def arrived(first: int, *ids: tuple[int, int]) -> RecordsArrived:
    """What is pushed when these records get rows."""
    return RecordsArrived(first, array("i", [each[0] for each in ids]), array("q", [each[1] for each in ids]))


def pushes(asked: Asked, kind: type[T]) -> list[T]:
    """What was pushed of one kind."""
    return [each for each in asked.pushed if isinstance(each, kind)]


def test_rows_are_numbered_in_the_order_of_arrival() -> None:
    asked = reading([record(4, partition=1), record(2)])
    asked.engine.add([record(3)])
    assert [arrived(0, (1, 4), (0, 2)), arrived(2, (0, 3))] == asked.pushed
    assert [RecordId(1, 4), RecordId(0, 2), RecordId(0, 3)] == [asked.row(row).id for row in range(3)]


def test_a_record_that_arrives_twice_keeps_its_row() -> None:
    asked = reading([record(0), record(1)])
    asked.engine.add([record(1), record(2)])
    asked.engine.add([record(0)])
    assert [arrived(0, (0, 0), (0, 1)), arrived(2, (0, 2))] == asked.pushed
    assert [0, 1, 2] == asked.rows()


def test_offsets_beyond_32_bits_keep_their_value() -> None:
    asked = reading([record(1 << 40)])
    assert [arrived(0, (0, 1 << 40))] == asked.pushed


def test_rows_that_turn_out_to_be_decided_are_removed() -> None:
    records = [record(n) for n in range(4)]
    asked = reading(records)
    asked.engine.finish(
        loaded(records, decided=[records[1].id], elsewhere={records[3].id: "kmp-other"}),
    )
    assert [RecordsRemoved((1, 3))] == pushes(asked, RecordsRemoved)
    assert [0, 2] == asked.rows()


def test_rows_of_records_that_are_not_there_any_more_are_removed() -> None:
    records = [record(n) for n in range(2)]
    asked = reading(records)
    asked.engine.finish(loaded(records[1:]))
    assert [RecordsRemoved((0,))] == pushes(asked, RecordsRemoved)


def test_records_that_were_never_pushed_get_rows_at_the_end() -> None:
    records = [record(n) for n in range(3)]
    asked = reading(records[1:2])
    asked.engine.finish(loaded(records))
    assert [arrived(0, (0, 1)), arrived(1, (0, 0), (0, 2))] == pushes(asked, RecordsArrived)
    assert [1, 0, 2] == asked.rows()


def test_a_record_that_comes_back_after_its_removal_gets_a_new_row() -> None:
    records = [record(n) for n in range(2)]
    asked = read(records, loaded(records, decided=[records[0].id]))
    asked.engine.finish(loaded(records))
    assert [arrived(0, (0, 0), (0, 1)), arrived(2, (0, 0))] == pushes(asked, RecordsArrived)
    assert [2, 1] == asked.rows()


def test_a_second_end_of_reading_changes_nothing_by_itself() -> None:
    records = [record(n, value={"orderNumber": f"{n}"}) for n in range(3)]
    asked = read(records)
    before = list(asked.pushed)
    asked.engine.finish(loaded(records))
    assert before == asked.pushed


def test_committed_records_leave_the_list() -> None:
    records = [record(n) for n in range(3)]
    asked = read(records)
    asked.decide(Decision.MERGE, 0, 1)
    asked.engine.finish(loaded(records, base={0: 2}))
    assert [2] == asked.rows()


def test_what_somebody_else_decided_keeps_its_row_until_it_is_not_named_any_more() -> None:
    records = [record(n) for n in range(3)]
    asked = read(records)
    asked.others_decide(1)
    asked.engine.finish(loaded(records, decided=[records[1].id]))
    assert [0, 1, 2] == asked.rows()
    assert [1] == asked.rows(look_first=LookFirst.DECIDED_ELSEWHERE)
    asked.others_decide()
    asked.engine.finish(loaded(records, decided=[records[1].id]))
    assert [0, 2] == asked.rows()


def test_what_somebody_else_decided_is_related_once_and_as_decided() -> None:
    records = [record(0, "A"), record(1, "A")]
    asked = read(records)
    asked.others_decide(1)
    asked.engine.finish(loaded(records, decided=[records[1].id]))
    assert [(1, True), (0, False)] == [(each.row, each.decided) for each in asked.describe(0).related]


def test_decisions_may_come_before_their_records() -> None:
    asked = Asked()
    asked.decide(Decision.PURGE, 1)
    asked.others_decide(2)
    asked.engine.add([record(n) for n in range(3)])
    assert [0] == asked.rows(look_first=LookFirst.UNDECIDED)
    assert 2 == asked.groups().everything.decided


def test_clearing_a_decision_makes_a_record_undecided_again() -> None:
    asked = reading([record(0)])
    asked.decide(Decision.SKIP, 0)
    asked.decide(None, 0)
    assert [0] == asked.rows(look_first=LookFirst.UNDECIDED)


def test_rows_that_do_not_exist_are_left_out_of_answers() -> None:
    answer = reading([record(0)]).engine.answer(RowsWanted((5, 0, -1)))
    assert isinstance(answer, Rows)
    assert [0] == [row.row for row in answer.rows]


def test_a_row_shows_what_the_table_needs() -> None:
    headers = (*connect("TASK_PUT", "no table"), ("__TypeId__", b"com.shop.Payment"))
    each = record(3, "PAY-1", b"\x00\x00\x00\x00\x09x", headers=headers)
    row = read([each]).row(0)
    assert (RecordId(0, 3), "Payment", "PAY-1", each.size()) == (row.id, row.message_type, row.key, row.size)
    assert ("payment-export", "payment-captured/0/4") == (row.reported_by, row.came_from)
    assert ("Storing in the target system", "no table") == (str(row.step), row.reported)
    assert (True, 0, None) == (row.unreadable, row.came_back, row.tries)


def test_content_that_waits_for_the_registry_is_read_once_it_answers() -> None:
    schemas = GivenSchemas(avro(7, json.dumps(ORDER)), down=True)
    values = [framed(7, written(ORDER, {"orderId": f"ORD00{n}"})) for n in range(2)]
    records = [record(n, f"K{n}", value) for n, value in enumerate(values)]
    records += [record(2, "K2", b"\xff"), record(3, "K3", {"a": 1})]
    asked = reading(records, schemas)
    assert [0, 1, 2] == asked.rows(look_first=LookFirst.UNREADABLE)
    assert 2 == asked.groups().waiting_for_registry
    asked.engine.try_registry_again()
    assert [] == pushes(asked, RowsChanged)
    schemas._down = False
    asked.engine.try_registry_again()
    assert [RowsChanged((0, 1))] == pushes(asked, RowsChanged)
    assert [2] == asked.rows(look_first=LookFirst.UNREADABLE)
    assert 0 == asked.groups().waiting_for_registry
    assert ["OrderCanceled", "OrderCanceled"] == [asked.row(row).message_type for row in (0, 1)]
    assert [1] == asked.rows("ord001")
    asked.engine.finish(loaded(records))
    assert [("orderId",)] == [each.path for each in pushes(asked, ColumnsChosen)[-1].columns][:1]
    assert "ORD001" == asked.row(1).payload[0]


def test_columns_are_filled_for_content_that_is_read_after_they_were_chosen() -> None:
    schemas = GivenSchemas(avro(7, json.dumps(ORDER)), down=True)
    value = framed(7, written(ORDER, {"orderId": "ORD000"}))
    records = [record(0, value=value), *[record(n, value={"orderId": f"ORD00{n}"}) for n in range(1, 4)]]
    asked = reading(records, schemas)
    asked.engine.finish(loaded(records))
    schemas._down = False
    asked.engine.try_registry_again()
    assert ("ORD000",) == asked.row(0).payload
    assert 2 == pushes(asked, ColumnsChosen)[-1].message_types


def test_without_a_registry_there_is_nothing_to_try_again() -> None:
    asked = reading([record(0, value=b"\x00\x00\x00\x00\x07x")])
    asked.engine.try_registry_again()
    assert [arrived(0, (0, 0))] == asked.pushed


def test_reading_on_after_a_stop_adds_to_what_is_there() -> None:
    first, later = [record(0), record(1)], [record(2)]
    stopped = loaded(first)
    stopped.complete = False
    asked = read(first, stopped)
    asked.engine.add(later)
    asked.engine.finish(loaded([*first, *later]))
    assert [0, 1, 2] == asked.rows()


def test_the_same_message_of_two_groups_is_found_in_both() -> None:
    asked = reading([record(0, headers=spring(message="boom")), record(1, headers=connect(message="boom"))])
    assert [0, 1] == asked.rows("boom")
