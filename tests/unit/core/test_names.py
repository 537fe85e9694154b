"""Names and addresses."""

from __future__ import annotations

import pytest

from kmp_desktop.core.names import are_servers, is_id, is_topic, is_url


@pytest.mark.parametrize("name", ["orders.dlq", "a", "A_b-1", "x" * 249])
def test_topics(name: str) -> None:
    assert is_topic(name)


@pytest.mark.parametrize("name", ["", "a b", "a/b", "ä", "x" * 250, ".", "..", "a\n"])
def test_no_topics(name: str) -> None:
    assert not is_topic(name)


@pytest.mark.parametrize(
    "servers",
    [
        "kafka:9092",
        "kafka-1.example.org:9092,kafka-2:1",
        " a:1 , b:2 ",
        "[::1]:9092",
        "SASL_SSL://kafka:9092",
    ],
)
def test_servers(servers: str) -> None:
    assert are_servers(servers)


@pytest.mark.parametrize(
    "servers",
    [
        *("", "kafka", "kafka:", "kafka:http", ":9092", "::1:9092", "a:1,", "a:1 b:2", "http://a"),
        *("a:0", "a:65536", "a:1,b:99999"),
    ],
)
def test_no_servers(servers: str) -> None:
    assert not are_servers(servers)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://r", True),
        ("https://r:8081/a/b", True),
        ("https://u:p@r", False),
        ("r:8081", False),
        ("ftp://r", False),
        ("http://", False),
        ("http:///a", False),
    ],
)
def test_urls(url: str, expected: bool) -> None:
    assert expected == is_url(url)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("shop-1.A_b", True), ("", False), ("-a", False), ("a/b", False), ("x" * 65, False)],
)
def test_ids(name: str, expected: bool) -> None:
    assert expected == is_id(name)
