"""A session bus and a gnome-keyring of this test's own; nothing of the user's is touched."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import keyring.core
import pytest
from keyring.backends.SecretService import Keyring as SecretServiceKeyring

if TYPE_CHECKING:
    from jeepney.io.blocking import DBusConnection

_READY_WITHIN_S = 60
# No service folders: on the standard bus the first question starts a second, locked gnome-keyring
# whenever ours is slower, as on a computer that has just started.
_BUS = """<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
_DEFAULT_COLLECTION = "/org/freedesktop/secrets/aliases/default"


@dataclass(frozen=True, slots=True)
class SecretService:
    """A running, unlocked password store. ``files`` is where it keeps its own files."""

    files: Path

    def lock(self) -> None:
        """Lock it, as a person or the screen saver would; nobody is there to unlock it."""
        import secretstorage

        with closing(secretstorage.dbus_init()) as bus:
            secretstorage.get_default_collection(bus).lock()


@pytest.fixture
def secret_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretService]:
    """Start it, make it this process's session, and take it down again."""
    if sys.platform != "linux":
        pytest.skip("a Secret Service is Linux's; other systems have stores of their own")
    missing = [each for each in ("dbus-daemon", "gnome-keyring-daemon") if shutil.which(each) is None]
    assert [] == missing, "not installed; the set-up installs or names them"
    home = tmp_path / "home"
    (home / "runtime").mkdir(parents=True, mode=0o700)
    for name, folder in (("HOME", ""), ("XDG_DATA_HOME", "data"), ("XDG_RUNTIME_DIR", "runtime")):
        monkeypatch.setenv(name, str(home / folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    for name in ("PYTHON_KEYRING_BACKEND", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    # The library looks only once which stores there are: in this process that was without a bus.
    # Programs that the tests start look for themselves.
    monkeypatch.setattr(keyring.core, "_keyring_backend", SecretServiceKeyring())  # type: ignore[no-untyped-call]
    with ExitStack() as running:
        (home / "bus.conf").write_text(_BUS, encoding="utf-8")
        bus = _start(
            running, "dbus-daemon", f"--config-file={home / 'bus.conf'}", "--nofork", "--print-address"
        )
        assert bus.stdout is not None
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.stdout.readline().decode().strip())
        daemon = ("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
        _start(running, *daemon, stdin=b"password of the login")
        _wait_until_it_answers()
        yield SecretService(home / "data")


def _start(running: ExitStack, *command: str, stdin: bytes = b"") -> subprocess.Popen[bytes]:
    """Start a process that is ended with the stack."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    running.enter_context(process)
    running.callback(process.terminate)
    assert process.stdin is not None
    process.stdin.write(stdin)
    process.stdin.close()
    return process


def _wait_until_it_answers() -> None:
    """Until then no collection is there, or a locked one."""
    import secretstorage

    end = time.monotonic() + _READY_WITHIN_S
    with closing(secretstorage.dbus_init()) as bus:
        while not (secretstorage.check_service_availability(bus) and _is_unlocked(bus)):
            assert time.monotonic() < end, "gnome-keyring does not answer"
            time.sleep(0.02)


def _is_unlocked(bus: DBusConnection) -> bool:
    """Whether the collection for passwords is there and open; asking never makes one."""
    import secretstorage

    try:
        return not secretstorage.Collection(bus, _DEFAULT_COLLECTION).is_locked()
    except secretstorage.ItemNotFoundException:
        return False
