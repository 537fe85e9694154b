"""Runs the connection test beside the window, one test at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from kmp_desktop.app.profile_secrets import secrets_of
from kmp_desktop.core.connection_check import CheckResult
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.qt.runner import BackgroundTasks
from kmp_desktop.qt.services import Services


@dataclass(frozen=True, slots=True)
class TestRun:
    """What is tested. ``given``: passwords that were typed, or hold for today; empty = the stored ones."""

    __test__ = False  # its name makes pytest look

    serial: int
    profile: ConnectionProfile
    queue: Queue | None
    given: Secrets


@dataclass(frozen=True, slots=True)
class TestLine:
    """A step of a run has been done."""

    __test__ = False

    serial: int
    result: CheckResult


@dataclass(frozen=True, slots=True)
class TestEnd:
    """A run is over; ``error``: why it could not even begin (e.g. the password store is locked)."""

    __test__ = False

    serial: int
    error: UserFacingError | None = None


class ConnectionTester(QObject):
    """One for a window; lives on the GUI thread.

    ``today``: passwords by profile id that hold until the program quits.

    Signals:
        reported(TestLine), ended(TestEnd): of the run that was started last; an older one is silent.
        topics_found(tuple of names): what ``ask_topics`` was about, unless it was stopped meanwhile.
        closed(): nothing runs any more.
    """

    reported = Signal(object)
    ended = Signal(object)
    topics_found = Signal(object)
    closed = Signal()
    _line_done = Signal(object)

    def __init__(
        self, services: Services, today: Mapping[str, Secrets], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._today = today
        self._serial = 0
        self._stop = Event()
        self._lane = BackgroundTasks(self)
        self._lane.closed.connect(self.closed)
        self._line_done.connect(self._on_line)

    def start(self, profile: ConnectionProfile, queue: Queue | None, typed: Secrets) -> int:
        """Stop what runs and begin a test; its number."""
        self.stop()
        given = typed.or_else(self._today.get(profile.id, Secrets()))
        run = TestRun(self._serial, profile, queue, given)
        self._lane.run(_Test(self._services, run, self._stop, self._line_done.emit), self._on_end, self._bug)
        return run.serial

    def ask_topics(self, profile: ConnectionProfile, typed: Secrets) -> None:
        """Look which topics there are, behind a test that runs; ends in ``topics_found`` or in nothing."""
        given = typed.or_else(self._today.get(profile.id, Secrets()))
        serial, stop = self._serial, self._stop

        def work() -> tuple[str, ...]:
            secrets = secrets_of(self._services.secrets, profile, given)
            return self._services.topics(profile, secrets, stop.is_set)

        def done(names: tuple[str, ...]) -> None:
            if serial == self._serial:
                self.topics_found.emit(names)

        self._lane.run(work, done, _told_by_the_test)

    def stop(self) -> None:
        """Give up the running test; nothing of it is reported any more."""
        self._stop.set()
        self._stop = Event()
        self._serial += 1

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        self._lane.close()

    @Slot(object)
    def _on_line(self, line: TestLine) -> None:
        if line.serial == self._serial:
            self.reported.emit(line)

    @Slot(object)
    def _on_end(self, end: TestEnd) -> None:
        if end.serial == self._serial:
            self.ended.emit(end)

    def _bug(self, error: UserFacingError) -> None:
        raise AssertionError(error)  # a test gives its error back as a value


def _told_by_the_test(_: UserFacingError) -> None:
    """Without names to pick from a topic is typed; why there are none is what the test is for."""


@dataclass(frozen=True, slots=True)
class _Test:
    """The test itself; background."""

    services: Services
    run: TestRun
    stop: Event
    emit: Callable[[TestLine], None]

    def __call__(self) -> TestEnd:
        run = self.run
        try:
            secrets = secrets_of(self.services.secrets, run.profile, run.given)
            self.services.check(run.profile, run.queue, secrets, self._report, self.stop.is_set)
        except UserFacingError as error:
            return TestEnd(run.serial, error)
        return TestEnd(run.serial)

    def _report(self, result: CheckResult) -> None:
        if not self.stop.is_set():
            self.emit(TestLine(self.run.serial, result))
