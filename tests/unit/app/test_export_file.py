"""A long file is there as a whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kmp_desktop.app.export_file import LongExport
from kmp_desktop.core.errors import ErrorCode, UserFacingError


def test_nothing_is_seen_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    made = LongExport(path)
    made.add("one ")
    made.add("\N{SNOWMAN}")
    assert [] == list(tmp_path.iterdir())
    assert path == made.finish()
    assert "one \N{SNOWMAN}" == path.read_text(encoding="utf-8")
    assert [path] == list(tmp_path.iterdir())
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_what_is_given_up_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("old", encoding="utf-8")
    made = LongExport(path)
    made.add("new")
    made.give_up()
    assert made.finish() is None
    assert "old" == path.read_text(encoding="utf-8")
    assert [path] == list(tmp_path.iterdir())


def test_a_folder_that_is_gone_is_told_in_words(tmp_path: Path) -> None:
    made = LongExport(tmp_path / "gone" / "list.csv")
    with pytest.raises(UserFacingError) as told:
        made.add("new")
    assert ErrorCode.DISK == told.value.code


def test_without_any_record_an_empty_file_is_made(tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    made = LongExport(path)
    assert path == made.finish()
    assert b"" == path.read_bytes()
