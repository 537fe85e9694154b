"""Connections and queues on this computer: one JSON file that people may also write by hand."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.profile import ConnectionProfile
from kmp_desktop.core.text import Text, text
from kmp_desktop.store import profile_format
from kmp_desktop.store.disk import disk_errors, move_aside, replace_file
from kmp_desktop.store.file_lock import changing
from kmp_desktop.store.managed_profiles import managed_profiles, with_own
from kmp_desktop.store.profile_format import MadeByNewer, Unreadable, Wrong

FILE_NAME = "connections.json"
_LARGEST_FILE = 20_000_000  # bytes; a file someone hands over may be anything


class JsonProfiles:
    """Implements ``ProfileStore`` on ``connections.json`` in ``folder``; any thread, any process.

    What cannot be understood is never overwritten: a file that is no JSON any more is put aside
    (and told once), a file of a newer version or with a mistake in it stays where it is (and is
    told until somebody puts it right). ``managed``: folders of an administrator, only read; of what is
    saved under an id of theirs only user names, own certificate and the person's name count.
    """

    def __init__(self, folder: Path, managed: Sequence[Path] = ()) -> None:
        self._folder = folder
        self._managed = managed
        self._path = folder / FILE_NAME

    def all(self) -> tuple[ConnectionProfile, ...]:
        """Every connection, in the order a person gave them; raises UserFacingError PROFILE."""
        with disk_errors(text("Your connections cannot be read on this computer."), _unchanged()):
            return with_own(managed_profiles(self._managed), self._read())

    def save(self, profile: ConnectionProfile) -> None:
        """Add or replace (by id); the others stay as they are now on disk."""
        with self._saving():
            known = self._read()
            if any(each.id == profile.id for each in known):
                now = tuple(profile if each.id == profile.id else each for each in known)
            else:
                now = (*known, profile)
            self._write(now)

    def delete(self, profile_id: str) -> None:
        """Remove; not there = fine. Raises UserFacingError PROFILE for one of an administrator."""
        if any(each.id == profile_id for each in managed_profiles(self._managed)):
            raise _is_managed()
        with self._saving():
            known = self._read()
            rest = tuple(each for each in known if each.id != profile_id)
            if rest != known:
                self._write(rest)

    def read_file(self, path: str) -> tuple[ConnectionProfile, ...]:
        """The connections of a file someone handed over; the file is only read."""
        file = Path(path)
        with disk_errors(text("This profile file cannot be read."), _unchanged()):
            with file.open("rb") as opened:
                content = opened.read(_LARGEST_FILE)
            try:
                return profile_format.read(content)
            except MadeByNewer as error:
                raise _made_by_newer(file) from error
            except Wrong as error:
                raise _wrong(file, error.why) from error
            except Unreadable as error:
                raise _wrong(file, error.why, str(error)) from error

    def write_file(self, path: str, profiles: Sequence[ConnectionProfile]) -> None:
        """Write a profile file to hand over, without what is personal."""
        handed_over = tuple(replace(each, person="") for each in profiles)
        with disk_errors(text("The profile file could not be written."), _unchanged()):
            Path(path).write_bytes(profile_format.write(handed_over))

    def _read(self) -> tuple[ConnectionProfile, ...]:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return ()
        try:
            return profile_format.read(content)
        except MadeByNewer as error:
            raise _made_by_newer(self._path) from error
        except Wrong as error:
            raise _wrong(self._path, error.why) from error
        except Unreadable as error:
            aside = move_aside(self._path, self._folder, "damaged")
            raise _damaged(aside, error) from error

    def _write(self, profiles: tuple[ConnectionProfile, ...]) -> None:
        content = profile_format.write(profiles)
        try:
            profile_format.read(content)
        except Wrong as error:
            raise _not_savable(error.why) from error
        self._keep_older_version()
        replace_file(self._path, content)

    def _keep_older_version(self) -> None:
        """A file that an older version can still read is kept beside the new one."""
        if not self._path.exists():
            return
        content = self._path.read_bytes()
        version = profile_format.version_of(content)
        if version < profile_format.VERSION:
            replace_file(self._path.with_suffix(f".version-{version}.json"), content)

    def _saving(self) -> ExitStack:
        stack = ExitStack()
        stack.enter_context(
            disk_errors(text("Your connections could not be saved on this computer."), _unchanged())
        )
        stack.enter_context(changing(self._folder / ".connections.lock"))
        return stack


def _is_managed() -> UserFacingError:
    return UserFacingError(
        ErrorCode.PROFILE,
        text("This connection cannot be deleted here."),
        _unchanged(),
        text("Ask your administrator, if you do not need it any more."),
        more=text("Your administrator put it on this computer."),
    )


def _unchanged() -> Text:
    return text("Your connections were not changed.")


def _made_by_newer(path: Path) -> UserFacingError:
    return UserFacingError(
        ErrorCode.PROFILE,
        text("This profile file cannot be used."),
        _unchanged(),
        text(
            "Get the new version of the program, or use another file. This one stays as it is: {file}",
            file=path,
        ),
        more=text("It was made for a newer version."),
    )


def _wrong(path: Path, why: Text, details: str = "") -> UserFacingError:
    return UserFacingError(
        ErrorCode.PROFILE,
        text("This profile file cannot be used."),
        _unchanged(),
        text("Put it right in a text editor, or move it away to start anew: {file}", file=path),
        more=why,
        details=details,
    )


def _not_savable(why: Text) -> UserFacingError:
    return UserFacingError(
        ErrorCode.PROFILE,
        text("This connection cannot be saved."),
        _unchanged(),
        text("Change what is named above, then save again."),
        more=why,
    )


def _damaged(aside: Path, damage: Unreadable) -> UserFacingError:
    return UserFacingError(
        ErrorCode.PROFILE,
        text("This profile file cannot be used."),
        text("The file was kept as it is, under another name: {file}", file=aside),
        text(
            "Put it right and give it its old name back ({name}), or set up your connections anew.",
            name=FILE_NAME,
        ),
        more=text("It is damaged. {why}", why=damage.why),
        details=str(damage),
    )
