"""What people are told after a decision about several records."""

from __future__ import annotations

from kmp_desktop.app.staging_words import step_name, told
from kmp_desktop.app.triage import StageReport, stage
from kmp_desktop.core.decision import Decision, DecisionBook
from kmp_desktop.core.record import RecordId

IDS = [RecordId(0, offset) for offset in range(10)]


def decide(
    book: DecisionBook,
    ids: list[RecordId],
    decision: Decision | None,
    theirs: frozenset[RecordId] = frozenset(),
) -> StageReport:
    return stage(book, ids, decision, lambda record: record not in theirs)


def test_it_says_how_many_and_that_nothing_is_sent() -> None:
    report = decide(DecisionBook(), IDS, Decision.MERGE)
    assert "10 records marked Retry. Nothing has been sent yet." == str(told(report))


def test_one_record_is_one_record() -> None:
    report = decide(DecisionBook(), IDS[:1], Decision.PURGE)
    assert "1 record marked Discard. Nothing has been sent yet." == str(told(report))


def test_it_says_what_some_of_them_were_before() -> None:
    book = DecisionBook()
    decide(book, IDS[:3], Decision.PURGE)
    report = decide(book, IDS, Decision.MERGE)
    expected = "10 records marked Retry, 3 of them were Discard before. Nothing has been sent yet."
    assert expected == str(told(report))


def test_several_kinds_of_earlier_decisions_are_counted_together() -> None:
    book = DecisionBook()
    decide(book, IDS[:3], Decision.PURGE)
    decide(book, IDS[3:5], Decision.SKIP)
    report = decide(book, IDS, Decision.MERGE)
    expected = "10 records marked Retry, 5 of them were decided otherwise before. Nothing has been sent yet."
    assert expected == str(told(report))


def test_it_names_how_many_were_left_because_others_decided_them() -> None:
    report = decide(DecisionBook(), IDS, Decision.PURGE, frozenset(IDS[:4]))
    expected = "6 records marked Discard. 4 left as they are: someone else decided them meanwhile."
    assert expected == str(told(report))


def test_clearing_says_that_they_are_undecided_again() -> None:
    book = DecisionBook()
    decide(book, IDS, Decision.SKIP)
    expected = "10 records are undecided again. Nothing has been sent yet."
    assert expected == str(told(decide(book, IDS, None)))


def test_the_same_decision_again_says_that_it_was_so() -> None:
    book = DecisionBook()
    decide(book, IDS, Decision.SKIP)
    assert "They were marked Skip already." == str(told(decide(book, IDS, Decision.SKIP)))


def test_a_step_is_named_for_undo() -> None:
    book = DecisionBook()
    assert "10 records marked Retry" == str(step_name(decide(book, IDS, Decision.MERGE).change))
    assert "10 records made undecided" == str(step_name(decide(book, IDS, None).change))
