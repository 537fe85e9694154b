"""What the table knows of its rows, and what it still has to ask for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from kmp_desktop.core.view import Row, Rows, RowsWanted

WINDOW = 64  # rows asked for together
_IN_FLIGHT = 2  # requests; more would only make the rows in sight wait longer
_WAITING = 6  # windows; who scrolls far does not want those from the beginning any more


class RowCache:
    """Rows by number, at most ``limit`` of them; the oldest go first.

    Rows that are out of date are still shown until the new ones are there.
    """

    def __init__(self, limit: int = 20_000) -> None:
        self._limit = limit
        self._rows: dict[int, Row] = {}
        self._fresh: set[int] = set()
        self._waiting: deque[tuple[int, ...]] = deque(maxlen=_WAITING)
        self._in_flight: deque[frozenset[int]] = deque()

    def get(self, row: int) -> Row | None:
        """A row if it is known, also one that is out of date."""
        return self._rows.get(row)

    def is_fresh(self, row: int) -> bool:
        """Whether a row is known and up to date."""
        return row in self._fresh

    def want(self, rows: Iterable[int]) -> None:
        """Ask for those that are neither fresh nor asked for already."""
        asked = set().union(*self._in_flight, *self._waiting)
        missing = tuple(row for row in rows if row not in self._fresh and row not in asked)
        if missing:
            self._waiting.append(missing)

    def next_request(self) -> RowsWanted | None:
        """The next question, newest first; ``None`` while enough are on their way."""
        if len(self._in_flight) >= _IN_FLIGHT or not self._waiting:
            return None
        rows = self._waiting.pop()
        self._in_flight.append(frozenset(rows))
        return RowsWanted(rows)

    def put(self, answer: Rows) -> frozenset[int]:
        """Keep an answer; the rows that were asked for with it, or none if it is somebody else's."""
        asked = self._answered(answer)
        for row in answer.rows:
            self._rows.pop(row.row, None)
            self._rows[row.row] = row
        # A row without an answer is none any more: asking again and again would not help.
        self._fresh.update(asked, (row.row for row in answer.rows))
        while len(self._rows) > self._limit:
            oldest = next(iter(self._rows))
            del self._rows[oldest]
            self._fresh.discard(oldest)
        return asked

    def outdate(self) -> None:
        """Everything may have changed: ask again for what is looked at."""
        self._fresh.clear()
        self._waiting.clear()
        self._in_flight.clear()

    def _answered(self, answer: Rows) -> frozenset[int]:
        for request in self._in_flight:
            if all(row.row in request for row in answer.rows):
                self._in_flight.remove(request)
                return request
        return frozenset()
