"""The only place that knows every part: adapters are made here and handed to windows.

``start`` builds and shows the window inside a ``QApplication`` that exists; ``run_window`` and
``run_self_test`` are whole programs.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Lock

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from kmp_desktop import __version__
from kmp_desktop.app.look_only import for_looking_only
from kmp_desktop.app.whole_check import WholeCheck
from kmp_desktop.cli.arguments import WindowCommand, parse
from kmp_desktop.core.connection_check import CheckResult
from kmp_desktop.core.ports import ConnectionCheck, SecretStore
from kmp_desktop.core.profile import ConnectionProfile, Queue, SecretRef, Secrets
from kmp_desktop.decoding.registry import registry_of
from kmp_desktop.kafka.check import KafkaCheck
from kmp_desktop.kafka.restoring import KafkaRestorer
from kmp_desktop.kafka.settings import client_settings
from kmp_desktop.kafka.topic_names import topic_names
from kmp_desktop.practice.broker import PracticeBroker
from kmp_desktop.practice.connector import PracticeConnector
from kmp_desktop.practice.restoring import PracticeRestorer
from kmp_desktop.practice.samples import fill, walkthrough
from kmp_desktop.process.connector import recording_connector
from kmp_desktop.process.serving import OPTION
from kmp_desktop.qt.crash import CrashReporter
from kmp_desktop.qt.engine_process import EngineProgram
from kmp_desktop.qt.garbage import GarbageTimer
from kmp_desktop.qt.main_window import MainWindow
from kmp_desktop.qt.open_from_command_line import OpenFromCommandLine
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.queue_session import open_sessions
from kmp_desktop.qt.runner import running_threads
from kmp_desktop.qt.self_test import PRACTICE, SelfTest
from kmp_desktop.qt.services import Services
from kmp_desktop.qt.short_turns import ShortTurns
from kmp_desktop.qt.theme import Theme
from kmp_desktop.store.backups import SealedBackups
from kmp_desktop.store.drafts import FileDrafts
from kmp_desktop.store.folders import Folders
from kmp_desktop.store.history import SqliteHistory
from kmp_desktop.store.log_file import LogFile, logging_to
from kmp_desktop.store.profiles import JsonProfiles
from kmp_desktop.store.secrets import SessionSecrets, open_secrets
from kmp_desktop.store.wall_clock import WallClock

_log = logging.getLogger(__name__)

_BUG = 1  # exit code

_PATIENCE_MS = 45_000
"""How long a window that was closed may wait for a server; then the process ends without it."""


def start(argv: Sequence[str] | None = None) -> MainWindow:
    """Build and show the window inside the ``QApplication`` that exists.

    ``argv`` is a command line without the program's name (None: this process's own). Raises
    SystemExit where it makes no sense. Close the window and wait for its ``closed`` at the end.
    """
    arguments = parse(sys.argv[1:] if argv is None else argv)
    return _shown(real_services(Folders(arguments.data_dir)), arguments.command)


def run_window(argv: Sequence[str]) -> int:
    """Run the program with its window to the end; the process's exit code."""
    arguments = parse(argv)
    folders = Folders(arguments.data_dir)
    application = _application()
    with logging_to(folders.logs) as log:
        crashes = CrashReporter(Prompts(), log.without_secrets, application)
        crashes.install()
        try:
            window = _shown(real_services(folders, log), arguments.command)
        except Exception as error:  # noqa: BLE001 - no window, so nobody else can tell of it
            _log.exception("the window could not be opened")
            sys.stderr.write(f"The window could not be opened: {type(error).__name__}. See {log.path}\n")
            # Threads may run already; Qt would abort if they were dropped now.
            os._exit(_BUG)
        _close_on_signals(window)
        window.closed.connect(application.quit)
        _Patience(window)
        _log.info("KMP Desktop %s: the window is open", __version__)
        code = application.exec()
        crashes.remove()
    end_process_if_threads_hang(code)
    return code


