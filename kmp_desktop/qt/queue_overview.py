"""What the queues page knows: connections, drafts, and how many records wait. All of it off the GUI thread.

Three lanes run beside each other: one for files and the password store (which must never be asked
twice at once), a few for servers, so that one that does not answer holds up neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from kmp_desktop.app.profile_secrets import secrets_of
from kmp_desktop.core.decision import Counts
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.qt.runner import BackgroundTasks
from kmp_desktop.qt.services import Services

_SERVER_LANES = 3


class QueueKey(NamedTuple):
    """Which queue of which connection."""

    profile_id: str
    queue_id: str


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One row of the queues page.

    ``waiting``: None = not known yet; ``exact`` = found by reading at ``read_at`` (epoch ms), else an
    upper bound. ``newest``: epoch ms, None = not known, 0 = there is none. ``error``: why nothing
    is known. ``answered``: the server has told something. ``checking``: the outcome of the last commit
    is not known yet.
    """

    waiting: int | None = None
    exact: bool = False
    newest: int | None = None
    read_at: int = 0
    draft: Counts = field(default_factory=Counts)
    error: UserFacingError | None = None
    answered: bool = False
    checking: bool = False


@dataclass(frozen=True, slots=True)
class _Counted:
    key: QueueKey
    serial: int
    waiting: int = 0
    newest: int = 0
    error: UserFacingError | None = None


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the files and the password store say of one connection."""

    profile: ConnectionProfile
    serial: int
    drafts: tuple[Counts, ...]  # in the order of the profile's queues
    secrets: Secrets | None
    error: UserFacingError | None


class QueueOverview(QObject):
    """Keeps the lines of all queues; GUI thread.

    ``today``: passwords by profile id that hold until the program quits; whoever asks for one adds it.

    Signals:
        profiles_changed(): ``profiles`` was read.
        profiles_failed(UserFacingError): it could not be.
        line_changed(QueueKey): the line of a queue is another one.
        closed(): nothing runs any more.
    """

    profiles_changed = Signal()
    profiles_failed = Signal(object)
    line_changed = Signal(object)
    closed = Signal()

    def __init__(
        self, services: Services, today: Mapping[str, Secrets] | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._today = today if today is not None else {}
        self._services = services
        self._serial = 0
        self._profiles: tuple[ConnectionProfile, ...] = ()
        self._lines: dict[QueueKey, QueueLine] = {}
        self._known = False
        self._open_drafts: dict[QueueKey, Counts] = {}
        self._next_lane = 0
        self._store = BackgroundTasks(self)
        self._lanes = [BackgroundTasks(self) for _ in range(_SERVER_LANES)]
        self._still_open = 1 + _SERVER_LANES
        for lane in (self._store, *self._lanes):
            lane.closed.connect(self._on_lane_closed)

    @property
    def is_known(self) -> bool:
        """Whether the connections were read at all."""
        return self._known

    @property
    def profiles(self) -> tuple[ConnectionProfile, ...]:
        """The connections as they were read last."""
        return self._profiles

    def find(self, key: QueueKey) -> tuple[ConnectionProfile, Queue] | None:
        """A queue and its connection."""
        for profile in self._profiles:
            for queue in profile.queues:
                if key == (profile.id, queue.id):
                    return profile, queue
        return None

    def line(self, key: QueueKey) -> QueueLine:
        """What is known of a queue."""
        return self._lines.get(key, QueueLine())

    def status(self, profile: ConnectionProfile) -> ErrorCode | bool | None:
        """True: a server answered; an error's code: it did not; None: not known yet."""
        lines = [self.line(QueueKey(profile.id, queue.id)) for queue in profile.queues]
        if any(line.answered and line.error is None for line in lines):
            return True
        return next((line.error.code for line in lines if line.error is not None), None)

    def refresh(self) -> None:
        """Read the connections, then drafts and counts."""
        self._serial += 1
        self._store.run(self._services.profiles.all, self._on_profiles, self._on_profiles_failed)

    def put(self, profile: ConnectionProfile) -> None:
        """A connection was saved: show it at once, before it is read from disk."""
        if any(each.id == profile.id for each in self._profiles):
            now = tuple(profile if each.id == profile.id else each for each in self._profiles)
        else:
            now = (*self._profiles, profile)
        self._profiles = now
        self.profiles_changed.emit()

    def read(self, key: QueueKey, waiting: int, read_at: int) -> None:
        """A queue was read: this is how many wait."""
        found = replace(self.line(key), waiting=waiting, exact=True, read_at=read_at)
        self._set(key, replace(found, error=None, answered=True))

    def set_open(self, key: QueueKey, draft: Counts | None) -> None:
        """A queue is open here: these are its decisions, whatever the disk says; None: it was closed."""
        if draft is None:
            self._open_drafts.pop(key, None)
        else:
            self._open_drafts[key] = draft
            self._set(key, replace(self.line(key), draft=draft))

    def set_checking(self, key: QueueKey, checking: bool) -> None:
        """The outcome of the last commit of a queue is (not) known."""
        self._set(key, replace(self.line(key), checking=checking))

    def close(self) -> None:
        """Stop counting; ``closed`` comes when the last server was left."""
        for lane in (self._store, *self._lanes):
            lane.close()

    @Slot(object)
    def _on_profiles(self, profiles: tuple[ConnectionProfile, ...]) -> None:
        self._profiles = profiles
        self._known = True
        self.profiles_changed.emit()
        for profile in profiles:
            if profile.queues:
                self._store.run(
                    _LookIntoStores(
                        self._services, profile, self._today.get(profile.id, Secrets()), self._serial
                    ),
                    self._on_stored,
                    self._on_failed,
                )

    @Slot(object)
    def _on_profiles_failed(self, error: UserFacingError) -> None:
        self.profiles_failed.emit(error)

    @Slot(object)
    def _on_failed(self, error: UserFacingError) -> None:
        raise AssertionError(error)  # the tasks below give errors back as values

    @Slot(object)
    def _on_stored(self, stored: _Stored) -> None:
        if stored.serial != self._serial:
            return
        for queue, draft in zip(stored.profile.queues, stored.drafts, strict=True):
            key = QueueKey(stored.profile.id, queue.id)
            self._set(
                key, replace(self.line(key), draft=self._open_drafts.get(key, draft), error=stored.error)
            )
            if stored.secrets is not None:
                lane = self._lanes[self._next_lane]
                self._next_lane = (self._next_lane + 1) % len(self._lanes)
                task = _Count(
                    self._services, stored.profile, queue, stored.secrets, lane.stopped, self._serial
                )
                lane.run(task, self._on_counted, self._on_failed)

    @Slot(object)
    def _on_counted(self, counted: _Counted) -> None:
        if counted.serial != self._serial:
            return
        line = self.line(counted.key)
        if counted.error is not None:
            self._set(counted.key, replace(line, error=counted.error))
        elif line.exact and counted.newest <= line.read_at:
            # Offsets count markers, too: what reading found is the better number until more arrives.
            self._set(counted.key, replace(line, newest=counted.newest, error=None, answered=True))
        else:
            told = replace(line, waiting=counted.waiting, newest=counted.newest, exact=False)
            self._set(counted.key, replace(told, error=None, answered=True))

    @Slot()
    def _on_lane_closed(self) -> None:
        self._still_open -= 1
        if not self._still_open:
            self.closed.emit()

    def _set(self, key: QueueKey, line: QueueLine) -> None:
        if line != self._lines.get(key):
            self._lines[key] = line
            self.line_changed.emit(key)


