"""A password store in memory that says it keeps what it is given."""

from __future__ import annotations

from kmp_desktop.store.secrets import SessionSecrets


class KeepingSecrets(SessionSecrets):
    """As if it were there at the next start, too."""

    def keeps(self) -> bool:
        """True."""
        return True
