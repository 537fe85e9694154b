"""Records on disk come back byte for byte, and a full disk loses none that was taken."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.record import DeadLetter, RecordId, TimestampType
from kmp_desktop.store.spool import Spool, SpooledLetters, SpooledRecords
from tests.unit.records import noise, record, spring

LETTERS = st.builds(
    DeadLetter,
    st.builds(RecordId, st.integers(0, 3), st.integers(0, 2**62)),
    st.none() | st.binary(max_size=20),
    st.none() | st.binary(max_size=50),
    st.lists(st.tuples(st.text(max_size=5), st.none() | st.binary(max_size=9)), max_size=4).map(tuple),
    st.integers(-1, 2**62),
    st.sampled_from(TimestampType),
    st.none() | st.text(max_size=9),
)


@given(st.lists(LETTERS, max_size=20))
def test_records_come_back_as_they_were(letters: list[DeadLetter]) -> None:
    records = SpooledRecords(Spool(Path("not made for so few bytes")))
    for each in letters:
        records[each.id] = each
    expected = {each.id: each for each in letters}
    assert expected == dict(records)
    assert sorted(expected) == list(records)
    assert len(expected) == len(records)


def test_records_come_back_from_the_disk_too(tmp_path: Path) -> None:
    letters = SpooledLetters(Spool(tmp_path / "spool"))
    expected = [record(n, value=noise(300_000 + n), headers=spring()) for n in range(20)]
    for each in expected:
        letters.append(each)
    assert expected == [letters[row] for row in range(20)]


def test_a_record_that_is_read_again_takes_no_more_room() -> None:
    spool = Spool(Path("not made for so few bytes"))
    first = record(1, value="content")
    changed = replace(first, headers=(("x", b"y"),))
    assert [0, 0, 1] == [spool.put(first), spool.put(replace(first)), spool.put(changed)]
    assert [first, changed] == [spool.get(0), spool.get(1)]


def test_a_record_that_was_not_read_is_not_there() -> None:
    records = SpooledRecords(Spool(Path("not made for so few bytes")))
    records[RecordId(0, 5)] = record(5)
    assert RecordId(0, 4) not in records
    with pytest.raises(KeyError):
        records[RecordId(1, 5)]
    del records[RecordId(0, 5)]
    assert [] == list(records)


@pytest.mark.skipif(os.name == "nt", reason="there the file has a name until it is closed")
def test_the_file_has_no_name_and_nobody_else_may_look_into_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    letters = SpooledLetters(Spool(folder))
    for n in range(5):
        letters.append(record(n, value=noise(1 << 20)))
    assert ([], 0o700) == (list(folder.iterdir()), folder.stat().st_mode & 0o777)


def test_a_folder_that_may_not_be_written_to_does_not_keep_anyone_from_looking(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    letters = SpooledLetters(Spool(tmp_path / "file" / "spool"))
    expected = [record(n, value=noise(1 << 20)) for n in range(3)]
    for each in expected:
        letters.append(each)
    assert expected == [letters[row] for row in range(3)]


class _FullDisk:
    """A file that takes so many bytes and no more."""

    def __init__(self, file: object, room: int) -> None:
        self._file, self.room = file, room

    def write(self, content: memoryview) -> int:
        """What fits is written, as a disk does."""
        if not self.room:
            raise OSError(28, "No space left on device")
        size = self._file.write(content[: self.room])  # type: ignore[attr-defined]
        self.room -= size
        return int(size)

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


def test_a_full_disk_refuses_a_record_and_keeps_those_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[_FullDisk] = []
    really = tempfile.TemporaryFile

    def full(**options: object) -> _FullDisk:
        made.append(_FullDisk(really(**options), 3 << 20))  # type: ignore[call-overload]
        return made[0]

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    letters = SpooledLetters(Spool(tmp_path))
    expected = [record(n, value=noise(700_000 + n)) for n in range(9)]
    taken: list[DeadLetter] = []

    def take_all() -> None:
        for each in expected:
            letters.append(each)
            taken.append(each)

    with pytest.raises(OSError, match="No space left"):
        take_all()
    assert 4 < len(taken) < 9
    assert taken == [letters[row] for row in range(len(taken))]

    made[0].room = 100 << 20
    for each in expected[len(taken) :]:
        letters.append(each)
    assert expected == [letters[row] for row in range(9)]
