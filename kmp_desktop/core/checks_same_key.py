"""Checks of records that share a key: what is removed too early, undone, or sent in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kmp_desktop.core.checked_commit import CheckedCommit, about_records
from kmp_desktop.core.plan import key_of, keys_of, undecided_after
from kmp_desktop.core.queue_state import LoadedQueue, Severity
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.review import Check, CheckCode
from kmp_desktop.core.text import text, text_n


def discards_before_newer(commit: CheckedCommit) -> Iterable[Check]:
    """Discards whose tombstone would remove a record that is still undecided."""
    if not commit.deferred:
        return
    waiting = undecided_after(commit.loaded, commit.plan, keys_of(commit.loaded, commit.deferred))
    newest = {key: ids[-1] for key, ids in waiting.items()}
    all_newer = all(each < newest[_key(commit.loaded, each)] for each in commit.deferred)
    n = len(commit.deferred)
    because = text(
        "A newer record with the same key is still undecided. "
        "Removing now would remove it too, so we wait until you decide it."
    )
    if not all_newer:
        because = text(
            "Another record with the same key is still undecided. "
            "Removing now would remove it too, so we wait until you decide it."
        )
    yield Check(
        CheckCode.DISCARD_BEFORE_NEWER,
        Severity.WARNING,
        text_n(n, "{n} discard takes effect later", "{n} discards take effect later"),
        because,
        commit.deferred,
        tuple(sorted(each for ids in waiting.values() for each in ids)),
        may_take_out=True,
    )


def retries_before_newer(commit: CheckedCommit) -> Iterable[Check]:
    """Retries that are older than a record that stays in the queue."""
    waiting = undecided_after(commit.loaded, commit.plan, keys_of(commit.loaded, commit.merges))
    older: list[RecordId] = []
    newer: set[RecordId] = set()
    for each in commit.merges:
        key = key_of(commit.loaded.records[each])
        later = [other for other in waiting.get(key, ()) if other > each] if key else []
        if later:
            older.append(each)
            newer.update(later)
    if older:
        yield about_records(
            CheckCode.RETRY_BEFORE_NEWER,
            Severity.WARNING,
            tuple(older),
            "{n} retry is older than another record with the same key",
            "{n} retries are older than another record with the same key",
            text("If the newer one was processed already, these could undo it."),
            show=tuple(sorted(newer)),
        )


def retry_order(commit: CheckedCommit) -> Iterable[Check]:
    """Several retries with one key."""
    keys = Counter(key_of(commit.loaded.records[each]) for each in commit.merges)
    shared = {key: n for key, n in keys.items() if key is not None and n > 1}
    if not shared:
        return
    ids = tuple(each for each in commit.merges if key_of(commit.loaded.records[each]) in shared)
    title = text("{n} records with the same key are retried", n=len(ids))
    if len(shared) > 1:
        title = text("{n} records share a key with another one that is retried", n=len(ids))
    yield Check(CheckCode.RETRY_ORDER, Severity.PASSED, title, text("They are sent oldest first."), ids, ids)


def _key(loaded: LoadedQueue, record: RecordId) -> tuple[int, bytes]:
    key = key_of(loaded.records[record])
    assert key is not None, "only records with a key are deferred"
    return key
