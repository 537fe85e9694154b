"""How staged decisions are written down: a line that says whose they are, then a line per step.

Every line is a CRC-32 in hex, a space, and JSON. A step is ``{"at": epoch ms, "c": [[partition,
offset, letter, crc], ...]}`` with the letters m(erge), p(urge), s(kip) and - (cleared).
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.ports import DraftEntry, DraftKey
from kmp_desktop.core.record import RecordId

_VERSION = 1
_LETTER = {Decision.MERGE: "m", Decision.PURGE: "p", Decision.SKIP: "s", None: "-"}
_DECISION = {letter: decision for decision, letter in _LETTER.items()}
_HEAD_BYTES = 4_000  # more than a head line can have
_SPARE_CHANGES = 1_000


class Damaged(Exception):  # noqa: N818 - a state of a file, told to people by the caller
    """The file is not what was written (a last line left unfinished is not meant)."""


class MadeByNewer(Exception):  # noqa: N818 - see Damaged
    """The file is whole, but its version is not known here."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A file read back: ``key`` is what its first line says.

    ``good_bytes``: up to where it is whole; ``torn``: something lies behind.
    """

    key: DraftKey
    entries: tuple[DraftEntry, ...]
    saved_at: int
    changes: int  # how many were recorded for these entries
    good_bytes: int
    torn: bool

    @property
    def lengthy(self) -> bool:
        """Whether most of the file is history."""
        return self.changes > 2 * len(self.entries) + _SPARE_CHANGES


def head(key: DraftKey) -> bytes:
    """The first line of a draft."""
    return _line(
        {
            "kmp_draft": _VERSION,
            "cluster_id": key.cluster_id,
            "topic_id": key.topic_id.hex(),
            "group": key.group,
            "servers": key.servers,
            "topic": key.topic,
        }
    )


def line(changes: Iterable[tuple[RecordId, Decision | None, int]], now: int) -> bytes:
    """One step."""
    listed = [[record.partition, record.offset, _LETTER[decision], crc] for record, decision, crc in changes]
    return _line({"at": now, "c": listed})


def whole(entries: Sequence[DraftEntry], saved_at: int) -> bytes:
    """Everything that is staged, as one step."""
    return line(((each.id, each.decision, each.crc) for each in entries), saved_at)


def remark(why: str) -> bytes:
    """A line for people."""
    return _line({"why": why})


def read(content: bytes) -> Draft:
    """Replay a file; raises Damaged or MadeByNewer."""
    first, *lines = content.splitlines(keepends=True) or [b""]
    key = _key(_document(first))
    if key is None:
        raise Damaged("line 1")
    staged: dict[RecordId, DraftEntry] = {}
    saved_at = changes = 0
    good = len(first)
    for number, each in enumerate(lines):
        step = _document(each)
        if step is None:
            if any(_document(later) is not None for later in lines[number + 1 :]):
                raise Damaged(f"line {number + 2}")
            return Draft(key, tuple(staged.values()), saved_at, changes, good, torn=True)
        good += len(each)
        if "c" in step:
            saved_at = int(step["at"])
            changes += len(step["c"])
            _replay(step["c"], staged)
    return Draft(key, tuple(staged.values()), saved_at, changes, good, torn=False)


def key_of(path: Path) -> DraftKey | None:
    """Whose draft a file is; None when it does not say. Reads the first line only."""
    try:
        return _key(_first_line(path))
    except MadeByNewer:
        return None


def refuse_newer(path: Path) -> None:
    """Raise MadeByNewer where a file says so. Reads the first line only."""
    _key(_first_line(path))


def _first_line(path: Path) -> dict[str, Any] | None:
    with path.open("rb") as file:
        return _document(file.readline(_HEAD_BYTES))


def _key(document: dict[str, Any] | None) -> DraftKey | None:
    if document is None or "kmp_draft" not in document:
        return None
    if document["kmp_draft"] > _VERSION:
        raise MadeByNewer(str(document["kmp_draft"]))
    return DraftKey(
        document["cluster_id"],
        bytes.fromhex(document["topic_id"]),
        document["group"],
        servers=document["servers"],
        topic=document["topic"],
    )


def cut_torn_line(path: Path, good_bytes: int | None = None) -> None:
    """Cut off what a crash left behind the last whole line, so that the next line starts a line."""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        if good_bytes is None:
            if size == 0 or (file.seek(size - 1), file.read(1))[1] == b"\n":
                return
            file.seek(0)
            good_bytes = file.read().rfind(b"\n") + 1
        file.truncate(good_bytes)
        file.flush()
        os.fsync(file.fileno())


def _replay(changes: list[Any], staged: dict[RecordId, DraftEntry]) -> None:
    for partition, offset, letter, crc in changes:
        record, decision = RecordId(partition, offset), _DECISION[letter]
        if decision is None:
            staged.pop(record, None)
        else:
            staged[record] = DraftEntry(record, decision, crc)


def _line(document: dict[str, Any]) -> bytes:
    body = json.dumps(document, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def _document(line: bytes) -> dict[str, Any] | None:
    """What a line says; None when it is not whole."""
    if not line.endswith(b"\n") or line[8:9] != b" ":
        return None
    body = line[9:-1]
    if line[:8] != b"%08x" % zlib.crc32(body):
        return None
    document = json.loads(body)
    return document if isinstance(document, dict) else None
