"""Asks a company's sign-in for a token, as the client library would, to tell in words why it gives none.

The library itself reports after up to 50 s, and all in one text.
"""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from kmp_desktop.core.profile import ConnectionProfile
from kmp_desktop.core.text import Text, text
from kmp_desktop.kafka.encryption import web_authorities

_TIME_LIMIT_S = 10.0
_LONGEST = 100_000  # bytes of an answer


@dataclass(frozen=True, slots=True)
class NoToken:
    """Why there is none, what to do about it, technical details without the secret."""

    why: Text
    advice: Text
    details: str


def why_no_token(profile: ConnectionProfile, secret: str) -> NoToken | None:
    """None: the address gives a token for this client; its use is up to the servers. Blocks some seconds."""
    address = profile.token_url
    try:
        status, body = _answer(profile, secret)
    except ssl.SSLCertVerificationError as error:
        return NoToken(
            text("The certificate of the token address {address} is not trusted.", address=address),
            text("Ask for the company's certificate file and choose it as certificate file."),
            error.verify_message,
        )
    except socket.gaierror as error:
        why = text("The token address {address} is not known.", address=address)
        return NoToken(why, _check_address(), str(error))
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = text("The token address {address} does not answer.", address=address)
        return NoToken(why, _check_address(), str(error))
    return _refusal(profile, status, body)


def _refusal(profile: ConnectionProfile, status: int, body: bytes) -> NoToken | None:
    said = _object(body)
    details = f"HTTP {status} {said.get('error', '')} {said.get('error_description', '')}".strip()
    if status == http.client.OK and isinstance(said.get("access_token"), str):
        return None
    if said.get("error") == "invalid_scope":
        return NoToken(
            text("The company sign-in does not know the scope “{scope}”.", scope=profile.token_scope),
            text("Correct the scope of the connection, or leave it empty."),
            details,
        )
    if status in (http.client.BAD_REQUEST, http.client.UNAUTHORIZED, http.client.FORBIDDEN):
        return NoToken(
            text("The company sign-in refused the client “{client}” or its secret.", client=profile.user),
            text("Check client id and secret of the connection, then try again."),
            details,
        )
    if status >= http.client.INTERNAL_SERVER_ERROR:
        return NoToken(
            text("The company sign-in is disturbed at the moment."),
            text("Try again in some minutes. If it stays like this, tell your administrator."),
            details,
        )
    why = text("What answers at {address} gives no tokens.", address=profile.token_url)
    return NoToken(why, _check_address(), details)


def _answer(profile: ConnectionProfile, secret: str) -> tuple[int, bytes]:
    parts = urlsplit(profile.token_url)
    if parts.scheme == "https":
        context = ssl.create_default_context()
        if trusted := web_authorities(profile):
            context.load_verify_locations(cadata=trusted)
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            parts.netloc, timeout=_TIME_LIMIT_S, context=context
        )
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=_TIME_LIMIT_S)
    form = {"grant_type": "client_credentials"}
    if profile.token_scope:
        form["scope"] = profile.token_scope
    pair = base64.b64encode(f"{profile.user}:{secret}".encode()).decode()
    headers = {
        "Authorization": f"Basic {pair}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    try:
        connection.request("POST", (parts.path or "/") + _query(parts.query), urlencode(form), headers)
        with connection.getresponse() as answer:
            return answer.status, answer.read(_LONGEST)
    finally:
        connection.close()


def _query(query: str) -> str:
    return f"?{query}" if query else ""


def _object(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _check_address() -> Text:
    return text("Check the token address, or whether you need the company network (VPN).")
