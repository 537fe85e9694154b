"""A password goes from a dialog into memory and to the broker, and nowhere else."""

from __future__ import annotations

import base64
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTreeWidget
from pytestqt.qtbot import QtBot

from kmp_desktop import bootstrap
from kmp_desktop.qt.crash import CrashReporter
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.store.folders import Folders
from kmp_desktop.store.log_file import LogFile, logging_to
from kmp_desktop.store.secrets import SessionSecrets
from tests.cluster.running import Cluster
from tests.demo.tour import Tour
from tests.driving import Driver

_USER, _REGISTRY_USER = "admin", "reader"
_REGISTRY_PASSWORD = "registry 'quoted' pässword"
_BREAK = "break what looks for new records"
_QUEUE, _RETRY = "secrets-dead-letters", "secrets-retry"


@pytest.fixture
def queue(kafka: str) -> Iterator[None]:
    """A queue with one record; removed afterwards."""
    admin = AdminClient({"bootstrap.servers": kafka})
    for future in admin.create_topics([NewTopic(each, 1, 1) for each in (_QUEUE, _RETRY)]).values():
        future.result(30)
    producer = Producer({"bootstrap.servers": kafka})
    producer.produce(_QUEUE, b'{"n":1}', b"ORD001")
    assert 0 == producer.flush(30)
    yield
    for future in admin.delete_topics([_QUEUE, _RETRY]).values():
        future.result(30)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[LogFile]:
    """The program's own log, with everything that any library would tell."""
    with logging_to(Folders(tmp_path).logs) as log:
        logging.getLogger().setLevel(logging.DEBUG)
        yield log


@pytest.fixture
def driver(
    qtbot: QtBot,
    queue: None,
    secured: Cluster,
    tmp_path: Path,
    log: LogFile,
    monkeypatch: pytest.MonkeyPatch,
    allow_log: Callable[[str], None],
) -> Iterator[Driver]:
    """The real window on a connection that asks for a password, on a computer without a password store."""
    monkeypatch.setattr(bootstrap, "open_secrets", SessionSecrets)
    connection = {
        "id": "demo",
        "name": "Secured",
        "servers": secured.sasl,
        "security": "SASL_PLAINTEXT",
        "mechanism": "SCRAM-SHA-512",
        "user": _USER,
        "registry_url": secured.registry,
        "registry_user": _REGISTRY_USER,
        "person": "me",
        "queues": [
            {"id": "q", "name": "Orders", "queue_topic": _QUEUE, "retry_topic": _RETRY, "group": "secrets"}
        ],
    }
    document = {"format": "kmp-desktop connections", "version": 1, "connections": [connection]}
    (tmp_path / "connections.json").write_text(json.dumps(document), encoding="utf-8")
    command = (sys.executable, "-m", "tests.e2e.breaking_engine", str(tmp_path / _BREAK))
    monkeypatch.setattr(bootstrap, "engine_command", lambda: command)
    services = bootstrap.real_services(Folders(tmp_path), log)
    monkeypatch.setattr(bootstrap, "real_services", lambda _folders: services)
    allow_log("unexpected exception")
    made = Driver(bootstrap.start(["--data-dir", str(tmp_path)]), timeout_s=30)
    crashes = CrashReporter(Prompts(), log.without_secrets, made.window)  # as run_window does
    crashes.install()
    tour = Tour(made, lambda _: None, None)
    yield made
    crashes.remove()
    tour.close()


@dataclass
class Search:
    """Looks for secrets wherever a password could have got to."""

    folder: Path
    secrets: tuple[str, ...]
    texts: dict[str, str] = field(default_factory=dict)
    """What was shown, copied or logged: where -> text."""

    def leaks(self) -> set[str]:
        """The places where one was found."""
        found = {where for where, text in self.texts.items() if self._is_in(text.encode())}
        files = (each for each in self.folder.rglob("*") if each.is_file())
        found |= {each.name for each in files if self._is_in(each.read_bytes())}
        if any(map(self._is_in, _command_lines())):
            found.add("command line")
        return found

    def _is_in(self, content: bytes) -> bool:
        return any(form in content for secret in self.secrets for form in _forms(secret))


