"""``make package``: build the program folder and let it test itself where nothing of ours is near.

python packaging/build.py [--output dist]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def build(output: Path) -> Path:
    """Build into ``output``; returns the program."""
    with tempfile.TemporaryDirectory() as work:
        command = [
            *(sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"),
            *("--distpath", str(output), "--workpath", work, str(HERE / "kmp-desktop.spec")),
        ]
        subprocess.run(command, check=True, cwd=HERE)
    return output / "kmp-desktop" / ("kmp-desktop.exe" if sys.platform == "win32" else "kmp-desktop")


def self_test(program: Path) -> int:
    """Run ``--self-test`` from an empty folder with an empty environment; its exit code."""
    with tempfile.TemporaryDirectory() as empty:
        return subprocess.run([str(program), "--self-test"], cwd=empty, env={}, check=False).returncode


def main() -> int:
    """Build, then test."""
    parser = argparse.ArgumentParser(prog="packaging/build.py")
    parser.add_argument("--output", type=Path, default=HERE.parent / "dist")
    program = build(parser.parse_args().output.resolve())
    print(f"Built {program}", flush=True)
    return self_test(program)


if __name__ == "__main__":
    sys.exit(main())
