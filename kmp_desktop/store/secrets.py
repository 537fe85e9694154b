"""Passwords: in the password store of the operating system, or in memory only. Never in a file."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import keyring
import keyring.errors
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.ports import SecretStore
from kmp_desktop.core.profile import SecretRef
from kmp_desktop.core.text import Text, text

SERVICE = "kmp-desktop"
PART = 1_200  # characters; the store of Windows takes 1,280 in one entry
LONGEST = 10 * PART
_IN_PARTS = "kmp-desktop secret in parts: "
"""Followed by their number: what stands under the name of a secret that is longer than one entry."""

# Others (plain text files, "null", "fail", whatever a plug-in brings) keep passwords readable, or lose them.
_TRUSTED = frozenset(
    {
        "keyring.backends.SecretService",
        "keyring.backends.libsecret",
        "keyring.backends.kwallet",
        "keyring.backends.macOS",
        "keyring.backends.Windows",
    }
)
_log = logging.getLogger(__name__)


class KeyringSecrets:
    """Implements ``SecretStore`` with a password store of the operating system.

    Every call may wait for a person to unlock the store: never on the GUI thread.
    """

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    def get(self, ref: SecretRef) -> str | None:
        """The secret, or None; raises UserFacingError SECRETS_LOCKED."""
        with _locked(text("Unlock it, or enter the password for today only.")):
            return self._whole(_name(ref))

    def put(self, ref: SecretRef, secret: str) -> None:
        """Keep it; raises UserFacingError SECRETS_LOCKED, or USAGE when it is too long."""
        if len(secret) > LONGEST:
            raise UserFacingError(
                ErrorCode.USAGE,
                text("The password is too long."),
                text("Nothing was changed."),
                text("Use one of at most {n} characters.", n=LONGEST),
            )
        with _locked(text("Unlock it, or enter the password for today only.")):
            self._forget_parts(_name(ref))
            self._backend.set_password(SERVICE, _name(ref), self._kept_in_parts(_name(ref), secret))

    def delete(self, ref: SecretRef) -> None:
        """Forget it; not there = fine."""
        with _locked(text("Unlock it and try again.")):
            # Not every backend tells "not there" from other reasons.
            self._forget_parts(_name(ref))
            if self._backend.get_password(SERVICE, _name(ref)) is not None:
                self._backend.delete_password(SERVICE, _name(ref))

    def keeps(self) -> bool:
        """True: it is there at the next start, too."""
        return True

    def _whole(self, name: str) -> str | None:
        found = self._backend.get_password(SERVICE, name)
        places = _parts(name, found)
        if not places:
            return found
        parts = [self._backend.get_password(SERVICE, each) for each in places]
        return None if None in parts else "".join(part for part in parts if part)

    def _kept_in_parts(self, name: str, secret: str) -> str:
        """Keep what does not go into one entry; gives back what belongs under the name itself."""
        if len(secret) <= PART:
            return secret
        pieces = [secret[start : start + PART] for start in range(0, len(secret), PART)]
        for number, piece in enumerate(pieces, 1):
            self._backend.set_password(SERVICE, f"{name}/{number}", piece)
        return f"{_IN_PARTS}{len(pieces)}"

    def _forget_parts(self, name: str) -> None:
        for each in _parts(name, self._backend.get_password(SERVICE, name)):
            if self._backend.get_password(SERVICE, each) is not None:
                self._backend.delete_password(SERVICE, each)


class SessionSecrets:
    """Implements ``SecretStore`` in memory: gone when the program quits. Any thread."""

    def __init__(self) -> None:
        self._secrets: dict[SecretRef, str] = {}

    def get(self, ref: SecretRef) -> str | None:
        """The secret, or None."""
        return self._secrets.get(ref)

    def put(self, ref: SecretRef, secret: str) -> None:
        """Keep it until the program quits."""
        self._secrets[ref] = secret

    def delete(self, ref: SecretRef) -> None:
        """Forget it; not there = fine."""
        self._secrets.pop(ref, None)

    def keeps(self) -> bool:
        """False: people are told."""
        return False


def open_secrets() -> SecretStore:
    """The password store of this computer, or memory only where there is none that can be trusted.

    May start the password service: never on the GUI thread.
    """
    backend = _trusted_backend()
    return SessionSecrets() if backend is None else KeyringSecrets(backend)


def _trusted_backend() -> KeyringBackend | None:
    try:
        configured = keyring.get_keyring()
        several = configured.backends if isinstance(configured, ChainerBackend) else [configured]
    except Exception as error:  # noqa: BLE001 - whatever a configured plug-in raises: there is no store
        _log.info("no password store: %s", type(error).__name__)
        return None
    return next((each for each in several if type(each).__module__ in _TRUSTED), None)


def _parts(name: str, found: str | None) -> list[str]:
    """The names of the entries of a secret that is kept in parts; else none."""
    number = (found or "").removeprefix(_IN_PARTS)
    if found == number or not number.isdecimal():
        return []
    return [f"{name}/{each}" for each in range(1, min(int(number), LONGEST // PART) + 1)]


def _name(ref: SecretRef) -> str:
    return f"{ref.profile_id}/{ref.kind.value}"


@contextmanager
def _locked(advice: Text) -> Iterator[None]:
    try:
        yield
    except keyring.errors.KeyringLocked as error:
        raise _error(text("The password store is locked."), advice, error) from None
    except Exception as error:  # noqa: BLE001 - each backend has exceptions of its own
        raise _error(text("The password store does not answer."), advice, error) from None


def _error(happened: Text, advice: Text, error: Exception) -> UserFacingError:
    # Only the kind of error: a backend's message might quote what it was given.
    return UserFacingError(
        ErrorCode.SECRETS_LOCKED,
        happened,
        text("Nothing was changed."),
        advice,
        details=f"{type(error).__module__}.{type(error).__qualname__}",
    )
