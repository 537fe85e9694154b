"""Which ledgers were ever seen."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from kmp_desktop.store.seen_states import FileSeenStates
from tests.unit.store.modes import readable_by_others

TOPIC_ID = bytes(range(16))
_REMEMBER = """
import sys
from pathlib import Path
from kmp_desktop.store.seen_states import FileSeenStates
first = int(sys.argv[2])
for partition in range(first, first + 40):
    FileSeenStates(Path(sys.argv[1])).remember("c", bytes(range(16)), "g", {partition: partition})
"""


def test_nothing_was_seen_at_first(tmp_path: Path) -> None:
    assert {} == FileSeenStates(tmp_path / "seen").seen("c", TOPIC_ID, "g")


def test_the_highest_base_is_kept_also_zero(tmp_path: Path) -> None:
    states = FileSeenStates(tmp_path)
    states.remember("c", TOPIC_ID, "g", {0: 5, 1: 0})
    states.remember("c", TOPIC_ID, "g", {0: 3, 2: 2**40})
    assert {0: 5, 1: 0, 2: 2**40} == FileSeenStates(tmp_path).seen("c", TOPIC_ID, "g")


def test_cluster_topic_id_and_group_are_kept_apart(tmp_path: Path) -> None:
    states = FileSeenStates(tmp_path)
    states.remember("c", TOPIC_ID, "g", {0: 5})
    assert [{}, {}, {}] == [
        states.seen("d", TOPIC_ID, "g"),
        states.seen("c", bytes(16), "g"),
        states.seen("c", TOPIC_ID, "h"),
    ]


def test_two_programs_at_once_lose_nothing(tmp_path: Path) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", _REMEMBER, str(tmp_path), first]) for first in ("0", "40")
    ]
    assert [0, 0] == [each.wait() for each in started]
    assert {each: each for each in range(80)} == FileSeenStates(tmp_path).seen("c", TOPIC_ID, "g")


def test_a_damaged_file_is_put_aside_and_counts_as_nothing(
    tmp_path: Path, allow_log: Callable[[str], None]
) -> None:
    allow_log("damaged file kept")
    states = FileSeenStates(tmp_path)
    states.remember("c", TOPIC_ID, "g", {0: 5})
    (file,) = tmp_path.glob("*.json")
    file.write_bytes(b'{"bases": [[0,')
    assert {} == states.seen("c", TOPIC_ID, "g")
    (kept,) = (tmp_path / "aside").iterdir()
    assert b'{"bases": [[0,' == kept.read_bytes()


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    FileSeenStates(tmp_path / "seen").remember("c", TOPIC_ID, "g", {0: 5})
    assert [] == readable_by_others(tmp_path / "seen")
