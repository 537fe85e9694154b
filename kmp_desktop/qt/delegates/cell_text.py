"""Drawing short plain texts fast: elided once per width, search hits bold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from kmp_desktop.qt.theme import FontRole, Theme

_KEPT = 5000  # elided texts; a screen has some hundred


class CellText:
    """One font of the table; made anew when the theme changes."""

    def __init__(self, role: FontRole) -> None:
        self.font = Theme.current().font(role)
        self._bold = QFont(self.font)
        self._bold.setWeight(QFont.Weight.Bold)
        self.metrics = QFontMetrics(self.font)
        self._bold_metrics = QFontMetrics(self._bold)
        self._elided: dict[tuple[str, int, Qt.TextElideMode], str] = {}

    def elided(self, text: str, width: int, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> str:
        """What of ``text`` fits into ``width``."""
        key = (text, width, mode)
        found = self._elided.get(key)
        if found is None:
            if len(self._elided) > _KEPT:
                self._elided.clear()
            found = self._elided[key] = self.metrics.elidedText(text, mode, width)
        return found

    def draw(
        self,
        painter: QPainter,
        place: QRect,
        text: str,
        ink: QColor,
        hits: re.Pattern[str] | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> int:
        """Draw one line, centred in height, elided; how wide it became."""
        shown = self.elided(text, place.width(), mode)
        if not shown:
            return 0
        painter.setPen(ink)
        metrics = self.metrics
        base = place.top() + (place.height() + metrics.ascent() - metrics.descent()) / 2
        if hits is None or hits.search(shown) is None:
            painter.setFont(self.font)
            painter.drawText(QPointF(place.left(), base), shown)
            return metrics.horizontalAdvance(shown)
        runs = _runs(shown, hits)
        room = place.width()
        while len(runs) > 1 and (too_wide := self._width(runs) - place.width()) > 0:  # bold is wider
            room -= too_wide
            runs = _runs(self.elided(text, room, mode), hits)
        return self._draw_runs(painter, place, runs, base)

    def _width(self, runs: Sequence[tuple[str, bool]]) -> int:
        return sum(self._metrics_of(is_hit).horizontalAdvance(part) for part, is_hit in runs)

    def _metrics_of(self, is_hit: bool) -> QFontMetrics:
        return self._bold_metrics if is_hit else self.metrics

    def _draw_runs(
        self, painter: QPainter, place: QRect, runs: Sequence[tuple[str, bool]], base: float
    ) -> int:
        left = float(place.left())
        painter.save()
        painter.setClipRect(place)
        for part, is_hit in runs:
            painter.setFont(self._bold if is_hit else self.font)
            painter.drawText(QPointF(left, base), part)
            left += self._metrics_of(is_hit).horizontalAdvance(part)
        painter.restore()
        return round(left - place.left())


def hits_of(words: Sequence[str]) -> re.Pattern[str] | None:
    """What to look for in texts to show why they were found; digits match with separators, too."""
    parts = [_pattern(word) for word in words if word]
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def search_words(search: str) -> tuple[str, ...]:
    """The words and "quoted phrases" of what was typed into the search field."""
    found = re.findall(r'"([^"]+)"?|(\S+)', search)
    return tuple(phrase or word for phrase, word in found if phrase or word)


@lru_cache(maxsize=64)
def _pattern(word: str) -> str:
    if word.isdigit():
        return r"[.,' \u00a0\u2009\u202f]?".join(word)
    return re.escape(word)


def _runs(text: str, hits: re.Pattern[str]) -> list[tuple[str, bool]]:
    runs: list[tuple[str, bool]] = []
    end = 0
    for found in hits.finditer(text):
        if found.start() > end:
            runs.append((text[end : found.start()], False))
        if found.group():
            runs.append((found.group(), True))
        end = found.end()
    if end < len(text):
        runs.append((text[end:], False))
    return runs
