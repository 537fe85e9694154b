"""The key of the backups behind a queue: the window's password store is asked, and lends it."""

from __future__ import annotations

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.profile import SecretRef
from kmp_desktop.core.text import text
from kmp_desktop.process.messages import LendKey


class LentKey:
    """A ``SecretStore`` that holds what was lent, and nothing else."""

    def __init__(self) -> None:
        self._lent = LendKey(keeps=False)

    def lend(self, lent: LendKey) -> None:
        """From now on this; any thread."""
        self._lent = lent

    def get(self, ref: SecretRef) -> str | None:  # noqa: ARG002 - there is one
        """The key; raises UserFacingError where the window could not get it."""
        lent = self._lent
        if not lent.key:
            raise lent.refused or _locked()
        return lent.key

    def put(self, ref: SecretRef, secret: str) -> None:
        """Only the window puts anything into a password store."""
        raise NotImplementedError

    def delete(self, ref: SecretRef) -> None:
        """As ``put``."""
        raise NotImplementedError

    def keeps(self) -> bool:
        """Whether the window's store keeps the key."""
        return self._lent.keeps


def _locked() -> UserFacingError:
    return UserFacingError(
        ErrorCode.SECRETS_LOCKED,
        text("The key of the backups is not in the password store of this computer."),
        text("Nothing was changed."),
        text("Unlock the password store, then try again."),
    )
