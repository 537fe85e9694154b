"""What may be a topic's name, a list of servers, an id: checked before anything is asked of a cluster."""

from __future__ import annotations

import re

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
_SERVER = r"([A-Z_]+://)?(\[[0-9a-fA-F:.%]+\]|[^\s,:/\[\]]+):[0-9]{1,5}"
_SERVERS = re.compile(rf"{_SERVER}(\s*,\s*{_SERVER})*")
_LAST_PORT = 65_535
_URL = re.compile(r"https?://[^\s/@]+(/[^\s@]*)?")


def is_id(name: str) -> bool:
    """Whether it can name a connection or a queue in a profile file."""
    return _ID.fullmatch(name) is not None


def is_topic(name: str) -> bool:
    """Whether Kafka takes it as a topic's name."""
    return _TOPIC.fullmatch(name) is not None and name not in (".", "..")


def are_servers(servers: str) -> bool:
    """Whether it is ``host:port``, several with commas between them."""
    # The client library would cut a larger port down to 16 bits and look for a server there.
    return _SERVERS.fullmatch(servers.strip()) is not None and all(
        0 < int(each.rpartition(":")[2]) <= _LAST_PORT for each in servers.split(",")
    )


def is_url(address: str) -> bool:
    """Whether it is an http or https address without user and password."""
    return _URL.fullmatch(address) is not None
