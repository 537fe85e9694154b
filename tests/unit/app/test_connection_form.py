"""What a connection and a queue must have, and the names they get."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kmp_desktop.app.connection_form import Field, new_id, queue_refusals, refusals, suggested_group
from kmp_desktop.core.profile import ConnectionProfile, Queue, Security

PROFILE = ConnectionProfile("shop", "Order platform", "kafka-1.orders.example:9093")
QUEUE = Queue("orders", "Orders", "orders.dlq", "orders.retry", "kmp-orders")


def test_a_complete_connection_is_not_refused() -> None:
    assert () == refusals(PROFILE)
    assert () == refusals(replace(PROFILE, servers="a:1, b:2 ,[::1]:9092"))
    assert () == refusals(replace(PROFILE, registry_url="https://schemas.orders.example/apis/ccompat/v7"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(PROFILE, name="  "), Field.NAME),
        (replace(PROFILE, servers=""), Field.SERVERS),
        (replace(PROFILE, servers="kafka-1"), Field.SERVERS),
        (replace(PROFILE, servers="a:1,,b:2"), Field.SERVERS),
        (replace(PROFILE, servers="https://a:9092"), Field.SERVERS),
        (replace(PROFILE, servers="me@a:9092"), Field.SERVERS),
        (replace(PROFILE, security=Security.SASL_SSL), Field.USER),
        (replace(PROFILE, security=Security.SASL_PLAINTEXT, user=" "), Field.USER),
        (replace(PROFILE, registry_url="schemas.orders.example"), Field.REGISTRY),
        (replace(PROFILE, registry_url="https://me:secret@schemas.orders.example"), Field.REGISTRY),
    ],
)
def test_what_is_missing_or_wrong_is_named(wrong: ConnectionProfile, field: Field) -> None:
    assert [field] == [each.field for each in refusals(wrong)]


def test_a_wrong_address_is_quoted() -> None:
    why = refusals(replace(PROFILE, servers="a:1, kafka-1"))[0].why
    expected = "“kafka-1” is not a server address. Write host:port, several with commas between them."
    assert expected == str(why)


def test_a_user_is_asked_for_only_where_somebody_signs_in() -> None:
    assert () == refusals(replace(PROFILE, security=Security.SSL))


def test_a_queue_cannot_retry_into_itself() -> None:
    found = queue_refusals(replace(QUEUE, retry_topic="orders.dlq"))
    assert [(Field.RETRY_TOPIC, "A queue cannot retry into itself.")] == [
        (each.field, str(each.why)) for each in found
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(QUEUE, name=""), Field.QUEUE_NAME),
        (replace(QUEUE, queue_topic=""), Field.QUEUE_TOPIC),
        (replace(QUEUE, queue_topic="orders dlq"), Field.QUEUE_TOPIC),
        (replace(QUEUE, queue_topic="o" * 250), Field.QUEUE_TOPIC),
        (replace(QUEUE, retry_topic="orders/retry"), Field.RETRY_TOPIC),
        (replace(QUEUE, group=""), Field.GROUP),
        (replace(QUEUE, group="g" * 256), Field.GROUP),
    ],
)
def test_what_is_wrong_with_a_queue_is_named(wrong: Queue, field: Field) -> None:
    assert [field] == [each.field for each in queue_refusals(wrong)]


def test_a_queue_without_a_retry_topic_is_fine() -> None:
    assert () == queue_refusals(replace(QUEUE, retry_topic=""))


def test_the_group_is_suggested_from_the_topic() -> None:
    assert "kmp-orders.events.dlq" == suggested_group("orders.events.dlq")
    assert "" == suggested_group("")


def test_an_id_can_be_read_and_is_taken_once() -> None:
    assert "order-platform-test" == new_id("Order platform (test)", ())
    assert "bestellungen-fur-osterreich" == new_id("Bestellungen für Österreich", ())
    assert "orders-3" == new_id("Orders", {"orders", "orders-2"})
    assert "connection" == new_id("注文", ())
    assert 48 == len(new_id("x" * 300, ()))
