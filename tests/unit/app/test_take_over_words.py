"""What is asked before a queue is taken over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kmp_desktop.app.take_over_words import Question, take_over_words
from kmp_desktop.core.queue_state import Finding, FindingCode, Severity
from kmp_desktop.core.session import QueueSummary
from kmp_desktop.core.text import text
from tests.unit.records import IDENTITY, LIMITS

SUMMARY = QueueSummary(IDENTITY, LIMITS, (), 10, 0, 0, 0, {}, True, 0, True)


def test_a_queue_that_only_we_worked_on_is_asked_nothing() -> None:
    assert take_over_words(SUMMARY) is None


@pytest.mark.parametrize(
    ("offsets", "sentence", "before"),
    [
        ({0: 1204}, "It had reached record 1,204. What counts as done?", "Everything before 1,204"),
        (
            {1: 88, 0: 12},
            "It had reached record 12 (partition 0), record 88 (partition 1). What counts as done?",
            "Everything before these records",
        ),
        (
            dict.fromkeys(range(6), 7),
            (
                "It had reached record 7 (partition 0), record 7 (partition 1), record 7 (partition 2), "
                "record 7 (partition 3) and 2 more places. What counts as done?"
            ),
            "Everything before these records",
        ),
    ],
)
def test_the_position_of_another_program_is_named(
    offsets: dict[int, int], sentence: str, before: str
) -> None:
    words = take_over_words(replace(SUMMARY, foreign_offsets=offsets))

    assert words is not None
    assert Question.TAKE_OVER is words.question
    assert sentence == str(words.sentence)
    assert before == str(words.before)


def test_forgotten_positions_are_told_in_the_words_of_the_finding() -> None:
    detail = text("The markers on the queue still tell about 96 of 143 records; 47 would be offered again.")
    lost = Finding(FindingCode.OFFSETS_LOST, Severity.STOP, text("title"), detail)

    words = take_over_words(replace(SUMMARY, findings=(lost,)))

    assert words is not None
    assert Question.FORGOTTEN is words.question
    assert detail == words.sentence
    assert "Continue with what is known" == str(words.go_on)
