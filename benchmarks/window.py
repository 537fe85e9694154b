"""How long the window is busy while it loads and commits: the longest wait between two of its ticks."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QAbstractButton, QApplication

from kmp_desktop import bootstrap
from kmp_desktop.core.profile import Queue
from tests.driving import Driver

_TICK_MS = 5


class Heartbeat(QObject):
    """Ticks on the GUI thread and keeps how late each tick came, in ms."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(_TICK_MS)

    @Slot()
    def _tick(self) -> None:
        now = time.perf_counter()
        self.late.append((now - self._last) * 1000 - _TICK_MS)
        self._last = now

    def taken(self) -> tuple[float, float]:
        """(99th percentile, longest) in ms since the last call."""
        ordered = sorted(self.late)
        self.late.clear()
        return (ordered[int(len(ordered) * 0.99)], ordered[-1]) if ordered else (0.0, 0.0)

    def stop(self) -> None:
        """Tick no more."""
        self._timer.stop()


def load_and_commit(
    bootstrap_servers: str, queue: Queue, records: int, folder: Path
) -> dict[str, tuple[float, ...]]:
    """Retry all records in the real window, off-screen; (seconds, p99 ms, longest ms) of each phase."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication.instance() or QApplication([])
    folder.mkdir(parents=True, exist_ok=True)
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
    (folder / "connections.json").write_text(json.dumps(document), encoding="utf-8")
    window = bootstrap.start(["--data-dir", str(folder)])
    driver = Driver(window, timeout_s=180)
    driver.wait_for_page("queuesPage")
    heart = Heartbeat()
    phases: dict[str, tuple[float, ...]] = {}
    start = time.perf_counter()
    driver.click("openQueueButton_bench_queue")
    driver.wait_for_page("triagePage")
    driver.wait(lambda: driver.table.model().rowCount() == records, f"{records} records are shown")
    phases["window: load"] = (time.perf_counter() - start, *heart.taken())
    start = time.perf_counter()
    driver.press("recordTable", Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    driver.press("recordTable", Qt.Key.Key_M)
    driver.press("recordTable", Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    driver.wait_for_page("reviewPage")
    commit = driver.find("commitButton", QAbstractButton)
    driver.wait(commit.isEnabled, "the commit can be made")
    phases["window: decide"] = (time.perf_counter() - start, *heart.taken())
    start = time.perf_counter()
    driver.click("commitButton")
    driver.wait_for_page("resultPage")
    phases["window: commit"] = (time.perf_counter() - start, *heart.taken())
    heart.stop()
    gone: list[bool] = []
    window.closed.connect(lambda: gone.append(True))
    window.close()
    driver.wait(lambda: gone, "the window is closed")
    application.processEvents()
    return phases
