"""The review page's tree and its checks."""

from __future__ import annotations

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.review import CheckCode
from kmp_desktop.core.view import ReviewBy
from tests.unit.engine.asking import Asked, read, reading
from tests.unit.records import loaded, record, spring

MERGE, PURGE, SKIP = Decision.MERGE, Decision.PURGE, Decision.SKIP
STOCK = "com.shop.stock.StockTooLowException"


def lines(asked: Asked, by: ReviewBy) -> list[tuple[str, int, int, int, int, list[int]]]:
    """Label, retry, discard, skip, undecided, staged rows of every line."""
    found = asked.review(arranged_by=by).lines
    return [
        (str(each.label), each.retry, each.discard, each.skip, each.undecided, list(each.rows))
        for each in found
    ]


def shop() -> Asked:
    """Six records in two groups and two kinds of message; four are staged."""
    kinds = ["com.shop.OrderCanceled", "com.shop.OrderShipped"]
    records = [
        record(n, f"K{n}", headers=spring(STOCK if n > 3 else "com.shop.x.Lost", message_type=kinds[n % 2]))
        for n in range(6)
    ]
    asked = read(records)
    asked.decide(MERGE, 0, 4)
    asked.decide(PURGE, 1)
    asked.decide(SKIP, 2)
    return asked


def test_lines_by_reason_count_what_is_staged_and_what_is_left() -> None:
    expected = [("Lost", 1, 1, 1, 1, [0, 1, 2]), ("Stock too low", 1, 0, 0, 1, [4])]
    assert expected == lines(shop(), ReviewBy.REASON)


def test_lines_by_message() -> None:
    expected = [("OrderCanceled", 2, 0, 1, 0, [0, 2, 4]), ("OrderShipped", 0, 1, 0, 2, [1])]
    assert expected == lines(shop(), ReviewBy.MESSAGE)


def test_all_records_are_one_line() -> None:
    assert [("All records", 2, 1, 1, 2, [0, 1, 2, 4])] == lines(shop(), ReviewBy.ALL)


def test_groups_without_decisions_have_no_line() -> None:
    asked = shop()
    asked.decide(None, 4)
    assert ["Lost"] == [line[0] for line in lines(asked, ReviewBy.REASON)]


def test_nothing_staged_has_no_lines() -> None:
    assert [] == lines(read([record(0)]), ReviewBy.ALL)


def test_the_question_comes_back_with_the_answer() -> None:
    answer = shop().review(arranged_by=ReviewBy.MESSAGE, serial=9)
    assert (9, ReviewBy.MESSAGE) == (answer.serial, answer.arranged_by)


def test_checks_know_what_came_back_and_what_others_decided() -> None:
    again = (*spring(message="a"), *spring(message="b"))
    asked = read([record(0, "A", headers=again), record(1, "B", headers=spring())])
    asked.decide(MERGE, 0, 1)
    asked.others_decide(1)
    review = asked.review().review
    assert (2, 0, 0) == (review.retry, review.discard, review.skip)
    shown = {check.code: [each.offset for each in check.show] for check in review.checks}
    assert [0] == shown[CheckCode.CAME_BACK]
    assert [1] == shown[CheckCode.OTHERS]


def test_no_commit_is_reviewed_while_reading_goes_on() -> None:
    asked = reading([record(0), record(1)])
    asked.decide(MERGE, 0)
    review = asked.review().review
    assert (True, 1, 0) == (review.stops, review.retry, review.parts)
    assert ["The queue is still being read"] == [str(check.title) for check in review.checks]
    asked.engine.finish(loaded([record(0), record(1)]))
    assert not asked.review().review.stops
    asked.engine.add([record(2)])
    assert asked.review().review.stops
