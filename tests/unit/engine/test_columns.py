"""Which fields become columns."""

from __future__ import annotations

import uuid

import pytest

from kmp_desktop.core.payload import PayloadColumn
from kmp_desktop.core.view import ColumnsChosen, Reply, Rows, RowsWanted
from kmp_desktop.engine.columns import SAMPLE, choose_columns, label_of
from kmp_desktop.engine.engine import Engine
from tests.unit.engine.asking import reading
from tests.unit.records import loaded, record


def chosen(*contents: object) -> list[tuple[str, ...]]:
    """The paths chosen for contents of one type."""
    return [column.path for column in choose_columns([("", content) for content in contents])]


def orders(count: int) -> list[dict[str, object]]:
    """Orders as a shop writes them."""
    return [
        {
            "eventId": str(uuid.UUID(int=n)),
            "createdAt": f"2026-11-{n % 28 + 1:02}T10:00:00Z",
            "status": "CANCELED",
            "express": "true" if n % 2 else "false",
            "note": f"the customer called again and again, {n} times or so",
            "quantity": str(n % 3),
            "orderNumber": f"45003{n:05}",
            "customer": {"email": f"c{n % 40}@shop.example", "city": "Köln"},
        }
        for n in range(count)
    ]


def test_fields_that_tell_records_apart_are_chosen() -> None:
    assert [("orderNumber",), ("customer", "email")] == chosen(*orders(100))


def test_identifying_names_win_over_others_that_differ_as_much() -> None:
    contents = [{"amount": f"{n}.5", "colour": f"c{n}", "sku": f"s{n}", "order_no": f"{n}"} for n in range(9)]
    assert ("order_no",) == chosen(*contents)[0]


def test_of_equals_the_shallower_and_then_the_earlier_is_chosen() -> None:
    contents = [{"a": {"id": f"{n}"}, "id": f"{n}", "code": f"{n}"} for n in range(5)]
    assert [("id",), ("code",)] == chosen(*contents)


def test_the_orders_number_comes_before_its_customers_although_orders_come_twice() -> None:
    contents = [{"customer": {"id": f"C-{n}"}, "orderNumber": f"{n % 50}"} for n in range(58)]
    assert [("orderNumber",), ("customer", "id")] == chosen(*contents)


@pytest.mark.parametrize("name", ["paidAt", "timestamp", "delivery_date"])
def test_numbers_that_are_times_are_not_chosen(name: str) -> None:
    contents = [{name: str(1_795_000_000_000 + n), "colour": f"c{n}"} for n in range(9)]
    assert ("colour",) == chosen(*contents)[0]


def test_fields_that_most_records_lack_are_not_chosen() -> None:
    contents: list[object] = [{"colour": f"c{n}"} for n in range(10)]
    contents += [{"colour": f"d{n}", "couponCode": f"x{n}"} for n in range(10)]
    assert [("colour",)] == chosen(*contents)


def test_a_field_of_one_message_type_counts_within_that_type() -> None:
    sample: list[tuple[str, object]] = [("Canceled", {"colour": f"c{n}"}) for n in range(10)]
    sample += [("Shipped", {"parcelNumber": f"x{n}"}) for n in range(10)]
    assert ("parcelNumber",) == choose_columns(sample)[0].path


def test_what_is_always_the_same_comes_last() -> None:
    assert [("colour",), ("shop",)] == chosen(*[{"shop": "North", "colour": f"c{n}"} for n in range(20)])


def test_nothing_is_chosen_where_there_are_no_fields() -> None:
    assert [] == chosen(None, [], "text", {}, {"items": [1]})


def test_missing_and_empty_values_do_not_count() -> None:
    assert [("colour",)] == chosen(*[{"orderNumber": "", "colour": f"c{n}"} for n in range(9)])


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("orderNumber", "Order number"),
        ("order_no", "Order no"),
        ("customerID", "Customer ID"),
        ("IBAN", "IBAN"),
        ("größe", "Größe"),
        ("line2", "Line 2"),
        ("!", "!"),
    ],
)
def test_labels_are_the_last_part_of_the_path_in_words(name: str, label: str) -> None:
    assert label == label_of(("customer", name))


