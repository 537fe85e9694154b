"""A broker that stops answering at the very moment of a commit: not known, then found out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import broker
from tests.e2e.cli_queue import CliQueue, Done, environment
from tests.faults.conftest import SCALE

_STRUCK = """
import os, signal, sys
from kmp_desktop.cli import apply_command
step = apply_command._Following.step
def strike(self, progress):
    if progress.step == sys.argv[1]:
        os.kill(int(sys.argv[2]), signal.SIGSTOP)
    step(self, progress)
apply_command._Following.step = strike
from kmp_desktop.__main__ import main
sys.exit(main(sys.argv[3:]))
"""


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[broker.Broker]:
    """A broker that may be stopped."""
    node = broker.start(tmp_path / "broker")
    try:
        yield node
    finally:
        os.kill(node.process.pid, signal.SIGCONT)
        node.stop()


@pytest.mark.skipif(SCALE < 1, reason="waits for a minute and a half; in make test-faults")
def test_the_program_says_so_and_the_next_start_finds_out(own_broker: broker.Broker, tmp_path: Path) -> None:
    queue = CliQueue(own_broker.bootstrap, tmp_path)
    queue.create()
    queue.write((b"ORD001", b"1"), (b"ORD002", b"2"))
    decisions = {(0, 0): "merge", (0, 1): "purge"}
    command = queue.apply_command(queue.plan(decisions), "--json")[3:]
    process = subprocess.run(
        [sys.executable, "-c", _STRUCK, "commit", str(own_broker.process.pid), *command],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    struck = Done(process.returncode, process.stdout, process.stderr)
    assert (5, "unknown", []) == (struck.code, struck.last["outcome"], struck.last["decided"]), struck.err
    assert "Do not send these records with another program." in struck.err
    assert "Traceback" not in struck.err

    own_broker.process.send_signal(signal.SIGCONT)
    again = queue.apply(decisions)
    assert (0, [[0, 0], [0, 1]]) == (again.code, again.last["decided"]), again.err
    assert [b"ORD001"] == [each.key for each in queue.retried()]
    assert [] == queue.undecided()
