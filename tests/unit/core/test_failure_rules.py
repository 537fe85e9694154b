"""What an administrator adds: own header names, own words."""

from __future__ import annotations

import pytest

from kmp_desktop.core.failure import Family, failure_of, group_key, label
from kmp_desktop.core.failure_rules import MEANINGS, FailureRules, OwnWords
from tests.unit.records import record, spring

NAMES = FailureRules(
    (
        ("acme-why", "message"),
        ("acme-class", "exception_class"),
        ("acme-from", "origin_topic"),
        ("acme-nr", "origin_offset"),
        ("acme-who", "consumer_group"),
    )
)
HEADERS = (
    ("acme-why", b"no stock"),
    ("acme-class", b"StockError"),
    ("acme-from", b"orders"),
    ("acme-nr", b"42"),
    ("acme-who", b"stock-service"),
    ("original_partition", b"3"),
)


def test_headers_with_own_names_are_read_beside_those_that_are_known_anyway() -> None:
    reason = failure_of(record(1, headers=HEADERS), NAMES)
    assert (Family.OWN, "StockError", "no stock", ("orders", 3, 42), "stock-service") == (
        *(reason.family, reason.root_cause, reason.root_message, reason.origin, reason.consumer_group),
    )


def test_without_the_rules_they_tell_nothing() -> None:
    assert failure_of(record(1, headers=HEADERS[:5])).family is Family.NONE


def test_frameworks_go_before_own_names() -> None:
    assert failure_of(record(1, headers=(*spring(), *HEADERS)), NAMES).family is Family.SPRING


def test_a_record_without_own_headers_is_read_as_ever() -> None:
    flat = (("error_type", b"KeyError"),)
    assert failure_of(record(1, headers=flat), NAMES).family is Family.FLAT


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("stockerror", "Not enough on stock"),
        ("NO STOCK", "Not enough on stock"),
        ("something else", "Only its message tells why"),
    ],
)
def test_own_words_are_said_where_class_or_message_hold_their_part(part: str, said: str) -> None:
    rules = FailureRules(NAMES.headers, (OwnWords(part, "Not enough on stock"),))
    headers = (("acme-class", b"StockError"), *HEADERS[:1])
    assert said == str(label(failure_of(record(1, headers=headers), rules)))


def test_of_several_words_the_first_count_and_braces_are_no_places() -> None:
    rules = FailureRules((), (OwnWords("nothing", "x"), OwnWords("key", "{n}"), OwnWords("keyerror", "y")))
    reason = failure_of(record(1, headers=(("error_type", b"KeyError"),)), rules)
    assert ("{n}", "KeyError|||{n}") == (str(label(reason)), group_key(reason))


def test_every_meaning_is_known_to_the_reading_of_home_grown_headers() -> None:
    letter = record(1, headers=(("acme", b"7"), ("error", b"x")))
    told = {failure_of(letter, FailureRules((("acme", said),))).family for said in MEANINGS}
    assert {Family.OWN} == told