@dataclass(frozen=True, slots=True)
class _LookIntoStores:
    """Reads the drafts' counts and the passwords of one connection; background."""

    services: Services
    profile: ConnectionProfile
    today: Secrets
    serial: int

    def __call__(self) -> _Stored:
        drafts: list[Counts] = []
        secrets: Secrets | None = None
        error: UserFacingError | None = None
        for queue in self.profile.queues:
            where = (self.profile.servers, queue.queue_topic)
            try:
                drafts.append(Counts(*self.services.drafts.counts(where, queue.group)))
            except UserFacingError:  # a damaged draft is told when its queue is opened
                drafts.append(Counts())
        try:
            secrets = secrets_of(self.services.secrets, self.profile, self.today)
        except UserFacingError as locked:
            error = locked
        return _Stored(self.profile, self.serial, tuple(drafts), secrets, error)


@dataclass(frozen=True, slots=True)
class _Count:
    """Asks a server how many records of one queue may wait; background."""

    services: Services
    profile: ConnectionProfile
    queue: Queue
    secrets: Secrets
    stopped: Callable[[], bool]
    serial: int

    def __call__(self) -> _Counted:
        key = QueueKey(self.profile.id, self.queue.id)
        if self.stopped():
            return _Counted(key, self.serial)
        try:
            source = self.services.connector(self.profile, self.queue, self.secrets).source()
            try:
                waiting, newest = source.waiting(self.stopped)
            finally:
                source.close()
        except UserFacingError as error:
            return _Counted(key, self.serial, error=error)
        return _Counted(key, self.serial, waiting, newest or 0)
