"""A registry that wants a token or a certificate, and one behind a company's own authority."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kmp_desktop.core.ports import SchemaUnavailable
from kmp_desktop.core.profile import ConnectionProfile, RegistrySignIn, Secrets
from kmp_desktop.decoding.registry import ConfluentRegistry, registry_of
from tests.cluster.certificates import LOCAL, Certificate, authority, signed
from tests.cluster.tokens import CLIENTS, tokens
from tests.unit.decoding.answering import answering

_SCHEMA = {"/schemas/ids/7": (200, {"schema": '"int"'}), "/schemas/ids/8": (200, {"schema": '"long"'})}
_CANARY = "canary-secret"


def connection(url: str, **fields: str) -> ConnectionProfile:
    return ConnectionProfile("p", "p", "h:1", registry_url=url, **fields)  # type: ignore[arg-type]


def made(profile: ConnectionProfile, secrets: Secrets) -> ConfluentRegistry:
    registry = registry_of(profile, secrets)
    assert registry is not None
    return registry


def why(registry: ConfluentRegistry) -> str:
    with pytest.raises(SchemaUnavailable) as told:
        registry.schema(7)
    assert _CANARY not in repr(told.value)
    return str(told.value.reason)


@contextmanager
def over_tls(folder: Path, trusted: Certificate, *, asks: bool) -> Iterator[str]:
    """A registry's address; ``asks``: it wants a certificate of ``trusted``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"schema": "\\"int\\""}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that does not trust us goes away."""

    server = signed(trusted, "registry", LOCAL)
    shown, ca = folder / "server.pem", folder / "ca.pem"
    shown.write_bytes(server.private() + server.certificates())
    ca.write_bytes(trusted.certificates())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown)
    if asks:
        context.load_verify_locations(ca)
        context.verify_mode = ssl.CERT_REQUIRED
    listening = Server(("127.0.0.1", 0), Handler)
    listening.socket = context.wrap_socket(listening.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"https://127.0.0.1:{listening.server_port}"
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def test_a_token_that_was_handed_out_is_sent() -> None:
    with answering(dict(_SCHEMA)) as asked:
        profile = connection(asked.url, registry_sign_in=RegistrySignIn.BEARER)
        made(profile, Secrets(registry_password=_CANARY)).schema(7)
    assert [f"Bearer {_CANARY}"] == asked.authorizations


def test_a_token_of_the_company_is_asked_for_once_and_sent_each_time() -> None:
    with answering(dict(_SCHEMA)) as asked, tokens() as given:
        profile = connection(
            asked.url,
            registry_sign_in=RegistrySignIn.OAUTH,
            registry_user="clerk",
            registry_token_url=given.url,
            registry_scope="formats",
        )
        registry = made(profile, Secrets(registry_password=CLIENTS["clerk"]))
        registry.schema(7)
        registry.schema(8)
    assert 2 == len(asked.authorizations)
    assert 1 == len(set(asked.authorizations)), "one token for both"
    assert str(asked.authorizations[0]).startswith("Bearer ey")


def test_why_there_is_no_token_is_told_without_the_secret() -> None:
    with answering(dict(_SCHEMA)) as asked, tokens() as given:
        profile = connection(
            asked.url,
            registry_sign_in=RegistrySignIn.OAUTH,
            registry_user="clerk",
            registry_token_url=given.url,
        )
        said = why(made(profile, Secrets(registry_password=_CANARY)))
    assert "The company sign-in gave no token for the format registry (error 401)." == said
    assert [] == asked.paths


def test_a_certificate_of_ones_own_and_a_pasted_authority_open_a_registry(tmp_path: Path) -> None:
    trusted = authority("Company authority")
    client = signed(trusted, "clerk")
    file = tmp_path / "clerk.pem"
    file.write_bytes(client.private(b"key-secret") + client.certificates())
    with over_tls(tmp_path, trusted, asks=True) as url:
        profile = connection(url, certificate_file=str(file), ca_pem=trusted.certificates().decode())
        assert '"int"' == made(profile, Secrets(key_password="key-secret")).schema(7).schema
        assert f"Your certificate {file} cannot be used." == why(made(profile, Secrets(key_password=_CANARY)))
        without = connection(url, ca_pem=trusted.certificates().decode())
        assert "" != why(made(without, Secrets()))


def test_an_authority_that_nobody_named_is_not_trusted(tmp_path: Path) -> None:
    with over_tls(tmp_path, authority("Company authority"), asks=False) as url:
        assert "certificate is not trusted" in why(made(connection(url), Secrets()))


def test_no_registry_is_made_where_none_is_set() -> None:
    assert registry_of(connection(""), Secrets()) is None
