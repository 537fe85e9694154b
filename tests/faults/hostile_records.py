"""Records that somebody could write to break a program which shows and copies them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

from confluent_kafka import KafkaError, Message, Producer

from tests.integration.kafka.raw_produce import write_with_header

Header = tuple[str, bytes | None]

NOW = time.time_ns() // 1_000_000
DAY = 86_400_000
MB = 1_000_000
TURNED = "\u202e\u2066\u200f\u061c gnp.evil"
"""Marks that turn writing around: what is read is not what stands there."""

MARKUP = '<b>bold</b><img src="file:///etc/passwd"><a href="https://example.com">here</a>&lt;'
STEERING = "\x1b[2J\x1b]0;title\x07\b\b\r\nforged line\x00end"


@dataclass(frozen=True, slots=True)
class Hostile:
    """One record; ``raw_header``: a header name that no client library writes, the only header then."""

    what: str
    value: bytes | None
    key: bytes | None = b""
    headers: tuple[Header, ...] = (("kafka_dlt-exception-message", b"broken"),)
    timestamp: int = NOW
    raw_header: bytes | None = None


def avro(schema_id: int, data: bytes) -> bytes:
    """A value as serializers of the registry frame it."""
    return b"\0" + schema_id.to_bytes(4, "big") + data


def hostile_records() -> Iterator[Hostile]:
    """All of them but the large ones; each has a key and a value of its own where it may have one."""
    for number, each in enumerate(_small()):
        keyed = each.what.encode() if each.key == b"" and each.what != "empty key" else each.key
        yield Hostile(
            each.what, each.value, keyed, each.headers, each.timestamp - number % 7, each.raw_header
        )


def _small() -> Iterator[Hostile]:
    yield Hostile("empty key", b"the key is empty")
    yield Hostile("null value", None)
    yield Hostile("empty value", b"")
    yield Hostile("key of bytes", b"odd key", bytes(range(256)))
    yield Hostile("no headers", b"no headers", headers=())
    yield Hostile(
        "header names", b"odd names", headers=(("", None), ("", b""), ("ä\n<b>", b"\0\xff"), ("", b""))
    )
    yield Hostile(
        "10,000 headers", b"many headers", headers=tuple((f"h{n % 9}", b"%d" % n) for n in range(10_000))
    )
    yield Hostile("header name that is no text", b"name ff", raw_header=b"\xff\xfe\x80")
    yield Hostile("avro unknown schema", avro(987_654, b"\x02\x04\x06"))
    yield Hostile("avro garbage", avro(1, bytes(range(255, 0, -1))))
    yield Hostile("avro huge count", avro(1, b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
    yield Hostile("frame without content", b"\0\0\0\0\x01")
    yield Hostile("deep json", b"[" * 10_000 + b"1" + b"]" * 10_000)
    yield Hostile("deep objects", b'{"a":' * 10_000 + b"1" + b"}" * 10_000)
    yield Hostile("many values", b"[" + b"0," * 200_000 + b"0]")
    yield Hostile("huge number", b'{"n":' + b"9" * 100_000 + b"}")
    yield Hostile("half characters", b'{"\\ud800": "\\udfff", "a": "\xed\xa0\x80"}')
    yield Hostile("same names", b'{"a":1,"a":2,"__proto__":{},"":""}')
    for what, text in (("markup", MARKUP), ("turned writing", TURNED), ("steering", STEERING)):
        yield Hostile(
            what,
            json.dumps({text: text}).encode(),
            text.encode(),
            (
                (text.replace("\0", ""), text.encode()),
                ("kafka_dlt-exception-fqcn", f"com.shop.{text}Exception".encode()),
                ("kafka_dlt-exception-message", text.encode()),
                ("kafka_dlt-exception-stacktrace", f"x: {text}\n\tat {text}(A.java:1)".encode()),
                ("kafka_dlt-original-topic", text.encode()),
                ("kafka_dlt-original-consumer-group", text.encode()),
                ("ce_type", text.encode()),
            ),
        )


def odd_times() -> Iterator[Hostile]:
    """Records whose own time a broker refuses, replaces or takes as a reason to delete them."""
    for what, at in (
        ("time 0", 0),
        ("time 1", 1),
        ("time -1", -1),
        ("time -5000", -5_000),
        ("a year old", NOW - 365 * DAY),
        ("tomorrow", NOW + DAY),
        ("in the year 9999", 253_402_300_799_000),
        ("at the end of numbers", 2**63 - 1),
    ):
        yield Hostile(what, what.encode(), what.encode(), timestamp=at)


def large_records() -> Iterator[Hostile]:
    """10 MB that cannot be compressed, and 50 MB that are next to nothing when they are."""
    import random

    yield Hostile("10 MB", random.Random(1).randbytes(10 * MB), b"10 MB")
    yield Hostile("50 MB", b"all the same " * (50 * MB // 13), b"50 MB")


def write(bootstrap: str, topic: str, records: list[Hostile]) -> dict[str, int]:
    """Write them to partition 0, one after the other; what -> offset."""
    placed: dict[str, int] = {}
    plain = {"bootstrap.servers": bootstrap, "log_level": 0, "message.max.bytes": 100 * MB}
    producer = Producer({**plain, "compression.type": "lz4"})
    for each in records:
        if each.raw_header is not None:
            assert each.key is not None
            assert each.value is not None
            placed[each.what] = _written_raw(bootstrap, topic, each.key, each.value, each.raw_header)
            continue

        def report(error: KafkaError | None, message: Message, what: str = each.what) -> None:
            assert error is None, (what, error)
            placed[what] = message.offset() or 0

        # The client takes 0 for "now"; that one is written as the wire has it.
        if each.timestamp == 0:
            assert each.key is not None
            assert each.value is not None
            placed[each.what] = _written_raw(bootstrap, topic, each.key, each.value, b"why", at=0)
            continue
        producer.produce(
            topic,
            each.value,
            each.key,
            0,
            headers=list(each.headers),
            timestamp=each.timestamp,
            on_delivery=report,
        )
        assert producer.flush(60) == 0
    return placed


def _written_raw(bootstrap: str, topic: str, key: bytes, value: bytes, name: bytes, at: int = NOW) -> int:
    return write_with_header(bootstrap, topic, key, value, name, at)
