"""Every screen and state of the window, each as a function that brings it about."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QTabWidget,
    QTreeView,
    QWidget,
)
from studio import ALL, ORDERS, Studio

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.history import Beginning, HistoryRecord, ended
from kmp_desktop.core.outcome import Step
from kmp_desktop.core.queue_state import QueueIdentity
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.core.text import text
from kmp_desktop.practice.broker import READING, AtCommit, UnfinishedWork
from kmp_desktop.practice.samples import fill, shop
from kmp_desktop.qt.models.record_table import Column
from kmp_desktop.qt.queue_session import Pace
from kmp_desktop.qt.views.column_choice import AUTOMATIC, ColumnChoice
from kmp_desktop.qt.views.record_table_view import RecordTableView
from kmp_desktop.store.backups import SealedBackups
from kmp_desktop.store.history import SqliteHistory


def welcome(studio: Studio) -> QPixmap:
    """No connection yet."""
    studio.profiles = ()
    return studio.picture()


def queues(studio: Studio) -> QPixmap:
    """Two connections, one with a draft, one that does not answer."""
    studio.open_shop()
    studio.decide(17, 6, 3)
    studio.click("backButton")
    return studio.picture()


def triage(studio: Studio) -> QPixmap:
    """Records, some of them decided, one of them current."""
    studio.open_shop()
    studio.decide(12, 4, 2)
    studio.select(4)
    return studio.picture()


def reading(studio: Studio) -> QPixmap:
    """In the middle of reading."""
    fill(studio.broker, shop(studio.clock.now_ms()))
    hold = studio.broker.hold(READING)
    studio.open(SessionPhase.READING)
    studio.settle(1500)
    picture = studio.picture()
    hold.release()
    return picture


def group(studio: Studio) -> QPixmap:
    """A whole group, selected and decided."""
    studio.open_shop()
    groups = studio.find(QAbstractItemView, "failureGroupList")
    groups.setCurrentIndex(groups.model().index(1, 0))
    studio.settle()
    studio.trigger("selectGroupAction")
    studio.trigger("mergeAction")
    return studio.picture()


def columns(studio: Studio) -> QPixmap:
    """The list of columns over a table that shows three more."""
    studio.open_shop()
    wanted = frozenset({*AUTOMATIC, Column.REPORTED_BY, Column.COORDINATES, Column.SIZE})
    studio.find(RecordTableView, "recordTable").columns.choose(ColumnChoice(shown=wanted))
    studio.trigger("columnsAction")
    picture = studio.picture()
    popup = studio.find(QWidget, "columnsPopup")
    painter = QPainter(picture)
    painter.drawPixmap(studio.window.mapFromGlobal(popup.pos()), popup.grab())
    painter.end()
    popup.hide()
    return picture


def few_first(studio: Studio) -> QPixmap:
    """A few of a selected group, to try them first."""
    group(studio)
    studio.trigger("undoAction")
    studio.click("fewFirstButton")
    return studio.dialog("fewFirstDialog").grab()


def whole_value(studio: Studio) -> QPixmap:
    """A value that is too long for its line."""
    note = "The customer asked twice whether the parcel was sent. " * 8
    studio.broker.write(b"4500318700", json.dumps({"orderNumber": "4500318700", "note": note}).encode())
    studio.open()
    studio.select(0)
    tree = studio.find(QTreeView, "contentTree")
    tree.setCurrentIndex(tree.model().index(1, 0))
    tree.activated.emit(tree.currentIndex())
    return studio.dialog("valueDialog").grab()


def history(studio: Studio) -> QPixmap:
    """What was committed from this computer."""
    now = studio.clock.now_ms()
    topics = (ORDERS.queue_topic, bytes(16), ORDERS.retry_topic, bytes(16))
    identity = QueueIdentity("shop", *topics, ORDERS.group)
    kept = SqliteHistory(studio.folder / "history")
    reasons = ("Customer not found", "A service did not answer", "Content was refused as invalid")
    for nth, age_h in enumerate((70, 26, 2)):
        records = [
            HistoryRecord(
                RecordId(each % 3, 400 + each),
                "purge" if each % 4 == 0 else "merge",
                str(4_500_318_700 + each * (nth + 1)).encode(),
                reasons[each % 3],
            )
            for each in range(6 + 5 * nth)
        ]
        who = ("Order platform", ORDERS.name, "cs-desk-03", "svc@desk-03", "window")
        number = kept.begin(Beginning(now - age_h * 3_600_000, identity, *who, records))
        letters = [DeadLetter(each.id, each.key, b"{}") for each in records if each.decision == "purge"]
        backups = SealedBackups(studio.folder / "history", studio.backup_key)
        backups.save(number, letters, now + 30 * 86_400_000)
        committed = {each.id: nth != 1 for each in records}
        kept.finish(number, ended(committed.values()), f"{0x3F0A17C2 + nth:08x}", committed)
    assert studio.window.isVisible()
    studio.trigger("historyAction")
    table = studio.find(QTableView, "historyTable")
    studio.until(lambda: table.model().rowCount() > 0)
    studio.settle()
    return studio.picture()


def restoring(studio: Studio) -> QPixmap:
    """Before discarded records are put back."""
    history(studio)
    studio.click("restoreButton")
    return studio.dialog("restoreDialog").grab()


def export(studio: Studio) -> QPixmap:
    """Before the list is written to a file."""
    triage(studio)
    studio.trigger("exportListAction")
    return studio.dialog("exportDialog").grab()


def review(studio: Studio) -> QPixmap:
    """Before a commit to a production system."""
    _to_review(studio)
    return studio.picture()


def committed(studio: Studio) -> QPixmap:
    """A commit that worked."""
    _to_review(studio)
    _commit(studio)
    return studio.picture()


def conflict(studio: Studio) -> QPixmap:
    """Somebody else decided some of these meanwhile."""
    _to_review(studio)
    staged = [each for each, what in studio.session.book.staged.items() if what is Decision.MERGE]
    studio.somebody_else_decides(staged[:4])
    _commit(studio)
    return studio.picture()


def unknown(studio: Studio) -> QPixmap:
    """No answer at the moment of committing."""
    studio.pace = Pace(retry_after_s=(9.0,), look_every_s=3600.0)
    studio.broker.unanswered = 1000
    studio.broker.at_next_commit(AtCommit.UNKNOWN_THEN_COMMITTED)
    _to_review(studio)
    _commit(studio)
    return studio.picture()


def known_now(studio: Studio) -> QPixmap:
    """... and then the server answers."""
    studio.broker.at_next_commit(AtCommit.UNKNOWN_THEN_COMMITTED)
    _to_review(studio)
    _commit(studio)
    studio.session.try_now()
    studio.settle(1500)
    return studio.picture()


def connection(studio: Studio) -> QPixmap:
    """A connection whose test fails at a step."""
    studio.click("editConnectionButton_platform")
    dialog = studio.dialog("connectionDialog")
    studio.click("testConnectionButton", dialog)
    studio.settle(800)
    dialog.resize(1000, 960)
    studio.settle()
    return dialog.grab()


def connection_queues(studio: Studio) -> QPixmap:
    """The queues of a connection."""
    studio.click("editConnectionButton_platform")
    dialog = studio.dialog("connectionDialog")
    studio.find(QTabWidget, "connectionTabs", dialog).setCurrentIndex(1)
    studio.settle()
    return dialog.grab()


def import_settings(studio: Studio) -> QPixmap:
    """Settings of a Java program that somebody pasted."""
    studio.click("editConnectionButton_test")
    dialog = studio.dialog("connectionDialog")
    studio.click("importSettingsButton", dialog)
    asked = studio.dialog("importSettingsDialog")
    studio.find(QPlainTextEdit, "importSettingsText", asked).setPlainText(_PASTED)
    studio.until(studio.find(QAbstractButton, "useSettingsButton", asked).isEnabled)
    studio.settle()
    return asked.grab()


def company_sign_in(studio: Studio) -> QPixmap:
    """A connection by company sign-in, filled in by imported settings."""
    studio.click("editConnectionButton_test")
    dialog = studio.dialog("connectionDialog")
    studio.click("importSettingsButton", dialog)
    asked = studio.dialog("importSettingsDialog")
    studio.find(QPlainTextEdit, "importSettingsText", asked).setPlainText(_PASTED)
    studio.click("useSettingsButton", asked)
    studio.click("productionButton", dialog)
    studio.settle()
    return dialog.grab()


_PASTED = """bootstrap.servers=kafka-1.orders.example:9093,kafka-2.orders.example:9093
security.protocol=SASL_SSL
sasl.mechanism=OAUTHBEARER
sasl.oauthbearer.token.endpoint.url=https://sign-in.orders.example/oauth2/token
sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required \\
  clientId="svc-cs-desk" clientSecret="${vault:orders:secret}" scope="kafka";
