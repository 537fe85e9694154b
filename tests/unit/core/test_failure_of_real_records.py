"""What is told about dead letters of real frameworks, held against the truth."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from kmp_desktop.core.failure import FailureReason, failure_of, group_key, label
from tests.real_dead_letters import SCENARIOS, Known, scenario

# How often each fact is in the bytes of a scenario's records: all of it has to be found.
IN_THE_RECORDS = {
    "connect-converter": {
        "origin_topic": 13,
        "origin_offset": 13,
        "connector": 13,
        "stage": 13,
        "exception_class": 13,
        "exception_message": 13,
    },
    "homegrown-flat-headers": {
        "origin_topic": 7,
        "origin_offset": 7,
        "consumer_group": 7,
        "exception_class": 7,
        "exception_message": 7,
    },
    "quarkus-dead-letter-queue": {
        "origin_topic": 12,
        "origin_offset": 12,
        "exception_class": 10,
        "exception_message": 9,
    },
    "share-group-pointer": {
        "origin_topic": 6,
        "origin_offset": 6,
        "consumer_group": 6,
        "exception_message": 6,
    },
    "smallrye-dead-letter-queue": {
        "origin_topic": 21,
        "origin_offset": 21,
        "exception_class": 12,
        "exception_message": 10,
    },
    "spring-3.3-listener": {
        "origin_topic": 9,
        "origin_offset": 9,
        "consumer_group": 9,
        "exception_class": 9,
        "exception_message": 8,
    },
    "spring-deserialisation": {
        "origin_topic": 13,
        "origin_offset": 13,
        "consumer_group": 13,
        "exception_class": 13,
        "exception_message": 11,
    },
    "spring-listener": {
        "origin_topic": 15,
        "origin_offset": 15,
        "consumer_group": 15,
        "exception_class": 15,
        "exception_message": 13,
    },
    "streams-deserialisation": {
        "origin_topic": 9,
        "origin_offset": 9,
        "exception_class": 9,
        "exception_message": 8,
    },
}
# SmallRye keeps two levels of exceptions; the third is in no byte of the record, so the second is
# taken for the deepest. Outside of Quarkus a void method's own exception is not kept at all.
BEYOND_TWO_LEVELS = "com.example.webshop.tax.TaxServiceUnavailableException"
VOID_METHOD = (
    "SRMSG00103: Exception thrown when calling the method com.example.webshop.smallrye.LabelPrinter#print"
)


def told(reason: FailureReason) -> dict[str, Any]:
    """The facts of a reason under the names of the truth; what is not told is left out."""
    origin = reason.origin
    facts = {
        "origin_topic": origin and origin.topic,
        "origin_partition": origin and origin.partition,
        "origin_offset": origin and origin.offset,
        "origin_timestamp": reason.first_sent,
        "consumer_group": reason.consumer_group or None,
        "connector": reason.connector or None,
        "exception_class": reason.root_cause or None,
        "exception_message": reason.message or None,
        "failure_number": reason.came_back + 1,
        "attempts": reason.tries,
        "stage": reason.step_code or None,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def test_every_scenario_is_looked_at() -> None:
    assert tuple(IN_THE_RECORDS) == SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_everything_that_is_in_the_records_is_found(name: str) -> None:
    found: Counter[str] = Counter()
    for record, truth in scenario(name):
        facts = told(failure_of(record))
        found.update(fact for fact in truth["in_record"] if fact in facts and facts[fact] == truth[fact])
    assert IN_THE_RECORDS[name] == dict(found)


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_untrue_is_told(name: str) -> None:
    wrong = [
        (truth["id"], fact, truth.get(fact), value)
        for record, truth in scenario(name)
        for fact, value in told(failure_of(record)).items()
        if value != truth.get(fact) and not _beyond_the_record(name, fact, value, truth)
    ]
    assert [] == wrong


def _beyond_the_record(name: str, fact: str, value: object, truth: dict[str, Any]) -> bool:
    """Whether a difference to the truth is one that the record's bytes do not rule out."""
    if fact == "stage":  # steps that have a name only here
        return truth.get("stage") is None and value in ("LISTENER", "DELIVERY_COUNT_EXCEEDED")
    if fact == "exception_message" and truth["exception_message"] is None:
        return True  # the root cause said nothing, an exception around it did
    if truth["root_cause_found_in"] != "nowhere":
        return False
    if name == "quarkus-dead-letter-queue":
        return bool(truth["id"] == "S-12004")
    return name == "smallrye-dead-letter-queue" and fact == "exception_message" and value == VOID_METHOD


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_time_of_the_failure_is_that_of_the_last_try(name: str) -> None:
    for record, truth in scenario(name):
        last_try = failure_of(record).last_try
        if last_try is None or truth["last_failed"] is None:
            continue
        # Where the dead letter's own time tells it, publishing took up to a second.
        assert truth["last_failed"] <= last_try <= truth["last_failed"] + 1000


