"""Cyclic garbage is collected in the window's thread only, and never among the records.

A collection that a worker happens to start would destroy Qt objects in the wrong thread; Python can
start one in any thread, so it is switched off and done from a timer. It looks at every object there
is: the program's own parts (55 ms) and 20,000 records (60 ms more) would each hold the window up, and
neither is ever cyclic garbage. Both are set aside, the records until their queue is closed.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

EVERY_MS = 1000
BULK = 20_000
"""New objects since the last look: so many at once are records."""


class GarbageTimer(QObject):
    """Collects from time to time, as Python would, for as long as it lives. GUI thread.

    ``in_use`` tells whether the records that were read are still needed.
    """

    def __init__(self, parent: QObject, in_use: Callable[[], object]) -> None:
        super().__init__(parent)
        self._in_use = in_use
        self._was_enabled = gc.isenabled()
        self._thresholds = gc.get_threshold()
        self._records_set_aside = False
        gc.disable()
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def end(self) -> None:
        """Give collecting back to Python."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    @Slot()
    def look(self) -> None:
        """Collect what is due."""
        counts = gc.get_count()
        if counts[0] > BULK:
            gc.freeze()
            self._records_set_aside = True
        elif self._records_set_aside and not self._in_use():
            self._look_at_everything()
        else:
            due = [age for age in (0, 1, 2) if counts[age] > self._thresholds[age]]
            if due:
                gc.collect(max(due))

    def _look_at_everything(self) -> None:
        """What was garbage when the records were set aside has been kept with them."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._records_set_aside = False
