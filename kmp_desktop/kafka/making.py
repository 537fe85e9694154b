"""Makes clients of the library where some of its settings would end the whole process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

_OF_TLS = ("ssl.", "enable.ssl.", "log")


def admin_client(settings: Mapping[str, Any]) -> AdminClient:
    """One that is made; raises KafkaException for settings that cannot be used."""
    _raise_instead_of_aborting(settings)
    return AdminClient(dict(settings))


def consumer(settings: Mapping[str, Any]) -> Consumer:
    """One that is made; raises KafkaException for settings that cannot be used."""
    _raise_instead_of_aborting(settings)
    return Consumer(dict(settings))


def producer(settings: Mapping[str, Any]) -> Producer:
    """One that is made; raises KafkaException for settings that cannot be used."""
    _raise_instead_of_aborting(settings)
    return Producer(dict(settings))


def _raise_instead_of_aborting(settings: Mapping[str, Any]) -> None:
    """Try the settings of TLS before company sign-in comes in.

    librdkafka 2.16 aborts the process (rd_kafka_q_destroy0) when a client with
    ``sasl.oauthbearer.method=oidc`` cannot be made because of a certificate or key. The one made here
    knows no servers and connects to nobody.
    """
    if settings.get("sasl.oauthbearer.method") != "oidc":
        return
    if settings.get("security.protocol") == "SASL_SSL":
        tls = {name: value for name, value in settings.items() if name.startswith(_OF_TLS)}
        AdminClient({**tls, "security.protocol": "SSL"})