def test_columns_are_chosen_once_enough_records_could_be_read() -> None:
    records = [record(n, value=content) for n, content in enumerate(orders(SAMPLE + 5))]
    asked = reading([record(1000, value=b"\xff"), record(1001, value="no fields"), *records[: SAMPLE - 1]])
    assert [] == [each for each in asked.pushed if isinstance(each, ColumnsChosen)]
    asked.engine.add(records[SAMPLE - 1 :])
    columns = (
        PayloadColumn(("orderNumber",), "Order number"),
        PayloadColumn(("customer", "email"), "Email"),
    )
    assert [ColumnsChosen(columns, 1)] == [each for each in asked.pushed if isinstance(each, ColumnsChosen)]
    assert [(None, None), (None, None), ("4500300000", "c0@shop.example")] == [
        asked.row(row).payload for row in range(3)
    ]
    assert "4500300204" == asked.row(2 + SAMPLE + 4).payload[0]


def test_columns_are_chosen_at_the_end_when_there_are_few_records() -> None:
    records = [record(0, value={"orderNumber": "1", "n": None}), record(1, value={"orderNumber": "2"})]
    asked = reading(records)
    assert () == asked.row(0).payload
    asked.engine.finish(loaded(records))
    assert ColumnsChosen((PayloadColumn(("orderNumber",), "Order number"),), 1) == asked.pushed[-1]
    assert ("2",) == asked.row(1).payload


def test_columns_are_not_chosen_again_when_other_records_come() -> None:
    first = [record(n, value={"orderNumber": f"{n}"}) for n in range(5)]
    asked = reading(first)
    asked.engine.finish(loaded(first))
    later = [record(n, value={"parcelCode": f"{n}", "type": "Parcel"}) for n in range(5, 50)]
    asked.engine.add(later)
    asked.engine.finish(loaded([*first, *later]))
    told = [each for each in asked.pushed if isinstance(each, ColumnsChosen)]
    assert [(("orderNumber",), 1), (("orderNumber",), 2)] == [
        (each.columns[0].path, each.message_types) for each in told
    ]


def test_an_empty_queue_leaves_the_choice_to_the_first_records() -> None:
    asked = reading([])
    asked.engine.finish(loaded([]))
    later = [record(n, value={"orderNumber": f"{n}"}) for n in range(5)]
    asked.engine.add(later)
    asked.engine.finish(loaded(later))
    assert [("orderNumber",)] == [
        column.path for each in asked.pushed if isinstance(each, ColumnsChosen) for column in each.columns
    ]


def test_null_is_told_from_missing() -> None:
    records = [record(n, value={"orderNumber": f"{n}"}) for n in range(9)]
    records += [record(9, value={"orderNumber": None}), record(10, value={})]
    asked = reading(records)
    asked.engine.finish(loaded(records))
    assert [("",), (None,)] == [asked.row(9).payload, asked.row(10).payload]


def test_what_a_person_chose_is_shown_from_the_first_record_on_whatever_else_there_is() -> None:
    wanted = (PayloadColumn(("customer", "city"), ""), PayloadColumn(("status",), "State"))
    pushed: list[Reply] = []
    engine = Engine(None, pushed.append, columns=wanted)

    engine.add([record(0, value=orders(1)[0])])

    shown = (PayloadColumn(("customer", "city"), "City"), PayloadColumn(("status",), "State"))
    assert [shown] == [each.columns for each in pushed if isinstance(each, ColumnsChosen)]
    rows = engine.answer(RowsWanted((0,)))
    assert isinstance(rows, Rows)
    assert [("Köln", "CANCELED")] == [each.payload for each in rows.rows]


def test_a_field_that_no_record_has_leaves_its_column_blank() -> None:
    pushed: list[Reply] = []
    engine = Engine(None, pushed.append, columns=(PayloadColumn(("none", "such"), ""),))
    engine.add([record(0, value={"id": 1})])
    rows = engine.answer(RowsWanted((0,)))
    assert isinstance(rows, Rows)
    assert [(None,)] == [each.payload for each in rows.rows]
