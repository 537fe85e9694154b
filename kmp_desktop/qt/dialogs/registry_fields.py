"""The format registry and how it is told who asks, as rows of the connection's form."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from kmp_desktop.core.profile import ConnectionProfile, RegistrySignIn
from kmp_desktop.qt.dialogs.fields import FormGrid, line_edit, side_by_side
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.widgets.combo import ComboBox
from kmp_desktop.qt.widgets.labels import label


class RegistryFields(QObject):
    """Rows that are shown only where a registry's address is given, but for the address itself.

    Signals:
        changed(): something was typed or chosen.
    """

    changed = Signal()

    def __init__(self, grid: FormGrid, form: QWidget) -> None:
        super().__init__(form)
        self._grid = grid
        self.url = line_edit("registryEdit", tr("https:// … (only if you have one)"))
        grid.add(tr("Format registry"), self.url)
        self._kind = ComboBox("registrySignInCombo")
        for kind, words in (
            (RegistrySignIn.BASIC, tr("User name and password, or none")),
            (RegistrySignIn.BEARER, tr("A token that you were given")),
            (RegistrySignIn.OAUTH, tr("Company sign-in (OAuth)")),
        ):
            self._kind.addItem(words, kind)
        grid.add(tr("Registry sign-in"), self._kind)
        self.user = line_edit("registryUserEdit", tr("only if it asks for one"))
        grid.add(tr("Registry user"), self.user)
        self.password = line_edit("registryPasswordEdit", password=True)
        self.password_notice = label(tone="muted", name="registryPasswordNotice")
        self._password_row = side_by_side(self.password, self.password_notice)
        grid.add(tr("Registry password"), self._password_row, self.password)
        self.token_url = line_edit("registryTokenUrlEdit", "https://sign-in.example/oauth2/token")
        grid.add(tr("Registry token address"), self.token_url)
        self._scope = line_edit("registryScopeEdit", tr("only if your administrator names one"))
        grid.add(tr("Registry scope"), self._scope)
        for edit in (self.url, self.user, self.password, self.token_url, self._scope):
            edit.textChanged.connect(self.changed)
        self._kind.currentIndexChanged.connect(self.changed)

    def fill(self, profile: ConnectionProfile) -> None:
        """Show what a connection has."""
        self.url.setText(profile.registry_url)
        self._kind.setCurrentIndex(self._kind.findData(profile.registry_sign_in))
        self.user.setText(profile.registry_user)
        self.token_url.setText(profile.registry_token_url)
        self._scope.setText(profile.registry_scope)

    def said(self, profile: ConnectionProfile) -> ConnectionProfile:
        """The connection with what the rows say."""
        url = self.url.text().strip()
        kind = RegistrySignIn(self._kind.currentData()) if url else RegistrySignIn.BASIC
        by_token = kind is RegistrySignIn.OAUTH
        named = url and kind is not RegistrySignIn.BEARER
        return replace(
            profile,
            registry_url=url,
            registry_sign_in=kind,
            registry_user=self.user.text().strip() if named else "",
            registry_token_url=self.token_url.text().strip() if by_token else "",
            registry_scope=self._scope.text().strip() if by_token else "",
        )

    def show_rows(self, profile: ConnectionProfile) -> None:
        """Only those of the chosen kind, under the names they have there."""
        shown = bool(profile.registry_url)
        kind = profile.registry_sign_in
        by_token = kind is RegistrySignIn.OAUTH
        self._grid.set_row_visible(self._kind, shown)
        self._grid.set_row_visible(self.user, shown and kind is not RegistrySignIn.BEARER)
        self._grid.set_row_visible(self._password_row, profile.wants_registry_password)
        for row in (self.token_url, self._scope):
            self._grid.set_row_visible(row, shown and by_token)
        self._grid.rename(self.user, tr("Registry client id") if by_token else tr("Registry user"))
        words = {
            RegistrySignIn.BASIC: tr("Registry password"),
            RegistrySignIn.BEARER: tr("Registry token"),
            RegistrySignIn.OAUTH: tr("Registry client secret"),
        }
        self._grid.rename(self._password_row, words[kind])
