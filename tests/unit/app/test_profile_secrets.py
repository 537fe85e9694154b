"""Which passwords of a connection are asked for."""

from __future__ import annotations

import pytest

from kmp_desktop.app.profile_secrets import secrets_of
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.profile import ConnectionProfile, SecretKind, SecretRef, Secrets, Security
from kmp_desktop.core.text import text
from kmp_desktop.store.secrets import SessionSecrets


class Asked(SessionSecrets):
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[SecretKind] = []
        self.put(SecretRef("p", SecretKind.KAFKA), "k")
        self.put(SecretRef("p", SecretKind.REGISTRY), "r")

    def get(self, ref: SecretRef) -> str | None:
        """Answer."""
        self.asked.append(ref.kind)
        return super().get(ref)


@pytest.mark.parametrize(
    ("security", "user", "registry_user", "expected"),
    [
        (Security.SASL_SSL, "clerk", "", Secrets("k", "")),
        (Security.SASL_PLAINTEXT, "clerk", "reader", Secrets("k", "r")),
        (Security.PLAINTEXT, "clerk", "", Secrets()),
        (Security.SSL, "", "reader", Secrets("", "r")),
        (Security.PLAINTEXT, "", "", Secrets()),
    ],
)
def test_only_what_the_connection_uses_is_asked_for(
    security: Security, user: str, registry_user: str, expected: Secrets
) -> None:
    store = Asked()
    profile = ConnectionProfile(
        "p", "p", "localhost:9092", security=security, user=user, registry_user=registry_user
    )

    assert expected == secrets_of(store, profile)

    used = [SecretKind.KAFKA] * bool(expected.kafka_password)
    used += [SecretKind.REGISTRY] * bool(expected.registry_password)
    assert used == store.asked


def test_a_password_that_nobody_gave_is_empty() -> None:
    profile = ConnectionProfile("q", "q", "localhost:9092", security=Security.SASL_SSL, user="clerk")

    assert Secrets() == secrets_of(Asked(), profile)


BOTH = ConnectionProfile(
    "p", "p", "localhost:9092", security=Security.SASL_SSL, user="clerk", registry_user="reader"
)


class Locked(SessionSecrets):
    """Gives nothing."""

    def get(self, ref: SecretRef) -> str | None:
        """Refuse."""
        raise UserFacingError(
            ErrorCode.SECRETS_LOCKED, text("Locked."), text("Nothing was changed."), text("Unlock it.")
        )


@pytest.mark.parametrize(
    ("given", "expected", "asked"),
    [
        (Secrets("today"), Secrets("today", "r"), [SecretKind.REGISTRY]),
        (Secrets("", "today"), Secrets("k", "today"), [SecretKind.KAFKA]),
        (Secrets("today", "too"), Secrets("today", "too"), []),
    ],
)
def test_a_password_for_today_hides_no_stored_one(
    given: Secrets, expected: Secrets, asked: list[SecretKind]
) -> None:
    store = Asked()

    assert (expected, asked) == (secrets_of(store, BOTH, given), store.asked)


def test_who_gives_the_password_of_kafka_because_the_store_is_locked_goes_on() -> None:
    assert Secrets("today") == secrets_of(Locked(), BOTH, Secrets("today"))

    with pytest.raises(UserFacingError, match=r"Locked\."):
        secrets_of(Locked(), BOTH, Secrets("", "today"))
