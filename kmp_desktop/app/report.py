"""The report that "Copy report" puts on the clipboard: what developers and administrators need.

Never a payload, a key, a header or a secret: names of topics and groups, coordinates, outcomes, and
what the client library said. In English whatever the language of the window.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable
from datetime import UTC, datetime

from kmp_desktop import __version__
from kmp_desktop.app.outcome_page import Surroundings
from kmp_desktop.core.outcome import ChunkResult, CommitResult, Resolution
from kmp_desktop.core.record import RecordId

_MOST_RECORDS = 200


def commit_report(result: CommitResult, around: Surroundings) -> str:
    """A commit, part by part."""
    lines = [
        *_head(around),
        f"Outcome: {result.outcome.value}, {len(result.chunks)} of {result.parts} parts tried",
        f"Finished: {_utc(result.finished_at)} after {result.seconds:.1f} s",
        f"Final: {len(result.merged)} retried, {len(result.purged)} discarded; {result.skipped} skipped",
        f"Take effect later: {len(result.deferred)}",
    ]
    for number, chunk in enumerate(result.chunks, 1):
        lines += _part(number, chunk)
    lines += _records("Decided by others", (each.id for each in result.conflicts))
    lines += [f"Refused: {_coordinates(each.id)}: {each.reason}" for each in result.refused]
    lines += _records("Gone", result.gone)
    lines += _records("Not sent", result.not_sent)
    lines += _records("Outcome not known", result.locked)
    return "\n".join(lines) + "\n"


def resolution_report(resolution: Resolution, around: Surroundings) -> str:
    """What became of an unfinished commit."""
    lines = [
        *_head(around),
        f"Unfinished commit {resolution.nonce or '-'}, begun {_utc(resolution.started_at)}",
        f"Outcome: {resolution.outcome.value}; {resolution.merged} retried, {resolution.purged} discarded",
    ]
    if resolution.message is not None:
        lines.append(f"Message: {resolution.message}")
    lines += _records("Plan", (each for each, _ in resolution.plan))
    lines += _records("There", resolution.present)
    lines += _records("Missing", resolution.missing)
    return "\n".join(lines) + "\n"


def _head(around: Surroundings) -> list[str]:
    return [
        f"KMP Desktop {__version__}, Python {platform.python_version()}",
        f"{platform.system()} {platform.machine()}",
        f"Queue topic: {around.queue_topic}",
        f"Retry topic: {around.retry_topic or '-'}",
        f"Group: {around.group}",
    ]


def _part(number: int, chunk: ChunkResult) -> list[str]:
    reason = "" if not chunk.reason.value or chunk.reason.value == "none" else f" ({chunk.reason.value})"
    lines = [f"Part {number}: {chunk.outcome.value}{reason}, number {chunk.nonce or '-'}"]
    lines.append(f"  Compared: {chunk.compared.value}")
    if chunk.message is not None:
        lines.append(f"  Message: {chunk.message}")
    if chunk.waiting_for:
        lines.append(f"  Held by another program's transaction: {', '.join(chunk.waiting_for)}")
    lines += [f"  {line}" for line in _records("Different", chunk.different)]
    lines += [f"  {line}" for line in _records("Decide first", chunk.low_offsets)]
    lines += [f"  {line}" for line in chunk.details.splitlines()]
    return lines


def _records(title: str, ids: Iterable[RecordId]) -> list[str]:
    """One line "Title (n): 0/12 0/13 …", cut after a while; nothing for no records."""
    named = list(ids)
    if not named:
        return []
    shown = " ".join(map(_coordinates, named[:_MOST_RECORDS]))
    more = " …" if len(named) > _MOST_RECORDS else ""
    return [f"{title} ({len(named)}): {shown}{more}"]


def _coordinates(record: RecordId) -> str:
    return f"{record.partition}/{record.offset}"


def _utc(epoch_ms: int) -> str:
    if not epoch_ms:
        return "-"
    return datetime.fromtimestamp(epoch_ms / 1000, UTC).isoformat(timespec="seconds")
