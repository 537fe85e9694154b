"""What several rows have in common, how they differ, and which few of them to try first."""

from __future__ import annotations

from array import array

from kmp_desktop.core.view import FewFirst, FewFirstWanted
from kmp_desktop.engine import summary
from tests.unit.engine.asking import Asked, read
from tests.unit.records import MINUTE, NOW, loaded, record, spring

STOCK = "com.shop.stock.StockTooLowException"


def few(asked: Asked, rows: list[int], count: int) -> list[int]:
    """The rows to try first."""
    answer = asked.engine.answer(FewFirstWanted(array("I", rows), count))
    assert isinstance(answer, FewFirst)
    return list(answer.rows)


def differences(asked: Asked, rows: list[int]) -> dict[str, list[tuple[str, int]]]:
    """Name -> values of everything that differs."""
    return {str(fact.name): list(fact.values) for fact in asked.summary(rows).differences}


def test_facts_are_counted_with_the_two_largest_values() -> None:
    headers = [spring(), spring(), spring(STOCK, group="stock"), spring(STOCK), spring("com.shop.x.Odd")]
    asked = read([record(n, headers=each) for n, each in enumerate(headers)])
    facts = {str(fact.name): fact.values for fact in asked.summary(range(5)).facts}
    assert (("Customer not found", 2), ("Stock too low", 2)) == facts["Why it failed"]
    assert (("billing", 4), ("stock", 1)) == facts["Reported by"]
    assert "Message" not in facts


def test_only_fields_that_differ_are_differences_and_those_of_few_kinds_come_first() -> None:
    records = [
        record(n, value={"order": {"city": f"c{n % 2}"}, "city": "x", "id": f"{n}", "vip": n % 3 == 0})
        for n in range(20)
    ]
    found = differences(read(records), list(range(20)))
    assert ["City", "Vip", "Id"] == list(found)
    assert [("false", 13), ("true", 7)] == found["Vip"]
    assert 8 == len(found["Id"])


def test_fields_that_are_called_the_same_are_named_by_their_paths() -> None:
    records = [record(n, value={"a": {"city": f"c{n}"}, "b": {"city": f"d{n}"}}) for n in range(3)]
    assert ["City (a.city)", "City (b.city)"] == sorted(differences(read(records), [0, 1, 2]))


def test_reported_messages_that_differ_come_first() -> None:
    records = [record(n, headers=spring(message=f"no customer {n % 2}")) for n in range(3)]
    found = differences(read(records), [0, 1, 2])
    assert [("Reported message", [("no customer 0", 2), ("no customer 1", 1)])] == list(found.items())


def test_times_count_and_those_that_came_back_are_of_all_rows() -> None:
    again = (*spring(message="a"), *spring(message="b"))
    records = [
        record(n, headers=again if n in {1, 3} else spring(), timestamp=NOW + n * MINUTE) for n in range(5)
    ]
    found = read(records).summary([0, 1, 2, 3])
    assert (4, NOW, NOW + 3 * MINUTE) == (found.count, found.failed_first, found.failed_last)
    assert ((1, 3), 0) == (found.came_back, found.sampled)


def test_examples_name_what_tells_them_apart() -> None:
    records = [
        record(n, f"K{n}", {"orderNumber": f"45{n}"}, headers=spring(message=f"no {n}")) for n in range(3)
    ]
    asked = read([*records, record(3, "K3", "text", headers=spring(message="no 3"))])
    found = {row: (value, message) for row, value, message in asked.summary([1, 2, 3]).examples}
    assert {1: ("451", "no 1"), 2: ("452", "no 2"), 3: ("K3", "no 3")} == found


def test_an_example_that_holds_nothing_is_named_by_its_place() -> None:
    asked = read([record(7, None, None, headers=spring(message="no 7"))])
    assert ((0, "Record 0/7", "no 7"),) == asked.summary([0]).examples


def test_of_very_many_rows_a_sample_is_looked_at() -> None:
    many = summary.SAMPLE_OVER + 1
    asked = read([record(0, headers=spring()), record(1, headers=spring(STOCK))])
    found = asked.summary([0] * (many - 1) + [1])
    assert (many, summary.SAMPLE) == (found.count, found.sampled)
    assert summary.SAMPLE == sum(n for _, n in found.facts[0].values)


def test_no_rows_have_nothing_in_common() -> None:
    found = read([record(0)]).summary([])
    assert (0, (), (), (), 0) == (
        found.count,
        found.facts,
        found.differences,
        found.examples,
        found.failed_first,
    )


def test_rows_that_do_not_exist_are_left_out() -> None:
    assert 1 == read([record(0)]).summary([0, 7]).count


def test_the_newest_the_oldest_and_different_messages_are_tried_first() -> None:
    messages = ["a", "a", "b", "a", "c", "a"]
    records = [record(n, headers=spring(message=each), timestamp=NOW + n) for n, each in enumerate(messages)]
    asked = read(records)
    assert [5, 0, 4, 2] == few(asked, list(range(6)), 4)
    assert [5, 0] == few(asked, list(range(6)), 2)
    assert [5] == few(asked, list(range(6)), 1)


def test_no_row_is_tried_twice_and_no_more_than_there_are() -> None:
    asked = read([record(n, headers=spring()) for n in range(4)])
    assert [0, 1, 2, 3] == sorted(few(asked, [0, 1, 2, 3], 50))
    assert [2] == few(asked, [2], 5)
    assert [] == few(asked, [], 5)
    assert [] == few(asked, [0], 0)


def test_a_removed_row_is_not_tried() -> None:
    records = [record(n, headers=spring()) for n in range(3)]
    asked = read(records)
    asked.engine.finish(loaded(records, decided=[records[2].id]))
    assert [0, 1] == sorted(few(asked, [0, 1, 2], 3))
