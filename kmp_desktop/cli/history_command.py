"""``history``: what was committed from this computer, the newest first."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

from kmp_desktop.app.history_words import counts_words, state_words
from kmp_desktop.cli.arguments import HistoryCommand
from kmp_desktop.cli.exit_codes import Exit
from kmp_desktop.cli.screen import Screen, one_line
from kmp_desktop.cli.stopping import Stopping
from kmp_desktop.core.history import MOST_ENTRIES, History, HistoryEntry
from kmp_desktop.core.text import text


def print_history(history: History, command: HistoryCommand, screen: Screen, stopping: Stopping) -> Exit:
    """Show it; raises UserFacingError DISK."""
    entries = history.entries(command.words)
    for entry in entries:
        if not screen.has_reader() or stopping.asked():
            break
        screen.out(_json_line(entry, history) if command.as_json else one_line(_readable(entry)))
    if not entries and not command.as_json:
        screen.out(str(text("Nothing was committed from this computer that fits.")))
    if len(entries) == MOST_ENTRIES:
        screen.say(text("Older commits are not listed: these are the newest {n}.", n=MOST_ENTRIES))
    screen.flush()
    return Exit.DONE


def _json_line(entry: HistoryEntry, history: History) -> str:
    identity = entry.identity
    document = {
        "number": entry.number,
        "at": entry.at,
        "state": entry.state.value,
        "receipt": entry.receipt or None,
        "cluster_id": identity.cluster_id,
        "queue_topic": identity.queue_topic,
        "retry_topic": identity.retry_topic or None,
        "group": identity.group,
        "connection": entry.connection,
        "queue": entry.queue,
        "person": entry.person or None,
        "computer": entry.computer,
        "program": entry.program,
        "merged": entry.merged,
        "purged": entry.purged,
        "records": [
            {
                "partition": each.id.partition,
                "offset": each.id.offset,
                "decision": each.decision,
                "key_b64": None if each.key is None else base64.b64encode(each.key).decode(),
                "why": each.why or None,
                "committed": each.committed,
            }
            for each in history.records(entry.number)
        ],
    }
    return json.dumps(document)


def _readable(entry: HistoryEntry) -> str:
    at = datetime.fromtimestamp(entry.at / 1000, UTC)
    receipt = f", receipt {entry.receipt}" if entry.receipt else ""
    return (
        f"{entry.number}: {at:%Y-%m-%d %H:%M:%S} UTC, {entry.identity.queue_topic}, "
        f"{state_words(entry.state)}: {counts_words(entry)}, by {entry.person or entry.computer}{receipt}"
    )
