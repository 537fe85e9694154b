"""Which ledgers this computer has ever seen, so that expired offsets do not look like new queues."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from kmp_desktop.core.text import text
from kmp_desktop.store.disk import disk_errors, file_name, move_aside, replace_file
from kmp_desktop.store.file_lock import changing

_VERSION = 1
_log = logging.getLogger(__name__)


class FileSeenStates:
    """Implements ``SeenStates``: one small JSON file per (cluster, topic id, group); any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def seen(self, cluster_id: str, topic_id: bytes, group: str) -> Mapping[int, int]:
        """Partition -> the highest base seen there; empty = nothing was ever seen.

        A damaged file is put aside and counts as nothing seen: the ledger on the broker decides.
        """
        with disk_errors(
            text("What this computer remembers of the queue cannot be read."), text("Nothing was changed.")
        ):
            return self._read(self._path(cluster_id, topic_id, group))

    def remember(self, cluster_id: str, topic_id: bytes, group: str, bases: Mapping[int, int]) -> None:
        """Keep the highest base of each partition; on disk when this returns."""
        path = self._path(cluster_id, topic_id, group)
        with (
            disk_errors(
                text("What was found in the queue could not be noted on this computer."),
                text("Nothing was changed."),
            ),
            changing(self._folder / ".lock"),
        ):
            known = self._read(path)
            now = {**known, **{each: max(base, known.get(each, base)) for each, base in bases.items()}}
            if now != known:
                document = {"version": _VERSION, "group": group, "bases": sorted(now.items())}
                replace_file(path, json.dumps(document).encode())

    def _path(self, cluster_id: str, topic_id: bytes, group: str) -> Path:
        return self._folder / f"{file_name('', cluster_id, topic_id.hex(), group)}.json"

    def _read(self, path: Path) -> dict[int, int]:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return {}
        try:
            document = json.loads(content)
            return {int(partition): int(base) for partition, base in document["bases"]}
        except (ValueError, TypeError, KeyError):
            aside = move_aside(path, self._folder / "aside", "damaged")
            _log.warning("seen states: damaged file kept as %s", aside)
            return {}
