"""What is said before a queue is taken over from another program, or after the server forgot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kmp_desktop.core.positions import reached
from kmp_desktop.core.queue_state import FindingCode
from kmp_desktop.core.session import QueueSummary
from kmp_desktop.core.text import Text, text


class Question(StrEnum):
    """The two questions that a person has to answer before deciding."""

    TAKE_OVER = "take_over"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class TakeOverWords:
    """Headline, what is known, the name of the button that goes on, and of the first choice."""

    question: Question
    title: Text
    sentence: Text
    go_on: Text
    before: Text


def take_over_words(summary: QueueSummary) -> TakeOverWords | None:
    """What has to be asked about this queue; None: nothing."""
    found = {finding.code: finding for finding in summary.findings}
    if FindingCode.TAKE_OVER_NEEDED in found or summary.foreign_offsets:
        return TakeOverWords(
            Question.TAKE_OVER,
            text("Somebody worked on this queue with another program."),
            text("{reached} What counts as done?", reached=_reached(summary.foreign_offsets)),
            text("Take over"),
            _before(summary.foreign_offsets),
        )
    if FindingCode.OFFSETS_LOST in found:
        return TakeOverWords(
            Question.FORGOTTEN,
            text("The server has forgotten what was decided here."),
            found[FindingCode.OFFSETS_LOST].detail,
            text("Continue with what is known"),
            text(""),
        )
    return None


def _before(offsets: Mapping[int, int]) -> Text:
    if len(offsets) == 1:
        return text("Everything before {offset}", offset=next(iter(offsets.values())))
    return text("Everything before these records")


def _reached(offsets: Mapping[int, int]) -> Text:
    if len(offsets) == 1:
        return text("It had reached record {offset}.", offset=next(iter(offsets.values())))
    return reached(offsets)
