"""The passwords a connection needs, from the password store into memory."""

from __future__ import annotations

from kmp_desktop.core.ports import SecretStore
from kmp_desktop.core.profile import ConnectionProfile, SecretKind, SecretRef, Secrets, Security


def secrets_of(store: SecretStore, profile: ConnectionProfile) -> Secrets:
    """What the store holds for a connection; a password that nobody gave is empty.

    Asks only for what the connection uses. May block on an unlock prompt; raises UserFacingError.
    """
    signs_in = bool(profile.user) and profile.security in (Security.SASL_PLAINTEXT, Security.SASL_SSL)

    def password(kind: SecretKind) -> str:
        return store.get(SecretRef(profile.id, kind)) or ""

    return Secrets(
        password(SecretKind.KAFKA) if signs_in else "",
        password(SecretKind.REGISTRY) if profile.registry_user else "",
    )