def test_the_deepest_known_exception_stands_for_a_root_cause_that_was_not_kept() -> None:
    lost = [known for known in scenario("quarkus-dead-letter-queue") if known.truth["id"] == "S-12004"]
    assert [BEYOND_TWO_LEVELS] * 2 == [failure_of(known.record).root_cause for known in lost]


def test_a_mere_wrapper_is_never_called_the_root_cause() -> None:
    lost = [
        failure_of(known.record)
        for known in scenario("smallrye-dead-letter-queue")
        if known.truth["root_cause_found_in"] == "nowhere"
    ]
    assert [("", VOID_METHOD)] * 9 == [(reason.root_cause, reason.message) for reason in lost]
    assert {"No reason given"} == {str(label(reason)) for reason in lost}


@pytest.mark.parametrize(
    ("name", "listeners"),
    [
        (
            "spring-listener",
            {
                "com.example.webshop.spring.SpringScenarios$ShopListeners.onOrderCanceled",
                "com.example.webshop.spring.SpringScenarios$ShopListeners.onPaymentCaptured",
            },
        ),
        ("smallrye-dead-letter-queue", {"", "com.example.webshop.smallrye.LabelPrinter.print"}),
    ],
)
def test_the_method_that_took_the_message_is_named(name: str, listeners: set[str]) -> None:
    assert listeners == {failure_of(known.record).listener for known in scenario(name)}


def test_a_message_that_the_root_cause_lacks_is_taken_from_what_wraps_it() -> None:
    silent = [
        known for known in scenario("streams-deserialisation") if known.truth["exception_message"] is None
    ]
    assert ["Error deserializing Avro message for id 1"] == [
        failure_of(known.record).message for known in silent
    ]


def test_only_records_of_share_groups_without_key_and_value_are_pointers() -> None:
    for name in SCENARIOS:
        pointers = {failure_of(known.record).pointer for known in scenario(name)}
        assert {"warehouse-reservation" if name == "share-group-pointer" else ""} == pointers


def test_a_failed_delete_message_is_no_pointer() -> None:
    deleted = [
        known
        for name in SCENARIOS
        for known in scenario(name)
        if known.truth["is_tombstone"] and known.record.key is not None
    ]
    assert 15 == len(deleted)
    assert {""} == {failure_of(known.record).pointer for known in deleted}


