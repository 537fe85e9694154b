"""The verbs on the buttons of errors, and which of them an error offers (never OK, Yes or No)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kmp_desktop.core.errors import ErrorCode
from kmp_desktop.qt.i18n import tr


class Verb(StrEnum):
    """What a person can choose; the value is part of the button's object name."""

    BACK_TO_QUEUES = "backToQueues"
    CANCEL = "cancel"
    CLOSE = "close"
    CONTINUE = "continue"
    CONTINUE_READING = "continueReading"
    COPY_REQUEST = "copyRequest"
    DROP_CHANGES = "dropChanges"
    EDIT_CONNECTION = "editConnection"
    ENTER_PASSWORD = "enterPassword"  # noqa: S105 - the name of a button
    KEEP_EDITING = "keepEditing"
    QUIT_ANYWAY = "quitAnyway"
    SAVE_ELSEWHERE = "saveElsewhere"
    TRY_AGAIN = "tryAgain"
    USE_FOR_TODAY = "useForToday"
    WAIT = "wait"
    WORK_WITH_WHAT_WAS_READ = "workWithWhatWasRead"


@dataclass(frozen=True, slots=True)
class Offer:
    """How an error is shown: Phosphor icon, verbs from left to right (the last one is primary).

    ``escape`` is what closing the dialog without choosing means.
    """

    icon_name: str
    verbs: tuple[Verb, ...]
    escape: Verb


_CLOSE = Offer("x-circle", (Verb.CLOSE,), Verb.CLOSE)
_CONNECTION = (Verb.BACK_TO_QUEUES, Verb.EDIT_CONNECTION, Verb.TRY_AGAIN)

OFFERS: Mapping[ErrorCode, Offer] = {
    ErrorCode.READ_BROKE_OFF: Offer(
        "wifi-slash",
        (Verb.WORK_WITH_WHAT_WAS_READ, Verb.CONTINUE_READING),
        Verb.WORK_WITH_WHAT_WAS_READ,
    ),
    ErrorCode.MAY_NOT_READ: Offer(
        "lock-simple", (Verb.COPY_REQUEST, Verb.BACK_TO_QUEUES), Verb.BACK_TO_QUEUES
    ),
    ErrorCode.NO_CONNECTION: Offer("wifi-slash", _CONNECTION, Verb.BACK_TO_QUEUES),
    ErrorCode.SECURE_CONNECTION: Offer("lock-simple", _CONNECTION, Verb.BACK_TO_QUEUES),
    ErrorCode.SETTINGS: Offer("gear-six", _CONNECTION, Verb.BACK_TO_QUEUES),
    ErrorCode.TOPIC_MISSING: Offer("tray", _CONNECTION, Verb.BACK_TO_QUEUES),
    ErrorCode.SIGN_IN: Offer("lock-simple", (Verb.CANCEL, Verb.ENTER_PASSWORD), Verb.CANCEL),
    ErrorCode.SECRETS_LOCKED: Offer(
        "lock-simple", (Verb.CANCEL, Verb.USE_FOR_TODAY, Verb.TRY_AGAIN), Verb.CANCEL
    ),
    ErrorCode.DISK: Offer("warning", (Verb.CLOSE, Verb.SAVE_ELSEWHERE, Verb.TRY_AGAIN), Verb.CLOSE),
    ErrorCode.QUEUE_BUSY: Offer("users", (Verb.BACK_TO_QUEUES, Verb.TRY_AGAIN), Verb.BACK_TO_QUEUES),
    ErrorCode.LEDGER_CONFLICT: Offer("users", (Verb.BACK_TO_QUEUES, Verb.TRY_AGAIN), Verb.BACK_TO_QUEUES),
    ErrorCode.CLUSTER_UNFINISHED: Offer(
        "hourglass-medium", (Verb.BACK_TO_QUEUES, Verb.TRY_AGAIN), Verb.BACK_TO_QUEUES
    ),
    ErrorCode.PROFILE: _CLOSE,
    ErrorCode.PLAN: _CLOSE,
    ErrorCode.USAGE: _CLOSE,
}


def verb_words(verb: Verb) -> str:
    """What stands on the button."""
    return {
        Verb.BACK_TO_QUEUES: tr("Back to queues"),
        Verb.CANCEL: tr("Cancel"),
        Verb.CLOSE: tr("Close"),
        Verb.CONTINUE: tr("Continue"),
        Verb.CONTINUE_READING: tr("Continue reading"),
        Verb.COPY_REQUEST: tr("Copy request for your administrator"),
        Verb.DROP_CHANGES: tr("Close without saving"),
        Verb.EDIT_CONNECTION: tr("Edit connection"),
        Verb.ENTER_PASSWORD: tr("Enter password …"),
        Verb.KEEP_EDITING: tr("Continue editing"),
        Verb.QUIT_ANYWAY: tr("Quit anyway"),
        Verb.SAVE_ELSEWHERE: tr("Save elsewhere …"),
        Verb.TRY_AGAIN: tr("Try again"),
        Verb.USE_FOR_TODAY: tr("Use for today only"),
        Verb.WAIT: tr("Wait"),
        Verb.WORK_WITH_WHAT_WAS_READ: tr("Work with what was read"),
    }[verb]
