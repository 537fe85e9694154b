"""Ctrl-C and a polite kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from kmp_desktop.cli.stopping import Stopping

_WAITING = """
import signal
import time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
from kmp_desktop.cli.stopping import Stopping
with Stopping() as stopping:
    print("ready", flush=True)
    stopping.wait(60)
    try:
        print(stopping.asked(), flush=True)
        while True:  # not one long wait: a signal right before it would end it never
            time.sleep(0.01)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_noted_and_everything_is_as_before_afterwards(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with Stopping() as stopping:
        assert not stopping.asked()
        os.kill(os.getpid(), number)
        stopping.wait(60)
        assert stopping.asked()
    assert before == signal.getsignal(number)


def test_nothing_is_asked_without_a_signal() -> None:
    with Stopping() as stopping:
        stopping.wait(0.01)
        assert not stopping.asked()


def test_the_second_ctrl_c_is_the_usual_one() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WAITING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert "ready\n" == process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert "True\n" == process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert "interrupted\n" == process.stdout.readline()
