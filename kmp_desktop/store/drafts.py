"""Staged decisions on this computer: closing or crashing before a commit loses no thinking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.ports import Clock, DraftEntry, DraftKey
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text, text
from kmp_desktop.store import draft_format
from kmp_desktop.store.disk import (
    append_to_file,
    disk_errors,
    file_name,
    move_aside,
    replace_file,
)
from kmp_desktop.store.draft_format import Damaged, Draft, MadeByNewer
from kmp_desktop.store.file_lock import changing
from kmp_desktop.store.wall_clock import WallClock

_SUFFIX = ".draft"
_WORTH_COMPACTING = 4_000_000  # bytes: smaller drafts are read in a moment anyway
_GROWTH = 4  # compacted when so many times larger than what it came down to last time


class FileDrafts:
    """Implements ``DraftStore``: one append-only file per queue, written anew when it grew too long.

    Any thread, any process: a lock file in the folder is held while files change. Every call is on
    disk when it returns; UserFacingError DISK when it cannot be.
    """

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._folder = folder
        self._clock = clock or WallClock()
        self._compacted: dict[Path, int] = {}  # bytes when last compacted or read
        self._counted: dict[Path, tuple[tuple[int, int], tuple[int, Counter[Decision]]]] = {}

    def append(self, key: DraftKey, changes: Iterable[tuple[RecordId, Decision | None, int]]) -> None:
        """Record one step: (id, decision or None = cleared, CRC); the step comes back whole or not at all.

        A file that a newer version made is left as it is and told as UserFacingError DISK.
        """
        line = draft_format.line(changes, self._clock.now_ms())
        path = self._path(key)
        with (
            disk_errors(
                text("The decisions could not be saved on this computer."),
                text("Nothing was sent. Your decisions are kept in memory."),
            ),
            self._changing(),
        ):
            if path.exists():
                _refuse_newer(path)
                self._compacted.setdefault(path, path.stat().st_size)
                draft_format.cut_torn_line(path)
                append_to_file(path, line)
                self._compact_if_long(path, key)
            else:
                replace_file(path, draft_format.head(key) + line)

    def read(self, key: DraftKey) -> tuple[tuple[DraftEntry, ...], int]:
        """(what is staged, time of the last change in epoch ms or 0).

        A last line that a crash left unfinished is dropped. A file damaged otherwise is kept aside
        whole and told as UserFacingError DISK: half of a draft may hold decisions taken back since.
        """
        path = self._path(key)
        with (
            disk_errors(
                text("The saved decisions of this queue cannot be read."), text("Nothing was changed.")
            ),
            self._changing(),
        ):
            self._put_older_topics_aside(key, path)
            draft = self._read_or_put_aside(path)
            if draft is None:
                return (), 0
            if draft.torn:
                draft_format.cut_torn_line(path, draft.good_bytes)
            if draft.lengthy or draft.key.servers != key.servers:
                replace_file(path, draft_format.head(key) + draft_format.whole(draft.entries, draft.saved_at))
            self._compacted[path] = path.stat().st_size
            return draft.entries, draft.saved_at

    def put_aside(self, key: DraftKey, entries: Sequence[DraftEntry], why: str) -> None:
        """Keep entries that no longer apply in a file of their own; the draft itself is not touched."""
        now = self._clock.now_ms()
        with (
            disk_errors(
                text("Decisions that no longer apply could not be put aside."),
                text("Nothing was sent. Your decisions are kept in memory."),
            ),
            self._changing(),
        ):
            path = self._aside / f"{self._path(key).stem}.{now}{_SUFFIX}"
            if path.exists():
                append_to_file(path, draft_format.remark(why) + draft_format.whole(entries, now))
            else:
                content = draft_format.head(key) + draft_format.remark(why)
                replace_file(path, content + draft_format.whole(entries, now))

    def counts(self, cluster_and_topic: tuple[str, str], group: str) -> tuple[int, int, int]:
        """(retry, discard, skip) staged for a queue, found by (servers or cluster id, topic).

        When the topic was made anew the newest draft counts. What cannot be read counts as nothing.
        """
        where, topic = cluster_and_topic
        newest, staged = -1, Counter[Decision]()
        with disk_errors(text("The saved decisions cannot be read."), text("Nothing was changed.")):
            for path in self._files():
                key = draft_format.key_of(path)
                if key is None or where not in (key.servers, key.cluster_id):
                    continue
                if (key.topic, key.group) == (topic, group):
                    saved_at, found = self._count(path)
                    if saved_at > newest:
                        newest, staged = saved_at, found
        return staged[Decision.MERGE], staged[Decision.PURGE], staged[Decision.SKIP]

    @property
    def _aside(self) -> Path:
        return self._folder / "aside"

    def _changing(self) -> AbstractContextManager[None]:
        return changing(self._folder / ".lock")

    def _path(self, key: DraftKey) -> Path:
        name = file_name(key.topic, key.cluster_id, key.topic_id.hex(), key.group)
        return self._folder / f"{name}{_SUFFIX}"

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_SUFFIX}"))

    def _read_or_put_aside(self, path: Path) -> Draft | None:
        try:
            return draft_format.read(path.read_bytes())
        except FileNotFoundError:
            return None
        except MadeByNewer as error:
            raise _made_by_newer(
                path, text("Nothing was sent, and the saved decisions were not touched.")
            ) from error
        except Damaged as error:
            aside = move_aside(path, self._aside, "damaged")
            raise _damaged(aside, str(error)) from error

    def _put_older_topics_aside(self, key: DraftKey, mine: Path) -> None:
        """The topic was made anew: what was decided about the old one must not be counted any more."""
        for path in self._files():
            other = None if path == mine else draft_format.key_of(path)
            if (
                other is not None
                and (other.cluster_id, other.topic, other.group) == (key.cluster_id, key.topic, key.group)
                and other.topic_id != key.topic_id
            ):
                move_aside(path, self._aside, "older-topic")

    def _compact_if_long(self, path: Path, key: DraftKey) -> None:
        size = path.stat().st_size
        if size < max(_WORTH_COMPACTING, _GROWTH * self._compacted[path]):
            return
        try:
            draft = draft_format.read(path.read_bytes())
        except Damaged:  # what was added is on disk; the next reading keeps the file, and tells of it
            return
        replace_file(path, draft_format.head(key) + draft_format.whole(draft.entries, draft.saved_at))
        self._compacted[path] = path.stat().st_size

    def _count(self, path: Path) -> tuple[int, Counter[Decision]]:
        state = path.stat()
        stamp = (state.st_mtime_ns, state.st_size)
        known = self._counted.get(path)
        if known is None or known[0] != stamp:
            try:
                draft = draft_format.read(path.read_bytes())
            except (Damaged, MadeByNewer):
                return -1, Counter()
            known = stamp, (draft.saved_at, Counter(each.decision for each in draft.entries))
            self._counted[path] = known
        return known[1]


def _damaged(aside: Path, reason: str) -> UserFacingError:
    return UserFacingError(
        ErrorCode.DISK,
        text("The saved decisions of this queue are damaged."),
        text("Nothing was sent. The damaged file was kept: {file}", file=str(aside)),
        text("Decide these records again."),
        details=reason,
    )


def _refuse_newer(path: Path) -> None:
    """What this version wrote into a newer file the newer one might not read, or read otherwise."""
    try:
        draft_format.refuse_newer(path)
    except MadeByNewer as error:
        raise _made_by_newer(
            path,
            text(
                "Nothing was sent, and the saved decisions were not touched. "
                "Your decisions are kept in memory."
            ),
        ) from error


def _made_by_newer(path: Path, unchanged: Text) -> UserFacingError:
    return UserFacingError(
        ErrorCode.DISK,
        text("The saved decisions of this queue were made by a newer version of this program."),
        unchanged,
        text(
            "Open the queue with the newer version, or remove this file to start anew: {file}", file=str(path)
        ),
    )