def run_self_test() -> int:
    """Go the whole way in the real window, off-screen, on a queue in memory; 0 = everything works.

    Prints a line for each check. Needs no display, no folders of a user and no settings.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.setdefault("LC_ALL", "C.UTF-8")  # Qt complains where there is no locale at all
    application = _application()
    with tempfile.TemporaryDirectory(prefix="kmp-desktop-") as folder:
        broker, clock = PracticeBroker(), WallClock()
        fill(broker, walkthrough(clock.now_ms()))
        services = Services(
            profiles=JsonProfiles(Path(folder)),
            secrets=SessionSecrets(),
            drafts=FileDrafts(Path(folder) / "drafts"),
            connector=PracticeConnector(broker, clock),
            check=KafkaCheck(),
            topics=topic_names,
            clock=clock,
            history=SqliteHistory(Path(folder) / "history"),
            backups=SealedBackups(Path(folder) / "history", SessionSecrets()),
            restorer=lambda _profile, _secrets: PracticeRestorer(broker),
            config_folder=Path(folder),
            data_folder=Path(folder),
        )
        services.profiles.save(PRACTICE)
        test = SelfTest(application, broker, lambda: _shown(services, WindowCommand()))
        code = test.run()
    end_process_if_threads_hang(code)
    return code


def real_services(folders: Folders, log: LogFile | None = None) -> Services:
    """The adapters of the real program; ``log``: where passwords must not appear. No I/O."""
    secrets = _SecretsWhenAsked(log)
    history, backups = SqliteHistory(folders.history), SealedBackups(folders.history, secrets)
    return Services(
        profiles=JsonProfiles(folders.config, folders.managed),
        secrets=secrets,
        drafts=FileDrafts(folders.drafts),
        connector=recording_connector(folders, history, backups, log),
        check=_HidingCheck(WholeCheck(KafkaCheck(), registry_of), log),
        topics=partial(_topic_names_hidden_from, log),
        clock=WallClock(),
        history=history,
        backups=backups,
        restorer=_restorer,
        config_folder=folders.config,
        data_folder=folders.data,
        engine=EngineProgram(engine_command(), folders.data_dir, secrets, _hiding(log)),
    )


def engine_command() -> tuple[str, ...]:
    """How this program starts itself as the process behind a queue."""
    if getattr(sys, "frozen", False):
        return (sys.executable, OPTION)
    return (sys.executable, "-m", "kmp_desktop", OPTION)


def _hiding(log: LogFile | None) -> Callable[[Secrets], None]:
    def hide(secrets: Secrets) -> None:
        if log is not None:
            log.hide(*secrets.values())

    return hide


def _restorer(profile: ConnectionProfile, secrets: Secrets) -> KafkaRestorer:
    if profile.read_only:
        raise for_looking_only()
    return KafkaRestorer(client_settings(profile, secrets, "restore"))


class _HidingCheck:
    """A ``ConnectionCheck`` whose passwords, typed a moment ago, never reach the log."""

    def __init__(self, check: ConnectionCheck, log: LogFile | None) -> None:
        self._check = check
        self._log = log

    def __call__(
        self,
        profile: ConnectionProfile,
        queue: Queue | None,
        secrets: Secrets,
        report: Callable[[CheckResult], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Hide, then check."""
        if self._log is not None:
            self._log.hide(*secrets.values())
        self._check(profile, queue, secrets, report, stopped)


def _topic_names_hidden_from(
    log: LogFile | None, profile: ConnectionProfile, secrets: Secrets, stopped: Callable[[], bool]
) -> tuple[str, ...]:
    """``topic_names``, with passwords that were typed a moment ago and never reach the log."""
    if log is not None:
        log.hide(*secrets.values())
    return topic_names(profile, secrets, stopped)


class _SecretsWhenAsked:
    """A ``SecretStore`` that looks for the computer's own one when it is asked for the first time.

    Looking may start the password service, so it must not happen in the window's thread. What goes
    through here never reaches the log.
    """

    def __init__(self, log: LogFile | None = None) -> None:
        self._log = log
        self._guard = Lock()
        self._store: SecretStore | None = None

    def get(self, ref: SecretRef) -> str | None:
        """The secret, or None."""
        secret = self._found().get(ref)
        self._hide(secret or "")
        return secret

    def put(self, ref: SecretRef, secret: str) -> None:
        """Keep it."""
        self._hide(secret)
        self._found().put(ref, secret)

    def delete(self, ref: SecretRef) -> None:
        """Forget it."""
        self._found().delete(ref)

    def keeps(self) -> bool:
        """Whether it is kept when the program quits."""
        return self._found().keeps()

    def _hide(self, secret: str) -> None:
        if self._log is not None:
            self._log.hide(secret)

    def _found(self) -> SecretStore:
        with self._guard:
            if self._store is None:
                self._store = open_secrets()
            return self._store


class _Patience(QObject):
    """Ends the event loop when a window that was closed waits too long for what is behind it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.setInterval(_PATIENCE_MS)
        self._limit.timeout.connect(QApplication.quit)
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A window that is closed hides first (a minimised one is hidden by the system)."""
        if event.type() is QEvent.Type.Hide and not event.spontaneous():
            self._limit.start()
        elif event.type() is QEvent.Type.Show:
            self._limit.stop()
        return False


def _shown(services: Services, command: object) -> MainWindow:
    application = QApplication.instance()
    assert isinstance(application, QApplication), "make the QApplication first"
    Theme.current().apply(application)
    window = MainWindow(services)
    garbage, turns = GarbageTimer(window, open_sessions), ShortTurns(window)
    window.closed.connect(garbage.end)
    window.closed.connect(turns.end)
    if isinstance(command, WindowCommand) and command.queue:
        OpenFromCommandLine(window, services.profiles, command.profile, command.queue, Prompts())
    window.show()
    return window


def _application() -> QApplication:
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication(sys.argv[:1])
    application.setOrganizationName("kmp-desktop")
    application.setApplicationName("kmp-desktop")
    application.setApplicationDisplayName("KMP Desktop")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("kmp-desktop")
    if QLocale().language() is QLocale.Language.C:  # an empty environment: numbers as the texts are
        QLocale.setDefault(QLocale(QLocale.Language.English))
    # A closed window hides and ends later, when a commit and its threads are over.
    application.setQuitOnLastWindowClosed(False)
    return application


def _close_on_signals(window: MainWindow) -> None:
    """Ctrl-C and a polite kill close the window; the garbage timer lets Python see them in time."""

    def close(_number: int, _frame: object) -> None:
        window.close()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, close)


def end_process_if_threads_hang(code: int) -> None:
    """A client library that does not come back must not keep the process; the journal knows the rest."""
    if open_sessions() or running_threads():
        os._exit(code)
