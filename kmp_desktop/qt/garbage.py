"""Cyclic garbage is collected in the window's thread only.

A collection that a worker happens to start would destroy Qt objects in the wrong thread; Python can
start one in any thread, so it is switched off and done from a timer.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

EVERY_MS = 1000


class GarbageTimer(QObject):
    """Collects from time to time, as Python would, for as long as it lives. GUI thread."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        self._thresholds = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()

    def end(self) -> None:
        """Give collecting back to Python."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()

    @Slot()
    def _on_timeout(self) -> None:
        counts = gc.get_count()
        due = [age for age in (0, 1, 2) if counts[age] > self._thresholds[age]]
        if due:
            gc.collect(max(due))
