"""Where the program keeps its files on this computer."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import platformdirs

_APP = "kmp-desktop"
MANAGED_VARIABLE = "KMP_PROFILES"
"""Folders or files with connections that an administrator prepared, instead of the usual place."""


class Folders:
    """The folders of one user, or of ``--data-dir``; nothing is created before it is written to.

    ``data_dir`` is as given; ``config`` holds what a person wrote (connections), ``data`` what the
    program remembers.
    """

    def __init__(self, data_dir: Path | None = None) -> None:
        told = os.environ.get(MANAGED_VARIABLE, "")
        self.managed = tuple(Path(each) for each in told.split(os.pathsep) if each)
        """Where an administrator's connections are; those of the whole computer not with ``--data-dir``."""

        self.data_dir = data_dir
        if data_dir is None:
            self.managed = self.managed or (_of_the_computer() / "profiles",)
            self.config = platformdirs.user_config_path(_APP, appauthor=False)
            self.data = platformdirs.user_data_path(_APP, appauthor=False)
        else:
            self.config = self.data = data_dir.expanduser().absolute()

    @property
    def journal(self) -> Path:
        """Commits whose result was not verified yet."""
        return self.data / "journal"

    @property
    def locks(self) -> Path:
        """One empty file per queue, locked while it is committed."""
        return self.data / "locks"

    @property
    def seen(self) -> Path:
        """Which ledgers were ever seen."""
        return self.data / "seen"

    @property
    def spool(self) -> Path:
        """Records of open queues, in files without a name."""
        return self.data / "spool"

    @property
    def drafts(self) -> Path:
        """Staged decisions."""
        return self.data / "drafts"

    @property
    def history(self) -> Path:
        """What was committed from this computer."""
        return self.data / "history"

    @property
    def logs(self) -> Path:
        """The program's log."""
        return self.data / "logs"


def _of_the_computer() -> Path:
    """Where settings for all users are: on Linux below /etc."""
    on_linux = platform.system() == "Linux"  # the first of XDG_CONFIG_DIRS may be anything
    return Path("/etc") / _APP if on_linux else platformdirs.site_config_path(_APP, appauthor=False)
