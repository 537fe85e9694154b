"""The process behind an open queue: it dies and the window goes on; the window dies and it is gone."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.faults.window import Window, start_window
from tests.faults.world import World

_PATIENCE_S = 60.0


def _world(kafka: str, folder: Path, number: int) -> World:
    world = World(kafka, folder, number, records=12, keys=8)
    world.create()
    return world


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(each) for task in tasks for each in task.read_text(encoding="ascii").split()]


def _until(fact: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not fact():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def _engine_of(window: Window) -> int:
    (engine,) = _children(window.process.pid)
    return engine


def _is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_when_the_engine_is_killed_the_decisions_are_kept_and_can_be_committed(
    kafka: str, tmp_path: Path
) -> None:
    world = _world(kafka, tmp_path, 8101)
    plan = world.plan(random.Random(world.seed))
    window = start_window(world, "desk")
    try:
        window.do("open")
        window.decide(plan)
        killed = _engine_of(window)
        os.kill(killed, signal.SIGKILL)
        _until(lambda: killed not in _children(window.process.pid), "the engine does not end")
        seen = window.do("look_again")
        told = window.do("commit")
        window.do("close")
    finally:
        window.kill()

    assert {each.place for each in world.inputs} == set(window.offered(seen))
    assert any("had to start reading this queue anew" in each for each in seen["says"]), seen["says"]
    assert "committed" == told["result"], told
    verdict = world.judge([window.claim(told)])
    assert ([], []) == (verdict.violations, verdict.wrong_claims)


def test_when_the_window_is_killed_its_engine_ends(kafka: str, tmp_path: Path) -> None:
    world = _world(kafka, tmp_path, 8102)
    window = start_window(world, "desk")
    try:
        window.do("open")
        engine = _engine_of(window)
        window.process.kill()
        _until(lambda: not _is_running(engine), "the engine goes on without its window")
    finally:
        window.kill()
