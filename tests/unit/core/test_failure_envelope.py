"""Failures that the content tells of: JSON around the original message."""

from __future__ import annotations

import json

import pytest

from kmp_desktop.core.failure import Family, failure_of
from tests.unit.records import record

FLAT = {
    "original_message": {"sku": "A-1"},
    "original_topic": "stock",
    "original_partition": 1,
    "original_offset": 42,
    "error_type": "ValueError",
    "error_message": "negative stock",
    "attempts": 3,
}
NESTED = {
    "payload": "eyJza3UiOiJBLTEifQ==",
    "error": {"type": "ValueError", "message": "negative stock"},
    "source": {"topic": "stock", "partition": 1, "offset": 42},
}


@pytest.mark.parametrize("document", [FLAT, NESTED])
def test_an_envelope_tells_cause_message_and_origin(document: object) -> None:
    reason = failure_of(record(1, value=json.dumps(document).encode()))
    assert (Family.ENVELOPE, "ValueError", "negative stock", ("stock", 1, 42)) == (
        reason.family,
        reason.root_cause,
        reason.root_message,
        reason.origin,
    )


@pytest.mark.parametrize(
    "value",
    [
        {"error_type": "Typo", "error_message": "wrong street"},  # a message about an error
        {"original_message": "hello", "attempts": 3},
        {"original_topic": "books", "title": "x"},
        {"error": {"code": 7}, "source": {"shop": "Berlin"}},
        {"error": None, "original_message": {"a": 1}},
        ["original_message", "error"],
    ],
)
def test_content_that_only_resembles_one_tells_of_no_failure(value: object) -> None:
    assert failure_of(record(1, value=json.dumps(value).encode())).family is Family.NONE


@pytest.mark.parametrize("value", [b'{"original_message":', b"{" * 100_000 + b'"original', b"{}", b"", None])
def test_what_is_no_json_object_tells_of_no_failure(value: bytes | None) -> None:
    assert failure_of(record(1, value=value)).family is Family.NONE


def test_headers_go_before_an_envelope() -> None:
    headers = (("error_type", b"KeyError"), ("error_message", b"'sku'"))
    reason = failure_of(record(1, value=json.dumps(FLAT).encode(), headers=headers))
    assert (Family.FLAT, "KeyError") == (reason.family, reason.root_cause)
