"""Whom to trust, and the account's own certificate, as rows of the connection's form."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from kmp_desktop.app.pasted_certificates import certificates_in
from kmp_desktop.core.profile import ConnectionProfile
from kmp_desktop.qt.dialogs.fields import FormGrid, line_edit, side_by_side
from kmp_desktop.qt.i18n import tr, trn
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.labels import label


class CertificateFields(QObject):
    """Rows that are shown only where the connection is encrypted.

    Signals:
        changed(): something was typed, chosen or pasted.
    """

    changed = Signal()

    def __init__(self, grid: FormGrid, prompts: Prompts, form: QWidget) -> None:
        super().__init__(form)
        self._grid, self._prompts, self._form = grid, prompts, form
        self._pasted = ""
        self.ca_file = line_edit("caFileEdit")
        choose = Button(tr("Choose …"), "caFileButton")
        choose.clicked.connect(self._on_choose_ca)
        paste = Button(tr("Paste"), "caPasteButton")
        paste.setToolTip(tr("Take the certificates from the clipboard, instead of a file"))
        paste.clicked.connect(self._on_paste)
        self._ca_row = side_by_side(self.ca_file, choose, paste)
        grid.add(tr("Certificate file"), self._ca_row, self.ca_file)
        self.own_file = line_edit("certificateFileEdit", tr("only if the servers ask for one"))
        choose_own = Button(tr("Choose …"), "certificateFileButton")
        choose_own.clicked.connect(self._on_choose_own)
        self._own_row = side_by_side(self.own_file, choose_own)
        grid.add(tr("Your certificate"), self._own_row, self.own_file)
        self.key_file = line_edit("keyFileEdit", tr("only if it is not in the same file"))
        choose_key = Button(tr("Choose …"), "keyFileButton")
        choose_key.clicked.connect(self._on_choose_key)
        self._key_row = side_by_side(self.key_file, choose_key)
        grid.add(tr("Its key"), self._key_row, self.key_file)
        self.key_password = line_edit("keyPasswordEdit", password=True)
        self.key_notice = label(tone="muted", name="keyPasswordNotice")
        self._key_password_row = side_by_side(self.key_password, self.key_notice)
        grid.add(tr("Password of the key"), self._key_password_row, self.key_password)
        for edit in (self.ca_file, self.own_file, self.key_file, self.key_password):
            edit.textChanged.connect(self.changed)

    def fill(self, profile: ConnectionProfile) -> None:
        """Show what a connection has."""
        self._pasted = profile.ca_pem
        self.ca_file.setText(profile.ca_file)
        self.own_file.setText(profile.certificate_file)
        self.key_file.setText(profile.key_file)
        self._show_pasted()

    def said(self, profile: ConnectionProfile) -> ConnectionProfile:
        """The connection with what the rows say; nothing where it is not encrypted."""
        if not profile.encrypts:
            return replace(profile, ca_file="", ca_pem="", certificate_file="", key_file="")
        ca_file = self.ca_file.text().strip()
        own = self.own_file.text().strip()
        return replace(
            profile,
            ca_file=ca_file,
            ca_pem="" if ca_file else self._pasted,
            certificate_file=own,
            key_file=self.key_file.text().strip() if own else "",
        )

    def show_rows(self, profile: ConnectionProfile) -> None:
        """Only those that the connection, as it is now, has a use for."""
        own = profile.encrypts and bool(profile.certificate_file)
        for row in (self._ca_row, self._own_row):
            self._grid.set_row_visible(row, profile.encrypts)
        for row in (self._key_row, self._key_password_row):
            self._grid.set_row_visible(row, own)

    def _show_pasted(self) -> None:
        n = self._pasted.count("-----BEGIN")
        words = tr("only if your company has its own certificates")
        if n:
            words = trn(n, "{n} certificate was pasted", "{n} certificates were pasted")
        self.ca_file.setPlaceholderText(words)

    @Slot()
    def _on_paste(self) -> None:
        found = certificates_in(QGuiApplication.clipboard().text())
        if not found:
            self.ca_file.setPlaceholderText(tr("There is no certificate in the clipboard"))
            return
        self._pasted = found
        self.ca_file.clear()
        self._show_pasted()
        self.changed.emit()

    @Slot()
    def _on_choose_ca(self) -> None:
        kinds = tr("Certificates (*.pem *.crt *.cer);;All files (*)")
        self._choose(tr("Choose the certificate file"), kinds, self.ca_file)

    @Slot()
    def _on_choose_own(self) -> None:
        kinds = tr("Certificates (*.pem *.crt *.p12 *.pfx);;All files (*)")
        self._choose(tr("Choose your certificate"), kinds, self.own_file)

    @Slot()
    def _on_choose_key(self) -> None:
        kinds = tr("Keys (*.pem *.key);;All files (*)")
        self._choose(tr("Choose the key of your certificate"), kinds, self.key_file)

    def _choose(self, title: str, kinds: str, edit: QLineEdit) -> None:
        self._prompts.open_file(self._form, title, kinds, edit.setText)
