"""What the ledger tells of a commit in doubt."""

from __future__ import annotations

from kmp_desktop.app.settled_elsewhere import told_by_ledger
from kmp_desktop.core.outcome import Outcome, Resolution
from tests.unit.records import loaded, record


def test_a_queue_with_fewer_partitions_than_the_commit_tells_nothing() -> None:
    far = record(offset=0, partition=7)
    doubt = Resolution(Outcome.UNKNOWN, ((far.id, "merge"),), 1, 0, 1, "00" * 8)

    assert told_by_ledger(doubt, loaded([record(offset=0)])) is None
