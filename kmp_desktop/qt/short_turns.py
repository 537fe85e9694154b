"""Python's threads take short turns, so that the window's is never far away.

Only one thread runs Python at a time, and one that wants to waits until the turn of another is over,
5 ms as Python comes. The window's thread lets go at nearly every call of Qt: with two workers busy, a
handler of ten calls took 100 ms of which it worked for two.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Slot

TURN_S = 0.0005


class ShortTurns(QObject):
    """Short turns from construction to ``end``."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._before = sys.getswitchinterval()
        sys.setswitchinterval(TURN_S)

    @Slot()
    def end(self) -> None:
        """Turns as long as before."""
        sys.setswitchinterval(self._before)
