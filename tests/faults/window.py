"""The real window in a process of its own, as a test sees it from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.oracle import Claim, RecordKey
from tests.faults.world import World

_OF_THE_OFFSCREEN_PLATFORM = "This plugin does not support propagateSizeHints()\n"
_ENDS_S = 120.0


@dataclass(slots=True)
class Window:
    """A window of one desktop; answers come one a command. Ends with ``close`` or ``kill``."""

    who: str
    process: subprocess.Popen[str]
    errors: Path
    plan: dict[RecordKey, str] = field(default_factory=dict)
    is_closed: bool = False

    def do(self, what: str, **details: Any) -> dict[str, Any]:
        """Give a command and wait for its answer; raises AssertionError when the window has died."""
        self.begin(what, **details)
        return self.answer()

    def begin(self, what: str, **details: Any) -> None:
        """Give a command whose answer is fetched later."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": what, **details}) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """The answer to the oldest command."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"{self.who} has ended: {self.errors.read_text(encoding='utf-8')[-4000:]}"
        told: dict[str, Any] = json.loads(line)
        self.is_closed = told["closed"]
        return told

    def offered(self, seen: Mapping[str, Any]) -> frozenset[RecordKey]:
        """The records of an answer to ``open`` or ``look``."""
        return frozenset((partition, offset) for partition, offset in seen["records"])

    def decide(self, plan: Mapping[RecordKey, str]) -> None:
        """Stage by letters."""
        self.plan = dict(plan)
        staged = self.do("decide", plan=[[*place, what] for place, what in sorted(plan.items())])
        assert len(plan) == staged["staged"], staged

    def claim(self, told: Mapping[str, Any]) -> Claim:
        """What a result page says, for the oracle."""
        kind = told["result"]
        if not kind:
            return Claim(self.who, self.plan, "killed")
        if kind == "committed":
            return Claim(self.who, self.plan, "committed", frozenset(self.plan))
        outcome = {"conflict": "conflict", "unknown": "unknown"}.get(kind, "not_committed")
        return Claim(self.who, self.plan, outcome)

    def close(self, said: str = "") -> None:
        """Close the window if it is not; its process ends by itself, with nothing else on stderr."""
        if not self.is_closed:
            self.do("close")
        code = self.process.wait(_ENDS_S)
        errors = self.errors.read_text(encoding="utf-8")
        complaint = errors.replace(_OF_THE_OFFSCREEN_PLATFORM, "")
        assert (0, said) == (code, complaint), (code, complaint[-4000:])

    def wait_until_stopped(self) -> None:
        """Until the SIGSTOP of a fault has hit."""
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def go_on(self) -> None:
        """End a stop."""
        os.killpg(self.process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it, whatever it is doing."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


def start_window(world: World, who: str, fault: str = "", registry: str = "") -> Window:
    """Open the program at desktop ``who``; its data folder stays for the next start."""
    order = {
        "bootstrap": world.bootstrap,
        "queue_topic": world.queue_topic,
        "retry_topic": world.retry_topic,
        "group": world.group,
        "folder": str(world.data_folder(who)),
        "fault": fault,
        "registry": registry,
    }
    errors = world.folder / f"{world.queue_topic}-{who}-errors"
    with errors.open("w", encoding="utf-8") as to:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.window_actor", json.dumps(order)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=to,
            text=True,
            # Where it crashes, the stacks of all threads go to the file of its errors.
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONFAULTHANDLER": "1"},
            start_new_session=True,  # it and the process behind its queue can be struck together
        )
    window = Window(who, process, errors)
    assert window.answer()["ready"]
    return window
