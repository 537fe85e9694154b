"""The review page's tree and checks: what a commit of everything staged would do."""

from __future__ import annotations

from array import array
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from kmp_desktop.core.checks import review
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.queue_state import LoadedQueue, Severity
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.review import Check, CheckCode, Review
from kmp_desktop.core.text import Text, text
from kmp_desktop.core.view import GroupBy, ReviewBy, ReviewLine, ReviewReply, ReviewWanted
from kmp_desktop.engine.records import DECISION_ORDER, UNDECIDED, Records

_GROUPED = {ReviewBy.REASON: GroupBy.REASON, ReviewBy.MESSAGE: GroupBy.MESSAGE}


def review_reply(records: Records, loaded: LoadedQueue | None, wanted: ReviewWanted) -> ReviewReply:
    """Answer what is staged and what speaks against it; ``loaded`` is ``None`` while still reading."""
    staged = records.staged()
    if loaded is None:
        checked = _not_read_yet(Counter(staged.values()))
    else:
        came_back = _came_back(records, staged)
        checked = review(loaded, staged, came_back, records.elsewhere_ids(), times=wanted.times)
    return ReviewReply(wanted.serial, wanted.arranged_by, checked, _lines(records, wanted.arranged_by))


def _not_read_yet(counts: Counter[Decision]) -> Review:
    stop = Check(
        CheckCode.FINDING,
        Severity.STOP,
        text("The queue is still being read"),
        text("The checks are made when reading is complete."),
    )
    return Review(counts[Decision.MERGE], counts[Decision.PURGE], counts[Decision.SKIP], 0, 0, (stop,))


def _came_back(records: Records, staged: dict[RecordId, Decision]) -> dict[RecordId, int]:
    rows = {record: records.row_of(record) for record in staged}
    return {record: records.came_back[row] for record, row in rows.items() if row is not None}


def _lines(records: Records, arranged_by: ReviewBy) -> tuple[ReviewLine, ...]:
    """One line for each group that something is staged in, the largest first."""
    numbers, keys, labels = _arranged(records, arranged_by)
    alive = records.alive()
    decision = np.frombuffer(records.decision, np.uint8)[alive]
    group = numbers[alive]
    counts = np.zeros((len(keys), len(Decision) + 1), np.int64)
    np.add.at(counts, (group, decision), 1)
    staged = alive[decision != UNDECIDED]
    of_staged = group[decision != UNDECIDED]
    lines = [
        ReviewLine(
            key=keys[number],
            label=labels[number],
            retry=int(counts[number, DECISION_ORDER[Decision.MERGE]]),
            discard=int(counts[number, DECISION_ORDER[Decision.PURGE]]),
            skip=int(counts[number, DECISION_ORDER[Decision.SKIP]]),
            undecided=int(counts[number, UNDECIDED]),
            rows=array("I", staged[of_staged == number].tobytes()),
        )
        for number in np.flatnonzero(counts.sum(axis=1) > counts[:, UNDECIDED]).tolist()
    ]
    return tuple(sorted(lines, key=lambda line: (-len(line.rows), str(line.label).casefold(), line.key)))


def _arranged(records: Records, arranged_by: ReviewBy) -> tuple[NDArray[np.uint32], list[str], list[Text]]:
    """(group number of every row, key and label of every group)."""
    if arranged_by is ReviewBy.ALL:
        return np.zeros(len(records), np.uint32), [""], [text("All records")]
    grouping = records.groups[_GROUPED[arranged_by]]
    numbers = np.frombuffer(grouping.of_row, np.uint32)
    return numbers, [group.key for group in grouping.groups], grouping.labels()
