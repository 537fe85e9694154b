"""What the windows get from the outside: made once by ``bootstrap``, handed on, never looked up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kmp_desktop.core.history import Backups, History, Restorer
from kmp_desktop.core.ports import (
    Clock,
    ConnectionCheck,
    Connector,
    DraftStore,
    ProfileStore,
    SecretStore,
    TopicNames,
)
from kmp_desktop.core.profile import ConnectionProfile, Secrets
from kmp_desktop.qt.engine_process import EngineProgram


@dataclass(frozen=True, slots=True)
class Services:
    """The adapters behind the windows. All of them may block: never call one on the GUI thread.

    (``clock`` and ``connector`` do no I/O and may be called anywhere. ``qt.runner.BackgroundTasks``
    runs the others off the GUI thread.)
    """

    profiles: ProfileStore
    secrets: SecretStore
    drafts: DraftStore
    connector: Connector
    check: ConnectionCheck
    topics: TopicNames
    clock: Clock
    history: History
    backups: Backups
    restorer: Callable[[ConnectionProfile, Secrets], Restorer]
    config_folder: Path  # window sizes and the like
    data_folder: Path  # drafts, journal; crash reports
    engine: EngineProgram | None = None  # reads and commits open queues; None: this process, by ``connector``
