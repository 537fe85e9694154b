"""Connections that an administrator put on this computer for everybody: read only."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kmp_desktop.core.profile import ConnectionProfile
from kmp_desktop.store import profile_format
from kmp_desktop.store.profile_format import MadeByNewer, Unreadable, Wrong

_ENDINGS = (".json", ".kmp-profile")
_LARGEST_FILE = 20_000_000  # bytes
_log = logging.getLogger(__name__)


def managed_profiles(places: Sequence[Path]) -> tuple[ConnectionProfile, ...]:
    """The connections of all profile files in these folders (or these files), the first of an id wins.

    A file that cannot be used is left out and named in the log: the others, and a person's own
    connections, are not held up by it.
    """
    found: dict[str, ConnectionProfile] = {}
    for file in (file for place in places for file in _files(place)):
        for profile in _read(file):
            found.setdefault(profile.id, replace(profile, managed=True))
    return tuple(found.values())


def with_own(
    managed: Sequence[ConnectionProfile], own: Sequence[ConnectionProfile]
) -> tuple[ConnectionProfile, ...]:
    """Managed ones first; of an own one with the same id only what belongs to the person counts."""
    by_id = {each.id: each for each in own}
    ids = {each.id for each in managed}
    merged = (_personal(each, by_id[each.id]) if each.id in by_id else each for each in managed)
    return (*merged, *(each for each in own if each.id not in ids))


def _personal(managed: ConnectionProfile, own: ConnectionProfile) -> ConnectionProfile:
    return replace(
        managed,
        user=managed.user or own.user,
        registry_user=managed.registry_user or own.registry_user,
        certificate_file=managed.certificate_file or own.certificate_file,
        key_file=managed.key_file or own.key_file,
        person=managed.person or own.person,
    )


def _files(place: Path) -> list[Path]:
    try:
        if place.is_dir():
            return sorted(each for each in place.iterdir() if each.suffix in _ENDINGS and each.is_file())
        return [place] if place.is_file() else []
    except OSError as error:
        _log.warning("managed connections: %s cannot be read (%s)", place, error.strerror)
        return []


def _read(file: Path) -> tuple[ConnectionProfile, ...]:
    try:
        with file.open("rb") as opened:
            return profile_format.read(opened.read(_LARGEST_FILE))
    except MadeByNewer:
        _log.warning("managed connections: %s was made for a newer version of the program", file)
    except (Wrong, Unreadable) as error:
        _log.warning("managed connections: %s cannot be used: %s", file, error.why)
    except OSError as error:
        _log.warning("managed connections: %s cannot be read (%s)", file, error.strerror)
    return ()
