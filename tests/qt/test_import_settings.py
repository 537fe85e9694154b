"""Taking over settings of another Kafka program: what is shown, and what comes into the form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTreeWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.core.profile import ConnectionProfile, Environment, Mechanism, Queue, Security
from kmp_desktop.qt.connections import Connections
from kmp_desktop.qt.dialogs.connection_dialog import ConnectionDialog
from kmp_desktop.qt.dialogs.import_settings_dialog import ImportSettingsDialog
from kmp_desktop.qt.theme import Theme
from tests.qt.connection_desk import Desk, button, close, desk_with, edit, open_dialog, words
from tests.qt.practice_world import PracticeWorld

_EMPTY = ConnectionProfile("", "", "", security=Security.SASL_SSL)
_LINE = (
    "kafka-merge-purge -b kafka:9092 -g desk -o security.protocol=SASL_SSL -o sasl.mechanism=PLAIN "
    "-o sasl.username=clerk -o sasl.password=canary-secret -o acks=all ask orders.dlq orders.retry"
)


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    Theme.current().apply(qapp)
    made = desk_with(PracticeWorld(tmp_path), qtbot)
    yield made
    close(made)


def importing(desk: Desk, dialog: ConnectionDialog, said: str) -> ImportSettingsDialog:
    """The dialog after it has looked at a pasted text."""
    button(dialog, "importSettingsButton").click()
    found = open_dialog(ImportSettingsDialog)
    assert isinstance(found, ImportSettingsDialog)
    pasted = found.findChild(QPlainTextEdit, "importSettingsText")
    assert isinstance(pasted, QPlainTextEdit)
    pasted.setPlainText(said)
    desk.qtbot.waitUntil(lambda: words(found, "importSettingsLabel") != "")
    return found


def rows(dialog: ImportSettingsDialog) -> dict[str, str]:
    """Setting -> yes or no."""
    table = dialog.findChild(QTreeWidget, "importSettingsTable")
    assert isinstance(table, QTreeWidget)
    items = [table.topLevelItem(row) for row in range(table.topLevelItemCount())]
    return {each.text(0): each.text(1) for each in items if each is not None}


def test_a_pasted_command_line_fills_the_form_and_adds_its_queue(desk: Desk) -> None:
    dialog = desk.dialog(_EMPTY)
    button(dialog, "productionButton").click()
    asked = importing(desk, dialog, _LINE)

    assert "1 setting is not taken over." == words(asked, "importSettingsLabel")
    assert ("yes", "no") == (rows(asked)["sasl.password"], rows(asked)["acks"])
    button(asked, "useSettingsButton").click()

    profile = dialog.profile()
    queue = Queue("orders-dlq", "orders.dlq", "orders.dlq", "orders.retry", "desk")
    assert ("kafka:9092", Security.SASL_SSL, Mechanism.PLAIN, "clerk", (queue,)) == (
        *(profile.servers, profile.security, profile.mechanism, profile.user),
        profile.queues,
    )
    assert "canary-secret" == edit(dialog, "passwordEdit").text()
    assert Environment.PRODUCTION is profile.environment


def test_what_holds_no_settings_cannot_be_used(desk: Desk) -> None:
    asked = importing(desk, desk.dialog(_EMPTY), "Dear colleague")

    assert "No setting of a Kafka client was found in it." == words(asked, "importSettingsLabel")
    assert not button(asked, "useSettingsButton").isEnabled()


def test_a_settings_file_that_is_dropped_begins_a_connection(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "orders.properties"
    file.write_text("bootstrap.servers=kafka:9092\n", encoding="utf-8")
    window = desk.dialog(_EMPTY)
    connections = Connections(desk.services, desk.prompts, desk.lane, {}, window)

    connections.read_file(str(file))

    asked = open_dialog(ImportSettingsDialog)
    assert isinstance(asked, ImportSettingsDialog)
    qtbot.waitUntil(button(asked, "useSettingsButton").isEnabled)
    button(asked, "useSettingsButton").click()
    begun = asked.parent()
    assert isinstance(begun, ConnectionDialog)
    assert ("orders", "kafka:9092") == (begun.profile().name, begun.profile().servers)
    begun.done(0)
    with qtbot.waitSignal(connections.closed):
        connections.close()
    assert window.isVisible()
