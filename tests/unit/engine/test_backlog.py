"""Records that were read wait for the engine, and answers do not wait for them."""

from __future__ import annotations

from kmp_desktop.core.record import DeadLetter
from kmp_desktop.engine.backlog import Backlog
from tests.unit.engine.asking import Asked
from tests.unit.records import loaded, record


def backlog_of(records: list[DeadLetter]) -> tuple[Asked, Backlog]:
    asked = Asked()
    backlog = Backlog(asked.engine, [])
    backlog.add(records)
    return asked, backlog


def test_answers_come_between_pieces_of_the_work() -> None:
    asked, backlog = backlog_of([record(n) for n in range(350)])
    seen = [len(asked.rows())]
    while backlog.work() is not None:
        seen.append(len(asked.rows()))
    assert [0, 100, 200, 300, 350] == seen


def test_the_end_comes_after_the_last_record_and_is_told() -> None:
    records = [record(n) for n in range(250)]
    asked, backlog = backlog_of(records)
    told: list[int] = []
    backlog.finish(loaded(records, decided=[records[0].id]), lambda: told.append(len(asked.rows())))
    while backlog.work() is not None:
        assert [] == told
        assert not asked.groups().complete
    assert [249] == told
    assert asked.groups().complete


def test_of_two_ends_the_second_counts_and_both_are_told() -> None:
    records = [record(n) for n in range(3)]
    asked, backlog = backlog_of(records)
    told: list[str] = []
    backlog.finish(loaded(records), lambda: told.append("first"))
    backlog.finish(loaded(records, decided=[records[1].id]), lambda: told.append("second"))
    while backlog.work() is not None:
        pass
    assert (["first", "second"], [0, 2]) == (told, asked.rows())


def test_while_reading_goes_on_it_goes_first() -> None:
    records = [record(n) for n in range(20_300)]
    _, backlog = backlog_of(records)
    waits = []
    while (wait := backlog.work()) is not None:
        waits.append(wait)
    assert [0.0] * 200 == waits[:200]
    assert all(wait > 0 for wait in waits[200:])


def test_what_the_engine_cannot_take_is_left_out_and_the_rest_goes_on() -> None:
    records = [record(n) for n in range(150)]
    asked, backlog = backlog_of(records)
    really, calls = asked.engine.add, iter([True])

    def add(batch: list[DeadLetter]) -> None:
        if next(calls, False):
            raise ZeroDivisionError
        really(batch)

    asked.engine.add = add  # type: ignore[method-assign,assignment]
    try:
        backlog.work()
    except ZeroDivisionError:
        while backlog.work() is not None:
            pass
    assert 50 == len(asked.rows())