schema.registry.url=https://schemas.orders.example
key.deserializer=org.apache.kafka.common.serialization.StringDeserializer
acks=all
"""


def queue_form(studio: Studio) -> QPixmap:
    """A queue that would retry into itself."""
    studio.click("editConnectionButton_platform")
    dialog = studio.dialog("connectionDialog")
    studio.click("editQueueButton", dialog)
    form = studio.dialog("queueDialog")
    studio.find(QLineEdit, "retryTopicEdit", form).setText(ORDERS.queue_topic)
    studio.settle()
    return form.grab()


def profile_file(studio: Studio) -> QPixmap:
    """A profile file is opened."""
    (studio.folder / "team").mkdir()
    services = replace(studio.services())
    services.profiles.save(replace(ALL[0], id="team", name="Order platform (team)"))
    path = studio.folder / "connections.json"
    target = studio.folder / "team" / "team.kmp-profile"
    target.write_bytes(path.read_bytes())
    path.unlink()
    studio.window._connections.read_file(str(target))  # noqa: SLF001 - as if it was dropped
    dialog = studio.dialog("profileImportDialog")
    return dialog.grab()


def unreadable(studio: Studio) -> QPixmap:
    """A record that cannot be shown in words."""
    studio.open_shop()
    studio.find(QLineEdit, "searchField").setText("4500318990")
    studio.settle(1000)
    studio.select(0)
    return studio.picture()


def no_connection(studio: Studio) -> QPixmap:
    """An error in the layout of errors."""
    studio.connector.error = _no_connection()
    studio.window.open_queue("platform", "orders")
    return studio.dialog("errorDialog").grab()


def broke_off(studio: Studio) -> QPixmap:
    """Reading broke off."""
    studio.connector.error = UserFacingError(
        ErrorCode.READ_BROKE_OFF,
        text("The queue could not be read to the end."),
        text("Nothing was written. Your {n} decisions are saved on this computer.", n=143),
        text("Continue where it stopped, or work with what was read."),
        more=text(
            "The connection to the server broke off after {n} of {all} records.", n=412_000, all=1_000_000
        ),
        details="_TRANSPORT: kafka-1.orders.example:9093: Disconnected",
    )
    studio.window.open_queue("platform", "orders")
    return studio.dialog("errorDialog").grab()


def committing(studio: Studio) -> QPixmap:
    """While a commit runs."""
    _to_review(studio)
    studio.hold_commit()
    return studio.dialog("commitProgressDialog").grab()


def quitting(studio: Studio) -> QPixmap:
    """Somebody closes the window while a commit runs."""
    _to_review(studio)
    hold = studio.broker.hold(Step.COPIES)
    studio.click("commitButton")
    studio.until(hold.reached.is_set)
    studio.window.close()
    dialog = studio.dialog("errorDialog")
    picture = dialog.grab()
    studio.click("waitButton", dialog)
    hold.release()
    studio.reach("resultPage")
    return picture


def not_committed(studio: Studio) -> QPixmap:
    """The server refuses."""
    studio.broker.at_next_commit(AtCommit.REFUSE)
    _to_review(studio)
    _commit(studio)
    return studio.picture()


def unfinished(studio: Studio) -> QPixmap:
    """The cluster has not finished an earlier commit; a person may have it ended."""
    studio.broker.unfinished = UnfinishedWork.OURS
    _to_review(studio)
    _commit(studio)
    return studio.picture()


def stopped_commit(studio: Studio) -> QPixmap:
    """A person stops the commit."""
    _to_review(studio)
    hold = studio.broker.hold(Step.COPIES)
    studio.click("commitButton")
    studio.until(hold.reached.is_set)
    studio.click("stopCommitButton")
    hold.release()
    studio.reach("resultPage")
    return studio.picture()


def details(studio: Studio) -> QPixmap:
    """Details for developers."""
    studio.open_shop()
    studio.select(4)
    studio.click("developerDetails")
    return studio.picture()


def related(studio: Studio) -> QPixmap:
    """Records with the same key."""
    return _tab(studio, 1)


def headers(studio: Studio) -> QPixmap:
    """All headers of a record."""
    return _tab(studio, 2)


def small(studio: Studio) -> QPixmap:
    """Full HD at 200 %."""
    studio.open_shop()
    studio.decide(12, 4, 2)
    studio.select(4)
    studio.window.resize(960, 540)
    return studio.picture()


def usual_laptop(studio: Studio) -> QPixmap:
    """1280 × 800."""
    studio.open_shop()
    studio.decide(12, 4, 2)
    studio.select(4)
    studio.window.resize(1280, 800)
    return studio.picture()


def large_text(studio: Studio) -> QPixmap:
    """The queues at twice the text size."""
    studio.open_shop()
    studio.decide(12, 4, 2)
    studio.click("backButton")
    for _ in range(4):
        studio.trigger("zoomInAction")
    return studio.picture()


def take_over(studio: Studio) -> QPixmap:
    """Another program's position."""
    studio.broker.put_offset(ORDERS.group, 0, 12)
    studio.open_shop()
    return studio.picture()


