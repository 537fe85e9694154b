"""How a connection's format registry is reached: whom to trust, and how it is told who asks."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from kmp_desktop.decoding.timed_http import post

_RENEW_BEFORE_S = 30.0
_USUAL_LIFE_S = 300.0  # where an answer does not say how long its token lives
_NOT_PEM = (".p12", ".pfx", ".pkcs12", ".keystore", ".ks")


class NoToken(Exception):  # noqa: N818 - told to people by the caller
    """The company sign-in gave none; says its status, never what was sent."""


@dataclass(frozen=True, slots=True)
class RegistryAccess:
    """Beyond user and password: PEM text and files, and where tokens come from.

    ``bearer``: the password is a token that was handed out. With ``token_url`` user and password are
    a client's id and secret (OAuth 2 client credentials).
    """

    ca_pem: str = ""
    certificate_file: str = ""
    key_file: str = ""
    key_password: str = field(default="", repr=False)
    bearer: bool = False
    token_url: str = ""
    scope: str = ""

    def context(self, ca_file: str) -> ssl.SSLContext:
        """For the registry itself; raises OSError where a file cannot be used.

        Without a file or pasted certificates those that the system trusts. A PKCS#12 file is for
        Kafka only: Python's TLS reads none.
        """
        context = ssl.create_default_context(cafile=ca_file or None, cadata=self.ca_pem or None)
        if self.certificate_file and not self.certificate_file.lower().endswith(_NOT_PEM):
            # Always a password: without one OpenSSL asks on the terminal.
            context.load_cert_chain(self.certificate_file, self.key_file or None, self.key_password)
        return context


class CompanyTokens:
    """Tokens for a client, asked for when the last one is about to end; for one thread."""

    def __init__(self, access: RegistryAccess, client: str, secret: str, ca_file: str) -> None:
        self._access = access
        self._ca_file = ca_file
        pair = base64.b64encode(f"{client}:{secret}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {pair}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "User-Agent": "kmp-desktop",
        }
        self._token = ""
        self._until = float("-inf")

    def token(self, deadline: float) -> str:
        """A token that is still good; raises NoToken, TimeoutError, OSError or HTTPException."""
        if time.monotonic() >= self._until:
            self._ask(deadline)
        return self._token

    def _ask(self, deadline: float) -> None:
        form = {"grant_type": "client_credentials"}
        if self._access.scope:
            form["scope"] = self._access.scope
        tls = self._context() if self._access.token_url.startswith("https:") else None
        answer = post(self._access.token_url, self._headers, urlencode(form).encode(), tls, deadline)
        token, life = _read(answer.body)
        if answer.status != http.client.OK or not token:
            raise NoToken(str(answer.status))
        self._token, self._until = token, time.monotonic() + life - _RENEW_BEFORE_S

    def _context(self) -> ssl.SSLContext:
        """The system's authorities and the company's own: either may have signed this address."""
        context = ssl.create_default_context()
        if self._ca_file or self._access.ca_pem:
            context.load_verify_locations(self._ca_file or None, cadata=self._access.ca_pem or None)
        return context


def _read(body: bytes) -> tuple[str, float]:
    """(token, seconds it lives) of an answer; without a token: nothing."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return "", 0
    if not isinstance(said, dict) or not isinstance(said.get("access_token"), str):
        return "", 0
    life = said.get("expires_in")
    if isinstance(life, bool) or not isinstance(life, int | float):
        life = _USUAL_LIFE_S
    return said["access_token"], float(life)
