"""Putting discarded records back into their queue, from the backup on this computer."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.history import Backups, History, HistoryEntry, HistoryRecord, Restorer
from kmp_desktop.core.ports import Clock
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import text

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Restorable:
    """Which records of a commit can be put back. ``unsure``: a restore of them had no known end."""

    records: tuple[RecordId, ...]
    unsure: tuple[RecordId, ...]


def restorable(records: Collection[HistoryRecord]) -> Restorable:
    """Discarded records that have a backup and are not back yet."""
    kept = [each for each in records if each.committed and each.backup_until and not each.restored_at]
    return Restorable(
        tuple(each.id for each in kept if not each.restoring),
        tuple(each.id for each in kept if each.restoring),
    )


def restore(
    history: History,
    backups: Backups,
    restorer: Restorer,
    entry: HistoryEntry,
    wanted: Collection[RecordId],
    clock: Clock,
) -> dict[RecordId, RecordId]:
    """Put records of an entry back; where each lies now.

    Noted before anything is sent: a program that is killed in between leaves them "restoring". Raises
    UserFacingError when nothing was written, RestoreNotKnown when that cannot be told.
    """
    seen = history.records(entry.number)
    known = restorable(seen)
    possible = {*known.records, *known.unsure}
    if not wanted or not possible.issuperset(wanted):
        raise UserFacingError(
            ErrorCode.USAGE,
            text("Not all of these records can be put back."),
            text("Nothing was put back."),
            text("Only discarded records with a backup that are not back yet can be."),
        )
    kept = backups.load(entry.number)
    if not kept.keys() >= {*wanted}:  # its time has passed since the history was read
        raise UserFacingError(
            ErrorCode.USAGE,
            text("The backup of these records is not kept any more."),
            text("Nothing was put back."),
            text("Records may still be in the queue's topic."),
        )
    records = [kept[each] for each in sorted(wanted)]
    backups.begin_restore(entry.number, {each.id: each.restoring for each in seen if each.id in wanted})
    try:
        places = restorer.restore(entry.identity, records)
    except UserFacingError:
        # What an earlier restore without a known end was about may be back all the same.
        surely_not = dict.fromkeys({*wanted}.difference(known.unsure), False)
        backups.end_restore(entry.number, surely_not, 0)
        raise
    try:
        backups.end_restore(entry.number, dict.fromkeys(wanted, True), clock.now_ms())
    except UserFacingError as error:  # they are back all the same, and stay "perhaps restored"
        _log.info("restore: %s", error.details)
    return places
