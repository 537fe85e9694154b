"""Connections and queues as a person saves them; never a secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Environment(StrEnum):
    """How careful the window has to be."""

    PRODUCTION = "production"
    TEST = "test"
    DEVELOPMENT = "development"
    PRACTICE = "practice"


class Security(StrEnum):
    """librdkafka's ``security.protocol``."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"


class Mechanism(StrEnum):
    """How a user name and password are presented (``sasl.mechanism``)."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"


@dataclass(frozen=True, slots=True)
class Queue:
    """A saved pairing: dead letter topic -> retry topic, and the group that remembers."""

    id: str
    name: str
    queue_topic: str
    retry_topic: str  # empty: nothing can be retried
    group: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionProfile:
    """One cluster as a person knows it. Secrets live in a ``SecretStore`` under ``secret_name``."""

    id: str
    name: str
    servers: str
    environment: Environment = Environment.TEST
    security: Security = Security.PLAINTEXT
    mechanism: Mechanism = Mechanism.SCRAM_SHA_512
    user: str = ""
    ca_file: str = ""
    registry_url: str = ""
    registry_user: str = ""
    person: str = ""  # who decides, written into tombstones as kmp-by; may be empty
    confirm_discards_from: int = 10
    queues: tuple[Queue, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()  # further librdkafka settings, no secrets


class SecretKind(StrEnum):
    """Which password of a connection."""

    KAFKA = "kafka"
    REGISTRY = "registry"


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Names a secret without holding it."""

    profile_id: str
    kind: SecretKind


@dataclass(frozen=True, slots=True)
class Secrets:
    """The passwords of one connection, in memory only; ``repr`` hides them."""

    kafka_password: str = field(default="", repr=False)
    registry_password: str = field(default="", repr=False)

    def or_else(self, others: Secrets) -> Secrets:
        """These, and those of ``others`` where one of these is empty."""
        return Secrets(
            self.kafka_password or others.kafka_password, self.registry_password or others.registry_password
        )

    def without(self, others: Secrets) -> Secrets:
        """These, emptied where ``others`` holds one."""
        return Secrets(
            "" if others.kafka_password else self.kafka_password,
            "" if others.registry_password else self.registry_password,
        )
