"""The form of a connection: everything but its queues. Passwords leave it only as ``Secrets``."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from kmp_desktop.app.connection_form import Field, Refusal
from kmp_desktop.app.further_settings import WrongSetting, settings_in, written
from kmp_desktop.app.import_settings import ImportedSettings
from kmp_desktop.core.profile import ConnectionProfile, Environment, Secrets
from kmp_desktop.qt.connection_saver import StoredSecrets
from kmp_desktop.qt.dialogs.certificate_fields import CertificateFields
from kmp_desktop.qt.dialogs.fields import FormGrid, line_edit, set_wrong
from kmp_desktop.qt.dialogs.registry_fields import RegistryFields
from kmp_desktop.qt.dialogs.sign_in_fields import SignInFields
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.badge import environment_token, environment_word
from kmp_desktop.qt.widgets.buttons import Button, LinkButton
from kmp_desktop.qt.widgets.card import spaced

_OFFERED = (Environment.PRODUCTION, Environment.TEST, Environment.DEVELOPMENT)
_NOT_PERSONAL = (
    *("nameEdit", "environmentButtons", "serversEdit", "securityCombo", "signInCombo", "tokenUrlEdit"),
    *("tokenScopeEdit", "awsRegionEdit", "caFileEdit", "caFileButton", "caPasteButton", "registryEdit"),
    *("registrySignInCombo", "registryTokenUrlEdit", "registryScopeEdit", "furtherEdit"),
)
"""What an administrator has decided for everybody."""


class ConnectionForm(QWidget):
    """Name, environment, servers, sign-in, certificates, registry and further settings of a connection.

    Signals:
        changed(): something was typed or chosen.
    """

    changed = Signal()

    def __init__(self, profile: ConnectionProfile, prompts: Prompts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._profile = profile
        self._grid = FormGrid()
        box = QVBoxLayout(self)
        spaced(box, 0, 0)
        box.addLayout(self._grid)
        self._make_first_rows()
        self._sign_in = SignInFields(self._grid, self)
        self._certificates = CertificateFields(self._grid, prompts, self)
        self._registry = RegistryFields(self._grid, self)
        self._make_last_rows()
        self._fill(profile)
        for edit in (self._name, self._servers, self._person):
            edit.textChanged.connect(self._on_changed)
        self._further.textChanged.connect(self._on_changed)
        for part in (self._sign_in, self._certificates, self._registry):
            part.changed.connect(self._on_changed)
        self._environments.idClicked.connect(self._on_changed)
        self._show_rows()
        if profile.managed:
            for widget in self.findChildren(QWidget):
                if widget.objectName() in _NOT_PERSONAL:
                    widget.setEnabled(False)

    def profile(self) -> ConnectionProfile:
        """What the form says now; id and queues are those it was made with."""
        said = replace(
            self._profile,
            name=self._name.text().strip(),
            environment=_OFFERED[self._environments.checkedId()],
            servers=self._servers.text().strip(),
            person=self._person.text().strip(),
        )
        with suppress(WrongSetting):  # told by ``refusal``; it cannot be saved like this
            said = replace(said, settings=settings_in(self._further.toPlainText()))
        for part in (self._sign_in, self._certificates, self._registry):
            said = part.said(said)
        return said

    def take(self, made: ImportedSettings) -> None:
        """Fill in imported settings; a name that was typed, and what they do not tell, stays."""
        name = self._name.text().strip()
        said = self.profile()
        self._fill(
            replace(
                made.profile,
                id=said.id,
                name=name or made.profile.name,
                environment=said.environment,
                person=said.person,
            )
        )
        for edit, secret in (
            (self._sign_in.password, made.secrets.kafka_password),
            (self._registry.password, made.secrets.registry_password),
            (self._certificates.key_password, made.secrets.key_password),
        ):
            edit.setText(secret)
        self._on_changed()

    def refusal(self) -> Refusal | None:
        """What is wrong with the further settings."""
        try:
            settings_in(self._further.toPlainText())
        except WrongSetting as wrong:
            return Refusal(Field.FURTHER, wrong.why)
        return None

    def typed(self) -> Secrets:
        """The passwords that were typed; empty: the stored one stays."""
        return Secrets(
            self._sign_in.password.text(),
            self._registry.password.text(),
            self._certificates.key_password.text(),
        )

    def set_stored(self, stored: StoredSecrets) -> None:
        """Which passwords are stored already, and whether the store outlives the program."""
        kept = tr("in the password store") if stored.keeps else tr("only until you quit")
        for edit, notice, is_stored in (
            (self._sign_in.password, self._sign_in.password_notice, stored.kafka),
            (self._registry.password, self._registry.password_notice, stored.registry),
            (self._certificates.key_password, self._certificates.key_notice, stored.key),
        ):
            edit.setPlaceholderText(tr("stored; type to replace it") if is_stored else "")
            notice.setText(kept)
            notice.setToolTip(
                ""
                if stored.keeps
                else tr("This computer has no password store. The password is forgotten when you quit.")
            )

    def mark(self, wrong: Field | None) -> None:
        """Mark the field that a refusal is about, if something stands in it."""
        fields: dict[Field, QLineEdit] = {
            Field.NAME: self._name,
            Field.SERVERS: self._servers,
            Field.USER: self._sign_in.user,
            Field.TOKEN_URL: self._sign_in.token_url,
            Field.REGION: self._sign_in.region,
            Field.REGISTRY: self._registry.url,
            Field.REGISTRY_TOKEN_URL: self._registry.token_url,
        }
        for field, edit in fields.items():
            set_wrong(edit, field is wrong and bool(edit.text()))

    def focus_first(self) -> None:
        """Put the focus where typing begins."""
        self._name.setFocus()

    def _make_first_rows(self) -> None:
        self._name = line_edit("nameEdit", tr("Order platform"))
        self._grid.add(tr("Name"), self._name)
        holder = QWidget()
        holder.setObjectName("environmentButtons")
        row = QHBoxLayout(holder)
        spaced(row, 0, 8)
        self._environments = QButtonGroup(self)
        for nth, environment in enumerate(_OFFERED):
            button = Button(environment_word(environment), f"{environment.value}Button")
            button.setCheckable(True)
            button.fill = environment_token(environment)
            self._environments.addButton(button, nth)
            row.addWidget(button)
        row.addStretch(1)
        self._grid.add(tr("Kind of system"), holder)
        self._servers = line_edit("serversEdit", "kafka-1.orders.example:9093, kafka-2.orders.example:9093")
        self._grid.add(tr("Server addresses"), self._servers)

    def _make_last_rows(self) -> None:
        self._person = line_edit("personEdit", tr("shown to others beside what you decided"))
        self._grid.add(tr("Your name"), self._person)
        self._more = LinkButton(tr("Further settings"), "furtherButton", "caret-right")
        self._more.setCheckable(True)
        self._more.toggled.connect(self._on_more)
        self._grid.add("", self._more)
        self._further = QPlainTextEdit()
        self._further.setObjectName("furtherEdit")
        self._further.setProperty("fontRole", "fixed")
        self._further.setPlaceholderText("socket.keepalive.enable=true")
        self._further.setTabChangesFocus(True)
        self._further.setFixedHeight(Theme.current().px(100))
        self._grid.add(tr("Further settings"), self._further)

    def _fill(self, profile: ConnectionProfile) -> None:
        self._name.setText(profile.name)
        shown = profile.environment if profile.environment in _OFFERED else Environment.TEST
        self._environments.button(_OFFERED.index(shown)).setChecked(True)
        self._servers.setText(profile.servers)
        self._person.setText(profile.person)
        self._further.setPlainText(written(profile.settings))
        self._more.setChecked(bool(profile.settings))
        for part in (self._sign_in, self._certificates, self._registry):
            part.fill(profile)

    def _show_rows(self) -> None:
        said = self.profile()
        for part in (self._sign_in, self._certificates, self._registry):
            part.show_rows(said)
        self._on_more(self._more.isChecked())

    @Slot()
    def _on_changed(self) -> None:
        self._show_rows()
        self.changed.emit()

    @Slot(bool)
    def _on_more(self, shown: bool) -> None:
        self._more.icon_name = "caret-down" if shown else "caret-right"
        self._more.update()
        self._grid.set_row_visible(self._further, shown)
