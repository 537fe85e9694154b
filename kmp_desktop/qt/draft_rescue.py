"""Decisions that could not be saved where drafts are kept (D8): told once, and saved elsewhere if asked."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from kmp_desktop.app.decisions_file import save_plan
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.qt.dialogs.verbs import Verb
from kmp_desktop.qt.failures import Failures
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.runner import BackgroundTasks


class DraftRescue(QObject):
    """Follows the draft error of the open queue; ``lane`` writes files off the GUI thread."""

    def __init__(self, prompts: Prompts, lane: BackgroundTasks, window: QWidget) -> None:
        super().__init__(window)
        self._prompts, self._lane, self._window = prompts, lane, window
        self._session: QueueSession | None = None
        self._told = False
        deeds = {Verb.SAVE_ELSEWHERE: self._ask_where, Verb.TRY_AGAIN: self._try_again}
        self._failures = Failures(prompts, window, deeds)

    def look_at(self, session: QueueSession) -> None:
        """Tell that this session's draft cannot be saved: once until it can, or until asked to try again."""
        self._session = session
        error = session.state.draft_error
        if error is None or not self._told:
            self._failures.show(error)
        self._told = error is not None

    def forget(self) -> None:
        """The queue was left."""
        self._session = None
        self._told = False
        self._failures.forget()

    def _try_again(self) -> None:
        if self._session is not None:
            self._told = False
            self._session.save_draft_again()

    def _ask_where(self) -> None:
        if self._session is not None:
            suggested = f"{self._session.queue.queue_topic}-decisions.jsonl"
            kinds = tr("Decisions (*.jsonl)")
            self._prompts.save_file(self._window, tr("Save my decisions"), suggested, kinds, self._save)

    def _save(self, path: str) -> None:
        if self._session is not None:
            staged = dict(self._session.book.staged)
            self._lane.run(lambda: save_plan(Path(path), staged), self._on_saved, self._on_failed)

    def _on_saved(self, _nothing: None) -> None:
        """The file is there; the status bar still says that the draft is not."""

    def _on_failed(self, error: UserFacingError) -> None:
        self._prompts.show_error(self._window, error)
