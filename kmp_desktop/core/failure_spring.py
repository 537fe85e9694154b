"""Failure headers of Spring for Apache Kafka and of its retry topics.

``original-*`` headers are appended (first = where the record was born), ``exception-*`` headers
are replaced. Numbers are big-endian binary. ``exception-cause-fqcn`` is the direct cause of the
wrapper, not the root cause: that one is only in the stack trace.
"""

from __future__ import annotations

import re

from kmp_desktop.core.failure_headers import Headers, as_binary_number, as_text
from kmp_desktop.core.failure_reason import Block, Family, Origin

PREFIXES = ("kafka_dlt-", "kafka_")  # the second: everything that went through retry topics
_PARTS = (
    "exception-fqcn",
    "exception-cause-fqcn",
    "exception-message",
    "exception-stacktrace",
    "key-exception-fqcn",
    "key-exception-message",
    "key-exception-stacktrace",
    "original-topic",
    "original-partition",
    "original-offset",
    "original-timestamp",
    "original-timestamp-type",
    "original-consumer-group",
)
RETRY_TOPIC = (
    "retry_topic-attempts",
    "retry_topic-backoff-timestamp",
    "retry_topic-original-timestamp",
)
NUMBERS = frozenset(
    [f"{prefix}original-{what}" for prefix in PREFIXES for what in ("partition", "offset", "timestamp")]
    + [*RETRY_TOPIC, "kafka_deliveryAttempt"]
)
NAMES = (
    frozenset(prefix + part for prefix in PREFIXES for part in _PARTS)
    | NUMBERS
    | {"springDeserializerExceptionKey", "springDeserializerExceptionValue"}
)
LISTENER = "LISTENER"
KEY_DESERIALISATION = "KEY_DESERIALISATION"
VALUE_DESERIALISATION = "VALUE_DESERIALISATION"

_LISTENER_METHOD = re.compile(r"^Listener method '(?:[^'(]*\s)?([\w$.]+)\([^']*\)' threw exception(?:; )?")
_LISTENER = "Listener failed; "  # how a failure is wrapped that no method of a listener threw
# Until Spring 5 the cause was part of the message. Only behind the framework's own words: an
# application's message may say the same.
_NESTED = re.compile(r"(?:; )?nested exception is ([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+)(?:: |$)")


def read(headers: Headers) -> list[Block]:
    """One block for each prefix that is there."""
    return [block for prefix in PREFIXES if (block := _read(headers, prefix))]


def _read(headers: Headers, prefix: str) -> Block | None:
    which = _newest_set(headers, prefix)
    topics = headers.positions(f"{prefix}original-topic")
    # A lone original-topic is no failure: some programs add it to healthy messages.
    if not which and f"{prefix}original-offset" not in headers:
        return None
    exception = as_text(headers.last(f"{which}exception-fqcn")) if which else ""
    message = as_text(headers.last(f"{which}exception-message")) if which else ""
    listener = _LISTENER_METHOD.match(message)
    cause = as_text(headers.last(f"{prefix}exception-cause-fqcn"))
    cause_message = _cause_message(message, listener)
    if nested := _NESTED.match(cause_message):
        cause, cause_message = cause or nested.group(1), cause_message[nested.end() :]
    at = [*headers.positions(f"{which}exception-fqcn"), *topics]
    return Block(
        Family.SPRING,
        failures=max(len(topics), 1),
        first_at=min(at, default=0),
        last_at=max(at, default=0),
        new_time=True,
        exception=exception,
        cause=cause,
        message=message,
        cause_message=cause_message,
        trace=(headers.last(f"{which}exception-stacktrace") or b"") if which else b"",
        listener=listener.group(1) if listener else "",
        consumer_group=as_text(headers.last("kafka_dlt-original-consumer-group")),
        step_code=_step(exception, which.endswith("key-")),
        tries=_tries(headers),
        first_sent=_first_sent(headers, prefix),
        origin=_origin(headers, prefix),
    )


def _cause_message(message: str, listener: re.Match[str] | None) -> str:
    """What stands behind the framework's own words: the message of the direct cause."""
    if listener:
        return message[listener.end() :]
    return message.removeprefix(_LISTENER) if message.startswith(_LISTENER) else ""


def _newest_set(headers: Headers, prefix: str) -> str:
    """The prefix of the exception headers that were written last: those of the key, or the others.

    When key and value both fail, the key's are written first; and the set of an older failure is
    replaced, thereby moved behind what was there.
    """
    found = [
        (at[-1], which)
        for which in (f"{prefix}key-", prefix)
        if (at := headers.positions(f"{which}exception-fqcn"))
    ]
    return max(found)[1] if found else ""


def _step(exception: str, key: bool) -> str:
    if exception.endswith(".DeserializationException"):
        return KEY_DESERIALISATION if key else VALUE_DESERIALISATION
    if exception.endswith((".ListenerExecutionFailedException", ".TimestampedException")):
        return LISTENER
    return ""


def _tries(headers: Headers) -> int | None:
    attempts = headers.last("retry_topic-attempts")
    if attempts and len(attempts) == 1:
        return attempts[0]  # older versions wrote one unsigned byte
    tries = as_binary_number(attempts)
    return tries if tries is not None else as_binary_number(headers.last("kafka_deliveryAttempt"))


def _first_sent(headers: Headers, prefix: str) -> int | None:
    sent = as_binary_number(headers.first("retry_topic-original-timestamp"))
    return sent if sent is not None else as_binary_number(headers.first(f"{prefix}original-timestamp"))


def _origin(headers: Headers, prefix: str) -> Origin | None:
    topic = as_text(headers.first(f"{prefix}original-topic"))
    if not topic:
        return None
    partition = as_binary_number(headers.first(f"{prefix}original-partition"))
    return Origin(topic, partition, as_binary_number(headers.first(f"{prefix}original-offset")))