def empty(studio: Studio) -> QPixmap:
    """Nothing waits."""
    studio.open()
    return studio.picture()


def stopped_reading(studio: Studio) -> QPixmap:
    """A person stopped reading."""
    fill(studio.broker, shop(studio.clock.now_ms()))
    hold = studio.broker.hold(READING)
    studio.open(SessionPhase.READING)
    studio.until(hold.reached.is_set)
    studio.trigger("stopReadingAction")
    hold.release()
    studio.until(lambda: studio.session.state.phase is SessionPhase.READY)
    return studio.picture()


def offline(studio: Studio) -> QPixmap:
    """The connection is lost after reading."""
    studio.open_shop()
    studio.decide(12, 4, 2)
    studio.broker.reachable = False
    studio.session.try_now()
    studio.until(lambda: studio.session.state.offline_since > 0)
    return studio.picture()


def may_not_write(studio: Studio) -> QPixmap:
    """The account may look only."""
    studio.broker.may_write = False
    studio.open_shop()
    return studio.picture()


def may_not_read(studio: Studio) -> QPixmap:
    """The account may not even look."""
    studio.connector.error = UserFacingError(
        ErrorCode.MAY_NOT_READ,
        text("You may not read this queue."),
        text("Nothing was changed."),
        text("Ask your Kafka administrator."),
        more=text("Your account svc-cs-desk has no permission for “orders.events.dlq”."),
        request="kafka-acls --add …",
    )
    studio.window.open_queue("platform", "orders")
    return studio.dialog("errorDialog").grab()


