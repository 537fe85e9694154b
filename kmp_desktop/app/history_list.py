"""The records of a commit as people read them, in the window and in an exported file."""

from __future__ import annotations

from collections.abc import Iterable

from kmp_desktop.app.csv_text import csv_text
from kmp_desktop.app.history_words import decision_words, fate_words, key_words
from kmp_desktop.core.history import HistoryEntry, HistoryRecord


def history_csv(entry: HistoryEntry, records: Iterable[HistoryRecord]) -> str:
    """The records of a commit as CSV."""
    names = ("receipt", "partition", "offset", "decision", "key", "why it failed", "what became of it")
    return csv_text(
        names,
        (
            (
                *(entry.receipt, str(each.id.partition), str(each.id.offset), str(decision_words(each))),
                *(key_words(each), each.why, str(fate_words(each))),
            )
            for each in records
        ),
    )
