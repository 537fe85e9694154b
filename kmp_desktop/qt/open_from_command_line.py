"""``--open PROFILE/QUEUE``: find the queue by id or name, and open it, or say that there is none."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.ports import ProfileStore
from kmp_desktop.core.profile import ConnectionProfile
from kmp_desktop.core.text import text
from kmp_desktop.qt.main_window import MainWindow
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.runner import BackgroundTasks


class OpenFromCommandLine(QObject):
    """Reads the connections in the background, once. Belongs to the window."""

    def __init__(
        self, window: MainWindow, profiles: ProfileStore, profile: str, queue: str, prompts: Prompts
    ) -> None:
        super().__init__(window)
        self._window = window
        self._profile = profile
        self._queue = queue
        self._prompts = prompts
        self._lane = BackgroundTasks(self)
        self._lane.run(profiles.all, self._on_profiles, self._on_failed)

    def _on_profiles(self, profiles: tuple[ConnectionProfile, ...]) -> None:
        found = find_queue(profiles, self._profile, self._queue)
        if found is None:
            self._prompts.show_error(self._window, _unknown(self._profile, self._queue, profiles))
        else:
            self._window.open_queue(*found)
        self._lane.close()

    @Slot(object)
    def _on_failed(self, _error: UserFacingError) -> None:
        """The window reads the same file and shows what is wrong with it."""
        self._lane.close()


def find_queue(profiles: tuple[ConnectionProfile, ...], profile: str, queue: str) -> tuple[str, str] | None:
    """The ids of a queue that is named by ids or names; an id wins over a name."""
    for ids in (True, False):
        for connection in profiles:
            if profile == (connection.id if ids else connection.name):
                for each in connection.queues:
                    if queue in (each.id, each.name):
                        return connection.id, each.id
    return None


def _unknown(profile: str, queue: str, profiles: tuple[ConnectionProfile, ...]) -> UserFacingError:
    known = [f"{each.name}/{queue.name}" for each in profiles for queue in each.queues]
    return UserFacingError(
        ErrorCode.USAGE,
        text("There is no queue “{profile}/{queue}”.", profile=profile, queue=queue),
        text("Nothing was changed."),
        text("Choose a queue in this window, or start the program with one of those that exist.")
        if known
        else text("Set up a connection with a queue first."),
        more=text("These exist: {names}", names=", ".join(known)) if known else None,
    )
