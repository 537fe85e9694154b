"""The unfinished commit of this computer: what the next start needs to find out how it ended."""

from __future__ import annotations

from pathlib import Path

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.journal import JournalEntry
from kmp_desktop.core.text import text
from kmp_desktop.store.disk import disk_errors, file_name, move_aside, remove_file, replace_file
from kmp_desktop.store.journal_format import Damaged, MadeByNewer, entry_of, text_of


class FileJournal:
    """Implements ``Journal``: one file per (cluster, queue topic), replaced as a whole.

    Whoever writes holds the queue's lock, so there is one writer at a time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, cluster_id: str, queue_topic: str) -> JournalEntry | None:
        """The entry, or None; a damaged one is put aside and raised as UserFacingError DISK."""
        path = self._path(cluster_id, queue_topic)
        with disk_errors(
            text("The record of the last commit cannot be read on this computer."),
            text("Nothing was changed."),
        ):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                return None
            try:
                return entry_of(content)
            except MadeByNewer as error:
                raise _made_by_newer(path) from error
            except Damaged as error:
                aside = move_aside(path, self._folder / "aside", "damaged")
                raise _damaged(aside, str(error)) from error

    def write(self, entry: JournalEntry) -> None:
        """Replace the entry of its queue as a whole."""
        path = self._path(entry.identity.cluster_id, entry.identity.queue_topic)
        with disk_errors(
            text("The commit could not be noted on this computer."), text("Nothing was committed.")
        ):
            replace_file(path, text_of(entry))

    def forget(self, cluster_id: str, queue_topic: str) -> None:
        """Remove the entry; not there = fine."""
        with disk_errors(
            text("The record of the last commit could not be removed."),
            text("The commit itself is not touched by this."),
        ):
            remove_file(self._path(cluster_id, queue_topic))

    def put_aside(self, entry: JournalEntry, why: str) -> None:
        """Keep an entry that belongs to another state of this topic, and forget it here."""
        path = self._path(entry.identity.cluster_id, entry.identity.queue_topic)
        with disk_errors(
            text("The record of an older commit could not be put aside."), text("Nothing was changed.")
        ):
            name = f"{path.stem}.{entry.nonce.hex()}.json"
            replace_file(self._folder / "aside" / name, text_of(entry, why))
            remove_file(path)

    def _path(self, cluster_id: str, queue_topic: str) -> Path:
        return self._folder / f"{file_name(queue_topic, cluster_id, queue_topic)}.json"


def _damaged(aside: Path, reason: str) -> UserFacingError:
    return UserFacingError(
        ErrorCode.DISK,
        text("The record of the last commit is damaged."),
        text("Nothing was changed. The damaged file was kept: {file}", file=str(aside)),
        text(
            "Open the queue again: what the server holds is shown. If a commit was running when the "
            "computer stopped, compare the retry queue with your decisions before you repeat them."
        ),
        details=reason,
    )


def _made_by_newer(path: Path) -> UserFacingError:
    return UserFacingError(
        ErrorCode.DISK,
        text("A newer version of this program has an unfinished commit here."),
        text("Nothing was changed."),
        text("Open the queue with the newer version first: it finds out how that commit ended."),
        details=str(path),
    )
