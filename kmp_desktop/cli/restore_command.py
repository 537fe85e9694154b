"""``restore``: put records of a commit back that were discarded."""

from __future__ import annotations

import json

from kmp_desktop.app.restoring import restorable, restore
from kmp_desktop.cli.arguments import RestoreCommand
from kmp_desktop.cli.exit_codes import Exit
from kmp_desktop.cli.screen import Screen
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.history import Backups, History, HistoryEntry, RestoreNotKnown, Restorer
from kmp_desktop.core.ports import Clock
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import text, text_n


def restore_records(
    history: History,
    backups: Backups,
    restorer: Restorer,
    command: RestoreCommand,
    screen: Screen,
    clock: Clock,
) -> Exit:
    """Put them back; raises UserFacingError when nothing was written."""
    entry = _entry(history, command)
    wanted = _wanted(history, command, screen)
    try:
        places = restore(history, backups, restorer, entry, wanted, clock)
    except RestoreNotKnown as error:
        screen.explain(
            text("It is not known whether the records were put back."),
            text("They were put back all together, or none of them was."),
            text("Print the queue: what was put back is in it. Only then restore again, with --again."),
            details=str(error),
        )
        return Exit.UNKNOWN
    if command.queue.as_json:
        for old, new in sorted(places.items()):
            screen.out(json.dumps({"partition": old.partition, "offset": old.offset, "restored_to": [*new]}))
    else:
        screen.out(str(text_n(len(places), "{n} record was put back.", "{n} records were put back.")))
    screen.flush()
    return Exit.DONE


def _entry(history: History, command: RestoreCommand) -> HistoryEntry:
    for entry in history.entries(limit=1_000_000):
        if entry.number == command.number and entry.identity.queue_topic == command.queue.queue_topic:
            return entry
    raise UserFacingError(
        ErrorCode.USAGE,
        text("The history of this computer has no such commit of this queue."),
        text("Nothing was put back."),
        text("The command history shows the commits and their numbers."),
    )


def _wanted(history: History, command: RestoreCommand, screen: Screen) -> set[RecordId]:
    found = restorable(history.records(command.number))
    held_back = set() if command.again else set(found.unsure)
    if found.unsure and not command.again:
        screen.say(
            text_n(
                len(found.unsure),
                "{n} record may be back already: a restore of it had no known end. Print the queue; "
                "if it is not there, say --again.",
                "{n} records may be back already: a restore of them had no known end. Print the queue; "
                "if they are not there, say --again.",
            )
        )
    return set(command.records or (*found.records, *found.unsure)) - held_back
