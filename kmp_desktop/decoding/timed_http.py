"""One HTTP question with an end in time: connecting, asking and reading share a single deadline.

Nothing is followed (a redirect would carry the password elsewhere) and nothing is asked twice.
Looking up the host's name is the only part that the system, not the deadline, puts an end to.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_MAX_ANSWER = 8 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of an answer; the body is cut at ``_MAX_ANSWER``."""

    status: int
    body: bytes


def get(url: str, headers: Mapping[str, str], tls: ssl.SSLContext | None, deadline: float) -> Answer:
    """Ask for ``url`` (http or https) until ``deadline`` (``time.monotonic``).

    Raises TimeoutError, ssl.SSLError, OSError or http.client.HTTPException.
    """
    return _asked("GET", url, headers, None, tls, deadline)


def post(
    url: str, headers: Mapping[str, str], body: bytes, tls: ssl.SSLContext | None, deadline: float
) -> Answer:
    """Send ``body`` to ``url``; as ``get`` otherwise."""
    return _asked("POST", url, headers, body, tls, deadline)


def _asked(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    tls: ssl.SSLContext | None,
    deadline: float,
) -> Answer:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if tls else 80)
    plain = _connected(host, port, deadline)
    with plain, _secured(plain, host, tls, deadline) as connection:
        request = http.client.HTTPConnection(host, port)
        # Set beforehand, so that HTTPConnection neither connects nor waits on its own account.
        request.sock = cast("socket.socket", _UntilDeadline(connection, deadline))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        request.request(method, path, body, headers={**headers, "Connection": "close"})
        with request.getresponse() as response:
            return Answer(response.status, response.read(_MAX_ANSWER))


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connected(host: str, port: int, deadline: float) -> socket.socket:
    failure: OSError | None = None
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(_remaining(deadline))
            connection.connect(address)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure or OSError("no address")


def _secured(
    connection: socket.socket, host: str, tls: ssl.SSLContext | None, deadline: float
) -> socket.socket:
    if tls is None:
        return connection
    connection.settimeout(_remaining(deadline))
    return tls.wrap_socket(connection, server_hostname=host)


class _UntilDeadline:
    """What HTTPConnection needs of a socket; no step waits longer than is left."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._connection.settimeout(_remaining(self._deadline))
        self._connection.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self._connection, self._deadline))

    def close(self) -> None:
        """Nothing: HTTPConnection closes before the answer is read; ``get`` does it afterwards."""


class _Incoming(io.RawIOBase):
    """What arrives: also a server that sends a byte now and then is given up at the deadline."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._connection.settimeout(_remaining(self._deadline))
        return self._connection.recv_into(buffer)
