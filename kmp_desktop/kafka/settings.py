"""The settings that every Kafka client of the program is made with."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from kmp_desktop.core.profile import ConnectionProfile, Secrets
from kmp_desktop.kafka.encryption import encryption
from kmp_desktop.kafka.sign_in import sign_in

ClientSettings = Mapping[str, Any]
"""librdkafka settings; may hold a password, so it is never logged or shown."""

_CLIENT_LOG = logging.Logger("librdkafka")  # noqa: LOG001 - outside the hierarchy on purpose
"""Swallows what the library would print; the causes come through error callbacks and exceptions."""
_CLIENT_LOG.addHandler(logging.NullHandler())

CLIENT_ID = "kmp-desktop"
SOCKET_TIMEOUT_S = 10

TRANSACTION_TIMEOUT = "transaction.timeout.ms"
_TRANSACTION_MS = 60_000
"""Brokers were seen to lose the abort markers of shorter transactions when they restart."""

_OWN = frozenset(
    {
        *("group.id", "transactional.id", "client.rack", "enable.auto.commit", "isolation.level"),
        *("auto.offset.reset", "enable.partition.eof", "partitioner", "group.protocol", "acks"),
        *("enable.idempotence", "allow.auto.create.topics", "log_level", "client.id"),
    }
)
"""What the program's correctness rests on; a profile cannot change it."""


def client_settings(profile: ConnectionProfile, secrets: Secrets, name: str) -> ClientSettings:
    """What a profile means to a client; ``name`` (window, apply ...) ends the ``client.id``."""
    settings: dict[str, Any] = {each: value for each, value in profile.settings if each not in _OWN}
    settings.update(
        {
            "bootstrap.servers": profile.servers,
            "security.protocol": profile.security.value,
            "client.id": f"{CLIENT_ID}-{name}",
            "socket.timeout.ms": SOCKET_TIMEOUT_S * 1000,
            "reconnect.backoff.max.ms": 1000,
            TRANSACTION_TIMEOUT: _TRANSACTION_MS,
            "allow.auto.create.topics": False,
            "log_level": 0,
            "logger": _CLIENT_LOG,
        }
    )
    if profile.signs_in:
        # What a person set beside the form (other OAuth methods, a Kerberos keytab) wins over what is usual.
        settings = {**sign_in(profile, secrets), **settings}
    if profile.encrypts:
        settings.update(encryption(profile, secrets))
    return settings


def transaction_s(settings: ClientSettings) -> float:
    """How long a transaction of these clients may stay open before the broker ends it."""
    return float(settings[TRANSACTION_TIMEOUT]) / 1000
