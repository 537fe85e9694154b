"""A password goes from a dialog into memory and to the broker, and nowhere else."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from kmp_desktop import bootstrap
from kmp_desktop.store.folders import Folders
from kmp_desktop.store.log_file import LogFile, logging_to
from kmp_desktop.store.secrets import SessionSecrets
from tests.cluster.running import Cluster
from tests.demo.tour import Tour
from tests.driving import Driver

_USER = "admin"
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
    qtbot: QtBot, queue: None, secured: Cluster, tmp_path: Path, log: LogFile, monkeypatch: pytest.MonkeyPatch
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
        "person": "me",
        "queues": [
            {"id": "q", "name": "Orders", "queue_topic": _QUEUE, "retry_topic": _RETRY, "group": "secrets"}
        ],
    }
    document = {"format": "kmp-desktop connections", "version": 1, "connections": [connection]}
    (tmp_path / "connections.json").write_text(json.dumps(document), encoding="utf-8")
    services = bootstrap.real_services(Folders(tmp_path), log)
    monkeypatch.setattr(bootstrap, "real_services", lambda _folders: services)
    made = Driver(bootstrap.start(["--data-dir", str(tmp_path)]), timeout_s=15)
    tour = Tour(made, lambda _: None, None)
    yield made
    tour.close()


def test_no_file_no_log_and_no_command_line_holds_a_password(
    driver: Driver, secured: Cluster, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    password = secured.users[_USER]
    wrong = "not-the-" + password[::-1]
    driver.wait_for_page("queuesPage")
    driver.click("openQueueButton_demo_q")
    for typed in (wrong, password):
        driver.wait_for_page("enterPasswordButton")
        driver.click("enterPasswordButton")
        driver.wait_for_page("passwordDialog")
        QTest.keyClicks(driver.find("askPasswordEdit", QLineEdit), typed)
        driver.click("usePasswordButton")
        driver.wait(lambda: not driver.shows("passwordDialog"), "the password is taken")
    driver.wait(lambda: _rows(driver) == 1, "the record is shown")
    driver.click_row(0)
    driver.press("recordTable", Qt.Key.Key_M)
    driver.wait(lambda: list(tmp_path.rglob("*.draft")), "the decision is saved")

    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert {"connections.json", "kmp-desktop.log"} <= {each.name for each in files}
    for secret in (wrong, password):
        assert [] == [each for each in files if secret.encode() in each.read_bytes()]
        assert secret not in caplog.text
        assert [] == _command_lines_with(secret)


def _rows(driver: Driver) -> int:
    # The pages of the attempt before go when the event loop comes round, and none runs here.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return len(driver.row_texts()) if driver.shows("recordTable") else 0


def _command_lines_with(secret: str) -> list[bytes]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes()
        except OSError:  # it has ended
            continue
        if secret.encode() in line:
            found.append(line)
    return found