def _forms(secret: str) -> Iterable[bytes]:
    yield secret.encode()
    yield repr(secret)[1:-1].encode()
    yield json.dumps(secret)[1:-1].encode()
    for user in (_USER, _REGISTRY_USER):  # what a header of HTTP holds
        yield base64.b64encode(f"{user}:{secret}".encode())


def _command_lines() -> Iterator[bytes]:
    """Of this process and those it started: other tests format brokers with the same passwords."""
    parents: dict[int, int] = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            told = (process / "stat").read_text(encoding="utf-8", errors="replace")
            parents[int(process.name)] = int(told.rpartition(")")[2].split()[1])
    ours = {os.getpid()}
    while more := {each for each, parent in parents.items() if parent in ours} - ours:
        ours |= more
    for each in ours:
        with suppress(OSError):
            yield Path(f"/proc/{each}/cmdline").read_bytes()


@pytest.fixture
def search(secured: Cluster, tmp_path: Path) -> Search:
    password = secured.users[_USER]
    return Search(tmp_path, ("not-the-" + password[::-1], password, _REGISTRY_PASSWORD))


def test_a_password_reaches_no_file_no_log_no_command_line_and_no_traceback(
    driver: Driver, search: Search, caplog: pytest.LogCaptureFixture
) -> None:
    _sign_in(driver, search)
    _decide(driver, search.folder)
    _test_and_save_the_connection(driver, search)
    reports = _break_everywhere(driver, search)
    search.texts |= reports | {"log records": "\n".join(each.getMessage() for each in caplog.records)}

    names = {each.name for each in search.folder.rglob("*") if each.is_file()}
    assert {"connections.json", "kmp-desktop.log"} <= names
    assert 3 == len(reports)
    assert all("Traceback" in report for report in reports.values())
    assert set() == search.leaks()


def test_secrets_of_every_kind_of_sign_in_reach_nothing_that_is_kept(
    driver: Driver, secured: Cluster, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    search = Search(tmp_path, ("client-canary", "registry-canary", "key-canary", "store-canary"))
    client, registry, key, store = search.secrets
    (tmp_path / "clerk.pem").write_bytes(b"no certificate")
    driver.wait_for_page("queuesPage")
    driver.click("editConnectionButton_demo")
    driver.wait_for_page("connectionDialog")
    driver.click("importSettingsButton")
    driver.wait_for_page("importSettingsDialog")
    driver.find("importSettingsText", QPlainTextEdit).setPlainText(
        f"bootstrap.servers={secured.sasl_ssl}\nsecurity.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\n"
        "sasl.oauthbearer.token.endpoint.url=http://127.0.0.1:1/token\n"
        f"sasl.jaas.config=x.OAuthBearerLoginModule required clientId='c' clientSecret='{client}';\n"
        f"ssl.truststore.location={tmp_path}/none.jks\nssl.truststore.password={store}\n"
        f"ssl.ca.location={secured.ca_file}\nssl.key.password={key}\n"
        f"ssl.certificate.location={tmp_path}/clerk.pem\n"
        f"schema.registry.url={secured.registry}\nbearer.auth.token={registry}\n"
    )
    driver.wait(lambda: driver.find("importSettingsTable", QTreeWidget).topLevelItemCount(), "it was read")
    table = driver.find("importSettingsTable", QTreeWidget)
    items = [table.topLevelItem(row) for row in range(table.topLevelItemCount())]
    search.texts["table"] = "\n".join(each.text(column) for each in items if each for column in range(3))
    driver.click("useSettingsButton")
    typed = ("passwordEdit", "registryPasswordEdit", "keyPasswordEdit")
    assert [client, registry, key] == [driver.find(name, QLineEdit).text() for name in typed]
    driver.click("testConnectionButton")
    driver.wait(lambda: driver.shows("checkStep_secure"), "the own certificate was looked at")
    driver.click("saveConnectionButton")
    driver.wait(lambda: not driver.shows("connectionDialog"), "the connection is saved")

    search.texts["log records"] = "\n".join(each.getMessage() for each in caplog.records)
    saved = (tmp_path / "connections.json").read_text(encoding="utf-8")
    assert all(part in saved for part in ("OAUTHBEARER", "clerk.pem", "bearer"))
    assert set() == search.leaks()


def test_without_the_hiding_the_same_tracebacks_would_tell_it(
    driver: Driver, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LogFile, "hide", lambda _log, *_secrets: None)
    _sign_in(driver, search)
    search.texts |= _break_everywhere(driver, search)

    assert {"window", "thread", "engine", "kmp-desktop.log"} == search.leaks()


def test_whatever_is_planted_is_found(tmp_path: Path) -> None:
    search = Search(tmp_path, ("hunter2-'planted'",))
    assert set() == search.leaks()
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "file").write_bytes(b"\0hunter2-'planted'\0")
    (tmp_path / "quoted").write_text(json.dumps({"p": "hunter2-'planted'"}), encoding="utf-8")
    (tmp_path / "header").write_bytes(base64.b64encode(b"admin:hunter2-'planted'"))
    search.texts["report"] = f"KeyError: {search.secrets[0]!r}"
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()", search.secrets[0]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it runs: before that its command line may still be empty
        found = search.leaks()
        process.communicate(b"\n")

    assert {"file", "quoted", "header", "report", "command line"} == found


