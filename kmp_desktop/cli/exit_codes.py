"""What a process says by its exit code."""

from __future__ import annotations

from enum import IntEnum

from kmp_desktop.app.apply import Applied
from kmp_desktop.core.errors import ErrorCode
from kmp_desktop.core.outcome import Outcome

_WRONG_INPUT = frozenset({ErrorCode.USAGE, ErrorCode.SETTINGS, ErrorCode.PLAN, ErrorCode.PROFILE})


class Exit(IntEnum):
    """Also described in docs/automation.md."""

    DONE = 0
    BUG = 1
    WRONG_INPUT = 2
    PARTLY_LEFT = 3  # conflicts, refused or gone records; the others are committed
    NOT_COMMITTED = 4  # print: could not be read
    UNKNOWN = 5


def exit_of_error(code: ErrorCode) -> Exit:
    """The exit code of an error that ended everything before something was committed."""
    return Exit.WRONG_INPUT if code in _WRONG_INPUT else Exit.NOT_COMMITTED


def exit_of(applied: Applied) -> Exit:
    """The exit code of a plan: that of its end, because 3 promises that the rest is committed."""
    match applied.ended:
        case Outcome.UNKNOWN:
            return Exit.UNKNOWN
        case Outcome.NOT_COMMITTED:
            return Exit.NOT_COMMITTED
        case _ if applied.outcome is not Outcome.COMMITTED or applied.refused or applied.gone:
            return Exit.PARTLY_LEFT
        case _:
            return Exit.DONE
