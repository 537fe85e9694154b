"""The computer's clock."""

from __future__ import annotations

import time


class WallClock:
    """Implements ``Clock``; any thread."""

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        return time.time_ns() // 1_000_000
