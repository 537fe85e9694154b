"""Errors in one layout, with verbs; reports without secrets; and what happens to the unexpected."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.profile import ConnectionProfile
from kmp_desktop.core.text import text
from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.crash import CrashReporter, redacted
from kmp_desktop.qt.dialogs.about_dialog import AboutDialog
from kmp_desktop.qt.dialogs.error_dialog import ErrorDialog, content_of, error_report
from kmp_desktop.qt.dialogs.password_dialog import PasswordAnswer, PasswordDialog
from kmp_desktop.qt.dialogs.shortcuts_dialog import ShortcutsDialog
from kmp_desktop.qt.dialogs.verbs import OFFERS, Verb, verb_words
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.theme import Theme

PROFILE = ConnectionProfile("shop", "Order platform", "a:1", user="svc")


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> None:
    Theme.current().apply(qapp)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def error(code: ErrorCode, request: str = "", details: str = "_TRANSPORT: refused") -> UserFacingError:
    return UserFacingError(
        code,
        text("The queue could not be read to the end."),
        text("Nothing was written. Your {n} decisions are saved on this computer.", n=143),
        text("Continue where it stopped, or work with what was read."),
        more=text("The connection to the server broke off."),
        details=details,
        request=request,
    )


def button(dialog: QWidget, name: str) -> QPushButton:
    found = dialog.findChild(QPushButton, name)
    assert isinstance(found, QPushButton), name
    return found


def words(dialog: QWidget, name: str) -> str:
    found = dialog.findChild(QLabel, name)
    assert isinstance(found, QLabel), name
    return found.text()


# Errors


@pytest.mark.parametrize("code", ErrorCode)
def test_every_kind_of_error_has_verbs_and_a_way_out(qtbot: QtBot, code: ErrorCode) -> None:
    content = content_of(error(code, request="acl"))
    dialog = ErrorDialog(content)
    qtbot.addWidget(dialog)

    assert content.escape in content.verbs
    assert [] == [verb for verb in content.verbs if button(dialog, f"{verb.value}Button") is None]
    assert OFFERS[code].verbs == content.verbs


def test_buttons_are_verbs() -> None:
    assert not {verb_words(verb).casefold() for verb in Verb} & {"ok", "yes", "no"}


def test_an_error_says_what_happened_what_not_and_what_to_do(qtbot: QtBot) -> None:
    dialog = ErrorDialog(content_of(error(ErrorCode.READ_BROKE_OFF)))
    qtbot.addWidget(dialog)

    assert "errorDialog" == dialog.objectName()
    assert [
        "The queue could not be read to the end.",
        "The connection to the server broke off.",
        "Nothing was written. Your 143 decisions are saved on this computer.",
        "Continue where it stopped, or work with what was read.",
    ] == [words(dialog, f"error{part}") for part in ("Title", "Sentence", "Unchanged", "Advice")]


def test_the_chosen_verb_is_told_once(qtbot: QtBot, window: QWidget) -> None:
    chosen: list[Verb] = []
    dialog = Prompts().show_error(window, error(ErrorCode.READ_BROKE_OFF), chosen.append)

    button(dialog, "continueReadingButton").click()

    assert [Verb.CONTINUE_READING] == chosen


def test_escape_means_the_harmless_verb(qtbot: QtBot, window: QWidget) -> None:
    chosen: list[Verb] = []
    dialog = Prompts().quit_during_commit(window, chosen.append)
    assert button(dialog, "waitButton").isDefault()

    QTest.keyClick(dialog, Qt.Key.Key_Escape)

    assert [Verb.WAIT] == chosen


def test_verbs_that_lead_nowhere_are_left_out(qtbot: QtBot) -> None:
    content = content_of(error(ErrorCode.NO_CONNECTION), verbs=(Verb.TRY_AGAIN,))
    assert (Verb.TRY_AGAIN,) == content.verbs
    assert Verb.TRY_AGAIN is content.escape


def test_the_administrators_request_is_offered_only_where_there_is_one(qtbot: QtBot, window: QWidget) -> None:
    assert (Verb.BACK_TO_QUEUES,) == content_of(error(ErrorCode.MAY_NOT_READ)).verbs
    dialog = Prompts().show_error(window, error(ErrorCode.MAY_NOT_READ, request="kafka-acls --add"))

    button(dialog, "copyRequestButton").click()

    assert "kafka-acls --add" == QGuiApplication.clipboard().text()
    assert dialog.isVisible()
    dialog.reject()


def test_details_are_closed_until_a_developer_looks(qtbot: QtBot, window: QWidget) -> None:
    dialog = Prompts().show_error(window, error(ErrorCode.NO_CONNECTION))
    details = dialog.findChild(QPlainTextEdit, "errorDetails")
    assert isinstance(details, QPlainTextEdit)
    assert not details.isVisible()

    button(dialog, "errorDetailsButton").click()

    assert details.isVisible()
    assert "_TRANSPORT: refused" == details.toPlainText()
    dialog.reject()


def test_the_report_can_be_copied(qtbot: QtBot, window: QWidget) -> None:
    failed = error(ErrorCode.NO_CONNECTION)
    dialog = Prompts().show_error(window, failed)

    button(dialog, "copyReportButton").click()

    assert error_report(failed) == QGuiApplication.clipboard().text()
    assert "_TRANSPORT: refused" in error_report(failed)
    dialog.reject()


# The unexpected


@pytest.mark.parametrize(
    "line",
    [
        "sasl.password=hunter2secret",
        "sasl.password = hunter2secret, sasl.username=me",
        '{"sasl.password": "hunter2secret"}',
        "'ssl.key.password': 'hunter2secret'",
        'org.apache.kafka...required username="me" password="hunter2secret";',
        "https://me:hunter2secret@schemas.orders.example/subjects",
        "api_key: hunter2secret",
        "value=b'hunter2secret and more of a payload'",
        'b"hunter2secret \\" more"',
    ],
)
def test_no_secret_and_no_payload_is_left_in_a_report(line: str) -> None:
    assert "hunter2secret" not in redacted(line)


def test_what_developers_need_stays_in_a_report() -> None:
    report = "File \"kmp_desktop/qt/theme.py\", line 12, in px\nKeyError: 'muted' (partition 3, offset 4711)"
    assert report == redacted(report)


@pytest.fixture
def crashes(window: QWidget, allow_log: Callable[[str], None]) -> Iterator[CrashReporter]:
    allow_log("unexpected exception")
    reporter = CrashReporter(Prompts(), lambda report: report.replace("in use", "•••"), window)
    reporter.install()
    yield reporter
    reporter.remove()


def raised() -> Exception:
    try:
        int("sasl.password=hunter2secret, a password in use")
    except ValueError as fault:
        return fault
    raise AssertionError


def test_an_unexpected_exception_opens_one_dialog_with_a_report(
    qtbot: QtBot, window: QWidget, crashes: CrashReporter
) -> None:
    def dialogs() -> list[ErrorDialog]:
        return [each for each in window.findChildren(ErrorDialog) if each.isVisible()]

    for _ in range(3):
        fault = raised()
        sys.excepthook(type(fault), fault, fault.__traceback__)
    qtbot.waitUntil(lambda: len(dialogs()) == 1)

    dialog = dialogs()[0]
    assert "Something went wrong in the program." == words(dialog, "errorTitle")
    button(dialog, "copyReportButton").click()
    report = QGuiApplication.clipboard().text()
    assert "ValueError" in report
    assert "test_dialogs.py" in report
    assert "hunter2secret" not in report
    assert "a password •••" in report
    button(dialog, "continueButton").click()
    assert [] == dialogs()


# Passwords, shortcuts, about


def test_a_typed_password_is_handed_over_once_and_forgotten(qtbot: QtBot, window: QWidget) -> None:
    answers: list[PasswordAnswer | None] = []
    dialog = Prompts().ask_password(window, PROFILE, answers.append, may_keep=True)
    field = dialog.findChild(QLineEdit, "askPasswordEdit")
    assert isinstance(field, QLineEdit)
    assert not button(dialog, "usePasswordButton").isEnabled()

    field.setText("hunter2secret")
    button(dialog, "usePasswordButton").click()

    assert [PasswordAnswer("hunter2secret", keep=True)] == answers
    assert "hunter2secret" not in repr(answers)
    assert "" == field.text()


def test_cancelling_the_password_is_an_answer_too(qtbot: QtBot, window: QWidget) -> None:
    answers: list[PasswordAnswer | None] = []
    dialog = Prompts().ask_password(window, PROFILE, answers.append, may_keep=False)
    assert "It is kept only until you quit." == words(dialog, "passwordNotice")

    dialog.reject()

    assert [None] == answers


def test_every_shortcut_is_listed_and_found(qtbot: QtBot, window: QWidget) -> None:
    actions = Actions(window)
    dialog = ShortcutsDialog(actions.shortcut_lines())
    qtbot.addWidget(dialog)
    dialog.show()
    everything = dialog.shown()
    field = dialog.findChild(QLineEdit, "shortcutSearch")
    assert isinstance(field, QLineEdit)

    field.setText("undecided")
    assert {"Next undecided record", "Previous undecided record"} == set(dialog.shown())
    field.setText("no such thing")
    assert () == dialog.shown()
    assert not dialog.findChild(QLabel, "noShortcutLabel").isHidden()  # type: ignore[union-attr]
    field.clear()
    assert everything == dialog.shown()
    assert {"Retry (merge)", "Discard (purge)", "Skip for now", "Undo", "Redo", "Find"} <= set(everything)


def test_the_password_dialog_never_shows_what_is_typed(qtbot: QtBot) -> None:
    dialog = PasswordDialog(PROFILE, may_keep=True)
    qtbot.addWidget(dialog)
    field = dialog.findChild(QLineEdit, "askPasswordEdit")
    assert isinstance(field, QLineEdit)
    assert QLineEdit.EchoMode.Password == field.echoMode()


def test_about_names_the_versions_of_the_parts(qtbot: QtBot) -> None:
    dialog = AboutDialog("/data")
    qtbot.addWidget(dialog)
    assert "aboutDialog" == dialog.objectName()
    for part in ("Python", "Qt", "confluent-kafka", "keyring"):
        assert part in words(dialog, "partsLabel")
