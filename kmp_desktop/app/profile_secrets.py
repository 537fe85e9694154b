"""The passwords a connection needs, from the password store into memory."""

from __future__ import annotations

from kmp_desktop.core.ports import SecretStore
from kmp_desktop.core.profile import ConnectionProfile, SecretKind, SecretRef, Secrets


def secrets_of(store: SecretStore, profile: ConnectionProfile) -> Secrets:
    """What the store holds for a connection; a password that nobody gave is empty.

    Asks only for what the connection uses. May block on an unlock prompt; raises UserFacingError.
    """

    def password(kind: SecretKind, user: str) -> str:
        return (store.get(SecretRef(profile.id, kind)) or "") if user else ""

    return Secrets(
        password(SecretKind.KAFKA, profile.user),
        password(SecretKind.REGISTRY, profile.registry_user),
    )
