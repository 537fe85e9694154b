"""Passwords: only real password stores are trusted, everything else is memory only."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as FailKeyring
from keyring.backends.null import Keyring as NullKeyring
from keyring.backends.SecretService import Keyring as SecretServiceKeyring

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.store.secrets import LONGEST, PART, KeyringSecrets, SessionSecrets, open_secrets
from tests.unit.store.secrets_contract import KAFKA, check_secret_store


class _PlainFile(KeyringBackend):
    """Like the plain text backends that plug-ins bring (here it keeps them in memory)."""

    priority = 9.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """The password."""
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget it."""
        del self.kept[service, username]


class _Chained(ChainerBackend):
    """A chain of these backends."""

    def __init__(self, *backends: KeyringBackend) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._chained = list(backends)

    @property
    def backends(self) -> list[KeyringBackend]:
        """In order."""
        return self._chained


class _Broken(_PlainFile):
    """Fails with a message that quotes the password."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Fail."""
        raise RuntimeError(f"cannot keep {password} for {service}/{username}")


@pytest.fixture
def configured() -> Iterator[None]:
    """Whatever a test configures is taken back."""
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def test_memory_keeps_the_contract() -> None:
    check_secret_store(SessionSecrets())


def test_a_backend_keeps_the_contract() -> None:
    check_secret_store(KeyringSecrets(_PlainFile()))


_UNTRUSTED: list[KeyringBackend] = [
    NullKeyring(),  # type: ignore[no-untyped-call]
    FailKeyring(),  # type: ignore[no-untyped-call]
    _PlainFile(),
    _Chained(),
    _Chained(_PlainFile()),
]


@pytest.mark.parametrize("backend", _UNTRUSTED)
def test_backends_that_lose_or_show_passwords_are_not_trusted(
    configured: None, backend: KeyringBackend
) -> None:
    keyring.set_keyring(backend)
    store = open_secrets()
    assert (SessionSecrets, False) == (type(store), store.keeps())


@pytest.mark.parametrize("chained", [False, True])
def test_a_password_store_of_the_system_is_trusted_also_behind_others(
    configured: None, chained: bool
) -> None:
    real = SecretServiceKeyring()  # type: ignore[no-untyped-call]
    keyring.set_keyring(_Chained(_PlainFile(), real) if chained else real)
    store = open_secrets()
    assert isinstance(store, KeyringSecrets)
    assert (real, True) == (store._backend, store.keeps())


def test_a_backend_that_fails_is_told_without_the_password() -> None:
    with pytest.raises(UserFacingError) as told:
        KeyringSecrets(_Broken()).put(KAFKA, "hunter2")
    error = told.value
    assert (ErrorCode.SECRETS_LOCKED, "builtins.RuntimeError") == (error.code, error.details)
    assert (None, True) == (error.__cause__, error.__suppress_context__)


def test_a_password_that_no_store_takes_is_refused() -> None:
    with pytest.raises(UserFacingError, match="too long"):
        KeyringSecrets(_PlainFile()).put(KAFKA, "x" * (LONGEST + 1))


def test_a_long_token_is_kept_in_parts_that_every_store_takes_and_goes_as_a_whole() -> None:
    backend = _PlainFile()
    store = KeyringSecrets(backend)
    token = "".join(f"{number:07d}" for number in range(500))

    store.put(KAFKA, token)
    assert token == store.get(KAFKA)
    assert 4 == len(backend.kept)
    assert [] == [each for each in backend.kept.values() if len(each) > PART]

    store.put(KAFKA, token[: 2 * PART])
    assert (token[: 2 * PART], 3) == (store.get(KAFKA), len(backend.kept))
    store.put(KAFKA, "short")
    assert ["short"] == list(backend.kept.values())
    store.put(KAFKA, token)
    store.delete(KAFKA)
    assert (None, {}) == (store.get(KAFKA), backend.kept)


def test_memory_ends_with_the_program() -> None:
    SessionSecrets().put(KAFKA, "hunter2")
    assert SessionSecrets().get(KAFKA) is None
