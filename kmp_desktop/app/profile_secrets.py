"""The passwords a connection needs, from the password store into memory."""

from __future__ import annotations

from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.ports import SecretStore
from kmp_desktop.core.profile import ConnectionProfile, SecretKind, SecretRef, Secrets

NONE_GIVEN = Secrets()


def secrets_of(store: SecretStore, profile: ConnectionProfile, given: Secrets = NONE_GIVEN) -> Secrets:
    """What was given, else what the store holds for a connection; a password that nobody gave is empty.

    Asks only for what the connection uses and was not given. May block on an unlock prompt; raises
    UserFacingError. Whoever gave Kafka's password because the store is locked is not stopped by the
    registry's: it stays empty, and what the registry would decode is shown as bytes.
    """

    def password(kind: SecretKind, given_one: str) -> str:
        if given_one:
            return given_one
        try:
            return store.get(SecretRef(profile.id, kind)) or ""
        except UserFacingError:
            if kind is not SecretKind.KAFKA and given.kafka_password:
                return ""
            raise

    return Secrets(
        password(SecretKind.KAFKA, given.kafka_password) if profile.wants_password else "",
        password(SecretKind.REGISTRY, given.registry_password) if profile.wants_registry_password else "",
        password(SecretKind.KEY, given.key_password) if profile.certificate_file else "",
    )
