"""How a journal entry is written down: a first line with version and checksum, then JSON."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from kmp_desktop.core.journal import (
    JournalEntry,
    JournalPhase,
    PlannedRecord,
    WrittenCopy,
    WrittenTombstone,
)
from kmp_desktop.core.queue_state import PlannedDecision, QueueIdentity
from kmp_desktop.core.record import RecordId

_VERSION = 1
_MARK = b"kmp-journal"


class Damaged(Exception):  # noqa: N818 - a state of a file, told to people by the caller
    """The file is not what was written."""


class MadeByNewer(Exception):  # noqa: N818 - see Damaged
    """The file is whole, but its version is not known here."""


def text_of(entry: JournalEntry, why: str = "") -> bytes:
    """The file of an entry; ``why`` tells people why it was put aside."""
    identity = entry.identity
    document = {
        "cluster_id": identity.cluster_id,
        "queue_topic": identity.queue_topic,
        "queue_topic_id": identity.queue_topic_id.hex(),
        "retry_topic": identity.retry_topic,
        "retry_topic_id": identity.retry_topic_id.hex(),
        "group": identity.group,
        "nonce": entry.nonce.hex(),
        "phase": entry.phase.value,
        "started_at": entry.started_at,
        "plan": [[*each.id, each.decision.value, each.crc] for each in entry.plan],
        "partitions": list(entry.partitions),
        "tombstones": [
            [each.partition, each.offset, base64.b64encode(each.key).decode()] for each in entry.tombstones
        ],
        "copies": [[*each.source, each.partition, each.offset] for each in entry.copies],
    }
    if why:
        document["put_aside"] = why
    body = json.dumps(document, separators=(",", ":")).encode()
    return b"%s %d %08x\n%s\n" % (_MARK, _VERSION, zlib.crc32(body), body)


def entry_of(content: bytes) -> JournalEntry:
    """Read a file back; raises Damaged or MadeByNewer."""
    first, _, rest = content.partition(b"\n")
    parts = first.split(b" ")
    if len(parts) != 3 or parts[0] != _MARK or not parts[1].isdigit():
        raise Damaged("no journal mark in the first line")
    if int(parts[1]) > _VERSION:
        raise MadeByNewer(parts[1].decode())
    body = rest.removesuffix(b"\n")
    if parts[2] != b"%08x" % zlib.crc32(body):
        raise Damaged("checksum")
    try:
        return _entry(json.loads(body))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Damaged(f"{type(error).__name__}: {error}") from error


def _entry(document: dict[str, Any]) -> JournalEntry:
    identity = QueueIdentity(
        cluster_id=document["cluster_id"],
        queue_topic=document["queue_topic"],
        queue_topic_id=bytes.fromhex(document["queue_topic_id"]),
        retry_topic=document["retry_topic"],
        retry_topic_id=bytes.fromhex(document["retry_topic_id"]),
        group=document["group"],
    )
    return JournalEntry(
        identity=identity,
        nonce=bytes.fromhex(document["nonce"]),
        phase=JournalPhase(document["phase"]),
        plan=tuple(
            PlannedRecord(RecordId(partition, offset), PlannedDecision(decision), crc)
            for partition, offset, decision, crc in document["plan"]
        ),
        partitions=tuple(document["partitions"]),
        tombstones=tuple(
            WrittenTombstone(partition, offset, base64.b64decode(key, validate=True))
            for partition, offset, key in document["tombstones"]
        ),
        copies=tuple(
            WrittenCopy(RecordId(from_partition, from_offset), partition, offset)
            for from_partition, from_offset, partition, offset in document["copies"]
        ),
        started_at=document["started_at"],
    )
