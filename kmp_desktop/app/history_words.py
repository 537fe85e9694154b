"""What the history says of a commit and of its records, in words."""

from __future__ import annotations

from kmp_desktop.core.history import HistoryEntry, HistoryRecord, HistoryState
from kmp_desktop.core.text import Text, text, text_n

_STATES = {
    HistoryState.CHECKING: text("Not known yet"),
    HistoryState.COMMITTED: text("Committed"),
    HistoryState.PARTLY: text("Partly committed"),
    HistoryState.NOT_COMMITTED: text("Not committed"),
}


def state_words(state: HistoryState) -> Text:
    """The state of a commit."""
    return _STATES[state]


def counts_words(entry: HistoryEntry) -> Text:
    """How many records a commit was about."""
    retried = text_n(entry.merged, "{n} retried", "{n} retried")
    discarded = text_n(entry.purged, "{n} discarded", "{n} discarded")
    if not entry.purged:
        return retried
    return (
        discarded
        if not entry.merged
        else text("{retried}, {discarded}", retried=retried, discarded=discarded)
    )


def decision_words(record: HistoryRecord) -> Text:
    """What was decided for a record."""
    return text("Retry") if record.decision == "merge" else text("Discard")


def fate_words(record: HistoryRecord) -> Text:
    """What became of a record."""
    if record.restoring:
        return text("Perhaps restored")
    if record.restored_at:
        return text("Restored")
    if record.committed is None:
        return text("Not known yet")
    if not record.committed:
        return text("Not committed")
    return text("Retried") if record.decision == "merge" else text("Discarded")


def key_words(record: HistoryRecord) -> str:
    """The key as text, else as hex; "" without one."""
    if record.key is None:
        return ""
    try:
        shown = record.key.decode()
    except UnicodeDecodeError:
        return record.key.hex()
    return shown if shown.isprintable() else record.key.hex()
