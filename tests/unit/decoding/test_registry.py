"""Asking a registry: what it knows, what it does not, and what happens when it misbehaves."""

from __future__ import annotations

import base64
import logging
import socket
import threading
from uuid import UUID

import pytest

from kmp_desktop.core.ports import RegisteredSchema, SchemaUnavailable
from kmp_desktop.decoding.registry import (
    ASK_AGAIN_AFTER,
    ASK_REGISTRY_AGAIN_AFTER,
    ConfluentRegistry,
)
from tests.unit.decoding.answering import Answers, answering, saying, silent

UNKNOWN: tuple[int, object] = (404, {"error_code": 40403, "message": "Schema not found"})


class Hand:
    """A clock that is moved by hand (seconds)."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        """The time."""
        return self.at


def failure(source: ConfluentRegistry, schema_id: int = 7) -> tuple[str, bool]:
    """(reason in words, whether the registry does not know the id)."""
    with pytest.raises(SchemaUnavailable) as raised:
        source.schema(schema_id)
    return str(raised.value.reason), raised.value.unknown


def test_a_schema_is_given_with_its_kind_and_asked_for_once() -> None:
    answers: Answers = {
        "/schemas/ids/7": (200, {"schema": '"int"'}),
        "/schemas/ids/8": (200, {"schema": "message M {}", "schemaType": "PROTOBUF"}),
    }
    with answering(answers) as asked:
        source = ConfluentRegistry(asked.url)
        for _ in range(2):
            assert RegisteredSchema(7, "AVRO", '"int"') == source.schema(7)
            assert RegisteredSchema(8, "PROTOBUF", "message M {}") == source.schema(8)
    assert ["/schemas/ids/7", "/schemas/ids/8"] == asked.paths


@pytest.mark.parametrize("suffix", ["", "/", "//"])
def test_the_path_of_the_address_is_kept(suffix: str) -> None:
    with answering({"/apis/ccompat/v7/schemas/ids/7": (200, {"schema": '"int"'})}) as asked:
        source = ConfluentRegistry(f" {asked.url}/apis/ccompat/v7{suffix} ")
        assert RegisteredSchema(7, "AVRO", '"int"') == source.schema(7)


def test_references_come_before_what_refers_to_them_each_once() -> None:
    def schema(text: str, *references: tuple[str, str, int]) -> tuple[int, object]:
        listed = [
            {"name": name, "subject": subject, "version": version} for name, subject, version in references
        ]
        return 200, {"schema": text, "references": listed}

    answers: Answers = {
        "/schemas/ids/7": schema("top", ("left", "left", 1), ("right", "a/b c", 2)),
        "/subjects/left/versions/1": schema("left", ("base", "base", 3)),
        "/subjects/a%2Fb%20c/versions/2": schema("right", ("base", "base", 3), ("left", "left", 1)),
        "/subjects/base/versions/3": schema("base"),
    }
    with answering(answers) as asked:
        found = ConfluentRegistry(asked.url).schema(7)
    assert (("base", "base"), ("left", "left"), ("right", "right")) == found.references
    assert 4 == len(asked.paths)


def test_references_in_a_circle_end() -> None:
    circle = (200, {"schema": "x", "references": [{"name": "x", "subject": "x", "version": 1}]})
    with answering({"/schemas/ids/7": circle, "/subjects/x/versions/1": circle}) as asked:
        assert (("x", "x"),) == ConfluentRegistry(asked.url).schema(7).references


def test_references_without_end_are_given_up() -> None:
    def schema(number: int) -> tuple[int, object]:
        reference = {"name": f"n{number}", "subject": f"s{number}", "version": 1}
        return 200, {"schema": "x", "references": [reference]}

    answers: Answers = {f"/subjects/s{number}/versions/1": schema(number + 1) for number in range(300)}
    with answering(answers | {"/schemas/ids/7": schema(0)}) as asked:
        assert ("It refers to too many other formats.", False) == failure(
            ConfluentRegistry(asked.url, time_limit=60)
        )


def test_a_reference_that_is_gone_is_named() -> None:
    answers: Answers = {
        "/schemas/ids/7": (
            200,
            {"schema": "x", "references": [{"name": "Money", "subject": "m", "version": 1}]},
        ),
        "/subjects/m/versions/1": (404, {"error_code": 40402}),
    }
    with answering(answers) as asked:
        assert ("It refers to “Money”, which the format registry does not know.", True) == failure(
            ConfluentRegistry(asked.url)
        )


def test_an_unknown_id_is_said_and_not_asked_for_again_for_a_while() -> None:
    clock = Hand()
    answers: Answers = {"/schemas/ids/7": UNKNOWN}
    said = ("The format registry does not know number 7. It may have been deleted.", True)
    with answering(answers) as asked:
        source = ConfluentRegistry(asked.url, now=clock)
        assert said == failure(source)
        answers["/schemas/ids/7"] = (200, {"schema": '"int"'})
        clock.at += ASK_AGAIN_AFTER - 1
        assert said == failure(source)
        assert 1 == len(asked.paths)
        clock.at += 1
        assert 7 == source.schema(7).id


def test_an_unknown_id_does_not_stand_in_the_way_of_others() -> None:
    with answering({"/schemas/ids/7": UNKNOWN, "/schemas/ids/8": (200, {"schema": '"int"'})}) as asked:
        source = ConfluentRegistry(asked.url)
        failure(source)
        assert 8 == source.schema(8).id


def test_trying_again_asks_again_at_once() -> None:
    answers: Answers = {"/schemas/ids/7": UNKNOWN}
    with answering(answers) as asked:
        source = ConfluentRegistry(asked.url)
        failure(source)
        answers["/schemas/ids/7"] = (200, {"schema": '"int"'})
        source.forget_failures()
        assert 7 == source.schema(7).id


def test_a_registry_that_failed_is_not_asked_for_anything_for_a_while() -> None:
    clock = Hand()
    answers: Answers = {"/schemas/ids/7": (500, {}), "/schemas/ids/8": (200, {"schema": '"int"'})}
    said = ("The format registry answered with error 500.", False)
    with answering(answers) as asked:
        source = ConfluentRegistry(asked.url, now=clock)
        assert said == failure(source)
        clock.at += ASK_REGISTRY_AGAIN_AFTER - 1
        assert said == failure(source, 8)
        assert ["/schemas/ids/7"] == asked.paths
        clock.at += 1
        assert 8 == source.schema(8).id
        failure(source)
        source.forget_failures()
        failure(source)
        assert 3 == asked.paths.count("/schemas/ids/7")


def test_what_was_known_before_stays_known_when_the_registry_fails() -> None:
    with answering({"/schemas/ids/7": (200, {"schema": '"int"'})}) as asked:
        source = ConfluentRegistry(asked.url)
        source.schema(7)
        failure(source, 8)
        assert 7 == source.schema(7).id


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, {}, "The format registry refused the user name or the password."),
        (403, {"error_code": 40301}, "Your account may not read this format."),
        (302, {}, "The format registry has moved. Its new address must be entered."),
        (429, {}, "The format registry answered with error 429."),
        (503, b"<html>", "The format registry answered with error 503."),
        (404, b"<html>", "What answers at {host} is not a format registry."),
        (200, b"<html>", "What answers at {host} is not a format registry."),
        (200, [1], "What answers at {host} is not a format registry."),
        (200, {"schema": 5}, "What answers at {host} is not a format registry."),
        (200, b"[" * 100_000, "What answers at {host} is not a format registry."),
        (200, b"\xff", "What answers at {host} is not a format registry."),
    ],
)
def test_an_answer_without_a_schema_is_said_in_words(status: int, body: object, said: str) -> None:
    with answering({"/schemas/ids/7": (status, body)}) as asked:
        host = asked.url.removeprefix("http://")
        assert (said.replace("{host}", host), False) == failure(ConfluentRegistry(asked.url))
    assert ["/schemas/ids/7"] == asked.paths


def test_a_registry_that_never_answers_is_given_up() -> None:
    with silent() as url:
        source = ConfluentRegistry(url, time_limit=0.2)
        assert ("The format registry did not answer within 1 second.", False) == failure(source)


def test_a_registry_that_hangs_is_not_waited_for_record_by_record() -> None:
    with silent() as url:
        source = ConfluentRegistry(url, time_limit=0.2, now=Hand())
        # A second wait for each of them would take longer than any test may.
        assert {("The format registry did not answer within 1 second.", False)} == {
            failure(source, schema_id) for schema_id in range(10_000)
        }


def test_a_registry_that_sends_a_byte_now_and_then_is_given_up() -> None:
    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not over.wait(0.01):
            connection.sendall(b" ")

    with saying(drip) as url:
        assert ("The format registry did not answer within 1 second.", False) == failure(
            ConfluentRegistry(url, time_limit=0.3)
        )


def test_headers_that_never_end_are_given_up() -> None:
    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while not over.wait(0.01):
            connection.sendall(b"x")

    with saying(drip) as url:
        assert ("The format registry did not answer within 1 second.", False) == failure(
            ConfluentRegistry(url, time_limit=0.3)
        )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "What answers at {host} is not a format registry."),
        (b"\x15\x03\x01\x00\x02\x02\x16", "What answers at {host} is not a format registry."),
        (b"", "The format registry at {host} cannot be reached."),
    ],
)
def test_something_else_than_a_web_server_is_told_apart(words: bytes, said: str) -> None:
    def answer(connection: socket.socket, _over: threading.Event) -> None:
        connection.recv(10_000)
        connection.sendall(words)

    with saying(answer) as url:
        host = url.removeprefix("http://")
        assert (said.replace("{host}", host), False) == failure(ConfluentRegistry(url))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "The address of the format registry is not a web address."),
        ("registry:8081", "The address of the format registry is not a web address."),
        ("ftp://registry", "The address of the format registry is not a web address."),
        ("http://", "The address of the format registry is not a web address."),
        ("http://[::1", "The address of the format registry is not a web address."),
        ("http://registry:port", "The address of the format registry is not a web address."),
        ("http://127.0.0.1:1", "The format registry at 127.0.0.1:1 cannot be reached."),
        ("http://a..b", "The format registry at a..b cannot be reached."),
        ("http://no-such-host.invalid", "The format registry at no-such-host.invalid cannot be reached."),
    ],
)
def test_an_address_that_leads_nowhere_is_said_in_words(url: str, said: str) -> None:
    assert (said, False) == failure(ConfluentRegistry(url))


def test_tls_against_a_plain_port_is_said_in_words() -> None:
    with answering({}) as asked:
        host = asked.url.removeprefix("http://")
        assert (f"No secure connection to the format registry at {host}.", False) == failure(
            ConfluentRegistry(f"https://{host}")
        )


def test_a_certificate_file_that_cannot_be_read_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    garbage = tmp_path_factory.mktemp("ca") / "ca.pem"
    garbage.write_text("no certificate", encoding="utf-8")
    for path in (str(garbage), str(garbage) + ".missing"):
        assert (f"The certificate file {path} cannot be read.", False) == failure(
            ConfluentRegistry("https://127.0.0.1:1", ca_file=path)
        )


@pytest.mark.parametrize("in_url", [False, True])
def test_user_and_password_are_sent_and_shown_nowhere(in_url: bool, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with answering({"/schemas/ids/7": (401, {"message": "hunter2 is wrong"})}) as asked:
        if in_url:
            source = ConfluentRegistry(asked.url.replace("http://", "http://clerk:hunter%32@"))
        else:
            source = ConfluentRegistry(asked.url, "clerk", "hunter2")
        with pytest.raises(SchemaUnavailable) as raised:
            source.schema(7)
    assert ["Basic " + base64.b64encode(b"clerk:hunter2").decode()] == asked.authorizations
    shown = [str(raised.value), repr(raised.value.reason), repr(source), caplog.text]
    assert [] == [each for each in shown if "hunter" in each or "Y2xlcms6" in each]


def test_without_a_user_no_password_is_sent() -> None:
    with answering({"/schemas/ids/7": (200, {"schema": '"int"'})}) as asked:
        ConfluentRegistry(asked.url, "", "hunter2").schema(7)
    assert [None] == asked.authorizations


def test_a_redirect_does_not_lead_the_password_astray() -> None:
    with answering({"/schemas/ids/7": (307, {}), "/moved": (200, {"schema": '"int"'})}) as asked:
        failure(ConfluentRegistry(asked.url, "clerk", "hunter2"))
    assert ["/schemas/ids/7"] == asked.paths


def test_a_schema_is_asked_for_by_its_guid_where_a_header_names_it_so() -> None:
    guid = UUID("0b6a4f0e-8d5b-4a57-9f0e-3f6b3a1c2d4e")
    with answering({f"/schemas/guids/{guid}": (200, {"schema": '"int"'})}) as asked:
        source = ConfluentRegistry(asked.url)
        assert RegisteredSchema(guid.int, "AVRO", '"int"') == source.schema(guid) == source.schema(guid)
    assert [f"/schemas/guids/{guid}"] == asked.paths
