"""What a session does by itself: try again what did not work, and look for what is new."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from kmp_desktop.core.ports import Clock


@dataclass(frozen=True, slots=True)
class Pace:
    """How often, in seconds: the waits between attempts (the last one again and again), and looks."""

    retry_after_s: tuple[float, ...] = (5.0, 10.0, 30.0, 60.0)
    look_every_s: float = 30.0


class Attempts(QObject):
    """Two timers. Lives on the GUI thread.

    Signals:
        retry_due(): try again what did not work.
        look_due(): look for new records.
    """

    retry_due = Signal()
    look_due = Signal()

    def __init__(self, clock: Clock, pace: Pace, parent: QObject) -> None:
        super().__init__(parent)
        self._clock = clock
        self._delays_s = pace.retry_after_s
        self._failures = 0
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.timeout.connect(self.retry_due)
        self._look = QTimer(self)
        self._look.setInterval(round(pace.look_every_s * 1000))
        self._look.timeout.connect(self.look_due)

    def begin_looking(self) -> None:
        """The queue is read: look from time to time."""
        self._look.start()

    def stop(self) -> None:
        """Something is going on: neither look nor try."""
        self._look.stop()
        self._retry.stop()

    def try_later(self) -> int:
        """Count one more failure; when it is tried again, as epoch ms."""
        delay_s = self._delays_s[min(self._failures, len(self._delays_s) - 1)]
        self._failures += 1
        self._retry.start(round(delay_s * 1000))
        return self._clock.now_ms() + round(delay_s * 1000)

    def succeeded(self) -> None:
        """It works: nothing is due, and the next failure waits the shortest time again."""
        self._retry.stop()
        self._failures = 0
