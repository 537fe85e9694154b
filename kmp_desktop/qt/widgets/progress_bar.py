"""Thin bars: how much is decided, and for what."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kmp_desktop.core.decision import Counts
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.theme import Theme


def paint_segments(painter: QPainter, place: QRectF, parts: list[tuple[str, int]], total: int) -> None:
    """Paint a rounded track with one coloured segment a part; a part that is not 0 is visible."""
    theme = Theme.current()
    radius = place.height() / 2
    clip = QPainterPath()
    clip.addRoundedRect(place, radius, radius)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
    painter.fillRect(place, theme.color("sunken"))
    left = place.left()
    shown = [(token, count) for token, count in parts if count > 0]
    for nth, (token, count) in enumerate(shown):
        width = max(2.0, place.width() * count / max(1, total))
        painter.fillRect(QRectF(left, place.top(), width, place.height()), theme.color(token))
        left += width
        if nth < len(shown) - 1:
            painter.fillRect(QRectF(left, place.top(), 1, place.height()), theme.color("surface"))
            left += 1
    painter.restore()


class DecisionProgress(QWidget):
    """Segments retry, discard, skip over the share of records that are decided."""

    def __init__(
        self, name: str = "", width: int = 180, height: int = 8, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._width, self._height = width, height
        self._counts, self._total = Counts(), 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def counts(self) -> Counts:
        """What is shown."""
        return self._counts

    def set_counts(self, counts: Counts, total: int) -> None:
        """Show ``counts`` of ``total`` records."""
        self._counts, self._total = counts, total
        self.setAccessibleName(
            tr(
                "{decided} of {total} decided: {retry} retry, {discard} discard, {skip} skip",
                decided=counts.total,
                total=total,
                retry=counts.merge,
                discard=counts.purge,
                skip=counts.skip,
            )
        )
        self.update()

    def sizeHint(self) -> QSize:
        """The size it needs."""
        theme = Theme.current()
        return QSize(theme.px(self._width), theme.px(self._height))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint it."""
        counts = self._counts
        parts = [("retry_bar", counts.merge), ("discard_bar", counts.purge), ("skip_bar", counts.skip)]
        painter = QPainter(self)
        paint_segments(painter, QRectF(self.rect()), parts, self._total)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a new font or style sheet."""
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.updateGeometry()
        super().changeEvent(event)
