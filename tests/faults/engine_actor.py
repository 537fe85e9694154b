"""The process behind a queue, with a fault: ``python -m tests.faults.engine_actor FAULT FOLDER``.

A window of ``tests.faults.window_actor`` starts it in the place of the program's own. ``kill:STEP`` and
``stop:STEP`` strike it together with its window (one process group, as one computer), ``close:PLACE``
and ``cancel:PLACE`` wait there until a person has acted in the window: see ``Meeting``. ``die:PLACE``
kills this process there, once, and not its window.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kmp_desktop.core.outcome import Step
from kmp_desktop.kafka.commit_attempt import CommitAttempt
from kmp_desktop.kafka.committer import KafkaSink
from kmp_desktop.kafka.reader import KafkaSource
from kmp_desktop.process.serving import serve

_PLACES = {
    "connect": (KafkaSource, "_meet"),
    "look for unfinished work": (KafkaSink, "resolve"),
    "read offsets": (KafkaSource, "_snapshot"),
    "read records": (KafkaSource, "_read"),
    "end of reading": (KafkaSource, "_finished"),
    "begin of commit": (KafkaSink, "commit_chunk"),
}


STOPPED = "stopped"
"""What a window answers that has asked this process to stop its commit."""


class Meeting:
    """Two pipes in a folder, by which this process waits, once, for something done in its window."""

    def __init__(self, folder: Path) -> None:
        self._asked = folder / "engine asks"
        self._answered = folder / "window has acted"
        self._is_over = False

    def prepare(self) -> None:
        """Make the pipes; in the window's process, before the other one starts."""
        for pipe in (self._asked, self._answered):
            os.mkfifo(pipe)

    def wait_for_window(self) -> str:
        """The first time: ask, and wait for the answer. In the engine's process, any thread."""
        if self._is_over:
            return ""
        self._is_over = True
        self._asked.write_text("now", encoding="utf-8")
        return self._answered.read_text(encoding="utf-8")

    def answer(self, act: Callable[[], str]) -> None:
        """Wait for the question, act, answer. In the window's process, not in its GUI thread."""
        self._asked.read_text(encoding="utf-8")
        self._answered.write_text(act(), encoding="utf-8")


def main(fault: str, folder: Path) -> int:
    """Patch, then serve."""
    what, _, place = fault.partition(":")
    if what in ("close", "cancel"):
        _meet_at(place, Meeting(folder))
    elif what == "die":
        _interrupt_at(place, lambda: _die_once(folder / "died"))
    elif what:
        _strike_after(Step(place), signal.SIGKILL if what == "kill" else signal.SIGSTOP)
    return serve()


def _die_once(sign: Path) -> None:
    """End this process alone; the one that the window starts next lives on."""
    if not sign.exists():
        sign.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def _meet_at(place: str, meeting: Meeting) -> None:
    if place in _PLACES:
        _interrupt_at(place, meeting.wait_for_window)
        return

    def meet(attempt: CommitAttempt) -> None:
        # The window's "stop" and this answer come on different ways: go on when both are here.
        if meeting.wait_for_window() == STOPPED:
            while not attempt.observer.stopped():
                time.sleep(0.005)

    _after_step(Step(place), meet)


def _interrupt_at(place: str, act: Callable[[], object]) -> None:
    if place not in _PLACES:
        _after_step(Step(place), lambda _: act())
        return
    kind, name = _PLACES[place]
    function = getattr(kind, name)

    def interrupted_first(*arguments: Any, **named: Any) -> Any:
        act()
        return function(*arguments, **named)

    setattr(kind, name, interrupted_first)


def _strike_after(step: Step, number: signal.Signals) -> None:
    struck: list[Step] = []

    def strike(_: CommitAttempt) -> None:
        if not struck:
            struck.append(step)
            os.killpg(0, number)

    _after_step(step, strike)


def _after_step(wanted: Step, act: Callable[[CommitAttempt], object]) -> None:
    done = CommitAttempt.done

    def done_then_act(self: CommitAttempt, step: Step, *arguments: Any, **named: Any) -> None:
        done(self, step, *arguments, **named)
        if step is wanted:
            act(self)

    CommitAttempt.done = done_then_act  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
