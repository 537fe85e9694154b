"""The dialog of a running commit, over commits that are held at a step."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import CommitProgress, NotCommittedReason, Outcome, Step
from kmp_desktop.core.text import text
from kmp_desktop.practice.broker import AtCommit, Hold
from kmp_desktop.qt.dialogs.commit_progress import CommitProgressDialog
from kmp_desktop.qt.queue_session import QueueSession
from tests.qt.pages import everything_said, find, has, key, press, read, session_of, shown, words
from tests.qt.practice_world import PracticeWorld

pytestmark = pytest.mark.usefixtures("dressed", "sessions_end")


def _running(
    qtbot: QtBot, world: PracticeWorld, hold_at: Step
) -> tuple[CommitProgressDialog, QueueSession, Hold]:
    """A commit of ten retries and five discards, waiting at a step."""
    ids = world.fill_with_shop()
    session = session_of(world)
    read(qtbot, session)
    session.stage(ids[:10], Decision.MERGE)
    session.stage(ids[10:15], Decision.PURGE)
    hold = world.broker.hold(hold_at)
    dialog = CommitProgressDialog(session)
    qtbot.addWidget(dialog)
    dialog.open()
    session.commit()
    qtbot.waitUntil(hold.reached.is_set)
    return dialog, session, hold


def test_every_widget_of_the_dialog_has_its_name(qtbot: QtBot, practice: PracticeWorld) -> None:
    dialog, session, hold = _running(qtbot, practice, Step.JOURNAL)

    assert "commitProgressDialog" == dialog.objectName()
    for name in ("commitProgress", "commitSteps", "stopCommitButton"):
        assert find(dialog, QWidget, name)
    assert "Committing 15 decisions" == words(dialog, "commitProgressTitle")
    with qtbot.waitSignal(session.commit_finished):
        hold.release()


def test_it_counts_what_is_handed_over_and_goes_when_the_commit_is_over(
    qtbot: QtBot, practice: PracticeWorld
) -> None:
    dialog, session, hold = _running(qtbot, practice, Step.COMMIT)
    qtbot.waitUntil(lambda: "Handing over: 15 of 15" in everything_said(dialog))

    assert find(dialog, QProgressBar, "commitProgress").value() > 500
    with qtbot.waitSignal(session.commit_finished):
        hold.release()

    assert not dialog.isVisible()


def test_stopping_before_it_is_final_changes_nothing(qtbot: QtBot, practice: PracticeWorld) -> None:
    dialog, session, _ = _running(qtbot, practice, Step.INTERLEAVE)
    assert "Stop, change nothing" == words(dialog, "stopCommitButton")

    with qtbot.waitSignal(session.commit_finished):
        press(dialog, "stopCommitButton")
        assert "Stopping …" == words(dialog, "stopCommitButton")

    assert session.last_result is not None
    assert NotCommittedReason.STOPPED is session.last_result.chunks[-1].reason
    assert [] == practice.broker.retried()
    assert not dialog.isVisible()


def test_from_making_it_final_on_it_cannot_be_stopped(qtbot: QtBot, practice: PracticeWorld) -> None:
    dialog, session, hold = _running(qtbot, practice, Step.COPIES)
    qtbot.waitUntil(lambda: not has(dialog, "stopCommitButton"))

    assert "Can no longer be stopped. Usually takes a few seconds." == words(dialog, "commitFootLabel")
    with qtbot.waitSignal(session.commit_finished):
        hold.release()


def test_neither_esc_nor_closing_ends_it(qtbot: QtBot, practice: PracticeWorld) -> None:
    dialog, session, hold = _running(qtbot, practice, Step.JOURNAL)

    key(dialog, Qt.Key.Key_Escape)
    dialog.close()

    assert dialog.isVisible()
    with qtbot.waitSignal(session.commit_finished):
        hold.release()
    assert session.last_result is not None
    assert Outcome.COMMITTED is session.last_result.outcome


def test_what_is_waited_for_is_told(qtbot: QtBot, practice: PracticeWorld) -> None:
    dialog, session, hold = _running(qtbot, practice, Step.JOURNAL)
    note = text("The retried records become visible when another program has finished.")

    session.commit_progressed.emit(CommitProgress(1, 1, Step.INIT, 1, 1, note))

    assert str(note) in everything_said(dialog)
    with qtbot.waitSignal(session.commit_finished):
        hold.release()


def test_parts_are_told_and_between_them_it_can_be_stopped(qtbot: QtBot, practice: PracticeWorld) -> None:
    dialog, session, hold = _running(qtbot, practice, Step.JOURNAL)

    session.commit_progressed.emit(CommitProgress(1, 3, Step.COPIES, 5, 5))
    first = words(dialog, "commitPartLabel"), words(dialog, "stopCommitButton")
    session.commit_progressed.emit(CommitProgress(3, 3, Step.COPIES, 5, 5))

    assert ("Part 1 of 3", "Stop after this part") == first
    assert not has(dialog, "stopCommitButton")
    with qtbot.waitSignal(session.commit_finished):
        hold.release()


def test_an_unknown_outcome_ends_it_too(qtbot: QtBot, practice: PracticeWorld) -> None:
    practice.broker.at_next_commit(AtCommit.UNKNOWN_THEN_COMMITTED)
    dialog, session, hold = _running(qtbot, practice, Step.COMMIT)

    with qtbot.waitSignal(session.commit_finished):
        hold.release()

    assert not dialog.isVisible()


def test_the_window_below_has_the_keys_again_afterwards(qtbot: QtBot, practice: PracticeWorld) -> None:
    ids = practice.fill_with_shop()
    session = session_of(practice)
    read(qtbot, session)
    session.stage(ids[:3], Decision.MERGE)
    window = QWidget()
    shown(qtbot, window)
    dialog = CommitProgressDialog(session, window)
    dialog.open()

    with qtbot.waitSignal(session.commit_finished):
        session.commit()

    qtbot.waitUntil(window.isActiveWindow)
    assert not dialog.isVisible()
