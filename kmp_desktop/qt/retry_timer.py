"""When something that did not work is tried again by itself."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from kmp_desktop.core.ports import Clock

RETRY_AFTER_S = (5.0, 10.0, 30.0, 60.0)


class RetryTimer(QObject):
    """Waits 5, 10, 30, 60 and again 60 seconds, until ``reset``. Lives on the GUI thread.

    Signals:
        due(): try now.
    """

    due = Signal()

    def __init__(self, clock: Clock, delays_s: tuple[float, ...], parent: QObject) -> None:
        super().__init__(parent)
        self._clock = clock
        self._delays_s = delays_s
        self._failures = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.due)

    def wait_again(self) -> int:
        """Count one more failure; when it is tried again, as epoch ms."""
        delay_s = self._delays_s[min(self._failures, len(self._delays_s) - 1)]
        self._failures += 1
        self._timer.start(round(delay_s * 1000))
        return self._clock.now_ms() + round(delay_s * 1000)

    def pause(self) -> None:
        """Do not fire: it is being tried right now."""
        self._timer.stop()

    def reset(self) -> None:
        """It works: nothing is due, and the next failure waits the shortest time again."""
        self._timer.stop()
        self._failures = 0
