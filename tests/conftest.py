"""What every test gets: a broker and a registry of its own run, and eyes for what goes wrong silently.

A test fails on any log record at WARNING or above that it did not ask for (``caplog_allows``), on any
Qt message, and on threads, timers and windows that it leaves behind.
"""

from __future__ import annotations

import gc
import logging
import os
import random
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from pytestqt.qtbot import QtBot

from tests.cluster.running import Cluster, cluster

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

_OF_THE_OFFSCREEN_PLATFORM = {"This plugin does not support propagateSizeHints()"}

# Chosen here, before worker processes start: all of them must see the same cases.
os.environ.setdefault("FAULT_SEED", str(random.SystemRandom().randrange(1_000_000)))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")
# A busy computer is no failure.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"


@pytest.fixture(scope="session", autouse=True)
def _garbage_as_in_the_program() -> Iterator[None]:
    """As in the window's process: garbage is collected in the main thread only, never by a worker."""
    gc.freeze()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="session")
def running_cluster() -> Iterator[Cluster]:
    """Broker and registry, started once when the first test asks for one of them."""
    with cluster() as running:
        yield running


@pytest.fixture(scope="session")
def kafka(running_cluster: Cluster) -> str:
    """Bootstrap address of the broker's plain listener (may do everything)."""
    return running_cluster.bootstrap


@pytest.fixture(scope="session")
def registry(running_cluster: Cluster) -> str:
    """URL of the registry's Confluent API."""
    return running_cluster.registry


@pytest.fixture(scope="session")
def secured(running_cluster: Cluster) -> Cluster:
    """All listeners of the broker, with users and passwords."""
    return running_cluster


class PatientBot(QtBot):
    """Waits for facts a minute, not five seconds: a busy computer is no failure."""

    def waitUntil(  # noqa: N802 - as the library names it
        self, callback: Callable[[], bool | None], *, timeout: int = 60_000
    ) -> None:
        """Let Qt work until the fact holds; ``timeout`` in ms."""
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(  # noqa: N802 - as the library names it
        self, signal: Any, *, timeout: int = 60_000, **how: Any
    ) -> Any:
        """Let Qt work until the signal was sent; ``timeout`` in ms."""
        return super().waitSignal(signal, timeout=timeout, **how)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """Pytest-qt's, with more patience."""
    return PatientBot(request)


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[logging.LogRecord] = []
        self.allowed: list[Callable[[logging.LogRecord], bool]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what nobody allowed."""
        if not any(allows(record) for allows in self.allowed):
            self.found.append(record)


@pytest.fixture(autouse=True)
def _unexpected_logs() -> Iterator[_Records]:
    handler = _Records()
    root = logging.getLogger()
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    lines = [f"{each.name}: {each.getMessage()}" for each in handler.found]
    assert [] == lines, "unexpected log records"


@pytest.fixture
def allow_log(_unexpected_logs: _Records) -> Callable[[str], None]:
    """``allow_log("part of the message")``: this test expects such records."""

    def allow(part: str) -> None:
        _unexpected_logs.allowed.append(lambda record: part in record.getMessage())

    return allow


@pytest.fixture(autouse=True)
def _leaked_threads() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [each for each in threading.enumerate() if each not in before and _is_ours(each)]
    for each in left:
        each.join(30)
    assert [] == [each.name for each in left if each.is_alive()], "threads left behind"


def _is_ours(thread: threading.Thread) -> bool:
    # A client's own thread may outlive its close by a moment; Qt's show up as _DummyThread.
    return not isinstance(thread, threading._DummyThread)


@pytest.fixture(autouse=True)
def _leaked_windows_and_timers(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "qtbot" not in request.fixturenames and "qapp" not in request.fixturenames:
        return
    from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        application.processEvents()
    gc.collect()
    windows = [each for each in application.topLevelWidgets() if each.isVisible()]
    assert [] == [(type(each).__name__, each.objectName()) for each in windows], "windows left open"
    alive = [each for each in gc.get_objects() if isinstance(each, QObject) and _valid(each)]
    threads = [each for each in alive if isinstance(each, QThread) and each.isRunning()]
    threads = [each for each in threads if each is not application.thread()]
    assert [] == [each.objectName() for each in threads], "QThreads still running"
    timers = [each for each in alive if isinstance(each, QTimer) and each.isActive()]
    assert [] == [(each.objectName(), each.interval()) for each in timers], "timers still active"


def _valid(thing: object) -> bool:
    import shiboken6

    return bool(shiboken6.isValid(thing))


@pytest.fixture(autouse=True)
def _unexpected_qt_messages(request: pytest.FixtureRequest) -> Iterator[None]:
    """Pytest-qt captures Qt's messages; none is expected unless the test says so itself."""
    yield
    log = getattr(request.node, "qt_log_capture", None)
    if log is None or request.node.get_closest_marker("qt_messages"):
        return
    told = [record.message for record in log.records if record.message not in _OF_THE_OFFSCREEN_PLATFORM]
    assert [] == told, "unexpected Qt messages"
