"""Properties files of Java and of librdkafka."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.properties import WrongProperty, for_client, parse

SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required"


@pytest.mark.parametrize(
    ("line", "pair"),
    [
        ("a=b", ("a", "b")),
        ("a = b", ("a", "b")),
        ("a:b", ("a", "b")),
        ("a b", ("a", "b")),
        ("  a\t=\tb c", ("a", "b c")),
        ("a==b", ("a", "=b")),
        ("a=b=c", ("a", "b=c")),
        ("a", ("a", "")),
        ("a=", ("a", "")),
        (r"a\=b=c", ("a=b", "c")),
        (r"a\ b c", ("a b", "c")),
        (r"a=C:\\certs\\ca.pem", ("a", r"C:\certs\ca.pem")),
        (r"a=\u00e4\t\ud83d\ude00", ("a", "ä\t😀")),
        (r"a=\q", ("a", "q")),
        ("a=ä", ("a", "ä")),
        ("\ufeffa=b", ("a", "b")),
        ("a=b#c", ("a", "b#c")),
    ],
)
def test_a_line_is_read_as_java_reads_it(line: str, pair: tuple[str, str]) -> None:
    assert (pair,) == parse(line)


def test_comments_and_empty_lines_are_passed_over() -> None:
    assert (("a", "1"), ("b", "2")) == parse("# x=1\r\n! y=2\n\n   \na=1\r  # z\nb=2\n")


def test_a_backslash_at_the_end_goes_on_in_the_next_line() -> None:
    assert (("a", "bc # d"), ("e", "f\\")) == parse("a=b\\\n   c # d\ne=f\\\\\n")
    assert (("a", "b"),) == parse("a=b\\")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("a=1\n=secret", "line 2: there is no name before the ="),
        (r"a=\u12secret", r"line 1: a \u escape is not a character"),
        (r"a=\ud800", r"line 1: a \u escape is not a character"),
    ],
)
def test_a_wrong_line_is_told_by_number_and_not_quoted(content: str, why: str) -> None:
    with pytest.raises(WrongProperty) as told:
        parse(content)
    assert why == str(told.value.why)


@given(st.text())
def test_any_text_is_read_or_refused(content: str) -> None:
    with contextlib.suppress(WrongProperty):
        assert [] == [name for name, _ in parse(content) if not name]


def test_java_names_become_those_of_librdkafka() -> None:
    pairs = [
        ("security.protocol", "SASL_SSL "),
        ("sasl.mechanism", "SCRAM-SHA-256"),
        ("sasl.jaas.config", f'{SCRAM} username="clerk" password="a\\"b;c \'d ";'),
        ("ssl.truststore.location", "/etc/ca.pem"),
        ("ssl.truststore.type", "PEM"),
        ("ssl.keystore.location", "/etc/me.pem"),
        ("ssl.keystore.type", "PEM"),
        ("ssl.endpoint.identification.algorithm", ""),
        ("socket.keepalive.enable", "true"),
    ]
    assert {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-256",
        "sasl.username": "clerk",
        "sasl.password": "a\"b;c 'd ",
        "ssl.ca.location": "/etc/ca.pem",
        "ssl.certificate.location": "/etc/me.pem",
        "ssl.key.location": "/etc/me.pem",
        "ssl.endpoint.identification.algorithm": "none",
        "socket.keepalive.enable": "true",
    } == dict(for_client(pairs).settings)


@pytest.mark.parametrize(
    "options", ["username=clerk password=s3cret;", "username='clerk'\n   password='s3cret' ;"]
)
def test_other_ways_to_quote_in_jaas_are_understood(options: str) -> None:
    settings = dict(for_client([("sasl.jaas.config", f"{SCRAM} {options}")]).settings)
    assert {"sasl.username": "clerk", "sasl.password": "s3cret"} == settings


def test_a_blank_at_the_end_counts_only_in_a_password() -> None:
    settings = dict(for_client([("sasl.password", "s3cret "), ("sasl.username", "clerk ")]).settings)
    assert {"sasl.password": "s3cret ", "sasl.username": "clerk"} == settings


def test_the_last_one_wins() -> None:
    assert (("a.b", "2"),) == for_client([("a.b", "1"), ("a.b", "2")]).settings


def test_what_is_not_used_is_named_with_the_reason() -> None:
    pairs = [("group.id", "x"), ("key.deserializer", "x"), ("client.id", "x"), ("transactional.id", "x")]
    client = for_client(pairs)
    assert () == client.settings
    assert [
        ("group.id", "the program sets it itself"),
        ("key.deserializer", "it has a meaning for Java programs only"),
        ("client.id", "the program sets it itself"),
        ("transactional.id", "the program sets it itself"),
    ] == [(name, str(why)) for name, why in client.dropped]


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        (
            "sasl.jaas.config",
            "com.sun.security.auth.module.Krb5LoginModule required;",
            "only PlainLoginModule",
        ),
        ("sasl.jaas.config", f'{SCRAM} username="clerk";', "username or password is missing"),
        ("ssl.truststore.location", "/etc/trust.jks", "export it as a PEM file"),
        ("ssl.truststore.location", "/etc/trust.P12", "export it as a PEM file"),
    ],
)
def test_what_cannot_be_used_at_all_is_told(name: str, value: str, why: str) -> None:
    with pytest.raises(WrongProperty, match=why):
        for_client([(name, value)])


def test_settings_do_not_show_their_values_by_accident() -> None:
    assert "s3cret" not in repr(for_client([("sasl.password", "s3cret")]))
