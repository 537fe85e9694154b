"""Making, changing and opening connections: the dialogs of one window and what they leave behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.profile import ConnectionProfile, SecretKind, SecretRef, Secrets, Security
from kmp_desktop.qt.connection_saver import Saved
from kmp_desktop.qt.connection_tester import ConnectionTester
from kmp_desktop.qt.dialogs.connection_dialog import ConnectionDialog
from kmp_desktop.qt.dialogs.password_dialog import PasswordAnswer
from kmp_desktop.qt.dialogs.profile_import_dialog import ProfileImportDialog
from kmp_desktop.qt.dialogs.verbs import Verb
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.runner import BackgroundTasks
from kmp_desktop.qt.services import Services

_SETTINGS = ".properties"
_ENDINGS = (".kmp-profile", ".json", _SETTINGS)
_NEW = ConnectionProfile("", "", "", security=Security.SASL_SSL)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A password was given. ``secrets``: for today only; None: it is in the password store now."""

    profile: ConnectionProfile
    secrets: Secrets | None


class Connections(QObject):
    """One for a window; GUI thread. ``lane`` runs files and the password store off it.

    ``today``: passwords by profile id that hold until the program quits, in memory only; added here.

    Signals:
        saved(Saved): a connection is on disk (its passwords too, or they hold for today only).
        closed(): nothing runs any more.
    """

    saved = Signal(object)
    closed = Signal()

    def __init__(
        self,
        services: Services,
        prompts: Prompts,
        lane: BackgroundTasks,
        today: dict[str, Secrets],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._services, self._prompts, self._window = services, prompts, window
        self._known: tuple[ConnectionProfile, ...] = ()
        self._today = today
        self._lane = lane
        self._tester = ConnectionTester(services, today, self)
        self._tester.closed.connect(self.closed)

    def set_known(self, profiles: tuple[ConnectionProfile, ...]) -> None:
        """The connections there are: new ones get other ids."""
        self._known = profiles

    def new(self) -> None:
        """Set up a connection."""
        self._open(_NEW)

    def edit(self, profile: ConnectionProfile, *, queues: bool = False) -> None:
        """Change a connection; ``queues``: begin with its queues."""
        dialog = self._open(profile)
        if queues:
            dialog.show_queues()

    def choose_file(self) -> None:
        """Ask for a profile file and open it."""
        kinds = tr("Profile files (*.kmp-profile *.json *.properties);;All files (*)")
        self._prompts.open_file(self._window, tr("Open profile file"), kinds, self.read_file)

    def read_file(self, path: str) -> None:
        """Open a profile file, e.g. one that was dropped on the window; settings begin a connection."""
        if path.lower().endswith(_SETTINGS):
            self._open(_NEW).import_settings().read_file(path)
            return

        def work() -> tuple[ConnectionProfile, ...]:
            return self._services.profiles.read_file(str(Path(path)))

        self._lane.run(work, self._on_file_read, self._on_file_refused)

    def ask_password(
        self, profile: ConnectionProfile, done: Callable[[SignIn | None], None], *, today_only: bool
    ) -> None:
        """Ask for the password of a connection and put it where it is asked to be; None = cancelled."""
        if today_only:
            self._ask_password(profile, done, keeps=False)
            return

        def ask(keeps: bool) -> None:
            self._ask_password(profile, done, keeps=keeps)

        self._lane.run(self._services.secrets.keeps, ask, self._on_file_refused)

    def close(self) -> None:
        """Stop a test that runs; ends in ``closed``."""
        self._tester.close()

    def _open(self, profile: ConnectionProfile) -> ConnectionDialog:
        dialog = ConnectionDialog(
            profile,
            self._services,
            self._lane,
            self._tester,
            self._prompts,
            [each.id for each in self._known],
            self._window,
        )
        dialog.saved.connect(self._on_saved)
        dialog.open()
        return dialog

    def _ask_password(
        self, profile: ConnectionProfile, done: Callable[[SignIn | None], None], *, keeps: bool
    ) -> None:
        def answered(answer: PasswordAnswer | None) -> None:
            if answer is None:
                done(None)
            elif answer.keep:
                self._put(profile, answer, done)
            else:
                self._hold(profile, answer, done)

        self._prompts.ask_password(self._window, profile, answered, may_keep=keeps)

    def _put(
        self, profile: ConnectionProfile, answer: PasswordAnswer, done: Callable[[SignIn | None], None]
    ) -> None:
        ref = SecretRef(profile.id, SecretKind.KAFKA)

        def stored(_: None) -> None:
            self._let_go(profile.id, Secrets(answer.password))
            done(SignIn(profile, None))

        def refused(error: UserFacingError) -> None:
            def chosen(verb: Verb) -> None:
                if verb is Verb.USE_FOR_TODAY:
                    self._hold(profile, answer, done)
                elif verb is Verb.TRY_AGAIN:
                    self._put(profile, answer, done)
                else:
                    done(None)

            self._prompts.show_error(self._window, error, chosen)

        self._lane.run(lambda: self._services.secrets.put(ref, answer.password), stored, refused)

    def _hold(
        self, profile: ConnectionProfile, answer: PasswordAnswer, done: Callable[[SignIn | None], None]
    ) -> None:
        done(SignIn(profile, self._hold_for_today(profile.id, Secrets(answer.password))))

    def _hold_for_today(self, profile_id: str, given: Secrets) -> Secrets:
        """All that is held for a connection now: what was given before and not now is kept."""
        held = given.or_else(self._today.get(profile_id, Secrets()))
        self._today[profile_id] = held
        return held

    def _let_go(self, profile_id: str, stored: Secrets) -> None:
        """The password store holds these now; another one that holds for today stays."""
        held = self._today.pop(profile_id, Secrets()).without(stored)
        if held != Secrets():
            self._today[profile_id] = held

    @Slot(object)
    def _on_saved(self, saved: Saved) -> None:
        if saved.secrets_error is not None:
            self._hold_for_today(saved.profile.id, saved.typed)
        else:
            self._let_go(saved.profile.id, saved.typed)
        self.saved.emit(saved)

    @Slot(object)
    def _on_file_read(self, profiles: tuple[ConnectionProfile, ...]) -> None:
        dialog = ProfileImportDialog(
            profiles,
            self._known,
            self._services,
            self._lane,
            self._tester,
            self._prompts,
            self._window,
        )
        dialog.saved.connect(self._on_saved)
        dialog.open()

    @Slot(object)
    def _on_file_refused(self, error: UserFacingError) -> None:
        self._prompts.show_error(self._window, error)


def dropped_profile(dropped: QMimeData) -> str:
    """The path of the one profile file among what is dropped on the window, or nothing."""
    urls = dropped.urls()
    path = urls[0].toLocalFile() if len(urls) == 1 else ""
    return path if path.lower().endswith(_ENDINGS) else ""