def all_decided(studio: Studio) -> QPixmap:
    """Nothing is left to decide."""
    studio.open_shop()
    studio.decide(40, 12, 8)
    return studio.picture()


def nothing_found(studio: Studio) -> QPixmap:
    """A search without a hit."""
    studio.open_shop()
    studio.find(QLineEdit, "searchField").setText("45003187x")
    studio.settle(1000)
    return studio.picture()


def draft_back(studio: Studio) -> QPixmap:
    """Decisions of the last time are back."""
    studio.open_shop()
    studio.decide(12, 4, 2)
    studio.settle()
    studio.trigger("closeQueueAction")
    studio.open()
    return studio.picture()


def new_records(studio: Studio) -> QPixmap:
    """More records came after reading."""
    studio.open_shop()
    studio.decide(3)
    fill(studio.broker, shop(studio.clock.now_ms())[:3])
    studio.session.try_now()
    studio.until(lambda: studio.session.state.new_records > 0)
    return studio.picture()


def others(studio: Studio) -> QPixmap:
    """Somebody else decided records that are in the table."""
    studio.open_shop()
    studio.decide(12, 4, 2)
    studio.somebody_else_decides([studio.session.record_id(row) for row in range(9)])
    studio.session.read_again()
    studio.until(lambda: len(studio.session.decided_elsewhere) > 0)
    studio.settle(1000)
    return studio.picture()


