"""Which computer and account the program runs on, for people who look at the history."""

from __future__ import annotations

import getpass
import platform


def this_computer() -> str:
    """The computer's name and the account, as far as the system tells."""
    try:
        account = getpass.getuser()
    except (OSError, KeyError):  # an account without a name
        account = ""
    return f"{account}@{platform.node()}" if account else platform.node()
