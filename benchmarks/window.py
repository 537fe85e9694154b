"""How long the window is busy while it loads, decides and commits, beside the same window at rest."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QMainWindow, QWidget

from benchmarks.heartbeat import Bystander, Heartbeat, Lateness, Tick, lateness
from kmp_desktop import bootstrap
from kmp_desktop.core.profile import Queue
from tests.driving import Driver

_REST_S = 3.0
_LOOK_S = 0.1

AT_REST = "window: at rest"
LOAD, DECIDE, COMMIT = "window: load", "window: decide", "window: commit"


@dataclass(frozen=True, slots=True)
class Phase:
    """One part of the way: how long it took, how late the window's ticks came, and a bystander's."""

    name: str
    seconds: float
    window: Lateness
    bystander: Lateness


def load_and_commit(bootstrap_servers: str, queue: Queue, records: int, folder: Path) -> list[Phase]:
    """Retry all records in the real window, off-screen."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication.instance() or QApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "connections.json").write_text(_connections(bootstrap_servers, queue), encoding="utf-8")
    moments: list[tuple[str, float, float]] = []
    with Bystander() as bystander:
        window = bootstrap.start(["--data-dir", str(folder)])
        driver = Driver(window, timeout_s=180)
        driver.wait_for_page("queuesPage")
        heart = Heartbeat()
        for name, part in (
            (AT_REST, _rest),
            (LOAD, lambda driver: _load(driver, records)),
            (DECIDE, _decide),
            (COMMIT, _commit),
        ):
            start = time.monotonic()
            part(driver)
            # What is still to be done when the goal is seen belongs to what led to it.
            _live(driver, 0.2)
            moments.append((name, start, time.monotonic()))
        heart.stop()
        _close(window, driver)
        application.processEvents()
    return [_phase(*each, heart.ticks, bystander.ticks) for each in moments]


def table(rounds: Sequence[Sequence[Phase]], records: int) -> list[str]:
    """Lines to be printed: for each phase the medians of the rounds, and the worst of all."""
    lines = [
        f"{'':<18} {'seconds':>8} {'records/s':>10}    the window's ticks late by              a bystander's",
        f"{'':<18} {'':>8} {'':>10}    99 %  longest (worst)  own work (worst)   99 %  longest (worst)",
        f"{'':<38}    all in ms, the longest and the work as medians of the rounds",
    ]
    for phases in zip(*rounds, strict=True):
        seconds = statistics.median(each.seconds for each in phases)
        rate = "" if phases[0].name == AT_REST else f"{records / seconds:,.0f}"
        ours, others = _summed([each.window for each in phases]), _summed([each.bystander for each in phases])
        work = _summed_up([each.window.worked for each in phases])
        lines.append(f"{phases[0].name:<18} {seconds:>8.2f} {rate:>10}    {ours}  {work}    {others}")
    return lines


def _summed(late: Sequence[Lateness]) -> str:
    usual = statistics.median(each.usual for each in late)
    return f"{usual:>4.0f}  {_summed_up([each.longest for each in late])}"


def _summed_up(values: Sequence[float]) -> str:
    """Median and worst."""
    return f"{statistics.median(values):>7.0f} {f'({max(values):.0f})':>7}"


def _phase(name: str, start: float, end: float, window: Sequence[Tick], bystander: Sequence[Tick]) -> Phase:
    return Phase(name, end - start, lateness(window, start, end), lateness(bystander, start, end))


def _rest(driver: Driver) -> None:
    _live(driver, _REST_S)


def _load(driver: Driver, records: int) -> None:
    driver.click("openQueueButton_bench_queue")
    model = driver.table.model()
    _wait(driver, lambda: model.rowCount() == records, f"{records} records are shown")


def _decide(driver: Driver) -> None:
    driver.press("recordTable", Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    _live(driver, 0.2)
    driver.press("recordTable", Qt.Key.Key_M)
    _live(driver, 0.2)
    driver.press("recordTable", Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    commit = driver.find("commitButton", QAbstractButton)
    _wait(driver, lambda: commit.isVisible() and commit.isEnabled(), "the commit can be made")


def _commit(driver: Driver) -> None:
    result: QWidget = driver.find("resultPage")
    driver.click("commitButton")
    _wait(driver, result.isVisible, "the result is shown")


def _wait(driver: Driver, fact: Callable[[], object], what: str) -> None:
    """Look seldom: a look at every turn would keep the window busy that is measured."""

    def seen() -> object:
        _live(driver, _LOOK_S)
        return fact()

    driver.wait(seen, what)


def _live(driver: Driver, seconds: float) -> None:
    end = time.monotonic() + seconds
    driver.wait(lambda: time.monotonic() > end, "time passes")


def _close(window: QMainWindow, driver: Driver) -> None:
    gone: list[bool] = []
    window.closed.connect(lambda: gone.append(True))  # type: ignore[attr-defined]
    window.close()
    driver.wait(lambda: gone, "the window is closed")


def _connections(bootstrap_servers: str, queue: Queue) -> str:
    document = {
        "format": "kmp-desktop connections",
        "version": 1,
        "connections": [
            {
                "id": "bench",
                "name": "bench",
                "servers": bootstrap_servers,
                "environment": "development",
                "security": "PLAINTEXT",
                "queues": [
                    {
                        "id": "queue",
                        "name": "bench",
                        "queue_topic": queue.queue_topic,
                        "retry_topic": queue.retry_topic,
                        "group": queue.group,
                    }
                ],
            }
        ],
    }
    return json.dumps(document)
