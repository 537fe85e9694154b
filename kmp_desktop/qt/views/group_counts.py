"""Keeps the counts of the failure groups up to date without flicker."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from kmp_desktop.core.view import Groups, GroupsWanted
from kmp_desktop.qt.views.failure_group_panel import FailureGroupPanel
from kmp_desktop.qt.views.record_list import Asking

_GATHERED_MS = 150  # changes in quick succession are counted once
_DIMMED_MS = 400  # numbers that old are shown dimmed


class GroupCounts(QObject):
    """Asks for groups; only the newest answer counts."""

    def __init__(self, session: Asking, panel: FailureGroupPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._panel = panel
        self._serial = 0
        self._answered = 0
        self._later = QTimer(self, singleShot=True, interval=_GATHERED_MS)
        self._later.timeout.connect(self.ask)
        self._dim = QTimer(self, singleShot=True, interval=_DIMMED_MS)
        self._dim.timeout.connect(self._on_late)

    @property
    def up_to_date(self) -> bool:
        """Whether the counts of now are shown."""
        return self._answered == self._serial and not self._later.isActive()

    def outdate(self) -> None:
        """Something changed that may change the counts."""
        if not self._later.isActive():
            self._later.start()

    @Slot()
    def ask(self) -> None:
        """Count now."""
        self._later.stop()
        self._serial += 1
        self._session.ask(GroupsWanted(self._panel.group_by, self._serial))
        if not self._dim.isActive():
            self._dim.start()

    def take(self, answer: Groups) -> bool:
        """Show an answer; False: it is older than the last question."""
        if answer.serial != self._serial:
            return False
        self._answered = answer.serial
        self._dim.stop()
        self._panel.set_groups(answer)
        return True

    @Slot()
    def _on_late(self) -> None:
        self._panel.groups.set_outdated(True)
