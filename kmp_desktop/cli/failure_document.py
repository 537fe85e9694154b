"""Why a record failed as JSON for programs (``print --json``): what the record does not tell is null."""

from __future__ import annotations

from kmp_desktop.core.failure import FailureReason, group_key, label
from kmp_desktop.core.failure_share_group import GIVEN_UP
from kmp_desktop.core.failure_spring import LISTENER

# Steps that only this program has a name for: no record names them.
_OWN_NAMES = frozenset({LISTENER, GIVEN_UP})


def failure_document(reason: FailureReason) -> dict[str, object]:
    """All members are there, whoever wrote the failure down. Times are epoch milliseconds.

    ``exception_class`` is the root cause and ``message`` is its own, never that of an exception around it.
    """
    origin = reason.origin
    return {
        "family": reason.family.value or None,
        "exception_class": reason.root_cause or None,
        "message": reason.root_message or None,
        "stage": None if reason.step_code in _OWN_NAMES else reason.step_code or None,
        "connector": reason.connector or None,
        "origin_topic": origin.topic if origin else None,
        "origin_partition": origin.partition if origin else None,
        "origin_offset": origin.offset if origin else None,
        "origin_timestamp": reason.first_sent,
        "attempts": reason.tries,
        "consumer_group": reason.consumer_group or None,
        "label": str(label(reason)),
        "group_key": group_key(reason),
    }
