"""The book of staged decisions: steps, undo, redo, counts, forgetting."""

from __future__ import annotations

import random

import pytest

from kmp_desktop.core.decision import UNDO_DEPTH, Change, Counts, Decision, DecisionBook
from kmp_desktop.core.record import RecordId

MERGE, PURGE, SKIP = Decision.MERGE, Decision.PURGE, Decision.SKIP


def ids(*offsets: int) -> tuple[RecordId, ...]:
    """Records of partition 0."""
    return tuple(RecordId(0, offset) for offset in offsets)


def test_staging_counts_what_is_staged() -> None:
    book = DecisionBook()
    book.stage(ids(1, 2, 3), MERGE)
    book.stage(ids(4), PURGE)
    book.stage(ids(5, 6), SKIP)
    assert Counts(3, 1, 2) == book.counts()
    assert book.total == 6


def test_a_change_holds_only_what_changed() -> None:
    book = DecisionBook()
    book.stage(ids(1), MERGE)
    book.stage(ids(2), PURGE)
    change = book.stage(ids(1, 2, 3), MERGE)
    assert ((RecordId(0, 2), PURGE), (RecordId(0, 3), None)) == change.before
    assert ((RecordId(0, 2), MERGE), (RecordId(0, 3), MERGE)) == change.after
    assert change.decision is MERGE


def test_the_same_decision_again_is_no_step() -> None:
    book = DecisionBook()
    book.stage(ids(1), MERGE)
    book.undo()
    book.redo()
    book.stage(ids(2), MERGE)
    book.undo()
    assert len(book.stage(ids(1), MERGE)) == 0
    assert book.redo_step is not None
    assert book.undo_step is not None
    assert ids(1) == book.undo_step.ids


def test_everything_can_be_made_undecided_at_once_and_taken_back() -> None:
    book = DecisionBook()
    book.stage(ids(1, 2), MERGE)
    book.stage(ids(3), PURGE)
    assert (MERGE, MERGE, PURGE) == book.stage(ids(1, 2, 3, 4), None).was
    assert ({}, Counts()) == (dict(book.staged), book.counts())
    book.undo()
    assert dict(zip(ids(1, 2, 3), (MERGE, MERGE, PURGE), strict=True)) == dict(book.staged)
    assert Counts(2, 1) == book.counts()


def test_some_can_be_made_undecided_while_others_stay() -> None:
    book = DecisionBook()
    book.stage(ids(1, 2, 3), MERGE)
    book.stage(ids(1, 3, 4), None)
    assert {RecordId(0, 2): MERGE} == dict(book.staged)


def test_a_record_named_twice_is_counted_once() -> None:
    book = DecisionBook()
    assert len(book.stage(ids(1, 1), MERGE)) == 1
    assert Counts(1) == book.counts()


def test_undo_and_redo_take_whole_steps() -> None:
    book = DecisionBook()
    book.stage(ids(1, 2), MERGE)
    book.stage(ids(2, 3), PURGE)
    undone = book.undo()
    assert undone is not None
    assert ((RecordId(0, 2), MERGE), (RecordId(0, 3), None)) == undone.after
    assert {RecordId(0, 1): MERGE, RecordId(0, 2): MERGE} == dict(book.staged)
    book.redo()
    assert Counts(1, 2) == book.counts()


def test_a_new_step_forgets_what_could_be_redone() -> None:
    book = DecisionBook()
    book.stage(ids(1), MERGE)
    book.undo()
    book.stage(ids(2), MERGE)
    assert book.redo() is None


def test_nothing_to_undo_or_redo_is_none() -> None:
    book = DecisionBook()
    assert book.undo() is None
    assert book.redo() is None


def test_undo_is_two_hundred_deep() -> None:
    book = DecisionBook()
    for offset in range(UNDO_DEPTH + 5):
        book.stage(ids(offset), MERGE)
    undone = 0
    while book.undo():
        undone += 1
    assert undone == 200
    assert book.total == 5


def test_clearing_takes_a_decision_away_and_can_be_undone() -> None:
    book = DecisionBook()
    book.stage(ids(1), PURGE)
    book.stage(ids(1), None)
    assert book.get(RecordId(0, 1)) is None
    book.undo()
    assert book.get(RecordId(0, 1)) is PURGE


def test_dropped_records_never_come_back_by_undo() -> None:
    book = DecisionBook()
    book.stage(ids(1, 2), MERGE)
    book.stage(ids(2), PURGE)
    dropped = book.drop(ids(2, 9))
    assert ((RecordId(0, 2), PURGE),) == dropped.before
    book.undo()
    assert book.total == 0
    assert book.undo() is None
    book.redo()
    assert {RecordId(0, 1): MERGE} == dict(book.staged)


def test_a_restored_draft_is_no_step() -> None:
    book = DecisionBook()
    book.put_back({RecordId(0, 1): MERGE, RecordId(0, 2): SKIP})
    assert Counts(merge=1, skip=1) == book.counts()
    assert book.undo_step is None


def test_the_view_of_what_is_staged_cannot_be_written() -> None:
    book = DecisionBook()
    with pytest.raises(TypeError):
        book.staged[RecordId(0, 1)] = MERGE  # type: ignore[index]


def test_random_steps_agree_with_a_list_of_snapshots() -> None:
    rng = random.Random(7)
    book = DecisionBook()
    snapshots: list[dict[RecordId, Decision]] = [{}]
    for _ in range(150):
        some = ids(*(rng.randrange(30) for _ in range(rng.randrange(1, 12))))
        if book.stage(some, rng.choice([MERGE, PURGE, SKIP, None])):
            snapshots.append(dict(book.staged))
    for expected in reversed(snapshots[:-1]):
        book.undo()
        assert expected == dict(book.staged)
        decisions = list(expected.values())
        assert Counts(*(decisions.count(each) for each in Decision)) == book.counts()
    for expected in snapshots[1:]:
        book.redo()
        assert expected == dict(book.staged)


def test_a_million_records_are_one_step() -> None:
    million = [RecordId(0, offset) for offset in range(1_000_000)]
    book = DecisionBook()
    assert len(book.stage(million, MERGE)) == 1_000_000
    assert book.total == 1_000_000
    book.undo()
    assert book.total == 0


def test_the_inverse_of_the_inverse_is_the_step() -> None:
    change = Change(ids(1, 2), (None, MERGE), (PURGE, PURGE), PURGE)
    assert change == change.inverse().inverse()
