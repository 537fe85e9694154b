"""What is checked before a commit, in the order it is shown: stops, warnings, passed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kmp_desktop.core.outcome import Refused
from kmp_desktop.core.queue_state import Severity
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text


class CheckCode(StrEnum):
    """Which rule of the review page a check comes from."""

    DISCARD_BEFORE_NEWER = "discard_before_newer"
    RETRY_BEFORE_NEWER = "retry_before_newer"
    RETRY_ORDER = "retry_order"
    CAME_BACK = "came_back"
    NO_KEY = "no_key"
    REFUSED = "refused"
    PARTITIONS = "partitions"
    OTHERS = "others"
    RIGHTS = "rights"
    SIZE = "size"
    NEW_TIME = "new_time"  # the copy gets the time of the commit, the original one in a header
    EXACT_TIME = "exact_time"  # the copy keeps its own time, as a person chose
    TOO_OLD = "too_old"  # keeps its exact time: the retry queue may remove it soon
    NO_TIME = "no_time"  # gets the time of the commit
    READERS = "readers"  # what the services behind the retry queue have to be set to
    LEDGER = "ledger"
    FINDING = "finding"  # a finding of the load that matters for the commit


@dataclass(frozen=True, slots=True)
class Check:
    """One line of "Checks before committing". ``ids``: what Show and Take out act on.

    ``show``: for DISCARD_BEFORE_NEWER the undecided records that it waits for, for RETRY_BEFORE_NEWER
    the newer ones, else ``ids``.
    """

    code: CheckCode
    severity: Severity
    title: Text
    detail: Text
    ids: tuple[RecordId, ...] = ()
    show: tuple[RecordId, ...] = ()
    may_take_out: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """What a commit of the staged decisions would do. ``deferred``: discards that take effect later."""

    retry: int
    discard: int
    skip: int
    deferred: int
    parts: int
    checks: tuple[Check, ...]
    refused: tuple[Refused, ...] = ()
    new_times: int = 0  # retries whose copy gets the time of the commit and one more header

    @property
    def stops(self) -> bool:
        """Whether a check forbids committing."""
        return any(check.severity is Severity.STOP for check in self.checks)
