"""Setting up a connection: the form, its queues, the test, and where the password goes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTreeWidget, QWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.core.failure_rules import MEANINGS, FailureRules, OwnWords
from kmp_desktop.core.payload import PayloadColumn
from kmp_desktop.core.profile import (
    ConnectionProfile,
    Environment,
    Mechanism,
    Queue,
    RegistrySignIn,
    SecretKind,
    SecretRef,
    Secrets,
    Security,
)
from kmp_desktop.kafka.sign_in import offers_kerberos
from kmp_desktop.qt.connection_saver import Saved
from kmp_desktop.qt.dialogs.error_dialog import ErrorDialog
from kmp_desktop.qt.dialogs.queue_dialog import QueueDialog
from kmp_desktop.qt.theme import Theme
from kmp_desktop.store.secrets import SessionSecrets
from tests.qt.connection_desk import (
    Desk,
    MayNotRead,
    WaitsUntilStopped,
    button,
    close,
    combo,
    desk_with,
    edit,
    open_dialog,
    words,
)
from tests.qt.practice_world import PracticeWorld

QUEUE = Queue("orders", "Order handling", "orders.events.dlq", "orders.events.retry", "kmp-orders")
PROFILE = ConnectionProfile(
    "shop",
    "Order platform",
    "kafka-1.orders.example:9093",
    environment=Environment.PRODUCTION,
    security=Security.SASL_SSL,
    mechanism=Mechanism.SCRAM_SHA_256,
    user="svc-cs-desk",
    ca_file="/etc/ca.pem",
    registry_url="https://schemas.orders.example",
    registry_user="reader",
    person="desk-03",
    queues=(QUEUE,),
    settings=(("client.dns.lookup", "use_all_dns_ips"),),
)
EMPTY = ConnectionProfile("", "", "", security=Security.SASL_SSL)
FORM_NAMES = (
    *("connectionTabs", "nameEdit", "environmentButtons", "serversEdit", "securityCombo", "signInCombo"),
    *("userEdit", "passwordEdit", "caFileEdit", "caFileButton", "registryEdit", "registryUserEdit"),
    *("registryPasswordEdit", "connectionTest", "testConnectionButton", "saveConnectionButton"),
    *("cancelConnectionButton", "addQueueButton", "editQueueButton", "removeQueueButton"),
)
QUEUE_FORM_NAMES = ("queueNameEdit", "queueTopicEdit", "retryTopicEdit", "groupEdit")
PASSWORD = "correct horse battery staple"


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    Theme.current().apply(qapp)
    made = desk_with(PracticeWorld(tmp_path), qtbot, check=MayNotRead([]))
    yield made
    close(made)


# The form


def test_every_part_of_the_form_has_its_name(desk: Desk) -> None:
    dialog = desk.dialog(PROFILE)
    queue_dialog = QueueDialog(None, ())
    desk.qtbot.addWidget(queue_dialog)

    assert "connectionDialog" == dialog.objectName()
    assert [] == [name for name in FORM_NAMES if dialog.findChild(QWidget, name) is None]
    assert [] == [name for name in QUEUE_FORM_NAMES if queue_dialog.findChild(QWidget, name) is None]


def test_the_form_gives_back_what_it_was_given(desk: Desk) -> None:
    assert PROFILE == desk.dialog(PROFILE).profile()


@pytest.mark.parametrize(
    ("security", "signs_in", "encrypts"),
    [
        (Security.PLAINTEXT, False, False),
        (Security.SSL, False, True),
        (Security.SASL_PLAINTEXT, True, False),
        (Security.SASL_SSL, True, True),
    ],
)
def test_only_the_fields_of_the_chosen_sign_in_are_asked_for(
    desk: Desk, security: Security, signs_in: bool, encrypts: bool
) -> None:
    dialog = desk.dialog(PROFILE)
    choice = combo(dialog, "securityCombo")

    choice.setCurrentIndex(choice.findData(security))

    asked = [edit(dialog, name).isVisible() for name in ("userEdit", "passwordEdit", "caFileEdit")]
    assert [signs_in, signs_in, encrypts] == asked
    assert signs_in == combo(dialog, "signInCombo").isVisible()
    saved = dialog.profile()
    assert (security, PROFILE.user if signs_in else "") == (saved.security, saved.user)
    assert (PROFILE.ca_file if encrypts else "") == saved.ca_file


def test_what_is_missing_is_said_and_saving_waits_for_it(desk: Desk) -> None:
    dialog = desk.dialog(EMPTY)
    told = [words(dialog, "saveNote")]
    for name, typed in (
        ("nameEdit", "Order platform"),
        ("serversEdit", "kafka-1.orders.example:9093"),
        ("userEdit", "svc"),
    ):
        assert not button(dialog, "saveConnectionButton").isEnabled()
        edit(dialog, name).setText(typed)
        told.append(words(dialog, "saveNote"))

    assert [
        "Give the connection a name.",
        "Give at least one server address.",
        "Give the user name.",
        "Add a queue, too: without one there is nothing to open.",
    ] == told
    assert button(dialog, "saveConnectionButton").isEnabled()


def test_a_new_connection_is_saved_under_an_id_made_from_its_name(desk: Desk) -> None:
    dialog = desk.dialog(EMPTY, taken=("order-platform",))
    edit(dialog, "nameEdit").setText("Order platform")
    edit(dialog, "serversEdit").setText("kafka-1.orders.example:9093")
    edit(dialog, "userEdit").setText("svc")
    button(dialog, "productionButton").click()

    with desk.qtbot.waitSignal(dialog.saved) as told:
        button(dialog, "saveConnectionButton").click()

    saved = told.args[0]
    assert isinstance(saved, Saved)
    assert "order-platform-2" == saved.profile.id
    assert (saved.profile,) == desk.services.profiles.all()
    assert Environment.PRODUCTION is saved.profile.environment


# Passwords


def test_a_password_goes_into_the_store_off_the_gui_thread_and_nowhere_else(
    desk: Desk, tmp_path: Path
) -> None:
    dialog = desk.dialog(PROFILE)
    edit(dialog, "passwordEdit").setText(PASSWORD)
    edit(dialog, "registryPasswordEdit").setText(PASSWORD + "2")

    with desk.qtbot.waitSignal(dialog.saved):
        button(dialog, "saveConnectionButton").click()

    assert PASSWORD == desk.password("shop")
    assert PASSWORD + "2" == desk.password("shop", SecretKind.REGISTRY)
    assert threading.main_thread() not in desk.secrets.threads
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert files
    assert [] == [each for each in files if PASSWORD in each.read_text(encoding="utf-8", errors="replace")]


def test_a_stored_password_stays_when_none_is_typed(desk: Desk) -> None:
    SessionSecrets.put(desk.secrets, SecretRef("shop", SecretKind.KAFKA), PASSWORD)
    dialog = desk.dialog(PROFILE)
    desk.qtbot.waitUntil(lambda: edit(dialog, "passwordEdit").placeholderText() != "")

    assert "" == edit(dialog, "passwordEdit").text()
    with desk.qtbot.waitSignal(dialog.saved):
        button(dialog, "saveConnectionButton").click()
    assert PASSWORD == desk.password("shop")


def test_where_no_store_keeps_it_that_is_said(desk: Desk) -> None:
    dialog = desk.dialog(PROFILE)

    desk.qtbot.waitUntil(lambda: words(dialog, "passwordNotice") == "only until you quit")

    assert QLineEdit.EchoMode.Password == edit(dialog, "passwordEdit").echoMode()


def test_a_locked_store_leaves_the_password_for_today(desk: Desk) -> None:
    desk.secrets.locked = True
    dialog = desk.dialog(PROFILE)
    edit(dialog, "passwordEdit").setText(PASSWORD)
    button(dialog, "saveConnectionButton").click()
    desk.qtbot.waitUntil(lambda: dialog.findChild(QWidget, "errorDialog") is not None)

    with desk.qtbot.waitSignal(dialog.saved) as told:
        button(dialog.findChild(QWidget, "errorDialog"), "useForTodayButton").click()  # type: ignore[arg-type]

    saved = told.args[0]
    assert isinstance(saved, Saved)
    assert PASSWORD == saved.typed.kafka_password
    assert saved.secrets_error is not None
    assert PASSWORD not in repr(saved)
    assert (PROFILE,) == desk.services.profiles.all()


def test_cancelling_saves_nothing(desk: Desk) -> None:
    dialog = desk.dialog(PROFILE)
    edit(dialog, "passwordEdit").setText(PASSWORD)

    button(dialog, "cancelConnectionButton").click()
    button(open_dialog(ErrorDialog), "dropChangesButton").click()

    assert not dialog.isVisible()
    assert () == desk.services.profiles.all()
    assert None is desk.password("shop")


def test_closing_without_changes_does_not_ask(desk: Desk) -> None:
    dialog = desk.dialog(PROFILE)

    QTest.keyClick(dialog, Qt.Key.Key_Escape)

    assert not dialog.isVisible()


@pytest.mark.parametrize("name", ["nameEdit", "passwordEdit", "registryPasswordEdit", "certificateFileEdit"])
def test_escape_asks_before_what_was_typed_is_lost(desk: Desk, name: str) -> None:
    dialog = desk.dialog(PROFILE)
    edit(dialog, name).setText("typed")

    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    button(open_dialog(ErrorDialog), "keepEditingButton").click()
    assert (True, "typed") == (dialog.isVisible(), edit(dialog, name).text())

    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    button(open_dialog(ErrorDialog), "dropChangesButton").click()
    assert not dialog.isVisible()


# Kinds of sign-in

BY_TOKEN = replace(
    PROFILE,
    mechanism=Mechanism.OAUTHBEARER,
    token_url="https://sign-in.example/token",
    token_scope="kafka",
    certificate_file="/home/clerk/clerk.pem",
    key_file="/home/clerk/clerk.key",
    registry_sign_in=RegistrySignIn.OAUTH,
    registry_token_url="https://sign-in.example/token",
    registry_scope="formats",
    confirm_discards_from=3,
    read_only=True,
)
BY_AMAZON = replace(PROFILE, mechanism=Mechanism.AWS_MSK_IAM, user="", aws_region="eu-central-1")
PASTED = replace(PROFILE, ca_file="", ca_pem="-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
GIVEN_TOKEN = replace(PROFILE, registry_user="", registry_sign_in=RegistrySignIn.BEARER)


@pytest.mark.parametrize("profile", [BY_TOKEN, BY_AMAZON, PASTED, GIVEN_TOKEN])
def test_the_form_gives_back_every_kind_of_sign_in(desk: Desk, profile: ConnectionProfile) -> None:
    dialog = desk.dialog(profile)

    assert profile == dialog.profile()
    assert button(dialog, "saveConnectionButton").isEnabled()


def test_company_sign_in_asks_for_client_secret_and_token_address(desk: Desk) -> None:
    dialog = desk.dialog(PROFILE)
    choice = combo(dialog, "signInCombo")

    choice.setCurrentIndex(choice.findData(Mechanism.OAUTHBEARER))

    assert "Give the token address. It begins with https://." == words(dialog, "saveNote")
    assert ["Client id", "Client secret"] == [
        edit(dialog, name).accessibleName() for name in ("userEdit", "passwordEdit")
    ]
    edit(dialog, "tokenUrlEdit").setText("https://sign-in.example/token")
    assert button(dialog, "saveConnectionButton").isEnabled()


def test_kerberos_says_why_this_build_cannot(desk: Desk) -> None:
    dialog = desk.dialog(PROFILE)
    choice = combo(dialog, "signInCombo")

    choice.setCurrentIndex(choice.findData(Mechanism.GSSAPI))

    said = "" if offers_kerberos() else "cannot sign in by Kerberos"
    assert said in words(dialog, "signInNotice")
    assert not edit(dialog, "passwordEdit").isVisible()


def test_only_certificates_are_pasted_never_a_key(desk: Desk) -> None:
    dialog = desk.dialog(replace(PROFILE, ca_file=""))
    QGuiApplication.clipboard().setText(
        "Here it is:\n-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n" + PASTED.ca_pem
    )

    button(dialog, "caPasteButton").click()

    assert PASTED == dialog.profile()
    assert "1 certificate was pasted" == edit(dialog, "caFileEdit").placeholderText()


def test_a_secret_does_not_go_into_further_settings(desk: Desk) -> None:
    dialog = desk.dialog(PROFILE)
    further = dialog.findChild(QPlainTextEdit, "furtherEdit")
    assert isinstance(further, QPlainTextEdit)
    assert "client.dns.lookup=use_all_dns_ips\n" == further.toPlainText()
    told = []
    for typed in ("sasl.password=x", "group.id=x", "=x", "socket.keepalive.enable=true"):
        further.setPlainText(typed)
        told.append(words(dialog, "saveNote"))

    assert [
        "“sasl.password” holds a secret. Use the fields of the form: they keep it safe.",
        "“group.id” cannot be set here: the program sets it itself.",
        "Further settings: line 1: there is no name before the =.",
        "",
    ] == told
    assert (("socket.keepalive.enable", "true"),) == dialog.profile().settings


def test_of_an_administrators_connection_only_what_is_personal_can_be_changed(desk: Desk) -> None:
    dialog = desk.dialog(replace(PROFILE, managed=True))

    fixed = ("nameEdit", "serversEdit", "caFileEdit", "registryEdit")
    personal = ("userEdit", "passwordEdit", "certificateFileEdit", "personEdit")
    assert [False] * 4 == [edit(dialog, name).isEnabled() for name in fixed]
    assert [True] * 4 == [edit(dialog, name).isEnabled() for name in personal]
    assert not button(dialog, "importSettingsButton").isEnabled()


# Queues


def test_a_queue_suggests_its_group_until_somebody_writes_another(qtbot: QtBot) -> None:
    dialog = QueueDialog(None, ())
    qtbot.addWidget(dialog)

    edit(dialog, "queueTopicEdit").setText("orders.dlq")
    assert "kmp-orders.dlq" == edit(dialog, "groupEdit").text()
    edit(dialog, "groupEdit").setText("mine")
    edit(dialog, "queueTopicEdit").setText("orders.events.dlq")
    assert "mine" == edit(dialog, "groupEdit").text()


def test_a_queue_that_retries_into_itself_is_refused(qtbot: QtBot) -> None:
    dialog = QueueDialog(QUEUE, ())
    qtbot.addWidget(dialog)

    edit(dialog, "retryTopicEdit").setText("orders.events.dlq")

    assert "A queue cannot retry into itself." == words(dialog, "queueRefusal")
    assert not button(dialog, "saveQueueButton").isEnabled()


def test_columns_of_a_queue_are_chosen_by_the_names_of_fields(qtbot: QtBot) -> None:
    columns = (PayloadColumn(("customer", "name"), "Customer"), PayloadColumn(("orderNumber",), ""))
    dialog = QueueDialog(replace(QUEUE, columns=columns), ())
    qtbot.addWidget(dialog)

    assert columns == dialog.queue().columns
    edit(dialog, "columnFieldEdit1").setText("customer..name")
    assert words(dialog, "queueRefusal").startswith("“customer..name” names no field.")
    assert not button(dialog, "saveQueueButton").isEnabled()
    edit(dialog, "columnFieldEdit1").clear()
    assert columns[1:] == dialog.queue().columns
    assert button(dialog, "saveQueueButton").isEnabled()


def test_own_words_and_headers_for_failures_are_added_changed_and_removed(desk: Desk) -> None:
    rules = FailureRules((("x-acme-why", "message"),), (OwnWords("StockException", "Not enough on stock"),))
    dialog = desk.dialog(replace(PROFILE, failures=rules))
    assert rules == dialog.profile().failures

    button(dialog, "failureWordsAddButton").click()
    edit(dialog, "failureWordsFirst2").setText("Timeout")
    assert "Say how failures with “Timeout” are called, or remove the line." == words(dialog, "saveNote")
    assert not button(dialog, "saveConnectionButton").isEnabled()
    edit(dialog, "failureWordsSecond2").setText("The bank did not answer")
    button(dialog, "failureWordsRemove1").click()
    button(dialog, "failureHeadersAddButton").click()
    edit(dialog, "failureHeadersFirst2").setText("x-acme-why")
    assert words(dialog, "saveNote").startswith("The header “x-acme-why” is listed twice")
    edit(dialog, "failureHeadersFirst2").setText("x-acme-class")
    holds = combo(dialog, "failureHeadersSecond2")
    holds.setCurrentIndex(holds.findData("exception_class"))

    changed = (("x-acme-why", "message"), ("x-acme-class", "exception_class"))
    bank = OwnWords("Timeout", "The bank did not answer")
    assert FailureRules(changed, (bank,)) == dialog.profile().failures


def test_every_meaning_that_a_header_can_have_is_offered(desk: Desk) -> None:
    dialog = desk.dialog(PROFILE)
    button(dialog, "failureHeadersAddButton").click()
    holds = combo(dialog, "failureHeadersSecond1")
    assert set(MEANINGS) == {holds.itemData(each) for each in range(holds.count())}


def test_queues_are_added_edited_and_removed(desk: Desk) -> None:
    dialog = desk.dialog(replace(PROFILE, queues=()))
    dialog.show_queues()

    button(dialog, "addQueueButton").click()
    adding = open_dialog(QueueDialog)
    edit(adding, "queueNameEdit").setText("Invoices")
    edit(adding, "queueTopicEdit").setText("invoices.dlq")
    edit(adding, "retryTopicEdit").setText("invoices.retry")
    button(adding, "saveQueueButton").click()
    added = Queue("invoices", "Invoices", "invoices.dlq", "invoices.retry", "kmp-invoices.dlq")
    assert (added,) == dialog.profile().queues

    button(dialog, "editQueueButton").click()
    editing = open_dialog(QueueDialog)
    edit(editing, "queueNameEdit").setText("Bills")
    button(editing, "saveQueueButton").click()
    assert (replace(added, name="Bills"),) == dialog.profile().queues

    table = dialog.findChild(QTreeWidget, "queueTable")
    assert isinstance(table, QTreeWidget)
    assert 1 == table.topLevelItemCount()
    button(dialog, "removeQueueButton").click()
    assert () == dialog.profile().queues
    assert not button(dialog, "editQueueButton").isEnabled()


def test_topics_of_the_cluster_are_found_by_a_part_of_their_name(desk: Desk) -> None:
    dialog = desk.dialog(replace(PROFILE, queues=()))
    dialog.show_queues()
    button(dialog, "addQueueButton").click()
    adding = open_dialog(QueueDialog)
    desk.qtbot.waitUntil(lambda: words(adding, "topicsLabel").startswith("3 topics on the server"))

    field = edit(adding, "queueTopicEdit")
    offered = field.completer()
    assert offered is not None
    offered.setCompletionPrefix("EVENTS.D")
    assert (1, "orders.events.dlq") == (offered.completionCount(), offered.currentCompletion())
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Down)
    popup = offered.popup()
    assert popup is not None
    assert (True, 3) == (popup.isVisible(), offered.completionCount())
    popup.hide()


def test_while_the_form_is_not_complete_no_cluster_is_asked_for_topics(desk: Desk) -> None:
    dialog = desk.dialog(EMPTY)
    dialog.show_queues()

    button(dialog, "addQueueButton").click()

    assert None is edit(open_dialog(QueueDialog), "queueTopicEdit").completer()
    assert "" == words(open_dialog(QueueDialog), "topicsLabel")


# The test


def test_the_test_runs_beside_the_window_with_what_was_typed(desk: Desk) -> None:
    SessionSecrets.put(desk.secrets, SecretRef("shop", SecretKind.REGISTRY), "stored")
    dialog = desk.dialog(PROFILE)
    edit(dialog, "passwordEdit").setText(PASSWORD)

    with desk.qtbot.waitSignal(desk.tester.ended):
        button(dialog, "testConnectionButton").click()

    check = desk.services.check
    assert isinstance(check, MayNotRead)
    profile, queue, secrets, thread = check.asked[0]
    assert (PROFILE, QUEUE, Secrets(PASSWORD, "stored")) == (profile, queue, secrets)
    assert threading.main_thread() is not thread
    assert () == desk.services.profiles.all()


def test_every_step_is_shown_and_the_failed_one_helps_further(desk: Desk) -> None:
    dialog = desk.dialog(PROFILE)
    with desk.qtbot.waitSignal(desk.tester.ended):
        button(dialog, "testConnectionButton").click()

    steps = ("server", "secure", "sign_in", "read", "write")
    assert [] == [step for step in steps if dialog.findChild(QWidget, f"checkStep_{step}") is None]
    button(dialog, "copyAdminRequestButton").click()
    assert "kafka-acls --add --allow-principal User:svc-cs-desk" == QGuiApplication.clipboard().text()
    assert words(dialog, "testedLabel").endswith("Nothing was written.")
    assert "Test again" == button(dialog, "testConnectionButton").text()
    assert "You can save now and fix this later." == words(dialog, "saveNote")
    assert button(dialog, "saveConnectionButton").isEnabled()


def test_a_test_is_copied_as_text_for_whoever_can_help(desk: Desk) -> None:
    dialog = desk.dialog(PROFILE)
    edit(dialog, "passwordEdit").setText(PASSWORD)
    with desk.qtbot.waitSignal(desk.tester.ended):
        button(dialog, "testConnectionButton").click()

    button(dialog, "copyTestReportButton").click()

    said = QGuiApplication.clipboard().text().splitlines()
    assert "[passed] server works" in said
    assert "[failed] Reading “orders.events.dlq” is not allowed" in said
    assert "    kafka-acls --add --allow-principal User:svc-cs-desk" in said
    assert PASSWORD not in "".join(said)


def test_a_running_test_can_be_stopped(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    check = WaitsUntilStopped()
    desk = desk_with(PracticeWorld(tmp_path), qtbot, check=check)
    dialog = desk.dialog(PROFILE)
    button(dialog, "testConnectionButton").click()
    assert "Stop the test" == button(dialog, "testConnectionButton").text()
    qtbot.waitUntil(check.begun.is_set)

    button(dialog, "testConnectionButton").click()

    qtbot.waitUntil(check.given_up.is_set)
    assert "The test was stopped. Nothing was written." == words(dialog, "testedLabel")
    assert "Test again" == button(dialog, "testConnectionButton").text()
    close(desk)


def test_the_focus_is_on_the_test_again_when_it_has_ended_unless_it_was_moved(desk: Desk) -> None:
    dialog = desk.dialog(PROFILE)
    dialog.activateWindow()
    desk.qtbot.waitUntil(dialog.isActiveWindow)
    test = button(dialog, "testConnectionButton")

    test.setFocus()
    with desk.qtbot.waitSignal(desk.tester.ended):
        test.click()
        assert not button(dialog, "cancelConnectionButton").hasFocus()
    assert test.hasFocus()

    with desk.qtbot.waitSignal(desk.tester.ended):
        test.click()
        edit(dialog, "nameEdit").setFocus()
    assert edit(dialog, "nameEdit").hasFocus()


def test_closing_the_dialog_gives_up_the_test(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    check = WaitsUntilStopped()
    desk = desk_with(PracticeWorld(tmp_path), qtbot, check=check)
    dialog = desk.dialog(PROFILE)
    lines: list[object] = []
    desk.tester.reported.connect(lines.append)
    button(dialog, "testConnectionButton").click()
    qtbot.waitUntil(check.begun.is_set)

    dialog.reject()

    qtbot.waitUntil(check.given_up.is_set)
    close(desk)
    assert [] == lines


# Profile files


def test_a_connection_is_saved_as_a_file_for_others_without_what_is_personal(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "handed over.kmp-profile"
    monkeypatch.setattr(desk.prompts, "save_file", lambda *asked: asked[-1](str(file)))
    dialog = desk.dialog(PROFILE)
    edit(dialog, "passwordEdit").setText(PASSWORD)

    button(dialog, "exportProfileButton").click()
    desk.qtbot.waitUntil(lambda: words(dialog, "saveNote").startswith("Saved as"))

    assert (replace(PROFILE, person=""),) == desk.services.profiles.read_file(str(file))
    assert PASSWORD not in file.read_text(encoding="utf-8")
    assert () == desk.services.profiles.all()


def test_a_profile_file_asks_only_for_what_it_cannot_hold(desk: Desk) -> None:
    dialog = desk.importing(PROFILE)

    assert "profileImportDialog" == dialog.objectName()
    assert dialog.findChild(QLineEdit, "importPasswordEdit_shop").isVisible()  # type: ignore[union-attr]
    user = dialog.findChild(QLineEdit, "importUserEdit_shop")
    assert user is None or not user.isVisible()
    edit(dialog, "importPasswordEdit_shop").setText(PASSWORD)
    with desk.qtbot.waitSignal(dialog.saved):
        button(dialog, "importButton").click()
    assert (PROFILE,) == desk.services.profiles.all()
    assert PASSWORD == desk.password("shop")


def test_a_user_name_that_is_missing_is_asked_for(desk: Desk) -> None:
    dialog = desk.importing(replace(PROFILE, user=""))
    assert not button(dialog, "importButton").isEnabled()

    edit(dialog, "importUserEdit_shop").setText("me")
    with desk.qtbot.waitSignal(dialog.saved) as told:
        button(dialog, "importButton").click()

    saved = told.args[0]
    assert isinstance(saved, Saved)
    assert "me" == saved.profile.user


def test_several_connections_are_all_saved(desk: Desk) -> None:
    other = replace(PROFILE, id="test", name="Test", security=Security.PLAINTEXT, user="", registry_user="")
    dialog = desk.importing(PROFILE, other)
    saved: list[object] = []
    dialog.saved.connect(saved.append)

    with desk.qtbot.waitSignal(dialog.finished):
        button(dialog, "importButton").click()

    assert 2 == len(saved)
    assert (PROFILE, other) == desk.services.profiles.all()


def test_the_test_runs_by_itself_when_nothing_is_missing(desk: Desk) -> None:
    open_profile = replace(PROFILE, security=Security.PLAINTEXT, user="", registry_user="")
    with desk.qtbot.waitSignal(desk.tester.ended):
        dialog = desk.importing(open_profile)
    assert dialog.findChild(QWidget, "checkStep_server") is not None
