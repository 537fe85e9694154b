"""One commit at a time for each queue on this computer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.store.queue_lock import FileLock

_HOLD = """
import sys
from pathlib import Path
from kmp_desktop.store.queue_lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print(lock.take("cluster", "topic"), flush=True)
sys.stdin.read()
"""


def _holder(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_windows_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    one, other = FileLock(tmp_path), FileLock(tmp_path)
    assert one.take("cluster", "topic")
    assert not other.take("cluster", "topic")
    one.release()
    assert other.take("cluster", "topic")
    other.release()


def test_whoever_has_it_may_take_it_again(tmp_path: Path) -> None:
    lock = FileLock(tmp_path)
    assert lock.take("cluster", "topic")
    assert lock.take("cluster", "topic")
    lock.release()
    other = FileLock(tmp_path)
    assert other.take("cluster", "topic"), "one release gives it back"
    other.release()


def test_other_queues_and_clusters_are_free(tmp_path: Path) -> None:
    held, other_topic, other_cluster = FileLock(tmp_path), FileLock(tmp_path), FileLock(tmp_path)
    assert held.take("cluster", "topic")
    assert other_topic.take("cluster", "other")
    assert other_cluster.take("other", "topic")
    for lock in (held, other_topic, other_cluster):
        lock.release()


def test_one_instance_holds_one_queue(tmp_path: Path) -> None:
    lock = FileLock(tmp_path)
    lock.take("cluster", "topic")
    with pytest.raises(ValueError, match="one queue at a time"):
        lock.take("cluster", "other")
    lock.release()


def test_releasing_what_is_not_held_is_fine(tmp_path: Path) -> None:
    FileLock(tmp_path).release()
    assert [] == list(tmp_path.iterdir())


def test_another_process_keeps_it_until_it_is_killed(tmp_path: Path) -> None:
    with _holder(tmp_path) as process:
        assert process.stdout is not None
        assert "True\n" == process.stdout.readline()
        lock = FileLock(tmp_path)
        assert not lock.take("cluster", "topic")
        process.kill()
        process.wait()
        assert lock.take("cluster", "topic")
        lock.release()


def test_a_program_that_we_start_does_not_inherit_it(tmp_path: Path) -> None:
    lock = FileLock(tmp_path)
    assert lock.take("cluster", "topic")
    with subprocess.Popen(
        [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        close_fds=False,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()  # it runs: what it does not inherit is closed by now
        lock.release()
        other = FileLock(tmp_path)
        assert other.take("cluster", "topic"), "the child holds the lock"
        other.release()
        assert child.stdin is not None
        child.stdin.close()


@pytest.mark.skipif(os.name != "posix", reason="a file where the folder should be")
def test_a_folder_that_cannot_be_made_is_an_error_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserFacingError) as told:
        FileLock(tmp_path / "file").take("cluster", "topic")
    assert ErrorCode.DISK == told.value.code
