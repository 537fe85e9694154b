"""How somebody signs in, as rows of the connection's form: only those of the chosen kind are shown."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from kmp_desktop.core.profile import (
    PASSWORD_MECHANISMS,
    ConnectionProfile,
    Mechanism,
    Security,
)
from kmp_desktop.kafka.sign_in import offers_aws, offers_kerberos
from kmp_desktop.qt.dialogs.fields import FormGrid, line_edit, side_by_side
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.widgets.combo import ComboBox
from kmp_desktop.qt.widgets.labels import label


class SignInFields(QObject):
    """Encrypted or not, kind of sign-in, account and password.

    Signals:
        changed(): something was typed or chosen.
    """

    changed = Signal()

    def __init__(self, grid: FormGrid, form: QWidget) -> None:
        super().__init__(form)
        self._grid = grid
        self._security = ComboBox("securityCombo")
        for security, words in (
            (Security.SASL_SSL, tr("With sign-in, encrypted")),
            (Security.SASL_PLAINTEXT, tr("With sign-in, not encrypted")),
            (Security.SSL, tr("No sign-in or by certificate, encrypted")),
            (Security.PLAINTEXT, tr("No sign-in, not encrypted")),
        ):
            self._security.addItem(words, security)
        grid.add(tr("Connection"), self._security)
        self._mechanism = ComboBox("signInCombo")
        for mechanism, words in (
            (Mechanism.SCRAM_SHA_512, tr("User name and password (SCRAM-SHA-512)")),
            (Mechanism.SCRAM_SHA_256, tr("User name and password (SCRAM-SHA-256)")),
            (Mechanism.PLAIN, tr("User name and password (PLAIN)")),
            (Mechanism.OAUTHBEARER, tr("Company sign-in (OAuth)")),
            (Mechanism.AWS_MSK_IAM, tr("Amazon account (MSK IAM)")),
            (Mechanism.GSSAPI, tr("Kerberos (GSSAPI)")),
        ):
            self._mechanism.addItem(words, mechanism)
        grid.add(tr("Sign-in"), self._mechanism)
        self._why_not = label(tone="warn", name="signInNotice", wrap=True)
        grid.add("", self._why_not)
        self.user = line_edit("userEdit")
        grid.add(tr("User name"), self.user)
        self.password = line_edit("passwordEdit", password=True)
        self.password_notice = label(tone="muted", name="passwordNotice")
        self._password_row = side_by_side(self.password, self.password_notice)
        grid.add(tr("Password"), self._password_row, self.password)
        self.token_url = line_edit("tokenUrlEdit", "https://sign-in.example/oauth2/token")
        grid.add(tr("Token address"), self.token_url)
        self._scope = line_edit("tokenScopeEdit", tr("only if your administrator names one"))
        grid.add(tr("Scope"), self._scope)
        self.region = line_edit("awsRegionEdit", "eu-central-1")
        grid.add(tr("AWS region"), self.region)
        for edit in (self.user, self.password, self.token_url, self._scope, self.region):
            edit.textChanged.connect(self.changed)
        for combo in (self._security, self._mechanism):
            combo.currentIndexChanged.connect(self.changed)

    def fill(self, profile: ConnectionProfile) -> None:
        """Show what a connection has."""
        self._security.setCurrentIndex(self._security.findData(profile.security))
        self._mechanism.setCurrentIndex(self._mechanism.findData(profile.mechanism))
        self.user.setText(profile.user)
        self.token_url.setText(profile.token_url)
        self._scope.setText(profile.token_scope)
        self.region.setText(profile.aws_region)

    def said(self, profile: ConnectionProfile) -> ConnectionProfile:
        """The connection with what the rows say; nothing of a kind of sign-in that is not chosen."""
        mechanism = Mechanism(self._mechanism.currentData())
        chosen = replace(profile, security=Security(self._security.currentData()), mechanism=mechanism)
        named = chosen.signs_in and mechanism is not Mechanism.AWS_MSK_IAM
        by_token = chosen.signs_in and mechanism is Mechanism.OAUTHBEARER
        by_amazon = chosen.signs_in and mechanism is Mechanism.AWS_MSK_IAM
        return replace(
            chosen,
            user=self.user.text().strip() if named else "",
            token_url=self.token_url.text().strip() if by_token else "",
            token_scope=self._scope.text().strip() if by_token else "",
            aws_region=self.region.text().strip() if by_amazon else "",
        )

    def show_rows(self, profile: ConnectionProfile) -> None:
        """Only those of the chosen kind, under the names they have there."""
        shown, kind = profile.signs_in, profile.mechanism
        by_token = kind is Mechanism.OAUTHBEARER
        set_visible = self._grid.set_row_visible
        set_visible(self._mechanism, shown)
        set_visible(self.user, shown and kind is not Mechanism.AWS_MSK_IAM)
        set_visible(self._password_row, shown and kind in PASSWORD_MECHANISMS)
        for row in (self.token_url, self._scope):
            set_visible(row, shown and by_token)
        set_visible(self.region, shown and kind is Mechanism.AWS_MSK_IAM)
        self._grid.rename(self.user, tr("Client id") if by_token else tr("User name"))
        self._grid.rename(self._password_row, tr("Client secret") if by_token else tr("Password"))
        why_not = _why_not(kind) if shown else ""
        self._why_not.setText(why_not)
        set_visible(self._why_not, bool(why_not))


def _why_not(mechanism: Mechanism) -> str:
    """Why this program cannot sign in like this, or nothing."""
    if mechanism is Mechanism.GSSAPI and not offers_kerberos():
        return tr(
            "This build of the program cannot sign in by Kerberos: its Kafka library was made without it. "
            "Ask your administrator for another kind of sign-in."
        )
    if mechanism is Mechanism.AWS_MSK_IAM and not offers_aws():
        return tr(
            "The part for Amazon accounts is not installed. Install the package "
            "aws-msk-iam-sasl-signer-python beside the program."
        )
    return ""