def password(studio: Studio) -> QPixmap:
    """A password is asked for."""
    studio.connector.error = UserFacingError(
        ErrorCode.SIGN_IN,
        text("Sign-in was refused."),
        text("Nothing was changed."),
        text("Enter the password again."),
        more=text("The password stored on this computer is not accepted any more."),
    )
    studio.window.open_queue("platform", "orders")
    studio.click("enterPasswordButton", studio.dialog("errorDialog"))
    return studio.dialog("passwordDialog").grab()


def shortcuts(studio: Studio) -> QPixmap:
    """All keys."""
    studio.trigger("shortcutsAction")
    return studio.dialog("shortcutsDialog").grab()


def about(studio: Studio) -> QPixmap:
    """What the program is."""
    studio.trigger("aboutAction")
    return studio.dialog("aboutDialog").grab()


def _to_review(studio: Studio) -> None:
    studio.open_shop()
    studio.decide(17, 6, 3)
    studio.trigger("reviewAction")
    studio.reach("reviewPage")
    studio.settle(1000)
    confirm = studio.window.findChild(QLineEdit, "typedConfirmEdit")
    if confirm is not None and confirm.isVisible():
        confirm.setText("6")
    studio.until(studio.find(QAbstractButton, "commitButton").isEnabled)


def _commit(studio: Studio) -> None:
    studio.click("commitButton")
    studio.reach("resultPage")


def _tab(studio: Studio, number: int) -> QPixmap:
    studio.open_shop()
    studio.select(4)
    studio.find(QTabWidget, "inspectorTabs").setCurrentIndex(number)
    return studio.picture()


def _no_connection() -> UserFacingError:
    return UserFacingError(
        ErrorCode.NO_CONNECTION,
        text("No connection to Order platform."),
        text("Nothing was changed. Drafts can be opened."),
        text("Check network or VPN."),
        more=text("None of the {n} servers answers.", n=2),
        details="_TRANSPORT: Connection refused",
    )


SCENES: Mapping[str, Callable[[Studio], QPixmap]] = {
    "01-welcome": welcome,
    "02-triage": triage,
    "05-reading": reading,
    "06-group": group,
    "07-review": review,
    "08-committed": committed,
    "09-conflict": conflict,
    "10-unknown": unknown,
    "11-connection": connection,
    "12-unreadable": unreadable,
    "13-history": history,
    "49-columns": columns,
    "50-export": export,
    "14-queues": queues,
    "47-restoring": restoring,
    "15-error": broke_off,
    "16-committing": committing,
    "17-not-committed": not_committed,
    "18-inspector-details": details,
    "18-inspector-related": related,
    "18-inspector-headers": headers,
    "19-small-window": small,
    "21-laptop": usual_laptop,
    "22-known-now": known_now,
    "43-large-text": large_text,
    "44-few-first": few_first,
    "45-whole-value": whole_value,
    "46-unfinished": unfinished,
    "23-take-over": take_over,
    "24-stopped-commit": stopped_commit,
    "25-empty": empty,
    "26-stopped-reading": stopped_reading,
    "27-offline": offline,
    "28-may-not-write": may_not_write,
    "29-may-not-read": may_not_read,
    "30-all-decided": all_decided,
    "31-nothing-found": nothing_found,
    "32-draft-back": draft_back,
    "33-new-records": new_records,
    "34-decided-by-others": others,
    "35-no-connection": no_connection,
    "36-quitting": quitting,
    "37-password": password,
    "38-connection-queues": connection_queues,
    "39-queue-form": queue_form,
    "40-profile-file": profile_file,
    "41-shortcuts": shortcuts,
    "42-about": about,
    "47-import-settings": import_settings,
    "48-company-sign-in": company_sign_in,
}
"""Picture name -> what makes it."""
