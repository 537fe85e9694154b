"""Invented dead letters of an invented shop: what practice, self-test and tests look at.

All of it is made by rule from ``now_ms`` (epoch ms), so that two calls give the same records.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from kmp_desktop.core.record import Header, RecordId
from kmp_desktop.practice.broker import PracticeBroker

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

_LISTENER = "org.springframework.kafka.listener.ListenerExecutionFailedException"
_PACKAGE = "com.example.webshop"


@dataclass(frozen=True, slots=True)
class Sample:
    """A record that is not written yet."""

    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...]
    timestamp: int


@dataclass(frozen=True, slots=True)
class _Cause:
    exception: str  # below the shop's package, or a full name
    message: str  # with {key}
    group: str  # the consumer group that gave up


_CAUSES = (
    _Cause("billing.CustomerNotFoundException", "Customer of {key} does not exist in region AT", "billing"),
    _Cause("stock.OutOfStockException", "No stock left for {key} in warehouse GRZ", "warehouse"),
    _Cause("java.net.SocketTimeoutException", "Read timed out calling carrier-api for {key}", "shipping"),
    _Cause("orders.OrderAlreadyClosedException", "Order {key} was closed before", "orders"),
    _Cause(
        "org.springframework.dao.DataIntegrityViolationException",
        "duplicate key value violates unique constraint uk_payment for {key}",
        "payments",
    ),
    _Cause("billing.CurrencyNotSupportedException", "Currency XTS of {key} is not supported", "billing"),
)
_TYPES = ("OrderPlaced", "PaymentCaptured", "ShipmentRequested")
_TOPICS = {
    "OrderPlaced": "order-placed",
    "PaymentCaptured": "payment-captured",
    "ShipmentRequested": "shipment-requested",
}


def walkthrough(now_ms: int) -> tuple[Sample, ...]:
    """Three canceled orders: ORD001 to ORD003."""
    orders = (
        ("ORD001", "CUSTOMER_REQUEST", _CAUSES[0]),
        ("ORD002", "TEST_ORDER", _CAUSES[3]),
        ("ORD003", "OUT_OF_STOCK", _CAUSES[0]),
    )
    samples = []
    for number, (order, reason, cause) in enumerate(orders):
        canceled_at = now_ms - (3 - number) * HOUR_MS
        value = {"orderNumber": order, "reason": reason, "canceledAt": canceled_at}
        headers = _spring(order, cause, "OrderCanceled", "order-canceled", 4711 + number, canceled_at)
        samples.append(Sample(order.encode(), _json(value), headers, canceled_at + MINUTE_MS))
    return tuple(samples)


def shop(now_ms: int) -> tuple[Sample, ...]:
    """Sixty records: three event types, six causes, repeated keys, one unreadable, one that came back."""
    samples = [_shop_record(number, now_ms) for number in range(58)]
    return (*samples, _unreadable(now_ms), _came_back(now_ms))


def fill(broker: PracticeBroker, samples: Iterable[Sample]) -> list[RecordId]:
    """Write samples to a practice queue, in their order."""
    return [broker.write(each.key, each.value, each.headers, each.timestamp) for each in samples]


def _shop_record(number: int, now_ms: int) -> Sample:
    kind = _TYPES[number % len(_TYPES)]
    # Few hundred orders a day: the early causes hit many of them, the late ones few.
    cause = _CAUSES[(number * number) % 11 % len(_CAUSES)]
    order = f"4500318{700 + number % 50}"  # eight keys come twice
    sent = now_ms - 2 * DAY_MS + number * 37 * MINUTE_MS
    value = {
        "orderNumber": order,
        "customer": {"id": f"C-{771_230 + number * 7}", "region": ("AT", "DE", "CH")[number % 3]},
        "amount": f"{19 + number * 3.5:.2f}",
        "currency": "EUR",
        "placedAt": sent,
        "items": [
            {"sku": f"SKU-{number * 31 % 400:03}", "quantity": 1 + number % 4},
            {"sku": f"SKU-{number * 17 % 400:03}", "quantity": 1},
        ],
    }
    headers = _spring(order, cause, kind, _TOPICS[kind], 10_000 + number, sent)
    return Sample(order.encode(), _json(value), headers, sent + 5 * MINUTE_MS)


def _unreadable(now_ms: int) -> Sample:
    sent = now_ms - 7 * HOUR_MS
    cause = _Cause(
        "org.springframework.kafka.support.serializer.DeserializationException",
        "failed to deserialize",
        "payments",
    )
    headers = _spring("4500318990", cause, "", _TOPICS["PaymentCaptured"], 12_001, sent)
    return Sample(b"4500318990", bytes.fromhex("8f00c1ff9a3e0011fe80d2"), headers, sent + MINUTE_MS)


def _came_back(now_ms: int) -> Sample:
    """Retried two days ago and failed again: Spring appends where it came from once more."""
    sent = now_ms - 3 * DAY_MS
    order = "4500318991"
    value = {"orderNumber": order, "amount": "75.00", "currency": "EUR", "placedAt": sent}
    first = _spring(order, _CAUSES[0], "OrderPlaced", _TOPICS["OrderPlaced"], 9_990, sent)
    again = _origin(f"{_TOPICS['OrderPlaced']}-retry", 3, now_ms - HOUR_MS, _CAUSES[0].group)
    return Sample(order.encode(), _json(value), (*first, *again), now_ms - HOUR_MS + MINUTE_MS)


def _spring(key: str, cause: _Cause, kind: str, topic: str, offset: int, sent: int) -> tuple[Header, ...]:
    """The headers of Spring's DeadLetterPublishingRecoverer."""
    exception = (
        cause.exception if cause.exception[:4] in ("java", "org.") else f"{_PACKAGE}.{cause.exception}"
    )
    message = cause.message.format(key=key)
    trace = (
        f"{_LISTENER}: Listener failed; {message}\n"
        f"\tat {_PACKAGE}.{cause.group}.Listener.on{kind or 'Event'}(Listener.java:42)\n"
        f"Caused by: {exception}: {message}\n"
        f"\tat {_PACKAGE}.{cause.group}.Service.handle(Service.java:118)\n"
    )
    kinds: tuple[Header, ...] = (("__TypeId__", f"{_PACKAGE}.events.{kind}".encode()),) if kind else ()
    return (
        *kinds,
        ("kafka_dlt-exception-fqcn", _LISTENER.encode()),
        ("kafka_dlt-exception-cause-fqcn", exception.encode()),
        ("kafka_dlt-exception-message", f"Listener failed; {message}".encode()),
        ("kafka_dlt-exception-stacktrace", trace.encode()),
        *_origin(topic, offset, sent, cause.group),
    )


def _origin(topic: str, offset: int, sent: int, group: str) -> tuple[Header, ...]:
    return (
        ("kafka_dlt-original-topic", topic.encode()),
        ("kafka_dlt-original-partition", (offset % 3).to_bytes(4, "big")),
        ("kafka_dlt-original-offset", offset.to_bytes(8, "big")),
        ("kafka_dlt-original-timestamp", sent.to_bytes(8, "big")),
        ("kafka_dlt-original-timestamp-type", b"CreateTime"),
        ("kafka_dlt-original-consumer-group", group.encode()),
    )


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
