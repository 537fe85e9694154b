"""The form of a connection: everything but its queues. Passwords leave it only as ``Secrets``."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from kmp_desktop.app.connection_form import ENCRYPTS, SIGNS_IN, Field
from kmp_desktop.core.profile import ConnectionProfile, Environment, Mechanism, Secrets, Security
from kmp_desktop.qt.dialogs.fields import FormGrid, line_edit, set_wrong, side_by_side
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.widgets.badge import environment_token, environment_word
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.card import spaced
from kmp_desktop.qt.widgets.combo import ComboBox
from kmp_desktop.qt.widgets.labels import label

_OFFERED = (Environment.PRODUCTION, Environment.TEST, Environment.DEVELOPMENT)


class ConnectionForm(QWidget):
    """Name, environment, servers, sign-in, certificate and registry of a connection.

    Signals:
        changed(): something was typed or chosen.
    """

    changed = Signal()

    def __init__(self, profile: ConnectionProfile, prompts: Prompts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._profile = profile
        self._prompts = prompts
        self._grid = FormGrid()
        box = QVBoxLayout(self)
        spaced(box, 0, 0)
        box.addLayout(self._grid)
        self._make_first_rows()
        self._make_sign_in_rows()
        self._make_registry_rows()
        self._fill(profile)
        self._connect()
        self._show_rows()

    def profile(self) -> ConnectionProfile:
        """What the form says now; id, queues and further settings are those it was made with."""
        security = Security(self._security.currentData())
        return replace(
            self._profile,
            name=self._name.text().strip(),
            environment=_OFFERED[self._environments.checkedId()],
            servers=self._servers.text().strip(),
            security=security,
            mechanism=Mechanism(self._mechanism.currentData()),
            user=self._user.text().strip() if security in SIGNS_IN else "",
            ca_file=self._ca_file.text().strip() if security in ENCRYPTS else "",
            registry_url=self._registry.text().strip(),
            registry_user=self._registry_user.text().strip() if self._registry.text().strip() else "",
            person=self._person.text().strip(),
        )

    def typed(self) -> Secrets:
        """The passwords that were typed; empty: the stored one stays."""
        return Secrets(self._password.text(), self._registry_password.text())

    def set_stored(self, *, kafka: bool, registry: bool, keeps: bool) -> None:
        """Which passwords are stored already, and whether the store outlives the program."""
        kept = tr("in the password store") if keeps else tr("only until you quit")
        for edit, notice, stored in (
            (self._password, self._password_notice, kafka),
            (self._registry_password, self._registry_notice, registry),
        ):
            edit.setPlaceholderText(tr("stored; type to replace it") if stored else "")
            notice.setText(kept)
            notice.setToolTip(
                ""
                if keeps
                else tr("This computer has no password store. The password is forgotten when you quit.")
            )

    def mark(self, wrong: Field | None) -> None:
        """Mark the field that a refusal is about, if something stands in it."""
        fields: dict[Field, QLineEdit] = {
            Field.NAME: self._name,
            Field.SERVERS: self._servers,
            Field.USER: self._user,
            Field.REGISTRY: self._registry,
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

    def _make_sign_in_rows(self) -> None:
        self._security = ComboBox("securityCombo")
        for security, words in (
            (Security.SASL_SSL, tr("User name and password, encrypted")),
            (Security.SASL_PLAINTEXT, tr("User name and password, not encrypted")),
            (Security.SSL, tr("No sign-in, encrypted")),
            (Security.PLAINTEXT, tr("No sign-in, not encrypted")),
        ):
            self._security.addItem(words, security)
        self._grid.add(tr("Connection"), self._security)
        self._mechanism = ComboBox("signInCombo")
        for mechanism in (Mechanism.SCRAM_SHA_512, Mechanism.SCRAM_SHA_256, Mechanism.PLAIN):
            self._mechanism.addItem(mechanism.value, mechanism)
        self._grid.add(tr("Sign-in"), self._mechanism)
        self._user = line_edit("userEdit")
        self._grid.add(tr("User name"), self._user)
        self._password = line_edit("passwordEdit", password=True)
        self._password_notice = label(tone="muted", name="passwordNotice")
        self._password_row = side_by_side(self._password, self._password_notice)
        self._grid.add(tr("Password"), self._password_row, self._password)
        self._ca_file = line_edit("caFileEdit", tr("only if your company has its own certificates"))
        choose = Button(tr("Choose …"), "caFileButton")
        choose.clicked.connect(self._on_choose_ca_file)
        self._ca_row = side_by_side(self._ca_file, choose)
        self._grid.add(tr("Certificate file"), self._ca_row, self._ca_file)

    def _make_registry_rows(self) -> None:
        self._registry = line_edit("registryEdit", tr("https:// … (only if you have one)"))
        self._grid.add(tr("Format registry"), self._registry)
        self._registry_user = line_edit("registryUserEdit", tr("only if it asks for one"))
        self._grid.add(tr("Registry user"), self._registry_user)
        self._registry_password = line_edit("registryPasswordEdit", password=True)
        self._registry_notice = label(tone="muted", name="registryPasswordNotice")
        self._registry_password_row = side_by_side(self._registry_password, self._registry_notice)
        self._grid.add(tr("Registry password"), self._registry_password_row, self._registry_password)
        self._person = line_edit("personEdit", tr("shown to others beside what you decided"))
        self._grid.add(tr("Your name"), self._person)

    def _fill(self, profile: ConnectionProfile) -> None:
        self._name.setText(profile.name)
        shown = profile.environment if profile.environment in _OFFERED else Environment.TEST
        self._environments.button(_OFFERED.index(shown)).setChecked(True)
        self._servers.setText(profile.servers)
        self._security.setCurrentIndex(self._security.findData(profile.security))
        self._mechanism.setCurrentIndex(self._mechanism.findData(profile.mechanism))
        self._user.setText(profile.user)
        self._ca_file.setText(profile.ca_file)
        self._registry.setText(profile.registry_url)
        self._registry_user.setText(profile.registry_user)
        self._person.setText(profile.person)

    def _connect(self) -> None:
        for edit in self.findChildren(QLineEdit):
            edit.textChanged.connect(self._on_changed)
        for combo in (self._security, self._mechanism):
            combo.currentIndexChanged.connect(self._on_changed)
        self._environments.idClicked.connect(self._on_changed)

    def _show_rows(self) -> None:
        security = Security(self._security.currentData())
        has_registry = bool(self._registry.text().strip())
        has_registry_user = has_registry and bool(self._registry_user.text().strip())
        for field in (self._mechanism, self._user, self._password_row):
            self._grid.set_row_visible(field, security in SIGNS_IN)
        self._grid.set_row_visible(self._ca_row, security in ENCRYPTS)
        self._grid.set_row_visible(self._registry_user, has_registry)
        self._grid.set_row_visible(self._registry_password_row, has_registry_user)

    @Slot()
    def _on_changed(self) -> None:
        self._show_rows()
        self.changed.emit()

    @Slot()
    def _on_choose_ca_file(self) -> None:
        kinds = tr("Certificates (*.pem *.crt *.cer);;All files (*)")
        self._prompts.open_file(self, tr("Choose the certificate file"), kinds, self._ca_file.setText)
