"""The program as a process: its self-test, its window, and what it leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = [sys.executable, "-m", "kmp_desktop"]


def test_the_self_test_passes_in_an_empty_folder_without_any_settings(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()

    done = subprocess.run(
        [*PROGRAM, "--self-test"],
        cwd=empty,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    lines = done.stdout.splitlines()
    assert [] == [line for line in lines if not line.startswith("ok ")]
    assert 10 == len(lines)
    assert ("", 0) == (done.stderr, done.returncode)
    assert [] == list(empty.iterdir())


def test_the_window_closes_on_a_polite_kill_and_speaks_to_its_log_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = subprocess.Popen(
        [*PROGRAM, "--data-dir", str(data)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait_for_line(data / "logs" / "kmp-desktop.log", "the window is open", process)
        process.send_signal(signal.SIGTERM)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()

    assert ("", "", 0) == (stdout, stderr, process.returncode)


def test_a_wrong_command_line_is_refused_before_any_window(tmp_path: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "--data-dir", str(tmp_path), "--open", "no slash"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert 2 == done.returncode
    assert "expected PROFILE/QUEUE" in done.stderr


def _wait_for_line(log: Path, line: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not log.exists() or line not in log.read_text(encoding="utf-8"):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the window did not open"
        time.sleep(0.05)
