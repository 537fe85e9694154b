"""Which client settings hold a secret: they never go into profile files or command lines."""

from __future__ import annotations

_EXACT = frozenset({"sasl.jaas.config", "ssl.key.pem", "ssl.keystore.key", "sasl.oauthbearer.config"})
_PARTS = ("password", "secret", "passphrase", "user.info", "private.key", "access.token")


def is_secret_setting(name: str) -> bool:
    """Whether the value of this librdkafka or Java client setting is (or may hold) a secret."""
    lower = name.lower()
    return lower in _EXACT or any(part in lower for part in _PARTS)
