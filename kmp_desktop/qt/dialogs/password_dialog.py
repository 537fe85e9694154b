"""Asks for a password: for the password store, or for today only."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from kmp_desktop.core.profile import ConnectionProfile
from kmp_desktop.qt.dialogs.frame import FramedDialog
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.choices import CheckBox
from kmp_desktop.qt.widgets.labels import label


@dataclass(frozen=True, slots=True)
class PasswordAnswer:
    """What a person typed; ``repr`` hides it. ``keep``: put it into the password store."""

    password: str
    keep: bool

    def __repr__(self) -> str:
        return f"PasswordAnswer(keep={self.keep})"


class PasswordDialog(FramedDialog):
    """One field and whether it is kept.

    Signals:
        answered(PasswordAnswer | None): once; None = cancelled.
    """

    answered = Signal(object)

    def __init__(self, profile: ConnectionProfile, *, may_keep: bool, parent: QWidget | None = None) -> None:
        super().__init__("passwordDialog", tr("KMP Desktop"), parent)
        self.setMinimumWidth(Theme.current().px(460))
        self._answer: PasswordAnswer | None = None
        title = tr("Password for “{name}”", name=profile.name)
        self.body.addWidget(label(title, "dialog_title", name="passwordTitle", wrap=True))
        self.body.addWidget(label(tr("You sign in as {user}.", user=profile.user), tone="muted", wrap=True))
        self._edit = QLineEdit()
        self._edit.setObjectName("askPasswordEdit")
        self._edit.setAccessibleName(tr("Password"))
        self._edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._edit.textChanged.connect(self._on_changed)
        self.body.addWidget(self._edit)
        self._keep = CheckBox(tr("Keep it in the password store of this computer"), "keepPasswordCheck")
        self._keep.setChecked(may_keep)
        self._keep.setVisible(may_keep)
        self.body.addWidget(self._keep)
        if not may_keep:
            self.body.addWidget(
                label(tr("It is kept only until you quit."), tone="muted", name="passwordNotice", wrap=True)
            )
        self.body.addStretch(1)
        self.foot.row.addStretch(1)
        cancel = Button(tr("Cancel"), "cancelPasswordButton")
        cancel.clicked.connect(self.reject)
        self._sign_in = Button(tr("Sign in"), "usePasswordButton", "primary")
        self._sign_in.setDefault(True)
        self._sign_in.setEnabled(False)
        self._sign_in.clicked.connect(self._on_sign_in)
        self.foot.row.addWidget(cancel)
        self.foot.row.addWidget(self._sign_in)
        self.finished.connect(self._on_finished)
        self._edit.setFocus()

    def _on_changed(self, password: str) -> None:
        self._sign_in.setEnabled(bool(password))

    def _on_sign_in(self) -> None:
        self._answer = PasswordAnswer(self._edit.text(), self._keep.isChecked())
        self.accept()

    def _on_finished(self) -> None:
        answer, self._answer = self._answer, None
        self._edit.clear()
        self.answered.emit(answer)
