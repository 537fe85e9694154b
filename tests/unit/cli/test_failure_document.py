"""``failure`` of ``print --json``, held against what is true about dead letters of real frameworks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kmp_desktop.cli.failure_document import failure_document
from kmp_desktop.core.failure import failure_of
from tests.real_dead_letters import SCENARIOS, scenario
from tests.unit.records import record

_OF_THE_TRUTH = {
    "exception_class": "exception_class",
    "exception_message": "message",
    "stage": "stage",
    "connector": "connector",
    "origin_topic": "origin_topic",
    "origin_partition": "origin_partition",
    "origin_offset": "origin_offset",
    "origin_timestamp": "origin_timestamp",
    "attempts": "attempts",
    "consumer_group": "consumer_group",
}
# SmallRye keeps two levels of exceptions, and no byte tells that there was a third.
BEYOND_TWO_LEVELS = "S-12004"


def facts(name: str) -> Iterator[tuple[dict[str, Any], str, object]]:
    """(truth, name of the fact there, what the document says)."""
    for known, truth in scenario(name):
        document = failure_document(failure_of(known))
        for fact, member in _OF_THE_TRUTH.items():
            yield truth, fact, document[member]


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_fact_that_is_in_a_record_is_told(name: str) -> None:
    missing = [
        (truth["id"], fact, truth[fact], told)
        for truth, fact, told in facts(name)
        if fact in truth["in_record"] and told != truth[fact]
    ]
    assert [] == missing


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_a_record_does_not_tell_is_null_and_never_wrong(name: str) -> None:
    wrong = [
        (truth["id"], fact, truth.get(fact), told)
        for truth, fact, told in facts(name)
        if told is not None and told != truth.get(fact) and truth["id"] != BEYOND_TWO_LEVELS
    ]
    assert [] == wrong


def test_a_record_without_failure_headers_has_all_members_and_tells_nothing() -> None:
    assert {
        "family": None,
        "exception_class": None,
        "message": None,
        "stage": None,
        "connector": None,
        "origin_topic": None,
        "origin_partition": None,
        "origin_offset": None,
        "origin_timestamp": None,
        "attempts": None,
        "consumer_group": None,
        "label": "No reason given",
        "group_key": "||",
    } == failure_document(failure_of(record(0)))
