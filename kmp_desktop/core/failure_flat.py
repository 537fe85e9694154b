"""Flat failure headers of home-grown code: ``error``, ``original_topic``, ``x-exception-message``, ...

Names differ in case, separators and prefixes, so they are compared after ``meaning_of``. Blocks
are appended when a record fails again. Spring Cloud Stream's binder (``x-original-*`` with binary
numbers), Karafka, Silverback and Watermill write headers of this kind, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from kmp_desktop.core.failure_headers import Headers, as_binary_number, as_number, as_text
from kmp_desktop.core.failure_reason import Block, Family, Origin
from kmp_desktop.core.failure_rules import MEANINGS, FailureRules
from kmp_desktop.core.stack_trace import split_class

_MEANINGS = {
    "class": "error_type error_class error_class_name error_name exception_type exception_class "
    "exception_class_name exception_name exception_fqcn failure_type failure_class",
    "cause": "exception_cause_fqcn exception_cause_class cause_class cause_class_name "
    "root_cause_class root_cause_type error_cause_class",
    "message": "error_message error_msg error_reason error_description error_detail error_details "
    "exception_message exception_msg exception_reason failure_reason failure_message "
    "failure_description reason_poisoned",
    "text": "error exception failure",  # a class, a message or both
    "stack": "error_stacktrace error_stack_trace error_stack exception_stacktrace "
    "exception_stack_trace exception_stack failure_stacktrace",
    "topic": "original_topic origin_topic source_topic topic_poisoned",
    "partition": "original_partition origin_partition source_partition",
    "offset": "original_offset origin_offset source_offset",
    "sent": "original_timestamp origin_timestamp source_timestamp",
    "sent_type": "original_timestamp_type",
    "group": "original_consumer_group source_consumer_group source_consumer_group_id "
    "error_consumer_group failed_consumer_group",
    "reporter": "handler_poisoned error_service error_source failed_by error_application",
    "subscriber": "subscriber_poisoned",
    "failed_at": "error_timestamp error_time exception_timestamp exception_time failure_timestamp "
    "failure_time failed_at error_at",
    "tries": "failed_attempts source_attempts original_attempts error_attempts error_retry_count error_count "
    "delivery_attempts",
    "stage": "error_stage error_step failure_stage failed_stage failed_step",
}
# Other programs use these names, too: they belong to a failure where one of the names above is there.
_WEAK_MEANINGS = {
    "stack": "stacktrace stack_trace",
    "group": "consumer_group consumer_group_id",
    "tries": "attempts attempt retries retry_count retry_attempts delivery_count",
}
# ... and these only behind a prefix that says "dead letter".
_PREFIXED_MEANINGS = {
    "message": "reason",
    "stack": "stack",
    "topic": "record_topic",
    "partition": "record_partition",
    "offset": "record_offset",
    "reporter": "application application_id service",
    "failed_at": "timestamp",
    "stage": "stage step",
}
_NAMES, _WEAK, _PREFIXED = (
    {name: meaning for meaning, names in meanings.items() for name in names.split()}
    for meanings in (_MEANINGS, _WEAK_MEANINGS, _PREFIXED_MEANINGS)
)
_DEAD_LETTER_PREFIXES = ("dlq_", "dlt_", "dead_letter_", "deadletter_", "errors_", "beavers_dlq_")
# Spring Cloud Stream's binder writes these in binary.
NUMBERS = frozenset({"x-original-partition", "x-original-offset", "x-original-timestamp"})
_FIRST_FRAME = re.compile(rb"\n(?:\t| {3,4})at ")
_NO_TEXT = frozenset({"", "false", "null", "none", "0", "no"})  # in a header that may name an error
# Silverback's failure reason: the innermost exception and the assembly it came from.
_IN_ASSEMBLY = re.compile(r"([A-Za-z_][\w+`]*(?:\.[\w+`]+)+) in [\w.-]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
Meaning = Callable[[str], tuple[str, bool]]
_TELLS = frozenset({"class", "message", "text", "topic", "stack", "cause", "failed_at"})
_SECONDS_UP_TO = 100_000_000_000  # smaller numbers are epoch seconds, larger ones milliseconds


def plain_name(name: str) -> str:
    """``X-Error-Type``, ``errorType`` and ``error_type`` are one name."""
    return re.sub(r"[-. ]+", "_", _CAMEL.sub("_", name)).lower().strip("_").removeprefix("x_")


@lru_cache(maxsize=4096)
def meaning_of(name: str) -> tuple[str, bool]:
    """(what a header of this name means or "", whether the name alone says so)."""
    plain = plain_name(name)
    for prefix in _DEAD_LETTER_PREFIXES:
        if plain.startswith(prefix):
            rest = plain[len(prefix) :].removeprefix("errors_").removeprefix("x_")
            return _NAMES.get(rest) or _WEAK.get(rest) or _PREFIXED.get(rest, ""), True
    if plain in _NAMES:
        return _NAMES[plain], True
    return _WEAK.get(plain, ""), False


def is_name(name: str) -> bool:
    """Whether a header of this name belongs to a failure, whatever else is there."""
    meaning, alone = meaning_of(name)
    return bool(meaning) and alone


def read(headers: Headers) -> list[Block]:
    """The newest failure, or nothing."""
    return _read(headers, meaning_of, Family.FLAT)


def read_own(headers: Headers, rules: FailureRules) -> list[Block]:
    """The same with the names that an administrator has given, beside those that are known anyway."""
    own = {name: (MEANINGS[said], True) for name, said in rules.headers}
    if not any(name in headers for name in own):
        return []
    return _read(headers, lambda name: own.get(name) or meaning_of(name), Family.OWN)


def _read(headers: Headers, meaning: Meaning, family: Family) -> list[Block]:
    meanings = [meaning(name) for name in headers.names()]
    if not any(alone and each in _TELLS for each, alone in meanings):
        return []
    blocks = _blocks(headers, meaning)
    (first_at, oldest), (last_at, newest) = blocks[0], blocks[-1]
    told = _by_meaning(newest, meaning)
    text = told.get("text") or b""
    if frame := _FIRST_FRAME.search(text):  # a whole stack trace under a name like "exception"
        told.setdefault("stack", text)
        told["text"] = text[: frame.start()]
    exception, message = _exception(told)
    return [
        Block(
            family,
            failures=len(blocks),
            first_at=first_at,
            last_at=last_at,
            new_time=None,
            exception=exception,
            cause=as_text(told.get("cause")),
            message=message,
            trace=told.get("stack") or b"",
            consumer_group=as_text(told.get("group")),
            reporter=as_text(told.get("reporter")) or as_text(told.get("subscriber")),
            step_code=as_text(told.get("stage")),
            tries=as_binary_number(told.get("tries")),
            failed_at=_time(told.get("failed_at")),
            first_sent=_time(_by_meaning(oldest, meaning).get("sent")),
            origin=_origin(_by_meaning(oldest, meaning)),
        )
    ]


def _blocks(headers: Headers, meaning: Meaning) -> list[tuple[int, dict[str, bytes | None]]]:
    """Cut before every name that occurs again, unless it may have been sent with the message."""
    found: list[tuple[int, dict[str, bytes | None]]] = []
    for at, (name, value) in enumerate(headers.pairs()):
        means, alone = meaning(name)
        if not means:
            continue
        if not found or (alone and name in found[-1][1]):
            found.append((at, {}))
        found[-1][1][name] = value
    return found


def _by_meaning(block: Mapping[str, bytes | None], meaning: Meaning) -> dict[str, bytes | None]:
    found: dict[str, bytes | None] = {}
    for name, value in block.items():
        found.setdefault(meaning(name)[0], value)
    return found


def _exception(told: Mapping[str, bytes | None]) -> tuple[str, str]:
    """(class, message); a header ``error`` may hold either, or both as "class: message"."""
    name, message = as_text(told.get("class")), as_text(told.get("message"))
    if not name and (found := _IN_ASSEMBLY.fullmatch(message)):
        return found.group(1), ""
    text = as_text(told.get("text"))
    if text.strip().lower() in _NO_TEXT:
        text = ""
    in_text, rest = split_class(text)
    return name or in_text, message or (rest if in_text else text)


def _origin(told: Mapping[str, bytes | None]) -> Origin | None:
    topic = as_text(told.get("topic"))
    if not topic:
        return None
    return Origin(topic, as_binary_number(told.get("partition")), as_binary_number(told.get("offset")))


def _time(value: bytes | None) -> int | None:
    """Epoch milliseconds of a time written as text, as a number or in binary."""
    written = as_text(value).strip()
    number = as_number(value)
    if number is not None:
        return number * 1000 if number < _SECONDS_UP_TO else number
    try:
        moment = datetime.fromisoformat(written)
        return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return as_binary_number(value) if value and len(value) == 8 else None
