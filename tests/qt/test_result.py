"""The result page over every outcome that a practice queue can be brought to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QTableView, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from kmp_desktop.app.outcome_page import Kind
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import (
    CommitResult,
    Compared,
    NotCommittedReason,
    Outcome,
    Refused,
    Resolution,
)
from kmp_desktop.core.queue_state import TheirDecision
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.core.text import text
from kmp_desktop.practice.broker import AtCommit, UnfinishedWork
from kmp_desktop.qt.models.conflict_table import CHIP_ROLE, Column, ConflictTableModel
from kmp_desktop.qt.models.record_names import RecordNames
from kmp_desktop.qt.prompts import Prompts
from kmp_desktop.qt.queue_session import Pace, QueueSession
from kmp_desktop.qt.views.result_page import ResultPage
from tests.qt.pages import (
    CTRL,
    ENTER,
    Heard,
    committed,
    everything_said,
    find,
    has,
    key,
    press,
    read,
    session_of,
    show_what_is_new,
    shown,
    words,
)
from tests.qt.practice_world import NEVER_BY_ITSELF, PracticeWorld

pytestmark = pytest.mark.usefixtures("dressed", "sessions_end")
M, P, S = Decision.MERGE, Decision.PURGE, Decision.SKIP


class FileChosen(Prompts):
    """A person who always saves to the same place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.errors: list[str] = []

    def save_file(self, parent, title, suggested, kinds, chosen) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        """Answer at once."""
        chosen(str(self.path))

    def show_error(self, parent, error, chosen=None, verbs=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        """Keep what is told."""
        self.errors.append(str(error.happened))


def _opened(
    qtbot: QtBot, world: PracticeWorld, pace: Pace = NEVER_BY_ITSELF, prompts: Prompts | None = None
) -> tuple[ResultPage, QueueSession, list[RecordId]]:
    """A page that follows a session over the shop queue from its first moment."""
    ids = world.fill_with_shop()
    session = session_of(world, pace=pace)
    page = ResultPage(session, prompts)
    read(qtbot, session)
    return page, session, ids


def _after_commit(
    qtbot: QtBot,
    world: PracticeWorld,
    *happens: AtCommit,
    pace: Pace = NEVER_BY_ITSELF,
    prompts: Prompts | None = None,
) -> tuple[ResultPage, QueueSession, list[RecordId]]:
    """Ten retries, five discards and three skips, committed; the page shows what came of it."""
    page, session, ids = _opened(qtbot, world, pace, prompts)
    session.stage(ids[:10], M)
    session.stage(ids[10:15], P)
    session.stage(ids[15:18], S)
    world.broker.at_next_commit(*happens)
    committed(qtbot, session)
    page.show_result(session.last_result)
    shown(qtbot, page)
    return page, session, ids


def _buttons(page: ResultPage) -> list[tuple[str, str]]:
    buttons = find(page, QWidget, "resultFoot").findChildren(QAbstractButton)
    show_what_is_new(page)
    return [(each.objectName(), each.text()) for each in buttons if each.isVisible()]


def test_tab_goes_through_the_page_as_it_is_read(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _after_commit(qtbot, practice)
    qtbot.waitUntil(find(page, QWidget, "resultTitle").hasFocus)

    order = []
    for _ in range(4):
        QTest.keyClick(page, Qt.Key.Key_Tab)
        focused = page.window().focusWidget()
        order.append(focused.objectName() if focused is not None else "")

    assert ["copyReceiptButton", "resultDetailsButton", "resultBackButton", "resultPrimaryButton"] == order


def _show(qtbot: QtBot, page: ResultPage, result: CommitResult | Resolution) -> None:
    """Show another result on a page that is looked at."""
    page.show_result(result)
    qtbot.waitUntil(lambda: bool(_buttons(page)))


# Committed


def test_a_commit_is_told_with_counts_receipt_and_the_way_on(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, _ = _after_commit(qtbot, practice)

    said = everything_said(page)
    assert "resultPage" == page.objectName()
    assert "Done. All 15 decisions were committed." == words(page, "resultTitle")
    assert "Everything was written together, nothing is left half done." == words(page, "resultText")
    assert "10 sent back for retry" in said
    assert "content and headers are identical to the originals" in said
    assert "5 discarded" in said
    assert "3 skipped" in said
    assert session.last_result is not None
    assert session.last_result.chunks[0].nonce == words(page, "receiptNumber")
    assert [
        ("resultBackButton", "Back to queues"),
        ("resultPrimaryButton", "Continue with 45 records"),
    ] == _buttons(page)


def test_the_focus_is_on_the_title_so_that_it_is_read_first(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _after_commit(qtbot, practice)

    assert find(page, QWidget, "resultTitle").hasFocus()


def test_ctrl_enter_goes_on_and_esc_goes_back(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _after_commit(qtbot, practice)
    on, back = Heard(page.to_triage.connect), Heard(page.to_queues.connect)

    key(page, ENTER, CTRL)
    key(page, Qt.Key.Key_Escape)

    assert (1, 1) == (len(on.values), len(back.values))


def test_the_receipt_can_be_copied(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, _ = _after_commit(qtbot, practice)

    press(page, "copyReceiptButton")

    assert session.last_result is not None
    copied = QGuiApplication.clipboard().text()
    assert f"Number: {session.last_result.chunks[0].nonce}\n" in copied
    assert "By: me\n" in copied


def test_details_for_developers_open_and_hold_no_content(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _after_commit(qtbot, practice)
    assert not has(page, "resultDetails")

    press(page, "resultDetailsButton")
    qtbot.waitUntil(lambda: has(page, "resultDetailsText"))

    assert has(page, "resultDetails")
    details = words(page, "resultDetailsText")
    assert "Queue topic: orders.events.dlq" in details
    assert "4500318" not in details


def test_copies_that_were_not_compared_are_not_called_verified(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, _ = _after_commit(qtbot, practice)
    assert session.last_result is not None

    _show(qtbot, page, _with_chunk(session.last_result, compared=Compared.NOT_COMPARED))

    assert "Not compared: this account may not read the retry queue." in everything_said(page)
    assert "verified" not in everything_said(page)


def test_copies_that_differ_are_listed_by_name(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, ids = _after_commit(qtbot, practice)
    assert session.last_result is not None

    _show(
        qtbot, page, _with_chunk(session.last_result, compared=Compared.DIFFERENT, different=tuple(ids[:2]))
    )

    assert "Committed, but 2 records need a look." == words(page, "resultTitle")
    qtbot.waitUntil(lambda: "OrderPlaced  4500318700" in everything_said(page))
    assert has(page, "resultReportButton")


def test_waiting_for_another_program_is_not_a_failure(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, _ = _after_commit(qtbot, practice)
    assert session.last_result is not None

    _show(
        qtbot,
        page,
        _with_chunk(
            session.last_result, waiting_for=("orders.events.retry/0",), compared=Compared.NOT_COMPARED
        ),
    )

    assert "Committed. Waiting for another program." == words(page, "resultTitle")
    assert ("resultPrimaryButton", "Done") in _buttons(page)


def test_refused_records_are_named_with_their_reason_and_can_be_taken_out(
    qtbot: QtBot, practice: PracticeWorld
) -> None:
    page, session, ids = _after_commit(qtbot, practice)
    session.stage(ids[20:22], M)
    assert session.last_result is not None
    why = text("header name is not readable text")

    _show(qtbot, page, replace(session.last_result, refused=tuple(Refused(each, why) for each in ids[20:22])))

    assert "Committed, but 2 records cannot be retried." == words(page, "resultTitle")
    qtbot.waitUntil(lambda: "header name is not readable text" in everything_said(page))
    press(page, "refusedTakeOutButton")
    assert 0 == session.book.total


def test_an_empty_queue_leads_to_the_queues(qtbot: QtBot, practice: PracticeWorld) -> None:
    ids = practice.fill_with_walkthrough()
    session = session_of(practice)
    page = ResultPage(session)
    read(qtbot, session)
    session.stage(ids, M)
    committed(qtbot, session)
    page.show_result(session.last_result)
    shown(qtbot, page)

    assert [("resultPrimaryButton", "Back to queues")] == _buttons(page)


# Not committed


def test_what_the_server_refuses_is_told_with_what_was_not_changed(
    qtbot: QtBot, practice: PracticeWorld
) -> None:
    page, _, _ = _after_commit(qtbot, practice, AtCommit.REFUSE)
    again = Heard(page.try_again.connect)

    said = everything_said(page)
    assert "Nothing was committed." == words(page, "resultTitle")
    assert "The server refused. Everything is as it was before." == words(page, "resultText")
    assert "Nothing was sent and nothing was discarded. All 18 decisions are saved on this computer." in said
    assert [
        ("resultBackButton", "Back to the records"),
        ("resultReportButton", "Copy report"),
        ("resultReviewButton", "Back to the review"),
        ("resultAgainButton", "Try again"),
    ] == _buttons(page)
    key(page, Qt.Key.Key_F5)
    assert 1 == len(again.values)


@pytest.mark.parametrize(
    ("reason", "said", "buttons"),
    [
        (NotCommittedReason.GROUP_ACTIVE, "It uses the same group “kmp-orders”.", "resultAgainButton"),
        (NotCommittedReason.QUEUE_REMADE, "The queue was set up anew.", "resultAgainButton"),
        (NotCommittedReason.RETRY_MISSING, "does not exist any more", "resultConnectionButton"),
        (NotCommittedReason.OTHER_WINDOW, "Another window on this computer", "resultAgainButton"),
        (NotCommittedReason.LEDGER_FULL, "Too many gaps.", "resultPrimaryButton"),
        (NotCommittedReason.CLUSTER_UNFINISHED, "has not finished an earlier commit", "resultAgainButton"),
    ],
)
def test_every_reason_has_its_page(
    qtbot: QtBot, practice: PracticeWorld, reason: NotCommittedReason, said: str, buttons: str
) -> None:
    page, session, ids = _after_commit(qtbot, practice, AtCommit.REFUSE)
    assert session.last_result is not None

    _show(
        qtbot, page, _with_chunk(session.last_result, reason=reason, message=None, low_offsets=tuple(ids[:4]))
    )

    assert "Nothing was committed." == words(page, "resultTitle")
    assert said in everything_said(page)
    assert buttons in [name for name, _ in _buttons(page)]


def test_the_report_can_be_copied(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _after_commit(qtbot, practice, AtCommit.REFUSE)

    press(page, "resultReportButton")

    assert "Outcome: not_committed" in QGuiApplication.clipboard().text()
    assert "Copied" == words(page, "resultReportButton")


def _unfinished(
    qtbot: QtBot, world: PracticeWorld, what: UnfinishedWork
) -> tuple[ResultPage, QueueSession, list[RecordId]]:
    """A commit that an earlier one stands in the way of, and the button pressed that ends that one."""
    page, session, ids = _opened(qtbot, world)
    world.broker.unfinished = what
    session.stage(ids[:10], M)
    committed(qtbot, session)
    page.show_result(session.last_result)
    shown(qtbot, page)
    done = Heard(session.cluster_work_done.connect)
    press(page, "resultEndWorkButton")
    qtbot.waitUntil(lambda: bool(done.values))
    # Qt shows what is new in a layout with its next turn.
    qtbot.waitUntil(lambda: "decisions are saved" in everything_said(page))
    return page, session, ids


def test_an_earlier_commit_that_was_never_finished_can_be_ended_and_then_all_goes_on(
    qtbot: QtBot, practice: PracticeWorld
) -> None:
    page, session, _ = _unfinished(qtbot, practice, UnfinishedWork.OURS)

    assert "The earlier commit is ended." == words(page, "resultTitle")
    assert "10 decisions are saved" in everything_said(page)
    qtbot.waitUntil(lambda: session.state.phase is SessionPhase.READY)
    assert 10 == session.book.counts().merge
    committed(qtbot, session)
    assert session.last_result is not None
    assert Outcome.COMMITTED == session.last_result.outcome


def test_a_report_names_what_only_the_administrator_can_end(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, _ = _unfinished(qtbot, practice, UnfinishedWork.NOT_OURS)

    assert "The earlier commit could not be ended from here." == words(page, "resultTitle")
    assert "orders.events.retry/0" in everything_said(page)
    press(page, "resultReportButton")
    assert "Please end the transaction that holds" in QGuiApplication.clipboard().text()
    assert 10 == session.book.counts().merge


def test_a_queue_set_up_anew_is_read_again(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, _ = _opened(qtbot, practice)
    session.stage([session.record_id(0)], M)
    practice.broker.set_up_anew()
    committed(qtbot, session)
    page.show_result(session.last_result)
    shown(qtbot, page)
    on = Heard(page.to_triage.connect)

    press(page, "resultAgainButton")
    qtbot.waitUntil(lambda: session.state.phase is SessionPhase.READY)

    assert 1 == len(on.values)
    assert 0 == session.row_count


# Conflict


def _conflict(
    qtbot: QtBot, world: PracticeWorld, prompts: Prompts | None = None
) -> tuple[ResultPage, QueueSession, list[RecordId]]:
    """Three of eighteen decisions were made by somebody else meanwhile: one the same, two not."""
    page, session, ids = _opened(qtbot, world, prompts=prompts)
    ids = ids[8:50]  # each of these has its key for itself
    session.stage(ids[:10], M)
    session.stage(ids[10:15], P)
    world.decided_by_somebody_else({ids[0]: M, ids[1]: P, ids[10]: M})
    committed(qtbot, session)
    page.show_result(session.last_result)
    shown(qtbot, page)
    return page, session, ids


def test_a_conflict_shows_mine_beside_theirs(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _conflict(qtbot, practice)
    table = find(page, QTableView, "conflictTable").model()

    assert has(page, "conflictChoice")
    assert "Someone else decided 3 of these while you worked." == words(page, "resultTitle")
    assert (
        "Nothing of yours has been sent. Your other 12 decisions are unchanged and can still be committed."
        == words(page, "resultText")
    )
    shown_cells = [
        tuple(table.index(row, column).data() for column in (Column.MINE, Column.THEIRS, Column.BY))
        for row in range(table.rowCount())
    ]
    assert [
        ("Discard", "Retry, differs", "desk-05"),
        ("Retry", "Discard, differs", "desk-05"),
        ("Retry", "Retry", "desk-05"),
    ] == sorted(shown_cells)


def test_leaving_them_as_they_are_forgets_mine_and_goes_to_the_review(
    qtbot: QtBot, practice: PracticeWorld
) -> None:
    page, session, ids = _conflict(qtbot, practice)
    review = Heard(page.to_review.connect)

    assert ("resultPrimaryButton", "Continue with 12 decisions") in _buttons(page)
    key(page, ENTER, CTRL)

    assert 1 == len(review.values)
    assert 12 == session.book.total
    assert session.book.get(ids[0]) is None


def test_the_primary_button_follows_the_choice(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, ids = _conflict(qtbot, practice)
    asked = Heard(page.show_records.connect)

    press(page, "conflictLookChoice")
    assert ("resultPrimaryButton", "Show the 3") in _buttons(page)
    press(page, "resultPrimaryButton")

    assert [frozenset({ids[0], ids[1], ids[10]})] == asked.values
    assert 15 == session.book.total


def test_decisions_can_be_saved_as_a_file_that_apply_reads(
    qtbot: QtBot, practice: PracticeWorld, tmp_path: Path
) -> None:
    place = tmp_path / "mine.jsonl"
    page, session, _ = _conflict(qtbot, practice, FileChosen(place))

    press(page, "saveDecisionsButton")

    lines = [json.loads(line) for line in place.read_text("utf-8").splitlines()]
    assert {(each.partition, each.offset): staged.value for each, staged in session.book.staged.items()} == {
        (line["partition"], line["offset"]): line["decision"] for line in lines
    }
    assert [place] == [each for each in tmp_path.iterdir() if each.name.startswith("mine")]


def test_a_file_that_cannot_be_written_is_told_and_nothing_is_lost(
    qtbot: QtBot, practice: PracticeWorld, tmp_path: Path
) -> None:
    prompts = FileChosen(tmp_path / "not" / "there.jsonl")
    page, session, _ = _conflict(qtbot, practice, prompts)

    press(page, "saveDecisionsButton")

    assert ["The decisions could not be saved as a file."] == prompts.errors
    assert 15 == session.book.total


def test_many_conflicts_are_shown_when_asked_for(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, ids = _conflict(qtbot, practice)
    assert session.last_result is not None
    many = tuple(TheirDecision(each, "", "", 0) for each in ids[:12])

    _show(qtbot, page, replace(session.last_result, conflicts=many))
    table = find(page, QTableView, "conflictTable").model()
    first = table.rowCount()
    press(page, "showAllConflictsButton")

    assert (6, 12) == (first, table.rowCount())
    assert "not recorded" == table.index(0, Column.THEIRS).data()
    assert "not recorded" == table.index(0, Column.BY).data()
    assert "not recorded" == table.index(0, Column.AT).data()
    press(page, "copyConflictsButton")
    assert 13 == len(QGuiApplication.clipboard().text().splitlines())


def test_the_conflict_model_keeps_the_rules_of_qt(
    qtbot: QtBot, practice: PracticeWorld, qtmodeltester: ModelTester
) -> None:
    _, session, ids = _opened(qtbot, practice)
    theirs = [TheirDecision(each, "merge", "desk-05", 1) for each in ids[:9]]
    model = ConflictTableModel(theirs, lambda _: P, RecordNames(session))
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]

    model.show_first(4)
    model.show_first(9)
    qtbot.waitUntil(lambda: model.index(0, 0).data() == "OrderPlaced")

    assert 9 == model.rowCount()
    assert M == model.index(0, Column.THEIRS).data(CHIP_ROLE)


# Unknown


def test_an_unknown_outcome_cannot_be_left_with_esc(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _after_commit(qtbot, practice, AtCommit.UNKNOWN_THEN_COMMITTED)
    left = Heard(page.to_queues.connect)

    key(page, Qt.Key.Key_Escape)

    assert "We do not know yet whether the commit worked." == words(page, "resultTitle")
    assert "Either all 15 were written or none. There is no in-between." in everything_said(page)
    assert "15 decisions were handed to the server" in everything_said(page)
    assert [
        ("resultBackButton", "Back to queues"),
        ("resultReportButton", "Copy this report"),
        ("resultAgainButton", "Ask again now"),
    ] == _buttons(page)
    assert [] == left.values


def test_the_next_attempt_is_counted_down(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _after_commit(qtbot, practice, AtCommit.UNKNOWN_THEN_COMMITTED)

    assert "Asking the server again: attempt 1" == words(page, "attemptLabel")
    assert "This goes on by itself" in words(page, "nextAttemptLabel")


def test_asked_again_it_turns_into_committed(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, _ = _after_commit(qtbot, practice, AtCommit.UNKNOWN_THEN_COMMITTED)

    key(page, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: page.kind is Kind.COMMITTED)

    assert "We know now: all 15 decisions were committed." == words(page, "resultTitle")
    said = everything_said(page)
    assert "10 sent back for retry" in said
    # When exactly the server made it final nobody told.
    assert (True, False) == ("Begun" in said.splitlines(), "Committed" in said.splitlines())
    qtbot.waitUntil(lambda: session.state.phase is SessionPhase.READY)


def test_asked_again_it_turns_into_not_committed(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, _ = _after_commit(qtbot, practice, AtCommit.UNKNOWN_THEN_NOT)

    press(page, "resultAgainButton")
    qtbot.waitUntil(lambda: page.kind is Kind.NOT_COMMITTED)

    assert "We know now: nothing was committed." == words(page, "resultTitle")
    assert ("resultPrimaryButton", "Back to the review") in _buttons(page)
    qtbot.waitUntil(lambda: session.state.phase is SessionPhase.READY)
    assert 18 == session.book.total


def test_it_turns_by_itself_without_anybody_asking(qtbot: QtBot, practice: PracticeWorld) -> None:
    practice.broker.unanswered = 2
    page, session, _ = _after_commit(
        qtbot,
        practice,
        AtCommit.UNKNOWN_THEN_COMMITTED,
        pace=Pace(retry_after_s=(0.02,), look_every_s=3600.0),
    )

    qtbot.waitUntil(lambda: page.kind is Kind.COMMITTED)

    assert words(page, "resultTitle").startswith("We know now:")
    qtbot.waitUntil(lambda: session.state.phase is SessionPhase.READY)


def test_what_another_window_found_out_is_told_as_this_windows_commit(
    qtbot: QtBot, practice: PracticeWorld
) -> None:
    page, session, _ = _after_commit(qtbot, practice, AtCommit.UNKNOWN_THEN_COMMITTED)
    read(qtbot, session_of(practice))  # another window settles it

    key(page, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: session.state.phase is SessionPhase.READY)

    assert "We know now: all 15 decisions were committed." == words(page, "resultTitle")


def test_attempts_that_are_not_answered_are_counted(qtbot: QtBot, practice: PracticeWorld) -> None:
    practice.broker.unanswered = 1
    page, session, _ = _after_commit(qtbot, practice, AtCommit.UNKNOWN_THEN_COMMITTED)
    before = session.state.next_attempt_at

    key(page, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: session.state.next_attempt_at not in (0, before))

    assert "Asking the server again: attempt 2" == words(page, "attemptLabel")


def test_an_unfinished_commit_of_an_earlier_window_is_told(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, ids = _opened(qtbot, practice)
    shown(qtbot, page)

    _show(
        qtbot,
        page,
        Resolution(Outcome.UNKNOWN, ((ids[0], "merge"), (ids[1], "purge")), 1, 1, 1_795_500_000_000, "00ff"),
    )

    assert "2 decisions were handed to the server" in everything_said(page)
    assert session.state.phase is SessionPhase.READY


def test_a_torn_commit_shows_both_lists(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, ids = _opened(qtbot, practice)
    shown(qtbot, page)

    _show(
        qtbot,
        page,
        Resolution(Outcome.UNKNOWN, (), 1, 1, 1, "00ff", present=tuple(ids[:2]), missing=tuple(ids[2:3])),
    )

    assert "Part of this commit is missing on the server." == words(page, "resultTitle")
    assert has(page, "missingRecords")
    assert has(page, "presentRecords")
    assert [
        ("resultBackButton", "Back to queues"),
        ("resultReportButton", "Copy report for your administrator"),
    ] == _buttons(page)


def test_what_the_last_attempt_brought_is_told(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, _ = _after_commit(qtbot, practice, AtCommit.UNKNOWN_THEN_COMMITTED)
    told = text("The cluster has not finished an earlier commit of this tool.")
    answer = Resolution(Outcome.UNKNOWN, (), 0, 0, 1, "00ff", told)

    session.state = replace(session.state, resolution=answer)
    session.state_changed.emit(session.state)

    assert words(page, "nextAttemptLabel").startswith(str(told))
    assert Kind.UNKNOWN is page.kind


def test_a_commit_that_turns_out_torn_is_shown_as_that(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, ids = _after_commit(qtbot, practice, AtCommit.UNKNOWN_THEN_COMMITTED)
    torn = Resolution(Outcome.UNKNOWN, (), 0, 0, 1, "00ff", missing=tuple(ids[:1]), present=tuple(ids[1:3]))

    session.state = replace(session.state, resolution=torn)
    session.state_changed.emit(session.state)

    assert Kind.MIXED is page.kind


def test_a_page_that_is_not_looked_at_ticks_not(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, _, _ = _after_commit(qtbot, practice, AtCommit.UNKNOWN_THEN_COMMITTED)
    ticking = page._tick.isActive()

    page.hide()

    assert ticking
    assert not page._tick.isActive()


def _with_chunk(result: CommitResult, **changes: object) -> CommitResult:
    """The same commit, with another end of its only part."""
    (chunk,) = result.chunks
    return replace(result, chunks=(replace(chunk, **changes),))  # type: ignore[arg-type]


def test_nothing_of_a_page_before_stays_findable(qtbot: QtBot, practice: PracticeWorld) -> None:
    page, session, _ = _conflict(qtbot, practice)
    assert session.last_result is not None
    _show(qtbot, page, session.last_result)

    assert find(page, QTableView, "conflictTable")
    assert find(page, QWidget, "resultPrimaryButton")
