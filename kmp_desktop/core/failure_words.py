"""A failure in plain words: the label of its group, and the step at which it failed."""

from __future__ import annotations

import re
from functools import lru_cache

from kmp_desktop.core.failure_reason import FailureReason, Family
from kmp_desktop.core.failure_share_group import GIVEN_UP
from kmp_desktop.core.failure_spring import KEY_DESERIALISATION, LISTENER, VALUE_DESERIALISATION
from kmp_desktop.core.stack_trace import is_own
from kmp_desktop.core.text import Text, text, text_n

NO_REASON = text("No reason given")
ONLY_A_MESSAGE = text("Only its message tells why")
NOT_READ = text("Content could not be read")

_NO_ANSWER = text("A service did not answer")
_INVALID = text("Content was refused as invalid")
_NOT_FOUND = text("Something it refers to was not found")
_REFUSED = text("Access was refused")
_COLLIDES = text("It collides with existing data")
_TOO_LARGE = text("The message is too large")
_FAULT = text("The program has a fault")

# First match wins: what a longer name means stands before the words it contains.
_WORDS: tuple[tuple[re.Pattern[str], Text], ...] = tuple(
    (re.compile(pattern), label)
    for pattern, label in (
        (r"RecordTooLarge|MessageTooLarge|MessageSizeTooLarge", _TOO_LARGE),
        (r"Duplicate|DataIntegrity|IntegrityConstraint|OptimisticLock|UniqueConstraint", _COLLIDES),
        (r"AccessDenied|Unauthorized|Forbidden|Authorization|Authentication|Permission", _REFUSED),
        (r"Time[dD]?[oO]ut|Connect|UnknownHost|UnresolvedAddress|NoRouteToHost", _NO_ANSWER),
        (r"ServiceUnavailable|BadGateway", _NO_ANSWER),
        (r"Deserializ|Serializ|SchemaRegistry|Json\w*(?:Parse|EOF|Mapping|Processing)", NOT_READ),
        (r"CharConversion|MalformedInput|Unicode\w*Error|NumberFormat|DateTimeParse", NOT_READ),
        (r"InvalidProtocolBuffer|JSONDecode|^EOF", NOT_READ),
        (
            r"Validation|NotValid|IllegalArgument|^ValueError|ConstraintViolation|ArgumentException|^DataException",
            _INVALID,
        ),
        (r"NotFound|NoSuchElement", _NOT_FOUND),
        (r"NullPointer|ClassCast|IllegalState|IndexOutOfBounds|UnsupportedOperation|Arithmetic", _FAULT),
        (r"NullReference|InvalidCast|InvalidOperation", _FAULT),
        (r"^(?:Type|Key|Index|Attribute|Name|ZeroDivision|Assertion|NotImplemented)Error", _FAULT),
    )
)
_STEPS = {
    LISTENER: text("Processing the message"),
    KEY_DESERIALISATION: text("Reading the key"),
    VALUE_DESERIALISATION: text("Reading the content"),
    "KEY_CONVERTER": text("Reading the key"),
    "VALUE_CONVERTER": text("Reading the content"),
    "HEADER_CONVERTER": text("Reading the headers"),
    "TRANSFORMATION": text("Converting the message"),
    "TASK_PUT": text("Storing in the target system"),
    "TASK_POLL": text("Fetching from the source"),
    "KAFKA_PRODUCE": text("Writing to Kafka"),
    "KAFKA_CONSUME": text("Reading from Kafka"),
}
# The base class of all that Kafka Connect throws; it has nothing to do with connections.
_TELLS_NOTHING = "org.apache.kafka.connect.errors.ConnectException"
_ENDING = re.compile(r"(?:Exception|Error|Failure)$")


def label(reason: FailureReason) -> Text:
    """The plain-word label of the reason's group (its root cause decides, then what wraps it)."""
    if reason.own_words:
        return text("{words}", words=reason.own_words)
    found = _label_of(tuple(dict.fromkeys(reversed(reason.causes))))
    if found != NO_REASON or reason.family is Family.SHARE_GROUP:  # brokers only say that it was refused
        return found
    return ONLY_A_MESSAGE if reason.root_message else found


def step_words(code: str, tries: int | None) -> Text | None:
    """The failing step in words; ``None`` for one that is not known."""
    if code == GIVEN_UP and tries:
        return text_n(tries, "Given up after {n} try", "Given up after {n} tries")
    return _STEPS.get(code)


@lru_cache(maxsize=4096)
def _label_of(classes: tuple[str, ...]) -> Text:
    for name in classes:
        simple = re.split(r"[.$]", name)[-1]
        words = _own_words(simple) if _is_company_class(name) else ""
        if words:
            return text("{words}", words=words)  # never a template: a name may hold braces
        if name != _TELLS_NOTHING and (found := _built_in(simple)) is not None:
            return found
    return NO_REASON


def _is_company_class(name: str) -> bool:
    # A name without a package is a language's own (ValueError) more often than a company's.
    return "." in name and is_own(name)


def _built_in(simple: str) -> Text | None:
    return next((label for pattern, label in _WORDS if pattern.search(simple)), None)


def _own_words(simple: str) -> str:
    """``CustomerNotFoundException`` in words: "Customer not found"."""
    words = _split(_ENDING.sub("", simple))
    sentence = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return sentence[:1].upper() + sentence[1:]


def _split(name: str) -> list[str]:
    """The words of a camel case name; an abbreviation is one word ("HTTPTimeout": HTTP, Timeout)."""
    spaced = "".join(
        f" {letter}" if _begins_word(name, at) else "" if letter == "_" else letter
        for at, letter in enumerate(name)
    )
    return spaced.split()


def _begins_word(name: str, at: int) -> bool:
    letter, before, after = name[at], name[at - 1 : at], name[at + 1 : at + 2]
    if before == "_":
        return letter != "_"
    if letter.isdigit():
        return not before.isdigit()
    return letter.isupper() and (not before.isupper() or after.islower())
