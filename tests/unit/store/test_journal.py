"""The unfinished commit on disk: whole or not there, damaged ones kept aside."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.journal import (
    JournalEntry,
    JournalPhase,
    PlannedRecord,
    WrittenCopy,
    WrittenTombstone,
)
from kmp_desktop.core.queue_state import PlannedDecision, QueueIdentity
from kmp_desktop.core.record import RecordId
from kmp_desktop.store.journal import FileJournal
from kmp_desktop.store.journal_format import entry_of, text_of
from tests.unit.store.modes import POSIX, readable_by_others

CLUSTER, TOPIC = "5L6g3nShT-eMCtK--X86sw", "order-canceled-dead-letter-queue"
IDENTITY = QueueIdentity(CLUSTER, TOPIC, bytes(range(16)), "order-canceled-retry-1", bytes(16), "kmp-orders")
ENTRY = JournalEntry(
    identity=IDENTITY,
    nonce=bytes.fromhex("00ff10203040506f"),
    phase=JournalPhase.COMMITTING,
    plan=(
        PlannedRecord(RecordId(0, 3), PlannedDecision.MERGE, 0xFFFFFFFF),
        PlannedRecord(RecordId(1, 2**40), PlannedDecision.PURGE, 0),
    ),
    partitions=(0, 1),
    tombstones=(WrittenTombstone(0, 9, b"\x00\xffORD\n"),),
    copies=(WrittenCopy(RecordId(0, 3), 2, 17),),
    started_at=1_795_500_000_000,
)
offsets = st.integers(0, 2**63 - 1)
partitions = st.integers(0, 2**31 - 1)


def test_an_entry_comes_back_as_it_was_written(tmp_path: Path) -> None:
    FileJournal(tmp_path / "journal").write(ENTRY)
    assert ENTRY == FileJournal(tmp_path / "journal").read(CLUSTER, TOPIC)


@given(
    st.builds(
        JournalEntry,
        identity=st.builds(
            QueueIdentity, st.text(), st.text(), st.binary(max_size=16), st.text(), st.binary(), st.text()
        ),
        nonce=st.binary(min_size=8, max_size=8),
        phase=st.sampled_from(JournalPhase),
        plan=st.lists(
            st.builds(
                PlannedRecord,
                st.builds(RecordId, partitions, offsets),
                st.sampled_from(PlannedDecision),
                st.integers(0, 2**32 - 1),
            )
        ).map(tuple),
        partitions=st.lists(partitions).map(tuple),
        tombstones=st.lists(st.builds(WrittenTombstone, partitions, offsets, st.binary())).map(tuple),
        copies=st.lists(
            st.builds(WrittenCopy, st.builds(RecordId, partitions, offsets), partitions, offsets)
        ).map(tuple),
        started_at=offsets,
    )
)
def test_every_entry_survives_being_written_down(entry: JournalEntry) -> None:
    assert entry == entry_of(text_of(entry))


def test_a_new_phase_replaces_the_entry(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    journal.write(replace(ENTRY, phase=JournalPhase.OPEN, copies=()))
    journal.write(ENTRY)
    assert ENTRY == journal.read(CLUSTER, TOPIC)


def test_queues_and_clusters_have_entries_of_their_own(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    other_cluster = replace(ENTRY, identity=replace(IDENTITY, cluster_id="other"))
    other_case = replace(ENTRY, identity=replace(IDENTITY, queue_topic=TOPIC.upper()))
    for entry in (ENTRY, other_cluster, other_case):
        journal.write(entry)
    journal.forget("other", TOPIC)
    assert (ENTRY, None, other_case) == (
        journal.read(CLUSTER, TOPIC),
        journal.read("other", TOPIC),
        journal.read(CLUSTER, TOPIC.upper()),
    )


def test_names_that_differ_only_in_case_differ_also_where_files_do_not(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    for topic in (TOPIC, TOPIC.upper()):
        journal.write(replace(ENTRY, identity=replace(IDENTITY, queue_topic=topic)))
    names = {path.name.lower() for path in tmp_path.iterdir()}
    assert 2 == len(names)


def test_forgetting_what_is_not_there_is_fine(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "none")
    journal.forget(CLUSTER, TOPIC)
    assert journal.read(CLUSTER, TOPIC) is None


@pytest.mark.parametrize("cut", [0, 1, 20, 60, -1])
def test_a_damaged_entry_is_put_aside_and_told_once(tmp_path: Path, cut: int) -> None:
    journal = FileJournal(tmp_path)
    journal.write(ENTRY)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    damaged = whole[:cut] if cut >= 0 else whole.replace(b"merge", b"purge")
    file.write_bytes(damaged)

    with pytest.raises(UserFacingError) as told:
        journal.read(CLUSTER, TOPIC)

    assert ErrorCode.DISK == told.value.code
    (kept,) = (tmp_path / "aside").iterdir()
    assert damaged == kept.read_bytes()
    assert str(kept) in str(told.value.unchanged)
    assert journal.read(CLUSTER, TOPIC) is None


def test_a_second_damaged_entry_does_not_replace_the_first(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    for content in (b"first", b"second"):
        journal.write(ENTRY)
        next(each for each in tmp_path.iterdir() if each.is_file()).write_bytes(content)
        with pytest.raises(UserFacingError):
            journal.read(CLUSTER, TOPIC)
    assert {b"first", b"second"} == {each.read_bytes() for each in (tmp_path / "aside").iterdir()}


def test_an_entry_of_a_newer_version_stays_where_it_is(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    journal.write(ENTRY)
    (file,) = tmp_path.iterdir()
    newer = file.read_bytes().replace(b"kmp-journal 1", b"kmp-journal 2", 1)
    file.write_bytes(newer)
    for _ in range(2):
        with pytest.raises(UserFacingError, match="newer version"):
            journal.read(CLUSTER, TOPIC)
    assert newer == file.read_bytes()


def test_an_entry_put_aside_is_kept_and_forgotten(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    journal.write(ENTRY)
    journal.put_aside(ENTRY, "the topic was made anew")
    assert journal.read(CLUSTER, TOPIC) is None
    (kept,) = (tmp_path / "aside").iterdir()
    assert ENTRY == entry_of(kept.read_bytes())
    assert b"the topic was made anew" in kept.read_bytes()


def test_what_cannot_be_written_is_an_error_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserFacingError) as told:
        FileJournal(tmp_path / "file").write(ENTRY)
    assert (ErrorCode.DISK, "Nothing was committed.") == (told.value.code, str(told.value.unchanged))


def test_a_write_that_fails_leaves_the_entry_before(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    journal.write(ENTRY)
    (file,) = tmp_path.iterdir()
    file.unlink()
    file.mkdir()
    (file / "x").touch()  # a folder that is not empty cannot be replaced
    with pytest.raises(UserFacingError):
        journal.write(ENTRY)
    assert [file] == list(tmp_path.iterdir()), "a temporary file was left behind"


@pytest.mark.skipif(not POSIX, reason="file modes")
def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "data" / "journal")
    journal.write(ENTRY)
    journal.put_aside(ENTRY, "why")
    journal.write(ENTRY)
    assert [] == readable_by_others(tmp_path / "data")


def test_a_full_disk_is_told_and_leaves_the_entry_before(
    tmp_path: Path, small_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    journal = FileJournal(tmp_path)
    journal.write(ENTRY)
    with small_disk(100), pytest.raises(UserFacingError) as told:
        journal.write(replace(ENTRY, phase=JournalPhase.OPEN))
    assert ErrorCode.DISK == told.value.code
    assert ENTRY == journal.read(CLUSTER, TOPIC)
    assert 1 == len(list(tmp_path.iterdir())), "a temporary file was left behind"
