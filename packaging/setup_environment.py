"""Sets up what every target of the Makefile needs; standard library only, any Python >= 3.11.

    python packaging/setup_environment.py FOLDER

1. the system libraries of a Qt window, a virtual display and a password store (Debian as root:
   installed; elsewhere: what is missing is named),
2. a virtual environment in FOLDER with exactly the packages of constraints.txt (with hashes).
"""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = {  # Debian package -> how its absence shows: a library or a program
    "libegl1": "lib:EGL",
    "libgl1": "lib:GL",
    "libxkbcommon-x11-0": "lib:xkbcommon-x11",
    "libxcb-cursor0": "lib:xcb-cursor",
    "libxcb-icccm4": "lib:xcb-icccm",
    "libxcb-keysyms1": "lib:xcb-keysyms",
    "libxcb-shape0": "lib:xcb-shape",
    "libxcb-xkb1": "lib:xcb-xkb",
    "libdbus-1-3": "lib:dbus-1",
    "libfontconfig1": "lib:fontconfig",
    "binutils": "program:objdump",
    "xvfb": "program:Xvfb",
    "dbus-x11": "program:dbus-launch",
    "gnome-keyring": "program:gnome-keyring-daemon",
    "fonts-dejavu-core": "file:/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
}
_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
# Debian's own Python comes without what makes virtual environments, and without what PyInstaller packs.
LIBRARIES_OF_DEBIANS_PYTHON = {f"{_PYTHON}-venv": "module:ensurepip", f"lib{_PYTHON}": f"lib:{_PYTHON}"}


def main(arguments: list[str]) -> int:
    """Do both; exit code 1 when something is missing that cannot be installed here."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file may be run by any Python
        print(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    folder = Path(arguments[0])
    if sys.platform == "linux" and not system_libraries():
        return 1
    return environment(folder)


def system_libraries() -> bool:
    """Install what is missing (Debian as root), or name it and go on without."""
    wanted = {**LIBRARIES, **(LIBRARIES_OF_DEBIANS_PYTHON if sys.base_prefix == "/usr" else {})}
    missing = [package for package, sign in wanted.items() if not _there(sign)]
    if not missing:
        return True
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print(
            "Missing on this computer (names of Debian packages): " + " ".join(missing) + "\n"
            "The window or its tests may not start without them. Install them and go on.",
            file=sys.stderr,
        )
        return True
    print("Installing system libraries: " + " ".join(missing), flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
    ):
        done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout + done.stderr, file=sys.stderr)
            return False
    return True


def environment(folder: Path) -> int:
    """Create the virtual environment and bring it to what constraints.txt says."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"Creating a virtual environment in {folder} ...", flush=True)
        venv.create(folder, with_pip=True, clear=True)
    print("Installing pinned packages ...", flush=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    steps = (
        [*pip, "--require-hashes", "-r", str(ROOT / "constraints.txt")],
        [*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)],
    )
    for step in steps:
        code = subprocess.run(step, check=False).returncode
        if code:
            return code
    return 0


def _there(sign: str) -> bool:
    kind, _, name = sign.partition(":")
    if kind == "lib":
        return ctypes.util.find_library(name) is not None
    if kind == "program":
        return shutil.which(name) is not None
    if kind == "module":
        return importlib.util.find_spec(name) is not None
    return Path(name).exists()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
