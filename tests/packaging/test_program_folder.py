"""The program folder that PyInstaller builds, tested by itself where nothing of ours is near."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_BUILD = Path(__file__).parents[2] / "packaging" / "build.py"


def test_the_packaged_program_passes_its_self_test_in_an_empty_folder_without_environment(
    tmp_path: Path,
) -> None:
    command = [sys.executable, str(_BUILD), "--output", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout[-3000:] + done.stderr[-3000:]
    checks = [line for line in done.stdout.splitlines() if line.startswith(("ok ", "FAILED "))]
    assert 10 <= len(checks)
    assert [] == [line for line in checks if line.startswith("FAILED ")]
