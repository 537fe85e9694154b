"""Errors a person is meant to read; every other exception is a bug."""

from __future__ import annotations

from enum import StrEnum

from kmp_desktop.core.text import Text


class ErrorCode(StrEnum):
    """What kind of thing happened; the window picks dialog and buttons by it."""

    NO_CONNECTION = "no_connection"  # D3
    SIGN_IN = "sign_in"  # D4
    SECURE_CONNECTION = "secure_connection"  # TLS against plain, plain against TLS, certificate
    SETTINGS = "settings"  # a client setting or file the client library refuses
    TOPIC_MISSING = "topic_missing"
    MAY_NOT_READ = "may_not_read"  # D2
    READ_BROKE_OFF = "read_broke_off"  # D1
    CLUSTER_UNFINISHED = "cluster_unfinished"  # the cluster holds an unfinished commit of ours
    LEDGER_CONFLICT = "ledger_conflict"  # offsets expired, reset, foreign, corrupt
    PROFILE = "profile"  # D13
    SECRETS_LOCKED = "secrets_locked"  # D5
    DISK = "disk"  # D8
    QUEUE_BUSY = "queue_busy"  # another window on this computer commits or resolves
    PLAN = "plan"  # a plan file of the command line is wrong
    USAGE = "usage"


class UserFacingError(Exception):
    """An error shown as it is: what happened, what was not changed, what to do next.

    ``details`` is technical text for developers (never a payload, never a secret);
    ``request`` is a ready-made text for the Kafka administrator, or empty.
    """

    def __init__(
        self,
        code: ErrorCode,
        happened: Text,
        unchanged: Text,
        advice: Text,
        *,
        more: Text | None = None,
        details: str = "",
        request: str = "",
    ) -> None:
        super().__init__(str(happened))
        self.code = code
        self.happened = happened
        self.more = more
        self.unchanged = unchanged
        self.advice = advice
        self.details = details
        self.request = request

    def __reduce__(self) -> tuple[object, ...]:
        said = (self.code, self.happened, self.unchanged, self.advice)
        return _made, (said, self.more, self.details, self.request)


def _made(
    said: tuple[ErrorCode, Text, Text, Text], more: Text | None, details: str, request: str
) -> UserFacingError:
    return UserFacingError(*said, more=more, details=details, request=request)
