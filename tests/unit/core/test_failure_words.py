"""Labels and steps in plain words."""

from __future__ import annotations

import pytest

from kmp_desktop.core.failure_reason import FailureReason, Family
from kmp_desktop.core.failure_words import label, step_words


def words(*causes: str) -> str:
    """The label of a failure with this chain of causes, outermost first."""
    return str(label(FailureReason(Family.SPRING, 0, causes=causes)))


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("com.shop.CustomerNotFoundException", "Customer not found"),
        ("com.shop.OrderAlreadyClosed", "Order already closed"),
        ("com.shop.AddressValidationFailure", "Address validation"),
        ("com.shop.Orders$LineMissingError", "Line missing"),
        ("com.shop.VATRateMissingException", "VAT rate missing"),
        ("com.shop.HTTPTimeout", "HTTP timeout"),
        ("com.shop.Level2CheckFailedException", "Level 2 check failed"),
        ("com.shop.Order_TooLarge", "Order too large"),
        ("de.laden.AuftragÜberfälligException", "Auftrag überfällig"),
        ("com.shop.{", "{"),
        ("com.shop.{0}{name!r:>9}%1Exception", "{ 0}{name!r:> 9}% 1"),
    ],
)
def test_the_companys_own_class_is_said_in_words(cause: str, said: str) -> None:
    assert said == words("org.springframework.Wrapper", cause)


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("java.net.SocketTimeoutException", "A service did not answer"),
        ("java.net.ConnectException", "A service did not answer"),
        ("java.net.UnknownHostException", "A service did not answer"),
        (
            "org.springframework.kafka.support.serializer.DeserializationException",
            "Content could not be read",
        ),
        ("org.apache.kafka.common.errors.SerializationException", "Content could not be read"),
        ("io.confluent.kafka.schemaregistry.SchemaRegistryException", "Content could not be read"),
        ("com.fasterxml.jackson.core.JsonParseException", "Content could not be read"),
        ("jakarta.validation.ValidationException", "Content was refused as invalid"),
        ("java.lang.IllegalArgumentException", "Content was refused as invalid"),
        ("jakarta.persistence.EntityNotFoundException", "Something it refers to was not found"),
        ("java.util.NoSuchElementException", "Something it refers to was not found"),
        ("org.springframework.security.access.AccessDeniedException", "Access was refused"),
        ("org.springframework.web.client.HttpClientErrorException$Unauthorized", "Access was refused"),
        ("org.springframework.web.client.HttpClientErrorException$Forbidden", "Access was refused"),
        ("org.apache.kafka.common.errors.TopicAuthorizationException", "Access was refused"),
        ("org.springframework.dao.DuplicateKeyException", "It collides with existing data"),
        ("org.springframework.dao.DataIntegrityViolationException", "It collides with existing data"),
        ("jakarta.persistence.OptimisticLockException", "It collides with existing data"),
        ("org.apache.kafka.common.errors.RecordTooLargeException", "The message is too large"),
        ("java.lang.NullPointerException", "The program has a fault"),
        ("java.lang.ClassCastException", "The program has a fault"),
        ("java.lang.IllegalStateException", "The program has a fault"),
        ("TimeoutError", "A service did not answer"),
        ("KeyError", "The program has a fault"),
        ("System.NullReferenceException", "The program has a fault"),
    ],
)
def test_classes_of_frameworks_have_words_of_their_own(cause: str, said: str) -> None:
    assert said == words(cause)


def test_the_root_cause_goes_before_what_wraps_it() -> None:
    assert words("com.shop.OrderFailed", "java.net.ConnectException") == "A service did not answer"
    assert words("java.net.ConnectException", "com.shop.OrderFailed") == "Order failed"


def test_what_wraps_it_is_asked_when_nothing_is_known_about_the_root_cause() -> None:
    assert words("com.shop.OrderFailed", "java.lang.RuntimeException") == "Order failed"


@pytest.mark.parametrize(
    "causes",
    [
        (),
        ("java.lang.Exception",),
        ("com.shop.Exception",),
        ("org.apache.kafka.connect.errors.ConnectException",),
        ("...",),
    ],
)
def test_where_nothing_tells_it_is_said_that_there_is_no_reason(causes: tuple[str, ...]) -> None:
    assert words(*causes) == "No reason given"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("LISTENER", "Processing the message"),
        ("KEY_CONVERTER", "Reading the key"),
        ("VALUE_CONVERTER", "Reading the content"),
        ("HEADER_CONVERTER", "Reading the headers"),
        ("TRANSFORMATION", "Converting the message"),
        ("TASK_PUT", "Storing in the target system"),
        ("TASK_POLL", "Fetching from the source"),
        ("KAFKA_PRODUCE", "Writing to Kafka"),
        ("KAFKA_CONSUME", "Reading from Kafka"),
        ("KEY_DESERIALISATION", "Reading the key"),
        ("VALUE_DESERIALISATION", "Reading the content"),
        ("DELIVERY_COUNT_EXCEEDED", "Given up after 5 tries"),
    ],
)
def test_steps_are_said_in_words(code: str, said: str) -> None:
    assert said == str(step_words(code, 5))


@pytest.mark.parametrize(("code", "tries"), [("", None), ("SOMETHING", 3), ("DELIVERY_COUNT_EXCEEDED", None)])
def test_an_unknown_step_is_not_said(code: str, tries: int | None) -> None:
    assert step_words(code, tries) is None
