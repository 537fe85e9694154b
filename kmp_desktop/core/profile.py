"""Connections and queues as a person saves them; never a secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kmp_desktop.core.failure_rules import NO_RULES, FailureRules
from kmp_desktop.core.payload import PayloadColumn


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
    """How an account is presented (``sasl.mechanism``, and one that stands for a way of its own)."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"
    OAUTHBEARER = "OAUTHBEARER"
    AWS_MSK_IAM = "AWS_MSK_IAM"
    GSSAPI = "GSSAPI"


class RegistrySignIn(StrEnum):
    """How the format registry learns who asks."""

    BASIC = "basic"  # user and password; without a user: not at all
    BEARER = "bearer"  # a token that an administrator handed out
    OAUTH = "oauth"  # a token from the token address, for client id and secret


@dataclass(frozen=True, slots=True)
class Queue:
    """A saved pairing: dead letter topic -> retry topic, and the group that remembers."""

    id: str
    name: str
    queue_topic: str
    retry_topic: str  # empty: nothing can be retried
    group: str
    description: str = ""
    columns: tuple[PayloadColumn, ...] = ()  # fields of the content to show; empty: chosen by what they hold


@dataclass(frozen=True, slots=True)
class ConnectionProfile:
    """One cluster as a person knows it. Secrets live in a ``SecretStore`` under ``secret_name``."""

    id: str
    name: str
    servers: str
    environment: Environment = Environment.TEST
    security: Security = Security.PLAINTEXT
    mechanism: Mechanism = Mechanism.SCRAM_SHA_512
    user: str = ""  # the client id where tokens are used
    ca_file: str = ""
    ca_pem: str = ""  # PEM text instead of, or beside, a file
    certificate_file: str = ""  # the client's own: PEM, or PKCS#12 (.p12, .pfx) with its key
    key_file: str = ""  # PEM; empty: the key is in the certificate's file
    token_url: str = ""
    token_scope: str = ""
    aws_region: str = ""
    registry_url: str = ""
    registry_user: str = ""
    registry_sign_in: RegistrySignIn = RegistrySignIn.BASIC
    registry_token_url: str = ""
    registry_scope: str = ""
    person: str = ""  # who decides, written into tombstones as kmp-by; may be empty
    confirm_discards_from: int = 10
    read_only: bool = False
    backup_days: int = 30  # how long discarded records are kept on this computer, encrypted; 0: not at all
    queues: tuple[Queue, ...] = ()
    failures: FailureRules = NO_RULES
    settings: tuple[tuple[str, str], ...] = ()  # further librdkafka settings, no secrets
    managed: bool = False  # an administrator put it on this computer; never saved

    @property
    def signs_in(self) -> bool:
        """Whether an account is presented to the servers."""
        return self.security in (Security.SASL_PLAINTEXT, Security.SASL_SSL)

    @property
    def encrypts(self) -> bool:
        """Whether the servers are spoken to by TLS."""
        return self.security in (Security.SSL, Security.SASL_SSL)

    @property
    def wants_password(self) -> bool:
        """Whether the sign-in needs a password (or client secret) that belongs to ``user``."""
        return self.signs_in and self.mechanism in PASSWORD_MECHANISMS and bool(self.user)

    @property
    def wants_registry_password(self) -> bool:
        """Whether the registry is told a password, token or client secret."""
        by_token = bool(self.registry_url) and self.registry_sign_in is RegistrySignIn.BEARER
        return bool(self.registry_user) or by_token


PASSWORD_MECHANISMS = frozenset(
    {Mechanism.PLAIN, Mechanism.SCRAM_SHA_256, Mechanism.SCRAM_SHA_512, Mechanism.OAUTHBEARER}
)
"""Those that present ``user`` with a password or client secret."""


class SecretKind(StrEnum):
    """Which password of a connection."""

    BACKUP = "backup"  # the key of this computer's backups
    KAFKA = "kafka"
    REGISTRY = "registry"
    KEY = "key"  # opens the key of the client's certificate


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
    key_password: str = field(default="", repr=False)

    def of(self, kind: SecretKind) -> str:
        """The password of this kind, or nothing."""
        return self._all()[kind]

    def or_else(self, others: Secrets) -> Secrets:
        """These, and those of ``others`` where one of these is empty."""
        return Secrets(*(mine or theirs for mine, theirs in zip(self.values(), others.values(), strict=True)))

    def without(self, others: Secrets) -> Secrets:
        """These, emptied where ``others`` holds one."""
        both = zip(self.values(), others.values(), strict=True)
        return Secrets(*("" if theirs else mine for mine, theirs in both))

    def values(self) -> tuple[str, ...]:
        """All of them, in the order of the fields; for hiding them."""
        return tuple(self._all().values())

    def _all(self) -> dict[SecretKind, str]:
        return {
            SecretKind.KAFKA: self.kafka_password,
            SecretKind.REGISTRY: self.registry_password,
            SecretKind.KEY: self.key_password,
        }
