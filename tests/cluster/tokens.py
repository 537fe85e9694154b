"""A token address as a company's sign-in has it (OAuth 2 client credentials, RS256), with all its moods."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

AUDIENCE = "kafka"
ISSUER = "http://sign-in.test"
CLIENTS = {"clerk": "clerk-secret", "visitor": "visitor-secret"}
"""Client ids and secrets. Tokens of ``visitor`` are for another audience: brokers refuse them."""

_KEY_ID = "1"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Where it answers."""

    url: str  # of tokens
    keys_url: str  # of the public key, for the broker
    broken_url: str  # answers 503
    page_url: str  # answers with a page for people
    sign: Callable[[str], str]  # makes the token of a client


@contextmanager
def tokens() -> Iterator[Tokens]:
    """Serve until the end, from a thread of this process."""
    key = rsa.generate_private_key(65537, 2048)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(key))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()

    def sign(client: str) -> str:
        return token(key, client, AUDIENCE)

    base = f"http://127.0.0.1:{server.server_port}"
    try:
        yield Tokens(f"{base}/token", f"{base}/keys", f"{base}/broken", f"{base}/page", sign)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(key: rsa.RSAPrivateKey) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """The public key."""
            numbers = key.public_key().public_numbers()
            public = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": _KEY_ID}
            self._say(200, {"keys": [{**public, "n": _number(numbers.n), "e": _number(numbers.e)}]})

        def do_POST(self) -> None:
            """A token for who shows the secret of a client."""
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            if self.path == "/broken":
                self._say(503, {"error": "unavailable"})
                return
            if self.path == "/page":
                self._send(200, b"<html>Welcome</html>", "text/html")
                return
            said = self.headers.get("Authorization", "Basic ")[6:]
            client, _, secret = base64.b64decode(said).decode().partition(":")
            if CLIENTS.get(client) != secret:
                self._say(401, {"error": "invalid_client", "error_description": "unknown client or secret"})
                return
            audience = AUDIENCE if client == "clerk" else "somebody else"
            answer = {"access_token": token(key, client, audience), "token_type": "Bearer"}
            self._say(200, {**answer, "expires_in": 300})

        def _say(self, status: int, answer: dict[str, Any]) -> None:
            self._send(status, json.dumps(answer).encode(), "application/json")

        def _send(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def token(key: rsa.RSAPrivateKey, client: str, audience: str) -> str:
    """A signed token for five minutes."""
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": client, "aud": audience, "iat": now - 5, "exp": now + 300}
    head = {"alg": "RS256", "kid": _KEY_ID}
    said = ".".join(_coded(json.dumps(part).encode()) for part in (head, claims))
    return f"{said}.{_coded(key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _number(value: int) -> str:
    return _coded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
