"""What the window offers when an open queue cannot be read, or its decisions cannot be saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.qt.dialogs.error_dialog import ErrorDialog
from kmp_desktop.qt.dialogs.verbs import Verb
from kmp_desktop.qt.prompts import Prompts


class Failures(QObject):
    """Shows at most one dialog at a time and carries out what was chosen.

    ``deeds``: verb -> what to do; a verb without a deed is not offered, unless it asks for none.
    """

    def __init__(self, prompts: Prompts, window: QWidget, deeds: Mapping[Verb, Callable[[], None]]) -> None:
        super().__init__(window)
        self._prompts = prompts
        self._window = window
        self._deeds = deeds
        self._error: UserFacingError | None = None
        self._dialog: ErrorDialog | None = None

    def show(self, error: UserFacingError | None) -> None:
        """Show an error (again only when it is another one); None: there is none any more."""
        if error is self._error:
            return
        self._error = error
        self._drop_dialog()
        if error is not None:
            verbs = (Verb.CLOSE, Verb.COPY_REQUEST, Verb.WORK_WITH_WHAT_WAS_READ, *self._deeds)
            self._dialog = self._prompts.show_error(self._window, error, self._on_chosen, verbs)

    def forget(self) -> None:
        """The queue was left: the same error is shown again when it comes again."""
        self._error = None
        self._drop_dialog()

    def _drop_dialog(self) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.chosen.disconnect(self._on_chosen)
            dialog.reject()

    @Slot(object)
    def _on_chosen(self, verb: Verb) -> None:
        self._dialog = None
        deed = self._deeds.get(verb)
        if deed is not None:
            deed()
