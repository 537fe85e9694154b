"""Where files go."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmp_desktop.store.folders import Folders


def test_everything_goes_below_the_folder_that_is_given(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "all")
    places = (
        folders.config,
        folders.data,
        folders.journal,
        folders.locks,
        folders.seen,
        folders.drafts,
        folders.logs,
    )
    assert [] == [each for each in places if not each.is_relative_to(tmp_path / "all")]
    assert [] == list(tmp_path.iterdir()), "nothing is made before it is needed"


def test_a_relative_folder_stays_the_same_when_the_program_changes_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folders = Folders(Path("all"))
    monkeypatch.chdir("/")
    assert tmp_path / "all" == folders.data


def test_without_one_the_places_of_the_platform_are_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    folders = Folders()
    assert ("kmp-desktop", "kmp-desktop") == (folders.config.name, folders.data.name)
    assert folders.config.is_relative_to(tmp_path)
