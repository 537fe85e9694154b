"""Puts discarded records back, off the GUI thread, with the passwords of their connection."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from kmp_desktop.app.profile_secrets import secrets_of
from kmp_desktop.app.restoring import restore
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.history import HistoryEntry, RestoreNotKnown
from kmp_desktop.core.profile import ConnectionProfile, Secrets
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text, text
from kmp_desktop.qt.runner import BackgroundTasks
from kmp_desktop.qt.services import Services


@dataclass(frozen=True, slots=True)
class _Work:
    """What the background needs; its call returns how many came back, ``None`` = not known."""

    services: Services
    profile: ConnectionProfile
    secrets: Secrets
    entry: HistoryEntry
    records: Collection[RecordId]

    def __call__(self) -> int | None:
        services = self.services
        secrets = secrets_of(services.secrets, self.profile, self.secrets)
        restorer = services.restorer(self.profile, secrets)
        try:
            back = restore(
                services.history, services.backups, restorer, self.entry, self.records, services.clock
            )
        except RestoreNotKnown:
            return None
        finally:
            restorer.close()
        return len(back)


class Restoring(QObject):
    """GUI thread only; one restore at a time.

    Signals:
        done(int): so many records are back; -1: it is not known whether they are.
        failed(UserFacingError): nothing was put back.
    """

    done = Signal(int)
    failed = Signal(object)

    def __init__(
        self,
        services: Services,
        lane: BackgroundTasks,
        today: Mapping[str, Secrets],
        profiles: Callable[[], Sequence[ConnectionProfile]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._lane = lane
        self._today = today
        self._profiles = profiles
        self._running = False

    @property
    def running(self) -> bool:
        """Whether one is under way."""
        return self._running

    def restore(self, entry: HistoryEntry, records: Collection[RecordId]) -> None:
        """Put records of a commit back."""
        profile = self._profile_of(entry)
        if profile is None:
            self.failed.emit(_refused(text("This computer has no connection to this queue any more.")))
        elif profile.read_only:
            self.failed.emit(_refused(text("This connection may only look.")))
        else:
            self._running = True
            secrets = self._today.get(profile.id, Secrets())
            work = _Work(self._services, profile, secrets, entry, records)
            self._lane.run(work, self._on_done, self._on_failed)

    def _profile_of(self, entry: HistoryEntry) -> ConnectionProfile | None:
        """The connection of the commit; whether its cluster is the same is looked at before writing."""
        topic = entry.identity.queue_topic
        able = [each for each in self._profiles() if any(queue.queue_topic == topic for queue in each.queues)]
        named = (each for each in able if each.name == entry.connection)
        return next(named, able[0] if able else None)

    def _on_done(self, count: int | None) -> None:
        self._running = False
        self.done.emit(-1 if count is None else count)

    def _on_failed(self, error: UserFacingError) -> None:
        self._running = False
        self.failed.emit(error)


def _refused(happened: Text) -> UserFacingError:
    return UserFacingError(
        ErrorCode.USAGE,
        happened,
        text("Nothing was put back."),
        text("Use a connection that may write to the queue’s topic."),
    )