# What a person does


def _sign_in(driver: Driver, search: Search) -> None:
    """Open the queue; the first password is wrong."""
    driver.wait_for_page("queuesPage")
    driver.click("openQueueButton_demo_q")
    for typed in search.secrets[:2]:
        driver.wait_for_page("enterPasswordButton")
        driver.click("enterPasswordButton")
        driver.wait_for_page("passwordDialog")
        QTest.keyClicks(driver.find("askPasswordEdit", QLineEdit), typed)
        driver.click("usePasswordButton")
        driver.wait(lambda: not driver.shows("passwordDialog"), "the password is taken")
    driver.wait(lambda: _rows(driver) == 1, "the record is shown")


def _decide(driver: Driver, folder: Path) -> None:
    driver.click_row(0)
    driver.press("recordTable", Qt.Key.Key_M)
    driver.wait(lambda: list(folder.rglob("*.draft")), "the decision is saved")


def _test_and_save_the_connection(driver: Driver, search: Search) -> None:
    """Type both passwords into the connection's dialog, test it, save it; the queue is opened anew."""
    driver.click("backButton")
    driver.wait_for_page("queuesPage")
    driver.click("editConnectionButton_demo")
    driver.wait_for_page("connectionDialog")
    driver.find("passwordEdit", QLineEdit).setText(search.secrets[1])
    driver.find("registryPasswordEdit", QLineEdit).setText(search.secrets[2])
    driver.click("testConnectionButton")
    driver.wait(lambda: driver.shows("checkStep_registry"), "the connection is tested")
    driver.click("saveConnectionButton")
    driver.wait(lambda: not driver.shows("connectionDialog"), "the connection is saved")
    driver.click("openQueueButton_demo_q")
    driver.wait(lambda: _rows(driver) == 1, "the record is shown again")


def _break_everywhere(driver: Driver, search: Search) -> dict[str, str]:
    """Bugs with a password in a local variable and in their words; the report of each."""
    password = search.secrets[1]

    def bug(*_: object) -> int:
        held = {"sasl.password": password}
        try:
            return int(held["sasl.password"])
        except ValueError as error:
            raise RuntimeError(f"no such thing: {password}") from error

    def in_a_thread() -> None:
        thread = threading.Thread(target=bug)
        thread.start()
        thread.join()

    def behind_the_queue() -> None:
        (search.folder / _BREAK).touch()
        session = driver.window.session  # type: ignore[attr-defined]
        session.try_now()

    return {
        "window": _report(driver, lambda: QTimer.singleShot(0, bug)),
        "thread": _report(driver, in_a_thread),
        "engine": _report(driver, behind_the_queue),
    }


def _report(driver: Driver, break_something: Callable[[], None]) -> str:
    """What a person is shown and copies when something breaks."""
    break_something()
    driver.wait_for_page("errorDialog")
    shown = driver.find("errorDetails", QPlainTextEdit).toPlainText()
    driver.click("copyReportButton")
    driver.click("continueButton")
    driver.wait(lambda: not driver.shows("errorDialog"), "the report is closed")
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return f"{shown}\n{QGuiApplication.clipboard().text()}"


def _rows(driver: Driver) -> int:
    # The pages of the attempt before go when the event loop comes round, and none runs here.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return len(driver.row_texts()) if driver.shows("recordTable") else 0
