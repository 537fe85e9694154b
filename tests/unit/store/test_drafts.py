"""Staged decisions on disk: nothing thought is lost, nothing taken back comes back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.ports import DraftEntry, DraftKey
from kmp_desktop.core.record import RecordId
from kmp_desktop.store import draft_format
from kmp_desktop.store.drafts import FileDrafts
from tests.unit.store.modes import readable_by_others

KEY = DraftKey("cluster", bytes(range(16)), "kmp-orders", servers="kafka:9092", topic="orders.dlq")
MERGE, PURGE, SKIP = Decision.MERGE, Decision.PURGE, Decision.SKIP
NOW = 1_795_500_000_000
_APPEND = """
import sys
from pathlib import Path
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.ports import DraftKey
from kmp_desktop.core.record import RecordId
from kmp_desktop.store.drafts import FileDrafts
drafts = FileDrafts(Path(sys.argv[1]))
key = DraftKey("cluster", bytes(range(16)), "kmp-orders", servers="kafka:9092", topic="orders.dlq")
for offset in range(50):
    drafts.append(key, [(RecordId(int(sys.argv[2]), offset), Decision.MERGE, offset)])
"""


class _Ticking:
    """A clock that goes on by a millisecond at each look."""

    def __init__(self) -> None:
        self._now = NOW

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        self._now += 1
        return self._now


def _drafts(folder: Path) -> FileDrafts:
    return FileDrafts(folder, _Ticking())


def _entry(offset: int, decision: Decision, crc: int = 7) -> DraftEntry:
    return DraftEntry(RecordId(0, offset), decision, crc)


def _file(folder: Path) -> Path:
    (file,) = folder.glob("*.draft")
    return file


def test_there_is_no_draft_at_first(tmp_path: Path) -> None:
    assert ((), 0) == _drafts(tmp_path / "drafts").read(KEY)


def test_steps_come_back_as_what_they_led_to(tmp_path: Path) -> None:
    drafts = _drafts(tmp_path)
    drafts.append(KEY, [(RecordId(0, 1), MERGE, 7), (RecordId(0, 2), PURGE, 7), (RecordId(0, 3), SKIP, 7)])
    drafts.append(KEY, [(RecordId(0, 1), PURGE, 7), (RecordId(0, 3), None, 7)])
    expected = (_entry(1, PURGE), _entry(2, PURGE))
    assert (expected, NOW + 2) == _drafts(tmp_path).read(KEY)


def test_a_draft_belongs_to_cluster_topic_id_and_group(tmp_path: Path) -> None:
    drafts = _drafts(tmp_path)
    drafts.append(KEY, [(RecordId(0, 1), MERGE, 7)])
    others = [
        DraftKey("other", KEY.topic_id, KEY.group, servers=KEY.servers, topic=KEY.topic),
        DraftKey(KEY.cluster_id, KEY.topic_id, "other", servers=KEY.servers, topic=KEY.topic),
    ]
    assert [((), 0), ((), 0)] == [drafts.read(each) for each in others]


@pytest.mark.parametrize("tail", [b"0", b'01234567 {"at":5,"c":[[0,9,"m"', b"\0\0\0\0", b"garbage\n"])
def test_a_torn_last_line_is_dropped_and_appending_goes_on(tmp_path: Path, tail: bytes) -> None:
    drafts = _drafts(tmp_path)
    drafts.append(KEY, [(RecordId(0, 1), MERGE, 7)])
    file = _file(tmp_path)
    file.write_bytes(file.read_bytes() + tail)

    assert (_entry(1, MERGE),) == _drafts(tmp_path).read(KEY)[0]
    drafts.append(KEY, [(RecordId(0, 2), PURGE, 7)])
    assert (_entry(1, MERGE), _entry(2, PURGE)) == _drafts(tmp_path).read(KEY)[0]


def test_appending_to_a_torn_file_without_reading_it_first_loses_only_the_torn_step(tmp_path: Path) -> None:
    _drafts(tmp_path).append(KEY, [(RecordId(0, 1), MERGE, 7)])
    file = _file(tmp_path)
    file.write_bytes(file.read_bytes() + b"01234567 {")
    _drafts(tmp_path).append(KEY, [(RecordId(0, 2), PURGE, 7)])
    assert (_entry(1, MERGE), _entry(2, PURGE)) == _drafts(tmp_path).read(KEY)[0]


@pytest.mark.parametrize("line", [0, 1])
def test_a_file_damaged_elsewhere_is_kept_aside_whole_and_told_once(tmp_path: Path, line: int) -> None:
    drafts = _drafts(tmp_path)
    for offset in range(3):
        drafts.append(KEY, [(RecordId(0, offset), MERGE, 7)])
    file = _file(tmp_path)
    lines = file.read_bytes().splitlines(keepends=True)
    lines[line] = lines[line][:20] + b"?" + lines[line][21:]
    file.write_bytes(b"".join(lines))

    with pytest.raises(UserFacingError) as told:
        drafts.read(KEY)

    assert ErrorCode.DISK == told.value.code
    (kept,) = (tmp_path / "aside").iterdir()
    assert b"".join(lines) == kept.read_bytes()
    assert ((), 0) == drafts.read(KEY)


def test_a_draft_of_a_newer_version_is_told_and_not_touched(tmp_path: Path) -> None:
    drafts = _drafts(tmp_path)
    drafts.append(KEY, [(RecordId(0, 1), MERGE, 7)])
    file = _file(tmp_path)
    newer = draft_format._line({"kmp_draft": 2, "cluster_id": "cluster"})
    file.write_bytes(newer)
    for _ in range(2):
        with pytest.raises(UserFacingError, match="newer version"):
            drafts.read(KEY)
        with pytest.raises(UserFacingError, match="newer version") as told:
            drafts.append(KEY, [(RecordId(0, 2), PURGE, 7)])
        assert "Your decisions are kept in memory" in str(told.value.unchanged)
    assert newer == file.read_bytes()
    assert (0, 0, 0) == drafts.counts(("kafka:9092", "orders.dlq"), "kmp-orders")


def test_what_is_put_aside_is_kept_and_leaves_the_draft_alone(tmp_path: Path) -> None:
    drafts = _drafts(tmp_path)
    drafts.append(KEY, [(RecordId(0, 1), MERGE, 7)])
    drafts.put_aside(KEY, [_entry(9, PURGE)], "decided by someone else")
    drafts.put_aside(KEY, [_entry(8, PURGE)], "another record lies there now")
    kept = b"".join(each.read_bytes() for each in sorted((tmp_path / "aside").iterdir()))
    assert (True, True) == (b"decided by someone else" in kept, b'[0,8,"p",7]' in kept)
    assert (_entry(1, MERGE),) == drafts.read(KEY)[0]
    assert (1, 0, 0) == drafts.counts(("kafka:9092", "orders.dlq"), "kmp-orders")


@pytest.mark.parametrize("where", ["kafka:9092", "cluster"])
def test_counts_are_found_by_servers_or_cluster(tmp_path: Path, where: str) -> None:
    drafts = _drafts(tmp_path)
    drafts.append(KEY, [(RecordId(0, offset), MERGE, 7) for offset in range(4)])
    drafts.append(KEY, [(RecordId(0, 0), PURGE, 7), (RecordId(0, 1), SKIP, 7), (RecordId(0, 2), None, 7)])
    assert (1, 1, 1) == drafts.counts((where, "orders.dlq"), "kmp-orders")
    assert (0, 0, 0) == drafts.counts((where, "orders.dlq"), "other group")
    assert (0, 0, 0) == drafts.counts((where, "other"), "kmp-orders")


def test_counts_follow_changes(tmp_path: Path) -> None:
    drafts = _drafts(tmp_path)
    seen = []
    for offset in range(3):
        drafts.append(KEY, [(RecordId(0, offset), MERGE, 7)])
        seen.append(drafts.counts(("kafka:9092", "orders.dlq"), "kmp-orders"))
    assert [(1, 0, 0), (2, 0, 0), (3, 0, 0)] == seen


def test_the_draft_of_a_topic_made_anew_starts_empty_and_the_old_one_is_put_aside(tmp_path: Path) -> None:
    drafts = _drafts(tmp_path)
    drafts.append(KEY, [(RecordId(0, 1), MERGE, 7)])
    anew = DraftKey(KEY.cluster_id, bytes(16), KEY.group, servers=KEY.servers, topic=KEY.topic)
    assert ((), 0) == drafts.read(anew)
    assert (0, 0, 0) == drafts.counts(("kafka:9092", "orders.dlq"), "kmp-orders")
    assert 1 == len(list((tmp_path / "aside").iterdir()))


def test_other_servers_for_the_same_cluster_keep_the_draft(tmp_path: Path) -> None:
    drafts = _drafts(tmp_path)
    drafts.append(KEY, [(RecordId(0, 1), MERGE, 7)])
    moved = DraftKey(KEY.cluster_id, KEY.topic_id, KEY.group, servers="new:9092", topic=KEY.topic)
    assert (_entry(1, MERGE),) == drafts.read(moved)[0]
    assert (1, 0, 0) == drafts.counts(("new:9092", "orders.dlq"), "kmp-orders")


def test_a_long_history_is_shortened_without_changing_what_is_staged(tmp_path: Path) -> None:
    drafts = _drafts(tmp_path)
    step = [(RecordId(0, offset), MERGE, offset) for offset in range(5_000)]
    back = [(record, None, crc) for record, _, crc in step]
    for _ in range(30):
        drafts.append(KEY, step)
        drafts.append(KEY, back)
    drafts.append(KEY, step)
    one_step = len(draft_format.line(step, NOW))
    assert 60 * one_step * 3 // 4 > _file(tmp_path).stat().st_size, "not shortened while appending"
    read, saved_at = _drafts(tmp_path).read(KEY)
    assert (5_000, NOW + 61) == (len(read), saved_at)
    assert 2 * one_step > _file(tmp_path).stat().st_size, "not shortened when read"


def test_a_step_is_saved_also_where_damage_keeps_a_long_file_from_being_shortened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kmp_desktop.store.drafts._WORTH_COMPACTING", 1)
    monkeypatch.setattr("kmp_desktop.store.drafts._GROWTH", 0)
    drafts = _drafts(tmp_path)
    drafts.append(KEY, [(RecordId(0, 1), MERGE, 7)])
    file = _file(tmp_path)
    damaged = file.read_bytes().replace(b'"c":', b'"x":')
    file.write_bytes(damaged)

    drafts.append(KEY, [(RecordId(0, 2), PURGE, 7)])

    assert damaged + draft_format.line([(RecordId(0, 2), PURGE, 7)], NOW + 2) == file.read_bytes()


def test_two_programs_at_once_lose_nothing(tmp_path: Path) -> None:
    started = [subprocess.Popen([sys.executable, "-c", _APPEND, str(tmp_path), each]) for each in "01"]
    assert [0, 0] == [each.wait() for each in started]
    assert 100 == len(_drafts(tmp_path).read(KEY)[0])


def test_a_full_disk_is_told_and_leaves_the_draft_as_it_was(
    tmp_path: Path, small_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    drafts = _drafts(tmp_path)
    drafts.append(KEY, [(RecordId(0, 1), MERGE, 7)])
    before = _file(tmp_path).read_bytes()
    with small_disk(len(before) + 100), pytest.raises(UserFacingError) as told:
        drafts.append(KEY, [(RecordId(0, offset), MERGE, 7) for offset in range(1_000)])
    assert ErrorCode.DISK == told.value.code
    assert "Nothing was sent. Your decisions are kept in memory." == str(told.value.unchanged)
    assert before == _file(tmp_path).read_bytes()


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    drafts = _drafts(tmp_path / "data" / "drafts")
    drafts.append(KEY, [(RecordId(0, 1), MERGE, 7)])
    drafts.append(KEY, [(RecordId(0, 2), MERGE, 7)])
    drafts.put_aside(KEY, [_entry(9, PURGE)], "why")
    assert [] == readable_by_others(tmp_path / "data")
