"""The only door to dialogs. Handed to the window; nothing here waits for an answer.

Every question takes the function that gets the answer, on the GUI thread, later; so no dialog runs an
event loop of its own. Tests hand in a subclass that answers files at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.profile import ConnectionProfile
from kmp_desktop.qt.actions import ShortcutLine
from kmp_desktop.qt.dialogs.about_dialog import AboutDialog
from kmp_desktop.qt.dialogs.error_dialog import ErrorContent, ErrorDialog, content_of
from kmp_desktop.qt.dialogs.export_dialog import ExportDialog
from kmp_desktop.qt.dialogs.password_dialog import PasswordAnswer, PasswordDialog
from kmp_desktop.qt.dialogs.shortcuts_dialog import ShortcutsDialog
from kmp_desktop.qt.dialogs.verbs import Verb
from kmp_desktop.qt.i18n import tr


class Prompts:
    """Shows the dialogs of the window; GUI thread only."""

    def show_error(
        self,
        parent: QWidget,
        error: UserFacingError,
        chosen: Callable[[Verb], None] | None = None,
        verbs: Sequence[Verb] | None = None,
    ) -> ErrorDialog:
        """Show an error; ``verbs``: only those of its code that lead somewhere here."""
        return self.show(parent, content_of(error, verbs), chosen)

    def show(
        self, parent: QWidget, content: ErrorContent, chosen: Callable[[Verb], None] | None = None
    ) -> ErrorDialog:
        """Show a dialog in the layout of errors."""
        dialog = ErrorDialog(content, parent)
        if chosen is not None:
            dialog.chosen.connect(chosen)
        dialog.open()
        return dialog

    def quit_during_commit(self, parent: QWidget, chosen: Callable[[Verb], None]) -> ErrorDialog:
        """A commit is running: quit anyway or wait."""
        content = ErrorContent(
            icon_name="hourglass-medium",
            title=tr("A commit is running."),
            sentence=tr("It will be final in a few seconds."),
            unchanged="",
            advice=tr("If you quit now, the outcome is checked at the next start."),
            verbs=(Verb.QUIT_ANYWAY, Verb.WAIT),
            escape=Verb.WAIT,
            tone="info",
        )
        return self.show(parent, content, chosen)

    def ask_password(
        self,
        parent: QWidget,
        profile: ConnectionProfile,
        answered: Callable[[PasswordAnswer | None], None],
        *,
        may_keep: bool,
    ) -> PasswordDialog:
        """Ask for the password of a connection; None = cancelled."""
        dialog = PasswordDialog(profile, may_keep=may_keep, parent=parent)
        dialog.answered.connect(answered)
        dialog.open()
        return dialog

    def shortcuts(self, parent: QWidget, lines: Sequence[ShortcutLine]) -> None:
        """Show all keyboard shortcuts."""
        ShortcutsDialog(lines, parent).open()

    def about(self, parent: QWidget, data_folder: Path) -> None:
        """Show what the program is."""
        AboutDialog(str(data_folder), parent).open()

    def export_list(self, parent: QWidget, shown: int, selected: int) -> ExportDialog:
        """Ask what of the list is written to a file."""
        dialog = ExportDialog(shown, selected, parent)
        dialog.open()
        return dialog

    def open_file(self, parent: QWidget, title: str, kinds: str, chosen: Callable[[str], None]) -> None:
        """Ask for a file to read; cancelled = nothing is called. ``kinds`` is a filter of Qt's."""
        dialog = QFileDialog(parent, title, "", kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        _ask(dialog, chosen)

    def save_file(
        self, parent: QWidget, title: str, suggested: str, kinds: str, chosen: Callable[[str], None]
    ) -> None:
        """Ask where to save; cancelled = nothing is called."""
        dialog = QFileDialog(parent, title, suggested, kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        _ask(dialog, chosen)


def _ask(dialog: QFileDialog, chosen: Callable[[str], None]) -> None:
    dialog.fileSelected.connect(chosen)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