# (label, step in words) -> how many records; and each pair is one group.
GROUPS = {
    "connect-converter": {
        ("Content could not be read", "Reading the content"): 10,
        ("Content was refused as invalid", "Converting the message"): 3,
    },
    "homegrown-flat-headers": {
        ("The program has a fault", ""): 3,
        ("Content could not be read", ""): 2,
        ("Content was refused as invalid", ""): 1,
        ("A service did not answer", ""): 1,
    },
    "quarkus-dead-letter-queue": {
        ("Tax service unavailable", ""): 2,
        ("Carrier rejected", ""): 2,
        ("Address invalid", ""): 2,
        ("The program has a fault", ""): 3,
        ("Open invoices", ""): 2,
        ("It collides with existing data", ""): 1,
    },
    "share-group-pointer": {
        ("No reason given", ""): 4,
        ("No reason given", "Given up after 2 tries"): 2,
    },
    "smallrye-dead-letter-queue": {
        ("No reason given", "Processing the message"): 9,
        ("The program has a fault", ""): 4,
        ("Address invalid", ""): 2,
        ("Open invoices", ""): 2,
        ("It collides with existing data", ""): 2,
        ("A service did not answer", ""): 1,
        ("Content could not be read", ""): 1,
    },
    "spring-3.3-listener": {
        ("Customer not found", "Processing the message"): 3,
        ("It collides with existing data", "Processing the message"): 1,
        ("Open invoices", "Processing the message"): 1,
        ("The program has a fault", "Processing the message"): 2,
        ("Content could not be read", "Processing the message"): 1,
        ("A service did not answer", "Processing the message"): 1,
    },
    "spring-deserialisation": {
        ("Content could not be read", "Reading the content"): 8,
        ("Content could not be read", "Reading the key"): 1,
        ("Customer not found", "Processing the message"): 3,
        ("Open invoices", "Processing the message"): 1,
    },
    "spring-listener": {
        ("The program has a fault", "Processing the message"): 5,
        ("Open invoices", "Processing the message"): 2,
        ("Customer not found", "Processing the message"): 2,
        ("Content could not be read", "Processing the message"): 2,
        ("Concurrent update", "Processing the message"): 1,
        ("Amount mismatch", "Processing the message"): 1,
        ("A service did not answer", "Processing the message"): 1,
        ("It collides with existing data", "Processing the message"): 1,
    },
    "streams-deserialisation": {
        ("Content could not be read", "Reading the content"): 7,
        ("Content could not be read", "Reading the key"): 2,
    },
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_records_get_labels_and_steps_in_plain_words(name: str) -> None:
    reasons = [failure_of(known.record) for known in scenario(name)]
    words = Counter((str(label(reason)), str(reason.step or "")) for reason in reasons)
    assert GROUPS[name] == dict(words)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_group_has_one_label(name: str) -> None:
    labels: dict[str, set[str]] = {}
    for record, _ in scenario(name):
        reason = failure_of(record)
        labels.setdefault(group_key(reason), set()).add(str(label(reason)))
    assert {1} == {len(each) for each in labels.values()}


def test_a_record_that_failed_again_in_the_same_way_stays_in_its_group() -> None:
    def key_of(known: Known) -> str:
        return group_key(failure_of(known.record))

    by_id: dict[str, list[Known]] = {}
    for known in scenario("spring-listener"):
        by_id.setdefault(known.truth["id"], []).append(known)
    again = [each for each in by_id.values() if len(each) > 1]
    assert 4 == len(again)
    for first, second in again:
        assert key_of(first) == key_of(second)


def test_ten_thousand_mixed_records_collapse_into_their_causes() -> None:
    """Numbers in messages, keys and coordinates differ from record to record, causes do not."""
    known = [record for name in SCENARIOS for record, _ in scenario(name)]
    causes = {group_key(failure_of(record)) for record in known}
    keys: Counter[str] = Counter()
    for n in range(10_000):
        record = known[n % len(known)]
        headers = tuple((name, _renumbered(name, value, n)) for name, value in record.headers)
        keys[group_key(failure_of(replace(record, headers=headers)))] += 1
    assert (causes, 10_000, True) == (set(keys), keys.total(), len(causes) < len(known) / 2)


def _renumbered(name: str, value: bytes | None, n: int) -> bytes | None:
    """A header whose message says other numbers; nothing else of it is touched."""
    if value is None or not name.endswith(("message", "reason", "-cause", "error", "trace")):
        return value
    return re.sub(rb"(?<=[ '(])\d{4,}(?=[ ')\n;:,]|$)", str(1000 + n).encode(), value)
