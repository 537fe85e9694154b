"""Puts a connection and its passwords where they belong, off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.profile import ConnectionProfile, SecretKind, SecretRef, Secrets
from kmp_desktop.qt.runner import BackgroundTasks
from kmp_desktop.qt.services import Services


@dataclass(frozen=True, slots=True)
class StoredSecrets:
    """Which passwords of a connection the store holds; ``keeps``: it outlives the program."""

    kafka: bool
    registry: bool
    key: bool
    keeps: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """A connection was saved. ``secrets_error``: but its passwords could not be stored."""

    profile: ConnectionProfile
    typed: Secrets
    secrets_error: UserFacingError | None = None


def save(
    services: Services,
    lane: BackgroundTasks,
    profile: ConnectionProfile,
    typed: Secrets,
    done: Callable[[Saved], None],
    failed: Callable[[UserFacingError], None],
) -> None:
    """Save a connection and the passwords that were typed (empty = the stored one stays)."""

    def work() -> Saved:
        services.profiles.save(profile)
        try:
            _put(services, profile, typed)
        except UserFacingError as error:
            if error.code is not ErrorCode.SECRETS_LOCKED:
                raise
            return Saved(profile, typed, error)
        return Saved(profile, typed)

    lane.run(work, done, failed)


def look(
    services: Services,
    lane: BackgroundTasks,
    profile: ConnectionProfile,
    done: Callable[[StoredSecrets], None],
    failed: Callable[[UserFacingError], None],
) -> None:
    """Find out which passwords of a connection are stored."""

    def work() -> StoredSecrets:
        store = services.secrets

        def has(kind: SecretKind, wanted: bool) -> bool:
            return wanted and store.get(SecretRef(profile.id, kind)) is not None

        return StoredSecrets(
            has(SecretKind.KAFKA, profile.wants_password),
            has(SecretKind.REGISTRY, profile.wants_registry_password),
            has(SecretKind.KEY, bool(profile.certificate_file)),
            store.keeps(),
        )

    lane.run(work, done, failed)


def delete(
    services: Services,
    lane: BackgroundTasks,
    profile: ConnectionProfile,
    done: Callable[[None], None],
    failed: Callable[[UserFacingError], None],
) -> None:
    """Forget a connection and its passwords; nothing changes on the server."""

    def work() -> None:
        services.profiles.delete(profile.id)
        for kind in SecretKind:
            services.secrets.delete(SecretRef(profile.id, kind))

    lane.run(work, done, failed)


def _put(services: Services, profile: ConnectionProfile, typed: Secrets) -> None:
    if typed.kafka_password and profile.wants_password:
        services.secrets.put(SecretRef(profile.id, SecretKind.KAFKA), typed.kafka_password)
    if typed.registry_password and profile.wants_registry_password:
        services.secrets.put(SecretRef(profile.id, SecretKind.REGISTRY), typed.registry_password)
    if typed.key_password and profile.certificate_file:
        services.secrets.put(SecretRef(profile.id, SecretKind.KEY), typed.key_password)
