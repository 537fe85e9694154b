"""Connections that an administrator put on the computer: there for everybody, and only read."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.profile import ConnectionProfile
from kmp_desktop.store import profile_format
from kmp_desktop.store.folders import MANAGED_VARIABLE, Folders
from kmp_desktop.store.profiles import JsonProfiles

_SHOP = ConnectionProfile("shop", "Shop", "kafka:9092")
_OWN = ConnectionProfile("own", "Mine", "localhost:9092")


@pytest.fixture
def managed(tmp_path: Path) -> Path:
    folder = tmp_path / "managed"
    folder.mkdir()
    (folder / "shop.json").write_bytes(profile_format.write((_SHOP,)))
    return folder


def test_they_come_first_and_are_marked(tmp_path: Path, managed: Path) -> None:
    store = JsonProfiles(tmp_path / "config", (managed,))
    store.save(_OWN)

    assert (replace(_SHOP, managed=True), _OWN) == store.all()
    assert _OWN.id.encode() in (tmp_path / "config" / "connections.json").read_bytes()
    assert b"shop" not in (tmp_path / "config" / "connections.json").read_bytes()


def test_only_what_belongs_to_the_person_can_be_changed_and_the_file_stays(
    tmp_path: Path, managed: Path
) -> None:
    before = (managed / "shop.json").read_bytes()
    store = JsonProfiles(tmp_path / "config", (managed,))

    store.save(replace(_SHOP, managed=True, user="clerk", person="Desk 3", servers="elsewhere:1"))

    assert (replace(_SHOP, managed=True, user="clerk", person="Desk 3"),) == store.all()
    assert before == (managed / "shop.json").read_bytes()


def test_one_of_them_cannot_be_deleted(tmp_path: Path, managed: Path) -> None:
    store = JsonProfiles(tmp_path / "config", (managed,))
    with pytest.raises(UserFacingError, match="cannot be deleted") as told:
        store.delete("shop")
    assert ErrorCode.PROFILE is told.value.code
    assert 1 == len(store.all())


@pytest.mark.parametrize("content", [b"{", b"\xff", b'{"format": "kmp-desktop connections", "version": 99}'])
def test_a_file_that_cannot_be_used_holds_nothing_up_and_is_named(
    tmp_path: Path, managed: Path, content: bytes, allow_log: Callable[[str], None]
) -> None:
    allow_log("broken.json")
    (managed / "broken.json").write_bytes(content)
    (managed / "notes.txt").write_bytes(content)
    store = JsonProfiles(tmp_path / "config", (managed, tmp_path / "none"))

    assert (replace(_SHOP, managed=True),) == store.all()
    assert content == (managed / "broken.json").read_bytes()


def test_the_variable_names_folders_and_files_also_where_all_files_go_elsewhere(
    tmp_path: Path, managed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert () == Folders(tmp_path).managed
    assert "profiles" == Folders().managed[0].name
    monkeypatch.setenv(MANAGED_VARIABLE, os.pathsep.join([str(managed), str(tmp_path / "x.json")]))
    assert (managed, tmp_path / "x.json") == Folders(tmp_path).managed == Folders().managed
