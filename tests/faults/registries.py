"""Schema registries that are down, slow, refuse or cannot be trusted."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.cluster import processes


class _Refusing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Want a password."""
        self.send_response(401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def registry_that_is(kind: str, tls_address: str) -> Iterator[str]:
    """The URL of a registry that is ``down``, ``slow``, ``refusing`` or ``not trusted``.

    ``tls_address`` answers with a certificate that nobody signed whom this computer trusts.
    """
    if kind == "not trusted":
        yield f"https://{tls_address}"
    elif kind == "down":
        yield f"http://127.0.0.1:{processes.free_ports(1)[0]}"
    elif kind == "slow":
        with socket.create_server(("127.0.0.1", 0)) as listening:  # takes connections, never says a word
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    else:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Refusing)
        thread = Thread(target=server.serve_forever, args=(0.05,), name="refusing registry")
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
