"""The review page's sentences, and every reason for which it may not commit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kmp_desktop.app.review_words import (
    commit_label,
    confirmation_needed,
    destinations,
    foot_sentence,
    review_sentence,
    review_title,
    why_not,
)
from kmp_desktop.core.profile import ConnectionProfile, Environment, Queue
from kmp_desktop.core.queue_state import Severity
from kmp_desktop.core.review import Check, CheckCode, Review
from kmp_desktop.core.session import QueueSummary, SessionPhase, SessionState
from kmp_desktop.core.text import text
from tests.unit.records import IDENTITY, LIMITS

REVIEW = Review(retry=96, discard=31, skip=16, deferred=0, parts=1, checks=())
READY = SessionState(phase=SessionPhase.READY)
PROFILE = ConnectionProfile("p", "Order platform", "kafka:9093", Environment.PRODUCTION)
LATER = "1 record is removed as soon as the other one with its key is decided."
QUEUE = Queue("q", "Order handling", "orders.events.dlq", "orders.events.retry", "kmp-orders")


def _check(severity: Severity) -> Check:
    return Check(CheckCode.OTHERS, severity, text("title"), text("detail"))


def _summary(**more: Any) -> QueueSummary:
    made = QueueSummary(IDENTITY, LIMITS, (), 10, 0, 0, 0, {}, True, 0, True)
    return replace(made, **more)


def test_the_headline_counts_everything_that_is_staged() -> None:
    assert "Review your 143 decisions" == str(review_title(143))
    assert "Review your decision" == str(review_title(1))
    assert "Nothing is staged" == str(review_title(0))


def test_parts_are_told_before_the_commit() -> None:
    assert "written together, or nothing is." in str(review_sentence(1))
    assert "is written in 3 parts. Each part is written completely or not at all." in str(review_sentence(3))


def test_the_commit_button_counts_retries_and_discards_but_not_skips() -> None:
    assert "Commit 127 decisions" == str(commit_label(REVIEW, 0))
    assert "Commit 1 decision" == str(commit_label(replace(REVIEW, retry=1, discard=0), 6))


def test_left_over_discards_alone_are_finished() -> None:
    alone = replace(REVIEW, retry=0, discard=0, skip=0)

    assert "Finish 6 earlier discards" == str(commit_label(alone, 6))
    assert why_not(alone, replace(READY, summary=_summary(left=6)), typed=True) is None


@pytest.mark.parametrize(
    ("discard", "deferred", "said"),
    [
        (6, 0, "6 records are removed from “Order handling” (orders.events.dlq)."),
        (3, 1, f"2 records are removed from “Order handling” (orders.events.dlq). {LATER}"),
        (2, 2, "2 records are removed as soon as the others with their keys are decided."),
    ],
)
def test_what_is_removed_later_is_not_said_to_be_removed_now(discard: int, deferred: int, said: str) -> None:
    review = replace(REVIEW, retry=0, skip=0, discard=discard, deferred=deferred)

    assert [said] == [str(line.sentence) for line in destinations(review, QUEUE, compacts=True)]


def test_both_topics_are_named_and_a_queue_that_keeps_copies_is_not_said_to_remove_them() -> None:
    said = [str(line.sentence) for line in destinations(REVIEW, QUEUE, compacts=False)]

    assert "96 records go to “orders.events.retry”. Content and headers are passed on unchanged." == said[0]
    assert "31 records of “Order handling” (orders.events.dlq) are marked as done." == said[1]


def test_decisions_nobody_made_have_no_line_in_where_things_go() -> None:
    assert 1 == len(destinations(replace(REVIEW, discard=0, skip=0), QUEUE, compacts=True))


@pytest.mark.parametrize(
    ("environment", "threshold", "discard", "needed"),
    [
        (Environment.PRODUCTION, 10, 31, True),
        (Environment.PRODUCTION, 10, 10, True),
        (Environment.PRODUCTION, 10, 9, False),
        (Environment.TEST, 10, 31, False),
        (Environment.PRODUCTION, 0, 0, False),
        (Environment.PRODUCTION, 0, 1, True),
    ],
)
def test_typing_the_number_is_asked_for_many_discards_in_production_only(
    environment: Environment, threshold: int, discard: int, needed: bool
) -> None:
    profile = replace(PROFILE, environment=environment, confirm_discards_from=threshold)

    assert needed is confirmation_needed(profile, replace(REVIEW, discard=discard))


def test_nothing_in_the_way_means_no_reason() -> None:
    assert why_not(REVIEW, READY, typed=True) is None


@pytest.mark.parametrize(
    ("review", "state", "typed", "reason"),
    [
        (REVIEW, READY, False, "Type 31 to confirm"),
        (replace(REVIEW, checks=(_check(Severity.STOP),)), READY, True, "Solve the stop above first"),
        (
            replace(REVIEW, retry=0, discard=0),
            READY,
            True,
            "Only skipped records: there is nothing to commit",
        ),
        (
            replace(REVIEW, retry=0, discard=0, skip=0),
            READY,
            True,
            "Nothing is decided: there is nothing to commit",
        ),
        (REVIEW, replace(READY, offline_since=1), True, "No connection"),
        (
            REVIEW,
            replace(READY, phase=SessionPhase.LOCKED),
            True,
            "It is not known yet what became of the last commit",
        ),
        (
            REVIEW,
            replace(READY, committed_elsewhere=True),
            True,
            "Another window on this computer is committing to this queue right now",
        ),
        (
            REVIEW,
            replace(READY, summary=_summary(may_decide=False)),
            True,
            "This queue can be looked at, but not decided",
        ),
    ],
)
def test_every_obstacle_is_told_as_text(
    review: Review, state: SessionState, typed: bool, reason: str
) -> None:
    assert reason == str(why_not(review, state, typed=typed))


@pytest.mark.parametrize("phase", [each for each in SessionPhase if each is not SessionPhase.READY])
def test_a_queue_that_is_not_ready_cannot_be_committed(phase: SessionPhase) -> None:
    assert why_not(REVIEW, replace(READY, phase=phase), typed=True) is not None


def test_the_foot_says_what_is_left_to_judge() -> None:
    two = (_check(Severity.WARNING), _check(Severity.WARNING), _check(Severity.PASSED))

    assert "2 warnings above are yours to judge. 16 skipped records are not touched." == str(
        foot_sentence(replace(REVIEW, checks=two))
    )
    assert "16 skipped records are not touched." == str(foot_sentence(REVIEW))
    assert "" == str(foot_sentence(replace(REVIEW, skip=0)))
