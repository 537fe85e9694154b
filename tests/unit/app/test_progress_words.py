"""A running commit in four sentences, and when it can still be stopped."""

from __future__ import annotations

import pytest

from kmp_desktop.app.progress_words import (
    START,
    Stage,
    Stand,
    foot,
    part_sentence,
    progress_title,
    stage_detail,
    stage_sentence,
    stop_label,
)
from kmp_desktop.app.progress_words import (
    stand as stand_after,
)
from kmp_desktop.core.outcome import CommitProgress, Step
from kmp_desktop.core.text import text


def _at(step: Step, done: int = 0, part: int = 1, parts: int = 1) -> CommitProgress:
    return CommitProgress(part, parts, step, done, 127)


def stand(progress: CommitProgress, before: Stand = START) -> Stand:
    return stand_after(before, progress)


@pytest.mark.parametrize(
    ("progress", "stage"),
    [
        (_at(Step.JOURNAL), Stage.COMPARE),
        (_at(Step.INIT), Stage.COMPARE),
        (_at(Step.COMPARE), Stage.HAND_OVER),
        (_at(Step.INTERLEAVE, 31), Stage.HAND_OVER),
        (_at(Step.COPIES, 81), Stage.HAND_OVER),
        (_at(Step.COPIES, 127), Stage.MAKE_FINAL),
        (_at(Step.COMMIT, 127), Stage.MAKE_FINAL),
        (_at(Step.DROP, 127), Stage.MAKE_FINAL),
        (_at(Step.VERIFY, 127), Stage.READ_BACK),
        (_at(Step.READ_BACK, 127), Stage.READ_BACK),
    ],
)
def test_a_step_that_is_done_leads_to_the_sentence_that_runs_now(
    progress: CommitProgress, stage: Stage
) -> None:
    assert stage is stand(progress).stage


@pytest.mark.parametrize("step", list(Step))
def test_every_step_has_its_place(step: Step) -> None:
    assert 0.0 <= stand(_at(step)).share <= 1.0


def test_the_bar_never_goes_back() -> None:
    steps = [
        _at(step, 127 if index >= 7 else 0, part, 2) for part in (1, 2) for index, step in enumerate(Step)
    ]
    shares = [stand(each).share for each in steps]

    assert sorted(shares) == shares
    assert 1.0 == shares[-1]


def test_it_can_be_stopped_until_it_is_made_final() -> None:
    assert START.may_stop
    assert stand(_at(Step.COPIES, 81)).may_stop
    assert not stand(_at(Step.COPIES, 127)).may_stop
    assert not stand(_at(Step.COMMIT, 127)).may_stop


def test_the_sentences_are_those_of_the_design() -> None:
    where = stand(_at(Step.COPIES, 81))

    assert [
        "Nobody else has changed these records",
        "Handing over: 81 of 127",
        "Making it final, all together",
        "Reading back to verify",
    ] == [str(stage_sentence(stage, where)) for stage in Stage]
    assert "Not final yet. You can still stop; then nothing is changed." == str(stage_detail(where))
    assert "Stop, change nothing" == str(stop_label(where))
    assert "Committing 127 decisions" == str(progress_title(127))
    assert "Finishing earlier discards" == str(progress_title(0))


def test_discards_count_as_handed_over_before_the_copies() -> None:
    where = stand_after(START, CommitProgress(1, 1, Step.COPIES, 50, 96), discards=31)

    assert "Handing over: 81 of 127" == str(stage_sentence(Stage.HAND_OVER, where))


def test_steps_after_the_copies_keep_their_numbers_but_another_part_does_not() -> None:
    copies = stand(CommitProgress(1, 2, Step.COPIES, 96, 96))

    final = stand(CommitProgress(1, 2, Step.COMMIT, 1, 1), copies)
    next_part = stand(CommitProgress(2, 2, Step.JOURNAL, 1, 1), final)

    assert "Handing over: 96 of 96" == str(stage_sentence(Stage.HAND_OVER, final))
    assert "Handing over" == str(stage_sentence(Stage.HAND_OVER, next_part))


def test_nothing_is_claimed_of_a_check_that_still_runs() -> None:
    running = stage_sentence(Stage.COMPARE, START)

    assert "Checking that nobody else has changed these records" == str(running)


def test_what_is_waited_for_takes_the_place_of_the_second_line() -> None:
    note = text("Waiting for another program to finish on “orders.events.dlq”.")
    where = stand(CommitProgress(1, 1, Step.JOURNAL, 0, 127, note))

    assert note == stage_detail(where)


def test_parts_are_counted() -> None:
    where = stand(_at(Step.COMPARE, part=2, parts=3))

    assert "Part 2 of 3" == str(part_sentence(where))
    assert "Stop, leave this part out" == str(stop_label(where))
    assert part_sentence(stand(_at(Step.COMPARE))) is None


def test_between_parts_it_can_be_stopped_even_when_this_part_is_made_final() -> None:
    first = stand(_at(Step.COPIES, 127, part=1, parts=2))
    last = stand(_at(Step.COPIES, 127, part=2, parts=2))

    assert first.may_stop
    assert "Stop after this part" == str(stop_label(first))
    assert not last.may_stop


def test_a_long_wait_is_told_in_seconds() -> None:
    where = stand(_at(Step.JOURNAL))

    assert "Usually takes a few seconds." == str(foot(where, 0))
    assert "Waiting for the server: 12 seconds" == str(foot(where, 12))
    assert "Can no longer be stopped. Usually takes a few seconds." == str(
        foot(stand(_at(Step.COPIES, 127)), 1)
    )
